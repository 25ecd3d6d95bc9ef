"""The screen `targets`: what can be diagnosed, how it stands, and a filter that also takes what is typed in full."""

from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from doctor.states import Standing
from tui.beside import beside
from tui.footer import KeyLine
from tui.heading import Heading
from tui.screen import DoctorScreen
from tui.targets.about import about
from tui.targets.filter_input import FilterInput
from tui.targets.keys import HELP, KEYS
from tui.targets.opening import forget_row, open_row, open_typed
from tui.targets.rows import Listing, Row, Section
from tui.targets.sources import Sources
from tui.targets.target_list import TargetList
from tui.targets.typed import is_surely_meant, typed_call
from tui.threads import in_thread

GATHER = 0.05  # seconds in which news of several sources become one drawing
REDRAW = 20.0  # seconds between two drawings of ages


class TargetsScreen(DoctorScreen):
    """Choose what to diagnose."""

    HELP = HELP
    DEFAULT_CSS = """
    TargetsScreen #about { height: 2; padding: 0 1; background: $panel; color: $text-muted; }
    TargetsScreen:inline #about { height: 1; }
    TargetsScreen.-tiny #about { display: none; }
    """
    BINDINGS = KEYS
    AUTO_FOCUS = "TargetList"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (9, "-low")]

    def __init__(self) -> None:
        super().__init__()
        self.listing = Listing()
        self.sources = Sources(self)
        self._due = False
        self._ages: Timer | None = None

    def compose(self) -> ComposeResult:
        """Heading, filter, list, what the chosen row is, keys."""
        yield Heading()
        yield FilterInput(id="filter")
        yield TargetList(id="targets")
        yield Static(id="about", markup=False)
        yield KeyLine("open", "filter")

    @property
    def targets(self) -> TargetList:
        """The list."""
        return self.query_one(TargetList)

    # ---- coming and going

    def on_mount(self) -> None:
        """Ask everybody once the screen is drawn."""
        super().on_mount()
        self._ages = self.set_interval(REDRAW, self._draw, pause=True)
        self.sources.begin()

    def show(self) -> None:
        """Draw what may have changed while the screen was away: the heading, recent targets, the folder."""
        self.query_one(Heading).show()

    def on_screen_resume(self) -> None:
        """In front: ask again, and go on asking."""
        super().on_screen_resume()
        self.listing.order.calm()
        if self._ages is not None:
            self._ages.resume()
        self.sources.resume()
        self._draw_soon()

    def on_screen_suspend(self) -> None:
        """Behind another screen nobody is asked."""
        if self._ages is not None:
            self._ages.pause()
        self.sources.suspend()

    def on_unmount(self) -> None:
        """The end."""
        self.sources.close()

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
        self.sources.anew()

    @on(Input.Changed)
    def _filter(self, message: Input.Changed) -> None:
        text = message.value
        self.listing.query, self.listing.meant = text, is_surely_meant(text)
        self.listing.typed = None
        self._draw(anew=True)
        if text.strip():
            beside(self, partial(self._recognise, text), what="look at what was typed", group="typed")

    async def _recognise(self, text: str) -> None:
        """Show what is typed in full as a row, where it is a target."""
        from doctor.errors import DoctorError

        try:
            call = await in_thread(partial(typed_call, text, self.doctor.folder))
        except DoctorError:
            return
        if self.listing.query == text:
            self.listing.typed = Row("typed:", call.kind, call.title, Standing("as it is typed"), call=call)
            self._draw(anew=not self.targets.is_moved)

    @on(Input.Submitted)
    def _submit(self) -> None:
        row, query = self.targets.row, self.listing.query
        if query.strip() and not self.targets.is_moved and (row is None or self.listing.meant):
            self.doctor.background(partial(open_typed, self, query), what="open what was typed")
        elif row is not None:
            open_row(self, row)

    def end_filter(self) -> None:
        """All rows again, with the cursor on the one that was found."""
        with self.prevent(Input.Changed):
            self.query_one(FilterInput).value = ""
        self.listing.query, self.listing.typed = "", None
        self.targets.is_moved = True
        self.targets.focus()
        self._draw()

    # ---- opening

    @on(TargetList.Opened)
    def _opened(self, message: TargetList.Opened) -> None:
        if message.only is None or message.row.opens is not message.only:
            open_row(self, message.row)

    @on(TargetList.Forgotten)
    def _forgotten(self, message: TargetList.Forgotten) -> None:
        row = message.row
        self.doctor.background(partial(forget_row, self, row), what=f"forget {row.name}")

    def on_key(self, event: events.Key) -> None:
        """From the filter, the arrows move in the list."""
        if isinstance(self.focused, FilterInput) and event.key in {"up", "down", "pageup", "pagedown"}:
            event.stop()
            step = -1 if "up" in event.key else 1
            (self.targets.action_page if "page" in event.key else self.targets.action_move)(step)
