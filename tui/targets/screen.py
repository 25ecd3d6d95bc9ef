"""The screen `targets`: what can be diagnosed, how it stands, and a filter that also takes what is typed in full."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from doctor.states import Standing
from tui.apart import apart
from tui.beside import Job, beside
from tui.heading import Heading
from tui.keys import unseen
from tui.screen import DoctorScreen
from tui.targets import collecting
from tui.targets.about import about
from tui.targets.filter_input import FilterInput
from tui.targets.rows import Listing, Row, Section
from tui.targets.target_list import TargetList
from tui.targets.typed import is_surely_meant, typed_call

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call

GATHER = 0.05  # seconds in which news of several sources become one drawing
REDRAW = 20.0  # seconds between two drawings of ages
FIRST_PAINT = 0.05  # seconds left to the terminal before anybody is asked: loading clients keeps the screen from it


class TargetsScreen(DoctorScreen):
    """Choose what to diagnose."""

    HELP = """\
What can be diagnosed, and how it stands now: what was diagnosed last, the scripts, manifests and descriptions below
this folder, Docker containers, the clusters of the kubeconfig, saved reports and logs. What is in trouble stands first.

**Enter** or a click diagnoses a target; on a context or namespace it opens what is inside, and closes it again.
**/** goes to the filter: letters may be left out, and kinds and states count (`crash`, `unhealthy`, `script`).

A target that is not in the list can be typed there in full, and Enter opens it: a path, a URL, `docker NAME`,
`k8s deployment/NAME -n NAMESPACE`. What cannot be reached says why; Enter there tries again.

Containers follow the events of the engine. A namespace is listed every few seconds, while it is open and in sight.
"""
    DEFAULT_CSS = """
    TargetsScreen #about { height: 2; padding: 0 1; background: $panel; color: $text-muted; }
    TargetsScreen:inline #about { height: 1; }
    TargetsScreen.-tiny #about { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="targets.filter", tooltip="Filter the list, or type a target in full"),
        Binding(
            "ctrl+r", "look", "Look again", id="targets.look", tooltip="Read folder and kubeconfig anew", show=False
        ),
        *unseen("f", "r", "w", "y", "m", "b", "x"),
    ]
    AUTO_FOCUS = "TargetList"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (9, "-low")]

    def __init__(self) -> None:
        super().__init__()
        self.listing = Listing()
        self.clusters = collecting.Clusters(self.put, self.doctor.clusters)
        self.engines = collecting.Engines()
        self._due = False
        self._ages: Timer | None = None
        self._found_files = False

    def compose(self) -> ComposeResult:
        """Heading, filter, list, what the chosen row is, keys."""
        yield Heading()
        yield FilterInput(id="filter")
        yield TargetList(id="targets")
        yield Static(id="about", markup=False)
        yield Footer()

    @property
    def targets(self) -> TargetList:
        """The list."""
        return self.query_one(TargetList)

    # ---- coming and going

    def on_mount(self) -> None:
        """Ask everybody once the screen is drawn."""
        super().on_mount()
        self._ages = self.set_interval(REDRAW, self._draw, pause=True)
        self.set_timer(FIRST_PAINT, self._begin)

    def _begin(self) -> None:
        self._work(partial(self.engines.follow, self.put), "containers", "follow the containers")
        self._work(self.clusters.read, "clusters", "read the kubeconfig")

    def show(self) -> None:
        """Draw what may have changed while the screen was away: the heading, recent targets, the folder."""
        self.query_one(Heading).show()

    def on_screen_resume(self) -> None:
        """In front: ask again, and go on asking."""
        super().on_screen_resume()
        self.listing.order.calm()
        if self._ages is not None:
            self._ages.resume()
        self.clusters.look(looked_at=True)
        self.set_timer(FIRST_PAINT, self._look_here)
        self._draw_soon()

    def on_screen_suspend(self) -> None:
        """Behind another screen nobody is asked."""
        if self._ages is not None:
            self._ages.pause()
        self.clusters.look(looked_at=False)

    def on_unmount(self) -> None:
        """The end."""
        self.clusters.close()

    def _look_here(self) -> None:
        folder = self.doctor.folder
        self._work(partial(collecting.recents, folder, self.put), "recent", "read the recent targets")
        anew = self._found_files
        self._work(partial(collecting.files, folder, self.put, anew=anew), "files", "look through the folder")
        self._found_files = True

    def _work(self, job: "Job", group: str, what: str) -> None:
        """Do it on behalf of this screen; it ends with it."""
        beside(self, job, what=what, group=group)

    # ---- drawing

    def put(self, key: str, section: Section) -> None:
        """Take the rows of one source."""
        if self.listing.put(key, section):
            self._draw_soon()

    def _draw_soon(self) -> None:
        if not self._due and self.is_mounted:
            self._due = True
            self.set_timer(GATHER, self._draw)

    def _draw(self, *, anew: bool = False) -> None:
        self._due = False
        targets = self.targets
        self.listing.order.held = targets.is_moved
        targets.show(self.listing.lines(targets.room), self.listing.query, anew=anew)
        self._about(targets.row)

    @on(TargetList.Resized)
    def _wrap(self) -> None:
        self._draw()

    @on(TargetList.Moved)
    def _moved(self, message: TargetList.Moved) -> None:
        self._about(message.row)

    def _about(self, row: Row | None) -> None:
        static = self.query_one("#about", Static)
        text = about(row, self.listing.query, max(20, self.size.width - 2))
        if static.content != text:
            static.update(Content(text), layout=False)

    # ---- the filter

    def action_filter(self) -> None:
        """Go to the filter; what stands there is replaced by what is typed."""
        field = self.query_one(FilterInput)
        field.focus()
        field.select_all()

    def action_look(self) -> None:
        """Read everything anew that does not tell by itself."""
        self.listing.order.calm()
        self._look_here()
        self.engines.hurry()
        self._work(self.clusters.read, "clusters", "read the kubeconfig")

    @on(Input.Changed)
    def _filter(self, message: Input.Changed) -> None:
        text = message.value
        self.listing.query, self.listing.meant = text, is_surely_meant(text)
        self.listing.typed = None
        self._draw(anew=True)
        if text.strip():
            self._work(partial(self._recognise, text), "typed", "look at what was typed")

    async def _recognise(self, text: str) -> None:
        """Show what is typed in full as a row, where it is a target."""
        from doctor.errors import DoctorError

        try:
            call = await apart(partial(typed_call, text, self.doctor.folder))
        except DoctorError:
            return
        if self.listing.query == text:
            self.listing.typed = Row("typed:", call.kind, call.title, Standing("as it is typed"), call=call)
            self._draw(anew=not self.targets.is_moved)

    @on(Input.Submitted)
    def _submit(self) -> None:
        row, query = self.targets.row, self.listing.query
        if query.strip() and not self.targets.is_moved and (row is None or self.listing.meant):
            self.doctor.background(partial(self._open_typed, query), what="open what was typed")
        elif row is not None:
            self._open(row)

    async def _open_typed(self, text: str) -> None:
        self._show(await apart(partial(typed_call, text, self.doctor.folder)))

    # ---- opening

    @on(TargetList.Opened)
    def _opened(self, message: TargetList.Opened) -> None:
        if message.only is None or message.row.opens is not message.only:
            self._open(message.row)

    def _open(self, row: Row) -> None:
        if row.remark:
            self._again(row.again)
        elif row.opens is not None:
            self.clusters.toggle(row.key)
            if self.listing.query:
                self._end_filter()
        elif row.call is not None:
            self.doctor.background(partial(self._diagnose, row.call), what=f"diagnose {row.name}")

    def _end_filter(self) -> None:
        """All rows again, with the cursor on the one that was found."""
        with self.prevent(Input.Changed):
            self.query_one(FilterInput).value = ""
        self.listing.query, self.listing.typed = "", None
        self.targets.is_moved = True
        self.targets.focus()
        self._draw()

    async def _diagnose(self, call: "Call") -> None:
        from doctor.recent import is_whole

        if is_whole(call):
            self._show(call)
            return
        words = f"its secret was not kept; type it again in full: {call.command}"
        self.doctor.notify(words, title="this target is not whole", severity="warning", timeout=12, markup=False)

    def _show(self, call: "Call") -> None:
        """Diagnose it. Whoever comes back is at the list, where `/` begins another filter."""
        self.targets.focus()
        self.doctor.diagnose(call)

    def _again(self, what: str) -> None:
        """Ask once more what could not be reached."""
        if what.startswith("node:"):
            self.clusters.ask(what)
            self.notify("asking again", timeout=2)
        else:
            self.action_look()
            self.notify("looking again", timeout=2)

    def on_key(self, event: events.Key) -> None:
        """From the filter, the arrows move in the list."""
        if isinstance(self.focused, FilterInput) and event.key in {"up", "down", "pageup", "pagedown"}:
            event.stop()
            step = -1 if "up" in event.key else 1
            (self.targets.action_page if "page" in event.key else self.targets.action_move)(step)
