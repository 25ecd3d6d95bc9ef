"""Which log of a target is shown, and how it comes to the screen."""

import contextlib
from dataclasses import replace
from functools import partial

from textual.widgets import Select, Static
from textual.worker import Worker, WorkerError

from doctor.diagnosis.result import Diagnosis
from doctor.logs.lines import Lines
from doctor.logs.scanning import Filter
from doctor.logs.wholes import offers_of
from tui.evidence.log_bar import LogBar
from tui.evidence.log_loading import Loading
from tui.evidence.log_locating import Locating, part
from tui.evidence.log_proofs import chosen_of, proofs_of
from tui.evidence.log_rows import Rows
from tui.evidence.log_searching import LogSearching
from tui.evidence.log_status import empty, failed


class LogOpening(LogSearching):
    """What evidence kept of a log is there at once; the whole of it takes its place once that is read."""

    _reading: Worker[None] | None = None

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
            self.wanted = self.view.rows.number(self.view.cursor)
        self.number = number
        self._open()

    def _telling(self) -> int:
        """The first log that proves something."""
        assert self.diagnosis
        report = self.diagnosis.report
        proving = [at for at, one in enumerate(self.offers) if proofs_of(report, one.source)]
        return proving[0] if proving else 0

    def reveal(self, source: str, line: int | None, text: str = "") -> None:
        """Show a line of a log, by its number or else by what it says, and mark what else proves the same."""
        numbers = [at for at, one in enumerate(self.offers) if one.source == source]
        if not numbers:
            self.say(f"{source} is not among the logs that were read")
            return
        if numbers[0] != self.number:
            self.choose(numbers[0])
        assert self.diagnosis
        self.chosen_finding = chosen_of(self.proofs, self.diagnosis.report, line)
        self.mark_proofs()
        if line is not None:
            self.wanted = line
            self.go_to_wanted()
        elif text:
            self.stop_following()
            self.filter(Filter())
            self.wanted = None
            self.seek(part(text))
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
        self.following, self.wanted, self.kept_place = False, None, None
        self.view.cursor = self.view.begin = 0
        self.view.lit = None
        self.view.open(Rows())

    def _open(self) -> None:
        """Load the chosen log."""
        there = self.number is not None
        self.query_one("#log-empty", Static).update(empty(self.diagnosis))
        self.query_one("#log-empty").display = not there
        self.view.display = there
        self.proofs, self.chosen_finding, self.located = (), "", None
        if self.number is None or self.diagnosis is None:
            self.coming = None
            self.workers.cancel_group(self, "log")
            self.view.open(Rows())
            self.tell()
            return
        offer = self.offers[self.number]
        self.proofs = proofs_of(self.diagnosis.report, offer.source)
        self.chosen_finding = chosen_of(self.proofs, self.diagnosis.report, None)
        if self.wanted is None:
            self.wanted = next((one.number for one in self.proofs if one.finding == self.chosen_finding), None)
        self.coming = Loading(offer, self._came)
        if self.following:
            self.coming.followed.set()
        self._reading = self.run_beside(self.coming.run, "log")

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
        self._locate(loading)
        best = self._best(loading)
        if best is not None and best is not self.lines:
            self._swap(best)
        elif self.choice is None or not self.choice.is_behind:
            self.view.grown()
        self._say_why(failed(self))
        self.go_on()
        self.mark_proofs()
        self.go_to_wanted()
        if self.following and self.choice is None:
            self.view.go(len(self.view.rows) - 1)
        answered = self.answered
        self.tell()
        if answered:
            self.answer(answered)

    def _say_why(self, nothing: str) -> None:
        """Where no line can be read, the reason has the place of the lines."""
        if nothing:
            self.query_one("#log-empty", Static).update(nothing)
            if self.view.has_focus:  # a part that is hidden must not have the keys
                self.query_one(Select).focus()
        self.query_one("#log-empty").display = bool(nothing)
        self.view.display = not nothing

    def _best(self, loading: Loading) -> Lines | None:
        """The whole log, once it holds what is looked at; until then what evidence has."""
        whole, kept = loading.whole, loading.kept
        if whole is None or kept is None or not kept.count:
            return whole or kept
        needed = self.wanted or self.view.rows.number(self.view.cursor)
        is_lost = self.located is not None and needed in self.located.missing
        is_there = (whole.count >= needed and not is_lost) or (not loading.moving and not loading.failed)
        return whole if is_there or self.lines is whole else kept

    def _swap(self, lines: Lines) -> None:
        """Other lines of the same log: the cursor stays on the same number."""
        view = self.view
        if self.wanted is None and len(view.rows):
            self.wanted = view.rows.number(view.cursor) if view.cursor else None
        view.open(Rows(lines))
        if self.search is not None:
            self.start_search(self.search.text, is_regex=self.search.is_regex)
        if not self.wish.is_open:
            self.filter(self.wish)

    def _locate(self, loading: Loading) -> None:
        """Look for the proofs in the whole of a log that evidence has not read to its end."""
        log, kept, whole = loading.offer.log, loading.kept, loading.whole
        if log is None or not log.unread or kept is None or whole is None or not self.proofs:
            return
        if self.located is None or self.located.whole is not whole:
            self.located = Locating(kept, whole, (one.number for one in self.proofs))
        if self.located.is_behind:
            self.run_beside(partial(self.located.run, self._came), "log-proof")

    # ---- what is added

    def follow(self) -> None:
        """Show what is added, as it is added; where nothing can be added, say why."""
        coming = self.coming
        if coming is None:
            self.tell()
        elif coming.offer.whole is None:
            self.answer("nothing is added to a log that was kept; run the diagnosis again (r) to read it anew")
        elif coming.offer.whole.previous:
            self.answer("nothing is added to the log of a run that has ended")
        elif coming.failed:
            self.answer(f"nothing is added to it: {coming.note}")
        else:
            if self.wish.run is not None:
                self.filter(replace(self.wish, run=None))  # nothing is added to one run but the last, and others follow
            self.following, self.wanted, self.kept_place = True, None, None
            coming.followed.set()
            self.view.go(len(self.view.rows) - 1)
            self.tell()

    def stop_following(self) -> None:
        """Stay where one is."""
        self.following = False
        if self.coming is not None:
            self.coming.followed.clear()
