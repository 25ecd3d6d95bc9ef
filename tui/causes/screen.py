"""The screen `causes`: how the diagnosis goes, what it found, ranked, and the proof and fix of each."""

import asyncio
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from checks.finding import Finding, Quote
from doctor.diagnosis.result import Diagnosis
from tui.causes.chooser import Chooser, ChooserModal, neighbour
from tui.causes.destinations import check_of, proof_of
from tui.causes.detail import Detail
from tui.causes.detail_page import Explain
from tui.causes.explanation import Explanation
from tui.causes.findings_pane import FindingsPane
from tui.causes.keys import HELP, KEYS, useless
from tui.causes.rows import Listing
from tui.causes.situation import Situation
from tui.causes.standing import MANY, listed, news, standing
from tui.causes.steps import now
from tui.footer import KeyLine
from tui.heading import Heading
from tui.screen import DoctorScreen
from tui.state import State


class CausesScreen(DoctorScreen):
    """Steps, then the list of findings and the detail of the highlighted one."""

    HELP = HELP
    CSS_PATH = "causes.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (9, "-low"), (18, "-high")]
    BINDINGS = KEYS

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[Diagnosis | None, Diagnosis | None] = (None, None)
        self._useless = useless(State())
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Heading, target, steps, list and detail, standing, keys."""
        yield Heading()
        yield Chooser(id="chooser")
        yield Situation(id="situation")
        yield Static(id="news", markup=False)
        yield FindingsPane(id="body")
        yield Static(id="standing", markup=False)
        yield KeyLine("open", "fix")

    def on_mount(self) -> None:
        """Seconds count only while something runs."""
        self._timer = self.set_interval(0.25, self._draw_progress, pause=True)
        super().on_mount()

    def on_screen_suspend(self) -> None:
        """Nobody looks."""
        if self._timer:
            self._timer.pause()

    # ---- drawing

    @property
    def _pane(self) -> FindingsPane:
        return self.query_one(FindingsPane)

    @property
    def finding(self) -> Finding | None:
        """The highlighted finding; on the verdict and on the head of the causes, the first cause."""
        found = self._pane if self._is_there else None
        row = found.list.row if found is not None and found.listing is not None else None
        if row is None or row.kind == "verdict" or row.key == "section causes":
            return super().finding
        return row.finding

    def show(self) -> None:
        """Draw what changed."""
        state = self.state
        self.query_one(Heading).show()
        diagnosis, before = state.diagnosis, state.before
        if self._drawn[0] is not diagnosis or self._drawn[1] is not before:
            self._drawn = diagnosis, before
            self._renew(diagnosis, before)
        self.query_one(Chooser).show(state)
        self._draw_progress()
        if self._timer:
            (self._timer.resume if state.running else self._timer.pause)()
        if self._useless != (now_useless := useless(state)):
            self._useless = now_useless
            self.refresh_bindings()

    def _renew(self, diagnosis: Diagnosis | None, before: Diagnosis | None) -> None:
        if diagnosis is None:
            self._take(None)
        elif len(diagnosis.report.findings) < MANY:
            self._take(listed(diagnosis, before, self.state.done))
        else:
            self.query_one("#standing", Static).update(Content(" arranging what was found ..."))
            job = partial(self._renew_slowly, diagnosis, before)
            self.doctor.background(job, what="arrange the findings", group="arranging", exclusive=True)

    async def _renew_slowly(self, diagnosis: Diagnosis, before: Diagnosis | None) -> None:
        made = await asyncio.to_thread(listed, diagnosis, before, self.state.done)
        if self._drawn[0] is diagnosis:
            self._take(made)

    def _take(self, made: Listing | None) -> None:
        self._pane.take(made)
        changed = self.query_one("#news", Static)
        line = news(made) if made else Content("")
        changed.update(line)
        changed.display = bool(line)
        self._draw_progress()
        if made is not None and self.focused in (None, self.query_one(Situation)):
            self._pane.list.focus()

    def _draw_progress(self) -> None:
        """Steps and failure, or the step under way in one line below a result that stays readable."""
        state, listing = self.state, self._pane.listing
        cancelling = bool(self.doctor.running and self.doctor.running.cancelling)
        self._pane.display = listing is not None
        self.query_one(Situation).show(state, cancelling=cancelling, has_result=listing is not None)
        line = self.query_one("#standing", Static)
        line.display = listing is not None
        if listing is not None:
            line.update(now(state, cancelling=cancelling) if state.running else standing(listing))

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what has a meaning now is offered."""
        return action not in useless(self.state) and super().check_action(action, parameters)

    def action_back(self) -> None:
        """Out of the detail; else the filter ends."""
        self._pane.back()

    def on_detail_followed(self, event: Detail.Followed) -> None:
        """A proof, a symptom, or an explanation."""
        if isinstance(event.link, Quote):
            self.doctor.prove(event.link)
        elif isinstance(event.link, Explain):
            self.app.push_screen(Explanation(event.link.check))
        else:
            self._pane.list.reveal(event.link)

    def action_prove(self) -> None:
        """Show the marked quote of the detail, else the first that names a line."""
        quote = proof_of(self.finding, self._pane.detail.link)
        if quote is None:
            self.notify("no quote here names its place; choose a cause first", markup=False)
        else:
            self.doctor.prove(quote)

    def action_explain(self) -> None:
        """What `doctor explain` says of the highlighted check."""
        if name := check_of(self._pane.list.row):
            self.app.push_screen(Explanation(name))
        else:
            self.notify("choose a finding or a check; e explains it", markup=False)

    def action_filter(self) -> None:
        """Open the field."""
        if self._pane.listing is not None:
            self._pane.begin_filter()

    def action_steps(self) -> None:
        """Show the steps beside the result, or hide them."""
        situation = self.query_one(Situation)
        situation.with_steps = not situation.with_steps
        self._draw_progress()

    def action_trace(self) -> None:
        """Fold or unfold the trace."""
        situation = self.query_one(Situation)
        situation.trace_open = not situation.trace_open
        self._draw_progress()

    def action_step(self, by: int) -> None:
        """The next target of several, in the order of the list."""
        diagnosed = self.state.done.diagnosed if self.state.done else ()
        self.doctor.choose(neighbour(diagnosed, self.state.number, by))

    def action_targets(self) -> None:
        """All targets in a list."""
        diagnosed = self.state.done.diagnosed if self.state.done else ()
        self.app.push_screen(ChooserModal(diagnosed, self.state.number), self._chosen)

    def _chosen(self, number: int | None) -> None:
        if number is not None:
            self.doctor.choose(number)
