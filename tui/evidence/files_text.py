"""A text with line numbers, of any length: only the lines on the screen are drawn."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.beside import beside
from tui.surviving import Surviving
from tui.threads import in_thread

MOST_COLOURED = 300_000  # characters: colouring more takes too long to be worth it
ABOVE = 4  # lines kept in sight above a revealed one
_DIFF = {"+": "$text-success", "-": "$text-error", "@": "$text-accent"}
LANGUAGES = {
    "py": "python", "yml": "yaml", "yaml": "yaml", "json": "json", "sh": "bash", "toml": "toml", "ini": "ini",
    "cfg": "ini", "md": "markdown", "xml": "xml", "html": "html", "sql": "sql",
}  # fmt: skip


class FileText(Surviving, ScrollView, can_focus=True):
    """Lines, coloured once that is done; one of them may be marked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "FileText { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back to the list", id="text.leave", tooltip="Back to the list of files"),
        Binding("j", "scroll_down", "Down", show=False, id="text.down", tooltip="A line down"),
        Binding("k", "scroll_up", "Up", show=False, id="text.up", tooltip="A line up"),
    ]

    class Left(Message):
        """The person goes back to the list."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, name="text of the file")
        self.lines: Sequence[str] = ()
        self.marked: int | None = None
        self._coloured: Sequence[Content] = ()
        self._numbered = True
        self._diff = False

    def put(
        self,
        lines: Sequence[str],
        *,
        language: str = "",
        numbered: bool = True,
        diff: bool = False,
        again: bool = False,
    ) -> None:
        """Show lines from their beginning. Colours of a language come when they are ready.

        `again`: a file that is being read, after its diagnosis was renewed. The place stays where it is, and the mark,
        too, unless the lines are others.
        """
        if again and list(lines) == list(self.lines):
            return
        left, top = self.scroll_offset if again else (0, 0)
        self.lines, self.marked, self._coloured = lines, None, ()
        self._numbered, self._diff = numbered, diff
        widest = max(map(cell_len, lines), default=0) + self._before
        self.virtual_size = Size(widest, len(lines))
        self.scroll_to(left, top, animate=False, immediate=True, force=True)
        self.refresh()
        self.workers.cancel_group(self, "colours")
        if language and sum(map(len, lines)) <= MOST_COLOURED:
            beside(self, partial(self._colour, lines, language), what="colour the text", group="colours")

    async def _colour(self, lines: Sequence[str], language: str) -> None:
        try:
            done = await in_thread(partial(_coloured, lines, language), seconds=20)
        except Exception:  # colours are no need; the text is there
            return
        if self.lines is lines and len(done) >= len(lines):
            self._coloured = done
            self.refresh()

    def reveal(self, line: int) -> bool:
        """Mark a line, counted from 1, and bring it into sight; False when there is no such line."""
        if not 1 <= line <= len(self.lines):
            return False
        self.marked = line
        self.scroll_to(0, max(0, line - 1 - ABOVE), animate=False, immediate=True, force=True)
        self.refresh()
        return True

    @property
    def _before(self) -> int:
        """Columns of the numbers."""
        return len(str(len(self.lines))) + 3 if self._numbered else 1

    def action_leave(self) -> None:
        """Back to the list."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """Nothing happens but that the text takes the keys."""
        event.stop()

    def render_line(self, y: int) -> Strip:
        """One line, from the column that is scrolled to."""
        left, top = self.scroll_offset
        number, width = top + y + 1, self.scrollable_content_region.width
        if number > len(self.lines):
            return Strip.blank(width, self.rich_style)
        line = self.lines[number - 1]
        room = max(1, width - self._before)
        if self._coloured:
            text = self._coloured[number - 1]
            text = text.divide([left, left + room])[1] if left or text.cell_length > room else text
        else:
            text = Content(line[left : left + room])
            text = text.stylize(_DIFF.get(line[:1], "")) if self._diff else text
        marked = number == self.marked
        if self._numbered:
            sign = "▶" if marked else " "
            gutter = Content(f"{sign}{number:>{self._before - 3}}  ").stylize(
                "bold $text-warning" if marked else "$text-muted"
            )
        else:
            gutter = Content(" ")
        whole = Content.assemble(gutter, text)
        if marked:
            whole = Content(whole.plain.ljust(width)).stylize("bold on $warning-muted")
        strips = Visual.to_strips(self, whole, width, 1, self.visual_style, apply_selection=False, pad=True)
        return strips[0].crop(0, width) if strips else Strip.blank(width, self.rich_style)


def _coloured(lines: Sequence[str], language: str) -> list[Content]:
    """The lines with colours; the libraries for it are imported here, away from the screen."""
    from textual.highlight import highlight

    return highlight("\n".join(lines) + "\n", language=language).split("\n", allow_blank=True)


def language_of(name: str) -> str:
    """The language by the name of a file; empty where none is known."""
    last = name.rsplit("/", 1)[-1]
    return "docker" if last.startswith("Dockerfile") else LANGUAGES.get(last.rpartition(".")[2].lower(), "")
