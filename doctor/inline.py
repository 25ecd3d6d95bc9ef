"""`# doctor: ignore[id, id2] reason` in a script.

It stands on the finding's line, or on a line of its own above it; `ignore-file[…]` speaks of the whole file.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from checks.text import lines_of

_COMMENT = re.compile(r"#\s*doctor:\s*(?P<what>[\w-]+)\s*(?:\[(?P<names>[^\]]*)\])?\s*(?P<reason>.*)")
_KINDS = ("ignore", "ignore-file")


@dataclass(frozen=True)
class Ignore:
    """One comment: where it stands, the names in its brackets as written, and the lines that it speaks of.

    `lines` is None for `ignore-file`. `problem` says why the comment has no effect; it is then without names.
    """

    line: int
    names: tuple[str, ...]
    reason: str
    lines: range | None
    problem: str | None = None

    def covers(self, line: int | None) -> bool:
        """True when a finding on that line is meant; one without a line is meant by `ignore-file` only."""
        return self.lines is None or (line is not None and line in self.lines)


def ignores_in(text: str) -> tuple[Ignore, ...]:
    """All such comments of a script. Text inside string literals is none, as far as the script can be tokenised."""
    return tuple(_ignores(text)) if "doctor:" in text else ()


def _ignores(text: str) -> Iterator[Ignore]:
    lines = lines_of(text)
    for number, alone, comment in _comments(text, lines):
        found = _COMMENT.search(comment)
        if found is None:
            continue
        what, names = found["what"], found["names"]
        listed = tuple(name.strip() for name in (names or "").split(",") if name.strip())
        problem = None
        if what not in _KINDS:
            problem = f"`{what}` is not known here; there are {' and '.join(_KINDS)}"
        elif not listed:
            problem = f"{what} needs the ids in brackets, as {what}[entry-script.absolute-path]"
        covered = None if what == "ignore-file" else range(number, (_target(lines, number) if alone else number) + 1)
        yield Ignore(
            line=number, names=() if problem else listed, reason=found["reason"].strip(), lines=covered, problem=problem
        )


def _comments(text: str, lines: list[str]) -> list[tuple[int, bool, str]]:
    """Line number, whether the comment stands alone on it, and its text."""
    try:
        return [
            (token.start[0], not token.line[: token.start[1]].strip(), token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError):
        # A script that is broken elsewhere still says what it says.
        parts = [(number, *line.partition("#")) for number, line in enumerate(lines, 1)]
        return [(number, not before.strip(), mark + rest) for number, before, mark, rest in parts if mark]


def _target(lines: list[str], number: int) -> int:
    """The line of code that a comment above it means: decorators and further comments are passed over."""
    for at in range(number + 1, len(lines) + 1):
        line = lines[at - 1].strip()
        if line and not line.startswith(("#", "@")):
            return at
    return number
