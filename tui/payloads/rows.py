"""A list of rows that are drawn anew without losing the place."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Rows(OptionList):
    """An option list for texts of strangers. `fill` tells nobody of a highlight that only moved with the rows.

    `choice`: one row is the chosen one, and has a sign.
    """

    def __init__(self, *, id: str, title: str, tooltip: str, choice: bool = True) -> None:  # Textual's word
        super().__init__(id=id, markup=False, compact=True)
        self.border_title = title
        self.tooltip = tooltip
        self._choice = choice

    def fill(self, rows: Sequence[Content], chosen: int | None, *, dead: Sequence[int] = ()) -> None:
        """Show these rows, `chosen` highlighted; `dead` ones cannot be."""
        top = self.scroll_offset.y
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(
                [Option(self._marked(row, number, chosen), disabled=number in dead) for number, row in enumerate(rows)]
            )
            self.highlighted = chosen
        self.scroll_to(y=top, animate=False)
        if chosen is not None:
            self.call_after_refresh(self.scroll_to_highlight)

    def _marked(self, row: Content, number: int, chosen: int | None) -> Content:
        if not self._choice:
            return row
        return Content.assemble("› " if number == chosen else "  ", row)
