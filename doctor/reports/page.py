"""A page of a terminal: lines, fields with a label, and wrapping that leaves what is to be copied whole."""

import io
import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from doctor.reports.clean import printable

INDENT = 12  # columns; where the text of a field begins


class Page:
    """Lines that are written one after the other and become one text at the end.

    `width` is in columns, `indent` is the column at which the text of a field begins.
    """

    def __init__(self, width: int, *, color: bool, indent: int = INDENT) -> None:
        self.width = width
        self.indent = indent
        self.console = Console(
            file=io.StringIO(),
            width=width,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            legacy_windows=False,
            highlight=False,
            _environ={},
        )
        self.lines: list[Text] = []

    def text(self) -> str:
        """What was written so far."""
        for line in self.lines:
            line.rstrip()
            self.console.print(line, soft_wrap=True)
        return str(self.console.file.getvalue())  # type: ignore[attr-defined] # it is the StringIO given above

    def hanging(self, text: Text) -> None:
        """Wrapped, further lines indented by two."""
        for number, line in enumerate(wrapped(text, self.width - 2)):
            self.lines.append(line if number == 0 else Text("  ").append_text(line))

    def field(self, label: str, words: str, style: str = "", *, wrap: bool = True) -> None:
        """A label and its text, wrapped with a hanging indent."""
        body = Text(printable(words), style)
        lines: Iterable[Text] = [body]
        if wrap:
            lines = wrapped(body, self.width - self.indent)
        for number, line in enumerate(lines):
            self.put(label if number == 0 else "", line)

    def put(self, label: str, body: Text) -> None:
        """One line of a field as it is."""
        self.lines.append(Text.assemble((f"  {label:<{self.indent - 2}}", "dim"), body))

    def wrapped(self, indent: str, words: str, style: str) -> None:
        """Text below each other with an indent."""
        body = Text(printable(words), style)
        for line in wrapped(body, self.width - len(indent)):
            self.lines.append(Text(indent).append_text(line))

    def columns(self, left: Text, beside: int, words: str) -> None:
        """`words` wrapped in a column that begins at `beside`, right of `left`."""
        for number, line in enumerate(wrapped(Text(printable(words)), self.width - beside)):
            before = left if number == 0 else Text()
            before.pad_right(beside - before.cell_len)
            self.lines.append(before.append_text(line))

    def line(self, words: str, style: str = "") -> None:
        """One line as it is."""
        self.lines.append(Text(printable(words), style))

    def gap(self) -> None:
        """An empty line."""
        self.lines.append(Text())


def cells(text: str) -> int:
    """Columns that the text takes: wide characters take two, combining ones none."""
    return cell_len(text)


def wrapped(text: Text, width: int) -> list[Text]:
    """Lines of at most `width` cells. A word that is longer stays whole: paths and commands are there to be copied."""
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        breaks: list[int] = []
        used = 0
        for word in re.finditer(r"\S+", paragraph.plain):
            begin = breaks[-1] if breaks else 0
            used = cells(paragraph.plain[begin : word.end()])
            if used > width and word.start() > begin:
                breaks.append(word.start())
        lines += paragraph.divide(breaks)
    return lines
