"""A letter that is typed is drawn; the screen around it is not laid out for it."""

import pytest
from screens.journeys import until
from textual.app import App, ComposeResult
from textual.widgets import Input

from tui.field import Field


class Typing(App[None]):
    def __init__(self, field: type[Input]) -> None:
        super().__init__()
        self.field, self.layouts = field, 0

    def compose(self) -> ComposeResult:
        yield self.field(compact=True)

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self.lay())

    def lay(self) -> None:
        self.layouts += 1


@pytest.mark.parametrize(("field", "layouts"), [(Field, 0), (Input, 3)])
async def test_only_a_field_of_another_kind_has_the_screen_laid_out_at_a_letter(
    field: type[Input], layouts: int
) -> None:
    app = Typing(field)
    async with app.run_test() as pilot:
        line = app.query_one(Input)
        line.focus()
        await until(pilot, lambda: line.has_focus)
        await pilot.pause()
        before = app.layouts
        for number, letter in enumerate("abc", 1):
            await pilot.press(letter)
            await until(pilot, lambda number=number: len(line.value) == number)  # type: ignore[misc]
            await pilot.pause()
        assert app.layouts - before == layouts


async def test_what_does_not_fit_is_scrolled_to_where_one_types() -> None:
    app = Typing(Field)
    async with app.run_test(size=(20, 5)) as pilot:
        line = app.query_one(Field)
        line.focus()
        await until(pilot, lambda: line.has_focus)
        await pilot.press(*"0123456789" * 4, *"end")
        await until(pilot, lambda: "6789end" in line.render_line(0).text)
        await pilot.press("home")
        await until(pilot, lambda: line.render_line(0).text.startswith("0123"))
