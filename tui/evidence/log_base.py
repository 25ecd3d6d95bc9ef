"""Which log of a target is shown, how it comes to the screen, and where one is in it."""

import asyncio
import contextlib
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Select, Static
from textual.worker import Worker, WorkerError

from checks.evidence import Log
from doctor.diagnosis.result import Diagnosis
from doctor.logs.lines import Lines, RecordedLines
from doctor.logs.scanning import Filter, find, searched, span_of
from doctor.logs.wholes import Offer, offers_of
from tui.beside import Job, beside
from tui.evidence.log_bar import LogAsk, LogBar
from tui.evidence.log_finding import Choice, Search
from tui.evidence.log_loading import Loading, steps
from tui.evidence.log_proofs import Proof, chosen_of, proofs_of
from tui.evidence.log_rows import Rows
from tui.evidence.log_status import chips, empty, status
from tui.evidence.log_view import LogView
from tui.surviving import Surviving

MOST_LOCATED = 50  # proofs that are looked for by their texts
SHORTEST = 8  # characters; less is found everywhere


class LogBase(Surviving, Vertical):
    """Which log is shown, and how it comes; `LogPane` adds what keys do."""

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
        self._chosen = ""
        self._wanted: int | None = None
        self._arrived = True
        self._can: object = None
        self._reading: Worker[None] | None = None
        self._elsewhere: dict[int, int] = {}

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

    # ---- which log

    def show(self, diagnosis: Diagnosis | None) -> None:
        """Show the logs of a diagnosis: the same one as before where it is still among them."""
        if diagnosis is self.diagnosis:
            return
        before = self.offers[self.number].source if self.number is not None else ""
        self.diagnosis = diagnosis
        self.offers = offers_of(diagnosis) if diagnosis else ()
        sources = [one.source for one in self.offers]
        number = sources.index(before) if before in sources else self._telling() if sources else None
        self.query_one(LogBar).offer(sources, number)
        if before not in sources:
            self._forget()
        elif self.lines is not None:
            self._wanted = self.view.rows.number(self.view.cursor)
        self.number = number
        self._open()

    def _telling(self) -> int:
        """The first log that proves something."""
        assert self.diagnosis
        report = self.diagnosis.report
        proving = [at for at, one in enumerate(self.offers) if proofs_of(report, one.source)]
        return proving[0] if proving else 0

    def reveal(self, source: str, line: int | None) -> None:
        """Show a line of a log, and mark what else proves the same."""
        numbers = [at for at, one in enumerate(self.offers) if one.source == source]
        if not numbers:
            self.say(f"{source} is not among the logs that were read")
            return
        if numbers[0] != self.number:
            self.choose(numbers[0])
        assert self.diagnosis
        self._chosen = chosen_of(self.proofs, self.diagnosis.report, line)
        self._mark()
        if line is not None:
            self._wanted = line
            self._go_to_wanted()
        self.view.focus()

    def choose(self, number: int) -> None:
        """Show another log."""
        with self.prevent(Select.Changed):
            self.query_one(Select).value = number
        self._forget()
        self.number = number
        self._open()

    def _forget(self) -> None:
        self.wish, self.choice, self.search = Filter(), None, None
        self.following, self._wanted = False, None
        self.view.cursor = self.view.begin = 0
        self.view.lit = None
        self.view.open(Rows())

    def _open(self) -> None:
        """Load the chosen log."""
        there = self.number is not None
        self.query_one("#log-empty", Static).update(empty(self.diagnosis))
        self.query_one("#log-empty").display = not there
        self.view.display = there
        self.proofs, self._chosen, self._elsewhere = (), "", {}
        if self.number is None or self.diagnosis is None:
            self.coming = None
            self.workers.cancel_group(self, "log")
            self.view.open(Rows())
            self.tell()
            return
        offer = self.offers[self.number]
        self.proofs = proofs_of(self.diagnosis.report, offer.source)
        self._chosen = chosen_of(self.proofs, self.diagnosis.report, None)
        if self._wanted is None:
            self._wanted = next((one.number for one in self.proofs if one.finding == self._chosen), None)
        self.coming = Loading(offer, self._came)
        if self.following:
            self.coming.followed.set()
        self._work(self.coming.run, "log")

    def _work(self, job: Job, group: str) -> None:
        """Do it beside the screen; what fails is said in the log's own line."""

        def tell(error: Exception) -> None:
            self.say(f"the log could not be read: {type(error).__name__}: {error}")

        worker = beside(self, job, what="read the log", group=group, tell=tell)
        if group == "log":
            self._reading = worker

    async def on_unmount(self) -> None:
        """The process that reads a log ends before the screen does."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(WorkerError):
                await self._reading.wait()

    # ---- more of it

    def _came(self) -> None:
        """There is more of the log, or something to tell."""
        loading = self.coming
        if loading is None or not self.is_attached:
            return
        self.following = self.following and not loading.failed  # nothing is added any more
        best = self._best(loading)
        if best is not None and best is not self.lines:
            self._swap(best)
        elif self.choice is not None and self.choice.is_behind:
            self._work(partial(self.choice.run, self._chose), "log-filter")
        else:
            self.view.grown()
        if self.search is not None and self.search.is_behind:
            self._work(partial(self.search.run, self._searched), "log-search")
        self._mark()
        self._go_to_wanted()
        if self.following and self.choice is None:
            self.view.go(len(self.view.rows) - 1)
        self.tell()

    def _best(self, loading: Loading) -> Lines | None:
        """The whole log, once it holds what is looked at; until then what evidence has."""
        whole, kept = loading.whole, loading.kept
        if whole is None or kept is None or not kept.count:
            return whole or kept
        needed = self._wanted or self.view.rows.number(self.view.cursor)
        is_there = whole.count >= needed or (not loading.moving and not loading.failed)
        return whole if is_there or self.lines is whole else kept

    def _swap(self, lines: Lines) -> None:
        """Other lines of the same log: the cursor stays on the same number."""
        view = self.view
        if self._wanted is None and len(view.rows):
            self._wanted = view.rows.number(view.cursor) if view.cursor else None
        view.open(Rows(lines))
        if self.search is not None:
            self.start_search(self.search.text, is_regex=self.search.is_regex)
        if not self.wish.is_open:
            self.filter(self.wish)
        log = self.offers[self.number].log if self.number is not None else None
        if log and log.unread and self.coming and lines is self.coming.whole:
            self._work(partial(self._locate, lines, log), "log-proof")

    def _go_to_wanted(self) -> None:
        """Go where somebody wants to be, as soon as that is there."""
        lines, loading, number = self.lines, self.coming, self._wanted
        if number is None or lines is None or loading is None or not lines.count:
            return
        is_whole = lines is loading.whole
        if is_whole and loading.moving and lines.number(lines.count - 1) < number:
            return
        if is_whole or not loading.moving:
            self._wanted = None
        place = self._place(number)
        if not self.view.rows.has(place):
            self.wish, self.choice = Filter(), None
            self.view.open(Rows(lines))
        self.view.go(self.view.rows.row(place), middle=True)

    def _place(self, number: int) -> int:
        """Where the line with a number of evidence stands in what is shown."""
        assert self.lines is not None
        if self.coming and self.lines is self.coming.whole and number in self._elsewhere:
            return self._elsewhere[number]
        return self.lines.place(number)

    def is_at(self, number: int) -> bool:
        """Whether the cursor stands on the line with a number of evidence."""
        return self.view.rows.place(self.view.cursor) == self._place(number)

    def _mark(self) -> None:
        """Mark the proving lines that are there."""
        lines = self.lines
        found: dict[int, int] = {}
        if lines is not None and lines.count:
            last = lines.number(lines.count - 1)
            for one in self.proofs:
                place = self._place(one.number)
                if one.number <= last or one.number in self._elsewhere:
                    weight = 2 if one.finding == self._chosen else 1
                    found[place] = max(weight, found.get(place, 0))
        if found != self.view.proofs:
            self.view.proofs = found
            self.view.grown()

    async def _locate(self, lines: Lines, log: Log) -> None:
        """Find the proofs by their texts: of a log that was not read to its end the numbers say nothing."""
        kept = await asyncio.to_thread(RecordedLines, log)
        texts = {one.number: kept.read(kept.place(one.number), 1)[0].text[:200] for one in self.proofs[:MOST_LOCATED]}
        for number, text in texts.items():
            if len(text.strip()) < SHORTEST:
                continue
            async for some in steps(find(lines, searched(text, is_regex=False))):
                if some:
                    self._elsewhere[number] = some[0]
                    self._mark()
                    break

    # ---- what is left of it

    def filter(self, wish: Filter) -> None:
        """Show only what a filter leaves."""
        lines, view = self.lines, self.view
        if lines is None:
            return
        if self._wanted is None:
            self._wanted = view.rows.number(view.cursor)
        self.wish = wish
        if wish.is_open:
            self.choice = None
            self.workers.cancel_group(self, "log-filter")
            view.open(Rows(lines))
            self._go_to_wanted()
        else:
            self.choice = Choice(lines, wish)
            view.open(Rows(lines, self.choice.kept))
            self._work(partial(self.choice.run, self._chose), "log-filter")
        self.tell()

    def _chose(self) -> None:
        """More lines were found that the filter leaves."""
        view, choice = self.view, self.choice
        if choice is None or self.lines is not choice.lines:
            return
        view.grown()
        if self.following:
            view.go(len(view.rows) - 1)
        elif self._wanted is not None and choice.kept:
            place = choice.lines.place(self._wanted)
            view.go(view.rows.row(place), middle=True)
            if choice.kept[-1] >= place or not choice.running:
                self._wanted = None
        self.tell()

    def start_search(self, text: str, *, is_regex: bool = False, origin: int | None = None) -> None:
        """Search, and go to the first hit at or behind `origin`. Raises ConfigError for what is no pattern."""
        lines, view = self.lines, self.view
        if lines is None:
            return
        if not text:
            self.stop_search()
            return
        place = view.rows.place(view.cursor) if len(view.rows) else 0
        self.search = Search(lines, searched(text, is_regex=is_regex), text, place if origin is None else origin)
        self.search.is_regex = is_regex
        self._arrived = origin is None
        view.lit = span_of(text, is_regex=is_regex)
        self._work(partial(self.search.run, self._searched), "log-search")
        view.grown()

    def stop_search(self) -> None:
        """Nothing is searched any more."""
        self.search = None
        self.workers.cancel_group(self, "log-search")
        self.view.lit = None
        self.view.grown()
        self.tell()

    def _searched(self) -> None:
        """More was found."""
        search = self.search
        if search is None or search.lines is not self.lines:
            return
        if not self._arrived and len(search.hits):
            place = search.hits.next(search.origin - 1, 1, self.view.rows.has)
            if place is not None:
                self._arrived = True
                self.view.go(self.view.rows.row(place), middle=True)
        self.tell()

    def say(self, text: str) -> None:
        """Tell something once, in the status line."""
        self.query_one("#log-status", Static).update(text, layout=False)

    def tell(self) -> None:
        """Say where one is, and how the log stands."""
        chips(self)
        self.say(status(self))
        can = (self.lines is not None, bool(self.proofs), self.search is not None, len(self.offers) > 1)
        streams = (self.lines.has_streams, len(self.lines.starts) > 0) if self.lines else ()
        if (can, streams) != self._can:  # keys are drawn anew only when others are there
            self._can = (can, streams)
            self.refresh_bindings()
