"""A pane that lists something of a diagnosis: made beside the screen, filtered by words, or the reason for nothing."""

from functools import partial
from typing import Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static, Tabs

from doctor.diagnosis.result import Diagnosis
from doctor.exploring.table import Nothing, Row
from tui.beside import beside
from tui.evidence.filter_line import FilterLine, Words
from tui.evidence.row_list import RowList
from tui.surviving import Surviving
from tui.threads import in_thread

Made = TypeVar("Made")

NOBODY = Nothing("Nothing has been diagnosed yet.", "Press 1 and choose a target.")
AT_WORK = Nothing("One moment ...", "")
UNKEPT = Nothing("This report was saved without its evidence.", "Save a bundle (b) to keep evidence, too.")
BROKEN = Nothing("This could not be shown: an error in doctor, not in your service.", "")
LONGEST = 60  # seconds


class ListedPane(Surviving, Vertical, Generic[Made]):
    """`made` is what a diagnosis saw, or why that is nothing; what was shown stays until it is there.

    A subclass makes it (`make`), lays and filters its rows, and goes to those that somebody asked for (`go_on`).
    """

    DEFAULT_CSS = """
    ListedPane > #nothing { display: none; padding: 1 2; }
    ListedPane.-nothing > * { display: none; }
    ListedPane.-nothing > #nothing { display: block; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, name=id.removesuffix("-pane"))
        self.made: Made | Nothing = NOBODY
        self.diagnosis: Diagnosis | None = None
        self.troubled = False
        self._made_of: Diagnosis | None = None
        self._keys_wanted = False

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def words(self) -> str:
        """What the rows are filtered by."""
        return self.query_one(FilterLine).words

    @property
    def is_current(self) -> bool:
        """Whether what is shown is what the last diagnosis saw."""
        return self.diagnosis is not None and self._made_of is self.diagnosis

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self._draw()

    # ---- what a pane says of itself

    def make(self, diagnosis: Diagnosis) -> Made | Nothing:
        """What is to be listed; away from the screen."""
        raise NotImplementedError

    def lay(self, made: Made) -> None:
        """Take all of it."""
        raise NotImplementedError

    def filter(self) -> None:
        """Show what the filter leaves."""
        raise NotImplementedError

    def go_on(self) -> None:
        """All is there: go where somebody wanted to be."""

    # ---- what is shown

    def show(self, diagnosis: Diagnosis | None, *, hint: str = "") -> None:
        """Show what a diagnosis saw; `hint` tells why there is none."""
        if diagnosis is None:
            self.diagnosis = self._made_of = None
            self._take(Nothing(hint, "") if hint else NOBODY)
        elif diagnosis is not self.diagnosis:
            self.diagnosis = diagnosis
            if isinstance(self.made, Nothing):
                self._take(AT_WORK)
            self.make_anew()

    def make_anew(self) -> None:
        """Look once more at what the diagnosis saw."""
        if self.diagnosis is not None:
            beside(self, partial(self._making, self.diagnosis), what=f"show {self.name}", group="making")

    async def _making(self, diagnosis: Diagnosis) -> None:
        try:
            made = await in_thread(partial(self.make, diagnosis), seconds=LONGEST)
        except TimeoutError:
            made = Nothing(f"This took more than {LONGEST} seconds.", "Press r to look again.")
        except Exception:
            self._take(BROKEN)
            raise
        if diagnosis is self.diagnosis:
            self._made_of = diagnosis
            self._take(made)
            self.go_on()

    def _take(self, made: Made | Nothing) -> None:
        self.made = made
        if not isinstance(made, Nothing):
            self.lay(made)
        self._draw()

    def _draw(self) -> None:
        made = self.made
        self.set_class(isinstance(made, Nothing), "-nothing")
        if isinstance(made, Nothing):
            text = "\n\n".join(part for part in (made.reason, made.remedy) if part)
            self.query_one("#nothing", Static).update(text)
            return
        if self._keys_wanted and isinstance(self.screen.focused, Tabs):
            self._keys_wanted = False
            self.rows.focus()
        self.filter()

    def left(self, *, problems: str) -> list[Row]:
        """The rows that the filter leaves, and how many beside it; `problems` where only those are shown."""
        line, every = self.query_one(FilterLine), self.rows.every
        shown = every.matching(line.words, troubled=self.troubled)
        line.count(len(shown), len(every), problems if self.troubled else "")
        return shown

    # ---- keys

    def take_keys(self) -> None:
        """The list gets the keys, at once or when it is there; until then the tabs have them."""
        self._keys_wanted = isinstance(self.made, Nothing)
        (self.screen.query_one(Tabs) if self._keys_wanted else self.rows).focus()

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


def filter_keys(part: str, rows: str, problem: str) -> list[BindingType]:
    """The keys of the filter; `part` begins their ids."""
    return [
        Binding("slash", "filter", "Filter", id=f"{part}.filter", tooltip=f"Show only {rows} with certain words"),
        Binding("t", "troubled", "Only problems", id=f"{part}.troubled", tooltip=f"Only {rows} with {problem}"),
    ]
