"""A pane that is one table: a summary, a filter, the rows, and the chosen row in full."""

from importlib import import_module
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from doctor.diagnosis.result import Diagnosis
from doctor.exploring.table import Nothing, Row, Table
from tui.evidence.filter_line import FilterLine
from tui.evidence.listed_pane import UNKEPT, ListedPane, filter_keys
from tui.evidence.row_list import RowList
from tui.without_layout import Steady


class TablePane(ListedPane[Table]):
    """`maker` names the function of doctor.exploring that makes the table: `packages:packages`."""

    DEFAULT_CSS = """
    TablePane > #summary { height: auto; max-height: 3; padding: 0 2; }
    TablePane > VerticalScroll { height: 20%; min-height: 3; max-height: 12; border-top: solid $panel; padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *filter_keys("table", "rows", "an error or a warning"),
        Binding("s", "sort", "Sort", id="table.sort", tooltip="Sort by the next column; a click on a title does, too"),
        Binding("S", "reverse", "Reverse", id="table.reverse", show=False, tooltip="Turn the order round"),
    ]

    class Led(Message):
        """A row leads to a file and line."""

        def __init__(self, path: str, line: int | None) -> None:
            super().__init__()
            self.path, self.line = path, line

    def __init__(self, maker: str, *, id: str) -> None:
        super().__init__(id=id)
        self.maker = maker
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """All parts; which of them show depends on whether there is anything."""
        yield Static(id="nothing", markup=False)
        yield Static(id="summary", markup=False)
        yield FilterLine()
        rows = RowList()
        rows.tooltip = None
        yield rows
        with VerticalScroll(can_focus=True) as detail:
            detail.tooltip = "The chosen row in full"
            yield Steady(id="detail", markup=False)

    @property
    def table(self) -> Table | Nothing:
        """The table, or why there is none."""
        return self.made

    # ---- the table

    def make(self, diagnosis: Diagnosis) -> Table | Nothing:
        """Call the function; what it needs is imported now, away from the screen."""
        module, _, name = self.maker.partition(":")
        function = getattr(import_module(f"doctor.exploring.{module}"), name)
        evidence = diagnosis.evidence
        if evidence is None:
            return UNKEPT
        made: Table | Nothing = function(evidence, diagnosis.call) if name == "variables" else function(evidence)
        return made

    def lay(self, made: Table) -> None:
        """Columns, and what the rows come down to."""
        self.rows.lay(made.columns, made.rows)
        if not made.sortable:
            self.rows.sorted_by = None
        summary = self.query_one("#summary", Static)
        summary.display = bool(made.summary)
        summary.update(made.summary)

    def filter(self) -> None:
        """Show what is left, in the order that was asked for."""
        shown, rows = self.left(problems=", only problems (t shows all)"), self.rows
        if rows.sorted_by is not None:
            by = rows.sorted_by
            shown.sort(key=lambda row: row.cells[by].casefold(), reverse=rows.reverse)
        rows.show(shown, empty="no row has these words" if self.words else "no problem here" if self.troubled else "")

    def reveal(self, text: str) -> None:
        """Choose the row that a text speaks of, now or when the table is there."""
        self._wanted = text
        if self.is_current:
            self.go_on()

    def go_on(self) -> None:
        """Choose the row that was asked for."""
        if isinstance(self.made, Nothing):
            return
        text, self._wanted = self._wanted, ""
        named = [n for n, row in enumerate(self.rows.rows) if any(len(c) > 3 and c in text for c in row.cells)]
        if named:
            self.rows.go(named[0])

    # ---- what keys and clicks do

    def action_sort(self) -> None:
        """Sort by the next column; after the last one, in the order that the table has."""
        if isinstance(self.made, Table) and self.made.sortable:
            rows = self.rows
            after = 0 if rows.sorted_by is None else rows.sorted_by + 1
            rows.sorted_by, rows.reverse = (after if after < len(self.made.columns) else None), False
            self._draw()
        elif isinstance(self.made, Table):
            self.app.notify("its order is that of time", markup=False)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.rows.reverse = not self.rows.reverse
        self._draw()

    @on(RowList.Titled)
    def _titled(self, event: RowList.Titled) -> None:
        if isinstance(self.made, Table) and self.made.sortable:
            self.rows.reverse = self.rows.sorted_by == event.column and not self.rows.reverse
            self.rows.sorted_by = event.column
            self._draw()

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        detail = self.query_one(VerticalScroll)
        detail.scroll_home(animate=False)
        self.query_one("#detail", Static).update(in_full(event.row))

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        if event.row.place:
            self.post_message(self.Led(*event.row.place))
        else:
            self.query_one(VerticalScroll).focus()


def in_full(row: Row | None) -> str:
    """A row with nothing cut off."""
    if row is None:
        return ""
    place = f"{row.place[0]}{f':{row.place[1]}' if row.place[1] else ''}  (Enter opens it)" if row.place else ""
    return "\n".join(part for part in ("  ".join(filter(None, row.cells)), row.detail, place) if part)
