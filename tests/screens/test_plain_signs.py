"""What a terminal without Unicode shows, and that nothing moves by it."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from screens.journeys import until

from doctor.diagnosis.result import Done
from tui import plain_signs
from tui.app import DoctorApp
from tui.plain_signs import missing, plain


@pytest.mark.parametrize(
    ("environment", "written", "lacks"),
    [
        ({"LANG": "C"}, "utf-8", "ascii"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", "ascii"),  # what Python makes of the one before
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", "ascii"),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8", None),
        ({"LANG": "C.UTF-8"}, "utf-8", None),
        ({"LC_CTYPE": "UTF-8"}, "utf-8", None),
        ({}, "utf-8", None),
        ({"LANG": "de_DE.UTF-8"}, "UTF-8", None),
        ({"LANG": "de_DE.ISO-8859-1"}, "iso8859-1", "iso8859-1"),
        ({"LANG": "de_DE.UTF-8", "TERM": "linux"}, "utf-8", "cp437"),
    ],
)
def test_what_a_terminal_lacks(environment: dict[str, str], written: str, lacks: str | None) -> None:
    assert missing(environment, written) == lacks


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-1", "cp437", "no-such-encoding"])
def test_the_width_stays(encoding: str) -> None:
    text = "✗ ▾ 1 cause … ╭─ title ─╮ ┃ ━╸ 漢字 é e\u0301 \u200b ⏎ ☠ ▇ Жъ"
    assert cell_len(plain(text, encoding)) == cell_len(text)


def test_what_there_is_stays() -> None:
    assert plain("é ✗", "iso8859-1") == "é x"
    assert plain("é ✗ ─", "ascii") == "e x -"
    assert plain("Ж ✗ ─", "cp437") == "Ж x ─"


async def test_every_screen_is_ascii_where_nothing_else_can_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: Done
) -> None:
    monkeypatch.setattr(plain_signs, "missing", lambda: "ascii")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda mode=mode: app.current_mode == mode and app.screen.focused)
            await pilot.pause()
            shown = "\n".join("".join(one.text for one in strip) for strip in app.screen._compositor.render_strips())
            assert shown.isascii(), (mode, {c for c in shown if not c.isascii()})
