"""The part that tells how a diagnosis goes: its steps while it runs, and what happened where it came to nothing."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.causes.standing import nothing
from tui.causes.steps import failure, progress
from tui.state import State
from tui.surviving import Surviving


class Situation(Surviving, VerticalScroll):
    """Steps and failure of the diagnosis under way or ended last."""

    DEFAULT_CSS = """
    Situation { height: 1fr; border-top: solid $panel; border-title-color: $text-muted; }
    Situation.-beside { height: auto; max-height: 50%; }
    Situation > Static { height: auto; width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.trace", "Trace", show=False, id="steps.trace", tooltip="Fold or unfold the trace"),
    ]
    jump_key = "s"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "steps"
        self.with_steps = False  # beside a result, too
        self.trace_open = False
        self._again: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(markup=False)

    def show(self, state: State, *, cancelling: bool, has_result: bool) -> None:
        """Draw it in place of a result, or beside one where there is something to tell."""
        self.display = not has_result or self.with_steps or bool(state.failed and not state.running)
        self.set_class(has_result, "-beside")
        if self.display:
            self._draw(state, cancelling=cancelling, with_steps=self.with_steps or (not has_result and state.running))
            if not has_result and self.screen.focused is None:
                self.focus()

    def _draw(self, state: State, *, cancelling: bool, with_steps: bool) -> None:
        self._again = partial(self._draw, state, cancelling=cancelling, with_steps=with_steps)
        failed = None if state.running else state.failed
        parts: list[Content] = []
        if with_steps and state.steps:
            room = max(3, self.screen.size.height - 8)
            parts.append(progress(state, max(20, self.size.width), room, cancelling=cancelling))
        if failed is not None:
            has_result = state.diagnosis is not None
            parts.append(failure(failed, trace_open=self.trace_open, has_result=has_result, width=self._room))
        if state.done is not None and not state.done.diagnosed and not state.running and failed is None:
            parts.append(nothing(state.done))
        if not parts:
            parts = [Content(" nothing is diagnosed yet\n\n 1 chooses a target").stylize("dim")]
        self.border_title = "what happened" if failed else "steps"
        self.query_one(Static).update(Content("\n\n").join(parts))

    @property
    def _room(self) -> int:
        return self.size.width or self.screen.size.width

    def on_resize(self) -> None:
        """The names of steps have another room; before the part was ever shown it had none."""
        if self._again is not None:
            self._again()

    def on_click(self, event: events.Click) -> None:
        """A click on the folded trace unfolds it."""
        text = str(self.query_one(Static).content).split("\n")
        offset = event.get_content_offset(self.query_one(Static))
        if offset is not None and offset.y < len(text) and " trace, " in text[offset.y]:
            self.call_later(self.run_action, "screen.trace")
