"""`ctrl+o`: letters on the parts of the screen; the pressed one gets the focus."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label

if TYPE_CHECKING:
    from tui.app import DoctorApp

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


async def jump(app: "DoctorApp") -> None:
    """Put letters on the screen in front; nothing where there is nowhere to go."""
    if isinstance(app.screen, JumpScreen):
        return
    if found := places(app.screen):
        await app.push_screen(JumpScreen(found), _focus)
    else:
        app.notify("there is no part here to jump to")


def places(screen: "Screen[object]") -> dict[str, Widget]:
    """Each part that is seen and can be focused, by its letter: its own (`jump_key`), else the next free one."""
    parts = [part for part in _parts(screen) if part.region.area and part.region.overlaps(screen.region)]
    own = {str(key): part for part in parts if (key := getattr(part, "jump_key", None))}
    free = (letter for letter in LETTERS if letter not in own)
    return own | {
        letter: part for part, letter in zip((one for one in parts if one not in own.values()), free, strict=False)
    }


def _parts(screen: "Screen[object]") -> Iterable[Widget]:
    keyed = [part for part in screen.query("*") if getattr(part, "jump_key", None) and part.is_on_screen]
    return dict.fromkeys([*keyed, *screen.focus_chain])


def _focus(part: Widget | None) -> None:
    if part is None:
        return
    inside = (one for one in (part, *part.query("*")) if one.focusable)
    if (chosen := next(inside, None)) is not None:
        chosen.focus()


TOLD = "jump: a letter goes to its part; any other key goes back"


class JumpScreen(ModalScreen[Widget | None]):
    """The letters. Any other key goes back."""

    HELP = "Press a letter to focus the part that it stands on, or click it. Any other key goes back."
    CSS = """
    JumpScreen { background: $background 40%; layers: base; }
    JumpScreen Label { position: absolute; padding: 0 1; background: $accent; color: $background; text-style: bold; }
    JumpScreen #jump-told { position: relative; dock: bottom; width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="jump.back", tooltip="Stay where you are")
    ]

    def __init__(self, found: dict[str, Widget]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """A letter on each part."""
        for letter, part in self._found.items():
            label = Label(letter, markup=False, name=letter, id=f"jump-{letter}")
            label.tooltip = f"focus {part.border_title or part.tooltip or part.id or type(part).__name__}"
            corner = part.region.offset
            label.styles.offset = Offset(max(corner.x, 0), max(corner.y, 0))
            yield label
        yield Label(TOLD, markup=False, id="jump-told")

    def on_key(self, event: events.Key) -> None:
        """Go to the part, or back. Escape is bound, and goes back by that."""
        if event.key == "escape":
            return
        event.stop()
        self.dismiss(self._found.get(event.key))

    def on_click(self, event: events.Click) -> None:
        """The same with the mouse."""
        letter = event.widget.name if isinstance(event.widget, Label) else None
        self.dismiss(self._found.get(letter or ""))
