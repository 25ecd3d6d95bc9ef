"""`?`: what the screen or dialog in front is for, and every key that works there, found by typing."""

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Markdown, Static

from tui.help.keys import Key, keys_of

if TYPE_CHECKING:
    from tui.app import DoctorApp


async def open_help(app: "DoctorApp") -> None:
    """Show the help of what is in front; the help itself closes."""
    if isinstance(app.screen, HelpScreen):
        app.screen.dismiss()
    else:
        await app.push_screen(HelpScreen(app.screen))


def pages(screen: "Screen[object]") -> str:
    """The Markdown of a screen, and before it that of the focused part, where that has a page of its own (`help`)."""
    found = []
    for node in screen.focused.ancestors_with_self if screen.focused else ():
        page = getattr(node, "help", None) if isinstance(node, Widget) and node is not screen else None
        if isinstance(page, str) and page:
            found.append(page)
    return "\n\n".join([*found[:1], screen.HELP or ""]).strip()


def matching(page: str, words: str) -> str:
    """The paragraphs that hold what was typed; all of them where nothing was."""
    return "\n\n".join(part for part in page.split("\n\n") if words.casefold() in part.casefold())


class HelpScreen(ModalScreen[None]):
    """Help for a screen. Typing searches, the arrows scroll, escape closes."""

    HELP = "Type to search keys and text. The arrows scroll, Escape goes back."
    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "#search"
    VERTICAL_BREAKPOINTS = [(0, "-small"), (14, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="help.back", tooltip="Close the help"),
        Binding("up", "scroll(-1)", "Up", id="help.up", tooltip="Scroll up", show=False),
        Binding("down", "scroll(1)", "Down", id="help.down", tooltip="Scroll down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", id="help.page-up", tooltip="Scroll a page up", show=False),
        Binding("pagedown", "scroll(10)", "Page down", id="help.page-down", tooltip="Scroll down", show=False),
    ]

    def __init__(self, subject: "Screen[object]") -> None:
        super().__init__()
        self._page = pages(subject)
        self._keys = keys_of(subject)
        self._about = type(subject).__name__.removesuffix("Screen").removesuffix("Modal").lower()

    def compose(self) -> ComposeResult:
        """A field to search in, and below it page and keys."""
        with Vertical(id="frame") as frame:
            frame.border_title = f"help: {self._about}"
            frame.border_subtitle = "type to search · ↑↓ scroll · esc back"
            yield Input(placeholder="search", id="search", compact=True, tooltip="What to look for in this help")
            with VerticalScroll(id="text", can_focus=False):
                yield Markdown(self._page, id="page", open_links=False)
                yield Static(self._table(self._keys), id="keys")

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Show what fits."""
        words = event.value.strip()
        keys = [key for key in self._keys if words.casefold() in key.text]
        page = matching(self._page, words)
        await self.query_one("#page", Markdown).update(page)
        nothing = Text(f"nothing here about “{words}”; the palette (ctrl+p) finds commands by other letters")
        self.query_one("#keys", Static).update(self._table(keys) if keys or page else nothing)
        self.query_one("#text").scroll_home(animate=False)

    def action_scroll(self, lines: int) -> None:
        """Move the text under the field."""
        self.query_one("#text").scroll_relative(y=lines, animate=False)

    def on_click(self, event: "object") -> None:
        """A click beside the frame closes, as everywhere."""
        if getattr(event, "widget", None) is self:
            self.dismiss()

    def _table(self, keys: list[Key]) -> Table:
        """Keys by the place where they work."""
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1), expand=True)
        table.add_column("key", justify="right", no_wrap=True, max_width=14)
        table.add_column("what", ratio=1)
        place = ""
        for key in keys:
            if not key.name and not key.tooltip:
                continue
            if key.place != place:
                place = key.place
                table.add_row("", "")
                table.add_row("", Text(place, "italic"))
            what = Text(key.name, "bold" if key.enabled else "dim")
            if key.tooltip and key.tooltip != key.name:
                what.append(f"  {key.tooltip}", "not bold")
            if not key.enabled:
                what.append("  (not now)", "not bold")
            table.add_row(Text(key.key, "bold"), what)
        return table
