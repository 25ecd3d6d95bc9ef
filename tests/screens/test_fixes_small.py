"""The dialog of a fix on small terminals: what it changes can be read, and agreed to."""

from pathlib import Path

import pytest
from screens.journeys import diagnosed, until
from screens.test_fixes import BROKEN, CURED, opened, planned_there
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.widgets import Button, Static


@pytest.mark.parametrize("size", [(40, 12), (30, 8), (20, 6)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_change_scrolls_and_apply_is_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    script = tmp_path / "score.py"
    script.write_text(BROKEN, encoding="utf-8")
    app = opened(diagnosed(script))
    async with app.run_test(size=size) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: planned_there(app))
        apply, body = app.screen.query_one("#apply", Button), app.screen.query_one("#fix-body", VerticalScroll)
        await until(pilot, lambda: apply.region.height == 1)
        assert Region(0, 0, *size).contains_region(apply.region)
        assert body.region.height >= 1
        diff = app.screen.query_one("#fix-diff", Static)
        await pilot.press("end")
        await until(pilot, lambda: body.region.overlaps(diff.region) or body.scroll_offset.y == body.max_scroll_y)
        assert body.max_scroll_y + body.region.height >= diff.virtual_region.bottom
        await pilot.click("#apply")
        await until(pilot, lambda: script.read_text(encoding="utf-8") == CURED)
        await until(pilot, lambda: not app.state.running)
