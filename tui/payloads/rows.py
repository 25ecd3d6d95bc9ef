"""A list of rows that are drawn anew without losing the place."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Rows(OptionList):
    """An option list for texts of strangers. `fill` tells nobody of a highlight that only moved with the rows."""

    def __init__(self, *, id: str, title: str, tooltip: str) -> None:  # Textual's word
        super().__init__(id=id, markup=False, compact=True)
        self.border_title = title
        self.tooltip = tooltip

    def fill(self, rows: Sequence[Content], chosen: int | None, *, dead: Sequence[int] = ()) -> None:
        """Show these rows, `chosen` highlighted; `dead` ones cannot be."""
        top = self.scroll_offset.y
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options([Option(row, disabled=number in dead) for number, row in enumerate(rows)])
            self.highlighted = chosen
        self.scroll_to(y=top, animate=False)
        if chosen is not None:
            self.call_after_refresh(self.scroll_to_highlight)
