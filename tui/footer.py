"""The line of keys at the foot: whole words only, as many as there is room for; help tells the others."""

from collections.abc import Iterable, Sequence

from textual import compose
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets._footer import FooterKey, FooterLabel, KeyGroup

from tui.late_footer import LateFooter
from tui.shortened import cells

WIDE = 60
"""Columns from which on the palette has a word here; it names itself in the help, too."""
HELP = ("help", "app.help")


FIRST = ("cancel", "app.cancel", "leave", "answer('stay')")
"""Ways out, which stand there before any other word."""


def fitting(widths: Sequence[int], ranks: Sequence[int], room: int) -> list[bool]:
    """Which of the words are shown: those of rank 0 in any case, then as many as there is room for."""
    shown, left = [False] * len(widths), room
    for place in sorted(range(len(widths)), key=lambda one: ranks[one]):
        if widths[place] <= left or not ranks[place]:
            shown[place], left = True, left - widths[place]
    return shown


class KeyLine(LateFooter):
    """Textual's line of keys, which would cut the last word. `first`: actions that matter most on this screen."""

    def __init__(self, *first: str) -> None:
        super().__init__()
        self._first = (*FIRST, *first)

    def compose(self) -> ComposeResult:
        """All keys; those for which there is no room are not displayed."""
        made = list(compose.compose(self, super().compose()))
        if made and not any(_is_help(one) for one in made):
            made.append(self._help())
        self._fit(made)
        yield from made

    def on_resize(self) -> None:
        """Another width has room for other words."""
        self._fit(list(self.children))

    def _help(self) -> FooterKey:
        """For dialogs, of which the app's own keys are no part. In a field a question mark is typed."""
        focused = self.screen.focused
        key, shown = ("f1", "f1") if focused and focused.check_consume_key("?", "?") else ("question_mark", "?")
        return FooterKey(key, shown, "Help", "app.help", tooltip="What is asked here, and the keys")

    def _fit(self, parts: list[Widget]) -> None:
        room, words = self.app.size.width, list(_words(parts))
        for group in tuple(words):
            if _is_palette(group[0]) and room < WIDE:
                words.remove(group)
                group[0].display = False
        shown = fitting([sum(map(_width, group)) for group in words], [self._rank(group[0]) for group in words], room)
        for group, is_shown in zip(words, shown, strict=True):
            for part in group:
                part.display = is_shown

    def _rank(self, part: Widget) -> int:
        if _is_palette(part) or _is_help(part):
            return 0
        return 1 if isinstance(part, FooterKey) and part.action in self._first else 2


def _words(parts: Iterable[Widget]) -> Iterable[list[Widget]]:
    """What is shown together: keys of a group and their common word."""
    group: list[Widget] = []
    for part in parts:
        if isinstance(part, KeyGroup):
            group = [part]
        elif isinstance(part, FooterLabel):
            yield [*group, part]
            group = []
        else:
            yield [part]


def _is_palette(part: Widget) -> bool:
    return part.has_class("-command-palette")


def _is_help(part: Widget) -> bool:
    return isinstance(part, FooterKey) and part.action in HELP


def _width(part: Widget) -> int:
    """The cells of a part, as Textual's style sheet pads them."""
    if isinstance(part, FooterKey):
        border = 2 if _is_palette(part) else 0
        return cells(part.key_display) + (cells(part.description) + 3 if part.description else 0) + border
    if isinstance(part, KeyGroup):
        return sum(map(_width, part.children or part._pending_children)) + 2  # noqa: SLF001 # made, not mounted
    return cells(str(part.content)) + 1 if isinstance(part, FooterLabel) else 0
