"""One log on the screen: its lines, where one is in them, and which of them prove something."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker

from doctor.diagnosis.result import Diagnosis
from doctor.logs.lines import Lines
from doctor.logs.scanning import Filter
from doctor.logs.wholes import Offer
from tui.beside import Job, beside
from tui.evidence.log_bar import LogAsk, LogBar
from tui.evidence.log_loading import Loading
from tui.evidence.log_locating import Locating
from tui.evidence.log_proofs import Proof
from tui.evidence.log_rows import Rows
from tui.evidence.log_scans import Choice, Search
from tui.evidence.log_status import chips, status
from tui.evidence.log_view import LogView
from tui.surviving import Surviving

NOWHERE = -1  # no place


class LogBase(Surviving, Vertical):
    """The lowest of four layers, each of which knows those below it and none above.

    `LogBase`: the lines, and where one is in them. `LogSearching`: filter and search. `LogOpening`: which log it is,
    and how it comes. `LogPane`: keys and mouse. What a layer offers to the next one has no underscore.

    `coming` is the log, `wish` and `choice` are what a filter leaves of it. `wanted` is the line where somebody wants
    to be as soon as it is there, `kept_place` the place that a filter is to leave in sight, `chosen_finding` the one
    whose proofs are looked at. `located` tells where proofs stand in a whole log of which evidence has parts.
    """

    DEFAULT_CSS = """
    LogBase { height: 1fr; }
    LogBase > #log-status {
        height: 1; background: $panel; color: $text-muted; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    LogBase > #log-empty { height: 1fr; padding: 1 2; color: $text-muted; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.diagnosis: Diagnosis | None = None
        self.offers: tuple[Offer, ...] = ()
        self.number: int | None = None
        self.coming: Loading | None = None
        self.wish = Filter()
        self.choice: Choice | None = None
        self.search: Search | None = None
        self.proofs: tuple[Proof, ...] = ()
        self.following = False
        self.chosen_finding = ""
        self.located: Locating | None = None
        self.wanted: int | None = None
        self.kept_place: int | None = None
        self._can: object = None
        self.answered = ""  # what stands in the status line in place of the status

    def compose(self) -> ComposeResult:
        """Chooser, lines, status; the line to type in comes when it is asked for."""
        yield LogBar()
        yield LogView()
        yield Static(id="log-empty", markup=False)
        yield LogAsk()
        yield Static(id="log-status", markup=False)

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    @property
    def lines(self) -> Lines | None:
        """The log that is shown."""
        return self.view.rows.lines

    def run_beside(self, job: Job, group: str) -> Worker[None]:
        """Do it beside the screen; what fails is said in the log's own line."""

        def tell(error: Exception) -> None:
            self.say(f"the log could not be read: {type(error).__name__}: {error}")

        return beside(self, job, what="read the log", group=group, tell=tell)

    # ---- where one is

    def go_to_wanted(self) -> None:
        """Go where somebody wants to be, as soon as that is there."""
        lines, loading, number = self.lines, self.coming, self.wanted
        if number is None or lines is None or loading is None or not lines.count:
            return
        is_whole = lines is loading.whole
        if is_whole and loading.moving and lines.number(lines.count - 1) < number:
            return
        place = self.place_of(number)
        if place == NOWHERE and (loading.moving or (self.located and self.located.is_at_work)):
            return
        if is_whole or not loading.moving:
            self.wanted = None
        if place == NOWHERE:
            self.say("this line was not found in the whole log")
            return
        if not self.view.rows.has(place):
            self.wish, self.choice = Filter(), None
            self.view.open(Rows(lines))
        self.view.go(self.view.rows.row(place), middle=True)

    def place_of(self, number: int) -> int:
        """Where the line with a number of evidence stands in what is shown; NOWHERE: that is not known (yet)."""
        assert self.lines is not None
        located = self.located
        if located is not None and self.lines is located.whole:
            if number in located.missing:
                return NOWHERE
            if number in located.places:
                return located.places[number]
        return self.lines.place(number)

    def is_at(self, number: int) -> bool:
        """Whether the cursor stands on the line with a number of evidence."""
        return self.view.rows.place(self.view.cursor) == self.place_of(number)

    # ---- what it proves

    def mark_proofs(self) -> None:
        """Mark the proving lines that are there."""
        lines = self.lines
        found: dict[int, int] = {}
        if lines is not None and lines.count:
            last = lines.number(lines.count - 1)
            for one in self.proofs:
                place = self.place_of(one.number)
                is_located = self.located is not None and one.number in self.located.places
                if place != NOWHERE and (one.number <= last or is_located):
                    weight = 2 if one.finding == self.chosen_finding else 1
                    found[place] = max(weight, found.get(place, 0))
        if found != self.view.proofs:
            self.view.proofs = found
            self.view.grown()

    # ---- what is said of it

    def say(self, text: str) -> None:
        """Tell something once, in the status line."""
        self.query_one("#log-status", Static).update(text, layout=False)

    def answer(self, text: str) -> None:
        """Tell a person something that stays until the next key, also while more of the log comes."""
        self.say(text)
        self.answered = text

    def tell(self) -> None:
        """Say where one is, and how the log stands."""
        self.answered = ""
        chips(self)
        self.say(status(self))
        can = (self.lines is not None, bool(self.proofs), self.search is not None, len(self.offers) > 1)
        streams = (self.lines.has_streams, len(self.lines.starts) > 0) if self.lines else ()
        if (can, streams) != self._can:  # keys are drawn anew only when others are there
            self._can = (can, streams)
            self.refresh_bindings()
