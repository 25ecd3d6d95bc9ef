"""A pane that is one table: a summary, a filter, the rows, and the chosen row in full."""

from functools import partial
from importlib import import_module
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static, Tabs

from doctor.diagnosis.result import Diagnosis
from doctor.exploring.table import Nothing, Row, Table, matching
from tui.apart import apart
from tui.beside import beside
from tui.evidence.filter_line import FilterLine, Words
from tui.evidence.row_list import RowList
from tui.surviving import Surviving

NOBODY = Nothing("Nothing has been diagnosed yet.", "Press 1 and choose a target.")
AT_WORK = Nothing("One moment ...", "")


class TablePane(Surviving, Vertical):
    """`maker` names the function of doctor.exploring that makes the table: `packages:packages`."""

    DEFAULT_CSS = """
    TablePane > #summary { height: auto; max-height: 3; padding: 0 2; }
    TablePane > #nothing { display: none; padding: 1 2; }
    TablePane > VerticalScroll { height: 20%; min-height: 3; max-height: 12; border-top: solid $panel; padding: 0 2; }
    TablePane.-nothing > * { display: none; }
    TablePane.-nothing > #nothing { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with certain words"),
        Binding("t", "troubled", "Only problems", id="table.troubled", tooltip="Only rows with an error or a warning"),
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
        self.table: Table | Nothing = NOBODY
        self.troubled = False
        self._diagnosis: Diagnosis | None = None
        self._made_of: Diagnosis | None = None
        self._wanted = ""
        self._keys_wanted = False

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
            yield Static(id="detail", markup=False)

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self._draw()

    # ---- the table

    def show(self, diagnosis: Diagnosis | None, *, hint: str = "") -> None:
        """Show what a diagnosis saw. The table is made beside the screen; what was shown stays until it is there."""
        if diagnosis is None:
            self._diagnosis = self._made_of = None
            self._put(Nothing(hint or NOBODY.reason, "" if hint else NOBODY.remedy))
        elif diagnosis is not self._diagnosis:
            self._diagnosis = diagnosis
            if isinstance(self.table, Nothing):
                self.table = AT_WORK
                self._draw()
            beside(self, partial(self._made, diagnosis), what=f"show {self.id}", group="table")

    async def _made(self, diagnosis: Diagnosis) -> None:
        try:
            table = await apart(partial(_make, self.maker, diagnosis))
        except TimeoutError:
            table = Nothing("making the table took more than a minute", "Press r to look again.")
        except Exception:
            self._put(Nothing("This could not be shown: an error in doctor, not in your service.", ""))
            raise
        if diagnosis is self._diagnosis:
            self._made_of = diagnosis
            self._put(table)

    def _put(self, table: Table | Nothing) -> None:
        self.table = table
        if isinstance(table, Table):
            self.rows.lay(table.columns, table.rows)
            if not table.sortable:
                self.rows.sorted_by = None
        self._draw()
        if self._wanted:
            self.reveal(self._wanted)

    def take_keys(self) -> None:
        """The rows get the keys, at once or when they are there; until then the tabs have them."""
        self._keys_wanted = isinstance(self.table, Nothing)
        if self._keys_wanted:
            self.screen.query_one(Tabs).focus()
        else:
            self.rows.focus()

    def _draw(self) -> None:
        table = self.table
        self.set_class(isinstance(table, Nothing), "-nothing")
        if isinstance(table, Nothing):
            text = "\n\n".join(part for part in (table.reason, table.remedy) if part)
            self.query_one("#nothing", Static).update(text)
            return
        summary = self.query_one("#summary", Static)
        summary.display = bool(table.summary)
        summary.update(table.summary)
        line = self.query_one(FilterLine)
        shown = matching(table.rows, line.words, troubled=self.troubled)
        rows = self.rows
        if rows.sorted_by is not None:
            by = rows.sorted_by
            shown.sort(key=lambda row: row.cells[by].casefold(), reverse=rows.reverse)
        line.count(len(shown), len(table.rows), ", only problems (t shows all)" if self.troubled else "")
        if self._keys_wanted and isinstance(self.screen.focused, Tabs):
            self._keys_wanted = False
            rows.focus()
        rows.show(shown, empty="no row has these words" if line.words else "no problem here" if self.troubled else "")

    # ---- what keys and clicks do

    @on(Input.Changed)
    def _filtered(self) -> None:
        self._draw()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.rows.focus()

    def action_filter(self) -> None:
        """Type words."""
        self.query_one(Words).focus()

    def action_troubled(self) -> None:
        """Show only what is wrong, or all."""
        self.troubled = not self.troubled
        self._draw()

    def action_sort(self) -> None:
        """Sort by the next column; after the last one, in the order that the table has."""
        if isinstance(self.table, Table) and self.table.sortable:
            rows = self.rows
            after = 0 if rows.sorted_by is None else rows.sorted_by + 1
            rows.sorted_by, rows.reverse = (after if after < len(self.table.columns) else None), False
            self._draw()
        elif isinstance(self.table, Table):
            self.app.notify("its order is that of time", markup=False)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.rows.reverse = not self.rows.reverse
        self._draw()

    @on(RowList.Titled)
    def _titled(self, event: RowList.Titled) -> None:
        if isinstance(self.table, Table) and self.table.sortable:
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

    def reveal(self, text: str) -> None:
        """Choose the row that a text speaks of, now or when the table is there."""
        self._wanted = text
        if not isinstance(self.table, Table) or self._made_of is not self._diagnosis:
            return
        self._wanted = ""
        named = [n for n, row in enumerate(self.rows.rows) if any(len(c) > 3 and c in text for c in row.cells)]
        if named:
            self.rows.go(named[0])


def in_full(row: Row | None) -> str:
    """A row with nothing cut off."""
    if row is None:
        return ""
    place = f"{row.place[0]}{f':{row.place[1]}' if row.place[1] else ''}  (Enter opens it)" if row.place else ""
    return "\n".join(part for part in ("  ".join(filter(None, row.cells)), row.detail, place) if part)


def _make(maker: str, diagnosis: Diagnosis) -> Table | Nothing:
    """Call the function; what it needs is imported now, away from the screen."""
    module, _, name = maker.partition(":")
    function = getattr(import_module(f"doctor.exploring.{module}"), name)
    evidence = diagnosis.evidence
    if evidence is None:
        return Nothing("This report was saved without its evidence.", "Save a bundle (b) to keep evidence, too.")
    made: Table | Nothing = function(evidence, diagnosis.call) if name == "variables" else function(evidence)
    return made
