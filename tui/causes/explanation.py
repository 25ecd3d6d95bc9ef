"""`e`: what `doctor explain` says of a check, over the screen."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.surviving import Surviving

if TYPE_CHECKING:
    from tui.app import DoctorApp

WIDEST = 100


class Explanation(Surviving, ModalScreen[None]):
    """The text of `doctor explain ID`."""

    HELP = "What the check looks for, why it breaks, how to mend it, with an example. Escape goes back."
    CSS = """
    Explanation { align: center middle; }
    Explanation > VerticalScroll {
        width: 94%; max-width: 106; height: 90%; border: round $primary; background: $surface; padding: 0 1;
        scrollbar-gutter: stable;
    }
    Explanation Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,e,q,left", "dismiss", "Back", id="explanation.back", tooltip="Back to the finding"),
        Binding("j", "scroll(1)", "Down", show=False, id="explanation.down", tooltip="A line on"),
        Binding("k", "scroll(-1)", "Up", show=False, id="explanation.up", tooltip="A line up"),
    ]

    def __init__(self, check: str) -> None:
        super().__init__()
        self._check = check

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll() as box:
            box.border_title = f"doctor explain {self._check}"
            box.border_subtitle = "esc goes back"
            yield Static("reading ...", id="explanation", markup=False)

    def on_mount(self) -> None:
        """The checks are many; reading them takes a thread."""
        self.query_one(VerticalScroll).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Now the width is known."""
        app: DoctorApp = self.app  # type: ignore[assignment]
        app.background(self._tell, what=f"explain {self._check}")

    async def _tell(self) -> None:
        width = max(24, min(WIDEST, self.query_one(Static).size.width or WIDEST))
        text = await asyncio.to_thread(explained, self._check, width)
        if self.is_attached:
            self.query_one(Static).update(text)

    def action_scroll(self, by: int) -> None:
        """A line further."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def explained(check: str, width: int) -> str:
    """The text of `doctor explain`; a check of a newer or older doctor is not known here."""
    from checks.registry import find_check
    from doctor.explanation import explain_check

    found = find_check(check)
    if found is None:
        return f"this doctor has no check `{check}`; the report was written by another version"
    return explain_check(found, width=width, color=False)
