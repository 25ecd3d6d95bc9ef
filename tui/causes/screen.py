"""The screen `causes`: how the diagnosis goes, what it found, ranked, and the proof and fix of each."""

import asyncio
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Static

from checks.finding import Finding, Quote
from doctor.diagnosis.result import Diagnosis
from tui.causes.cause_list import CauseList
from tui.causes.chooser import Chooser, TargetList, ordered
from tui.causes.detail import Detail
from tui.causes.detail_page import Explain
from tui.causes.explanation import Explanation
from tui.causes.filtering import Filter
from tui.causes.rows import Listing
from tui.causes.situation import Situation
from tui.causes.standing import MANY, listed, news, standing
from tui.causes.steps import now
from tui.heading import Heading
from tui.screen import DoctorScreen

HELP = """\
What is wrong with the target, the most likely cause first.

**Left**: the causes in their order, each with the symptoms it explains folded below it; then warnings, and the checks
that were skipped, crashed or passed. **Right**: why it breaks, the proving lines, the fix, and how to confirm it.

Read the first cause, press `p` to see its proof where it stands, `f` to see its fix as a diff. A symptom needs no cure
of its own: it goes with its cause. While a diagnosis runs, `escape` cancels it; `r` runs it again.
"""


class CausesScreen(DoctorScreen):
    """Steps, then the list of findings and the detail of the highlighted one."""

    HELP = HELP
    CSS_PATH = "causes.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (9, "-low"), (18, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "prove", "Proof", id="causes.prove", tooltip="Show the proving line where it stands"),
        Binding("e", "explain", "Explain", id="causes.explain", tooltip="What doctor explain says of this check"),
        Binding("slash", "filter", "Filter", id="causes.filter", tooltip="Show only the rows that have certain words"),
        Binding("s", "steps", "Steps", show=False, id="causes.steps", tooltip="Each step, and how long it took"),
        Binding("t", "trace", "Trace", id="causes.trace", tooltip="Fold or unfold the trace of what failed"),
        Binding("o", "targets", "Targets", id="causes.targets", tooltip="A list of all targets of this result"),
        Binding("left_square_bracket", "step(-1)", "Before", id="causes.before", tooltip="The target before this one"),
        Binding("right_square_bracket", "step(1)", "Next", id="causes.next", tooltip="The next target"),
        Binding("escape", "back", "Back", show=False, id="causes.back", tooltip="Out of the detail or the filter"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._listing: Listing | None = None
        self._drawn: tuple[Diagnosis | None, Diagnosis | None] = (None, None)
        self._with_steps = False
        self._offered = (False, False, False)
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Heading, target, steps, list and detail, standing, keys."""
        yield Heading()
        yield Chooser(id="chooser")
        yield Situation(id="situation")
        yield Static(id="news", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Filter(placeholder="words to look for", id="filter", compact=True)
                yield CauseList(id="list")
            yield Detail(id="detail")
        yield Static(id="standing", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Seconds count only while something runs."""
        self._timer = self.set_interval(0.25, self._draw_progress, pause=True)
        self.add_class("-listing")
        super().on_mount()

    def on_screen_suspend(self) -> None:
        """Nobody looks."""
        if self._timer:
            self._timer.pause()

    # ---- drawing

    @property
    def finding(self) -> Finding | None:
        """The highlighted finding; on the verdict and on the head of the causes, the first cause."""
        row = self.query_one(CauseList).row if self._listing is not None and self._is_there else None
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
        diagnosed = state.done.diagnosed if state.done else ()
        chooser = self.query_one(Chooser)
        chooser.display = len(diagnosed) > 1
        if chooser.display and diagnosis is not None:
            chooser.draw(diagnosed, state.number)
        self._draw_progress()
        if self._timer:
            (self._timer.resume if state.running else self._timer.pause)()
        offered = (len(diagnosed) > 1, bool(state.failed and state.failed.trace), diagnosis is not None)
        if offered != self._offered:
            self._offered = offered
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
        self._listing = made
        found = self.query_one(CauseList)
        found.show(made.rows if made else [], made.report.target.name if made else "")
        changed = self.query_one("#news", Static)
        line = news(made) if made else Content("")
        changed.update(line)
        changed.display = bool(line)
        self._draw_progress()
        if made is not None and self.focused in (None, self.query_one(Situation)):
            found.focus()

    def _draw_progress(self) -> None:
        """Steps and failure, or the step under way in one line below a result that stays readable."""
        state = self.state
        has_result = self._listing is not None
        cancelling = bool(self.doctor.running and self.doctor.running.cancelling)
        situation = self.query_one(Situation)
        situation.display = not has_result or self._with_steps or bool(state.failed and not state.running)
        situation.set_class(has_result, "-beside")
        self.query_one("#body").display = has_result
        if situation.display:
            with_steps = self._with_steps or (not has_result and state.running)
            situation.draw(state, cancelling=cancelling, with_steps=with_steps)
            if not has_result and self.focused is None:
                situation.focus()
        line = self.query_one("#standing", Static)
        line.display = has_result
        if self._listing is not None:
            line.update(now(state, cancelling=cancelling) if state.running else standing(self._listing))

    def on_cause_list_moved(self) -> None:
        """The detail follows the cursor, wherever it stands by now: a renewal may have come since it moved."""
        found = self.query_one(CauseList)
        self.query_one(Detail).show(found.row, self._listing)
        title = f"rows with: {found.words}" if found.words else "causes"
        if found.border_title != title:  # drawn anew at every change
            found.border_title = title

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what has a meaning now is offered."""
        if action in {"targets", "step"}:
            return self._offered[0]
        if action == "trace":
            return self._offered[1]
        if action in {"prove", "explain", "filter"}:
            return self._offered[2]
        if action == "back":
            return not self.state.running
        return super().check_action(action, parameters)

    def _read(self, *, reading: bool) -> None:
        """To the detail, or back to the list."""
        self._turn_to(reading=reading)
        part = self.query_one(Detail) if reading else self.query_one(CauseList)
        self.call_after_refresh(part.focus)

    def _turn_to(self, *, reading: bool) -> None:
        """A small terminal shows one of them."""
        self.set_class(reading, "-reading")
        self.set_class(not reading, "-listing")

    def on_cause_list_opened(self) -> None:
        """Enter on a row without others below it."""
        self._read(reading=True)

    def on_detail_left(self) -> None:
        """Back to the list."""
        self._read(reading=False)

    def action_back(self) -> None:
        """Out of the detail; else the filter ends."""
        if self.has_class("-reading"):
            self._read(reading=False)
        elif self.query_one(CauseList).words:
            self.query_one(Filter).end()

    def on_detail_followed(self, event: Detail.Followed) -> None:
        """A proof, a symptom, or an explanation."""
        if isinstance(event.link, Quote):
            self.doctor.prove(event.link)
        elif isinstance(event.link, Explain):
            self.app.push_screen(Explanation(event.link.check))
        else:
            self.query_one(CauseList).reveal(event.link)

    def action_prove(self) -> None:
        """Show the marked quote of the detail, else the first that names a line."""
        link = self.query_one(Detail).link
        quotes = [quote for quote in (self.finding.evidence if self.finding else ()) if quote.source]
        first = next((quote for quote in quotes if quote.line), quotes[0] if quotes else None)
        quote = link if isinstance(link, Quote) else first
        if quote is None:
            self.notify("no quote here names its place; choose a cause first", markup=False)
        else:
            self.doctor.prove(quote)

    def action_explain(self) -> None:
        """What `doctor explain` says of the highlighted check."""
        row = self.query_one(CauseList).row
        check = row.finding.id if row and row.finding else row.ids[0] if row and len(row.ids) == 1 else ""
        if check:
            self.app.push_screen(Explanation(check))
        else:
            self.notify("choose a finding or a check; e explains it", markup=False)

    def action_filter(self) -> None:
        """Open the field."""
        if self._listing is not None:
            self._turn_to(reading=False)
            self.query_one(Filter).begin()

    def action_steps(self) -> None:
        """Show the steps beside the result, or hide them."""
        self._with_steps = not self._with_steps
        self._draw_progress()

    def action_trace(self) -> None:
        """Fold or unfold the trace."""
        situation = self.query_one(Situation)
        situation.trace_open = not situation.trace_open
        self._draw_progress()

    def action_step(self, by: int) -> None:
        """The next target of several, in the order of the list."""
        diagnosed = self.state.done.diagnosed if self.state.done else ()
        order = ordered(diagnosed)
        place = order.index(self.state.number) + by
        self.doctor.choose(order[place % len(order)])

    def action_targets(self) -> None:
        """All targets in a list."""
        diagnosed = self.state.done.diagnosed if self.state.done else ()
        self.app.push_screen(TargetList(diagnosed, self.state.number), self._chosen)

    def _chosen(self, number: int | None) -> None:
        if number is not None:
            self.doctor.choose(number)
