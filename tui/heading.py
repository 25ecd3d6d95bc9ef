"""The lines at the top: which screens there are, what is examined, and how it stands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.keys import SCREENS
from tui.shortened import cells, middle, one_line

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.state import State

VERDICTS = {
    "failing": ("✗", "$text-error"),
    "healthy": ("✓", "$text-success"),
    "inconclusive": ("–", "$text-muted"),
}
FAILURES = {
    "target": "not examined",
    "call": "call is wrong",
    "doctor": "doctor failed",
    "cancelled": "cancelled",
    "lost": "process lost",
}
HELP = Style.from_meta({"@click": "app.help"})
TALL = 14
"""Rows of a terminal from which on a second line is no loss."""


@dataclass(frozen=True)
class Standing:
    """What the heading tells. `states` say the same from long to short; `color` is never all of it."""

    title: str
    states: tuple[str, ...]
    color: str

    def state(self, width: int) -> str:
        """The longest wording that fits."""
        return next((one for one in self.states if cells(one) <= width), "")


def standing(state: "State") -> Standing:
    """How the target stands, in words."""
    title = one_line(state.call.title) if state.call else ""
    notes = ["saved report"] if state.call and state.call.kind == "report" else []
    if state.watching:
        notes.append("watching")
    if state.running:
        last = state.steps[-1] if state.steps else None
        step, seconds = (one_line(last.what), f"{last.seconds:.0f} s") if last else ("starting", "…")
        return _told(title, notes, (f"{step}, {seconds}", seconds), "$text-accent")
    if state.failed is not None:
        mark = "–" if state.failed.why == "cancelled" else "✗"
        return _told(title, notes, (f"{mark} {FAILURES[state.failed.why]}", mark), "$text-warning")
    if state.diagnosis is None:
        return _told(title, notes, (), "$text-muted")
    found = state.done.diagnosed if state.done else ()
    if len(found) > 1:
        title = one_line(state.diagnosis.report.target.name)
        notes.append(f"{state.number + 1} of {len(found)}")
    mark, color = VERDICTS[state.diagnosis.report.verdict]
    return _told(title, notes, (f"{mark} {state.diagnosis.report.verdict}", mark), color)


def _told(title: str, notes: list[str], words: tuple[str, ...], color: str) -> Standing:
    whole = " · ".join([*notes, *words[:1]])
    return Standing(title, (whole, *words) if whole else (), color)


def tabs(current: str, width: int) -> Content:
    """The screens with their keys, the current one in brackets; numbers alone where names have no room."""
    names = {mode: f"{key} {mode}" for mode, (key, _) in SCREENS.items()}
    if sum(map(len, names.values())) + 2 * len(names) > width:
        names = {mode: key for mode, (key, _) in SCREENS.items()}
    parts = []
    for mode, name in names.items():
        here = mode == current
        style = Style.from_meta({"@click": f"app.switch_mode('{mode}')"})
        parts.append(
            Content(f"[{name}]" if here else f" {name} ").stylize("b" if here else "$text-muted").stylize(style)
        )
    return Content("").join(parts)


def _edges(left: Content, right: Content, width: int) -> Content:
    """One line with something at both its ends."""
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)


def lines(told: Standing, current: str, width: int, *, tall: bool) -> Content:
    """The heading for a terminal of that size: one line, or two where it is tall."""
    bar = tabs(current, width - 3)
    if not tall:
        room = width - bar.cell_length - 2
        state = told.state(room)
        title = middle(told.title, room - cells(state) - 1)
        title = title if cells(title) >= min(6, cells(told.title)) else ""
        return _edges(Content.assemble(bar, f" {title}"), _state(state, told.color), width)
    product = Content.assemble(Content("f1 help").stylize(HELP), "  doctor ").stylize("$text-muted")
    top = _edges(bar, product, width) if bar.cell_length + product.cell_length < width else bar
    state = told.state(max(width - cells(told.title) - 3, width // 2))
    title = middle(told.title or "no target chosen yet", max(width - cells(state) - 3, 0))
    name = Content.styled(f" {title}", "b" if told.title else "$text-muted")
    return Content("\n").join([top, _edges(name, _state(state, told.color), width)])


def _state(state: str, color: str) -> Content:
    return Content.styled(f"{state} ", color) if state else Content("")


class Heading(Static):
    """Where one is and how it stands; a click on a name opens that screen. Screens call `show()` only."""

    DEFAULT_CSS = "Heading { dock: top; height: auto; max-height: 2; width: 100%; background: $panel; }"
    ALLOW_SELECT: ClassVar[bool] = False
    auto_links = False

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.tooltip = "Click a name, or press its number, to open that screen"
        self._clock: Timer | None = None

    def show(self) -> None:
        """Draw it anew; while something runs, the seconds go on by themselves."""
        state: State = self.app.state  # type: ignore[attr-defined]
        if self._clock is not None and not state.running:
            self._clock.stop()
            self._clock = None
        elif self._clock is None and state.running:
            self._clock = self.set_interval(1, self._draw)
        self._draw()

    def _draw(self) -> None:
        state: State = self.app.state  # type: ignore[attr-defined]
        if self._clock is not None and not (state.running and self.screen.is_current):
            self._clock.stop()  # a screen behind moves nothing; it is drawn again when it comes to the front
            self._clock = None
        width, height = self.app.size
        current = self.app.current_mode
        told = standing(state)
        self.update(lines(told, current, width, tall=height >= TALL))

    def on_resize(self) -> None:
        """Fit the new size, once the screen has it."""
        self.call_after_refresh(self._draw)
