"""The statements of a text that does not parse, with their indentation."""

import re
from dataclasses import dataclass
from functools import lru_cache

from checks.entry_script.broken import Broken
from checks.entry_script.changes import Change

_DEFINES = re.compile(r"(?:async[ \t]+def|def|class|if[ \t]+__name__)\b|@")


@dataclass(frozen=True)
class Row:
    """One statement: where it starts, how its first line is indented, and its text without comment."""

    start: int
    lead: str
    code: str

    @property
    def width(self) -> int:
        """Columns of indentation, tabs to the next multiple of eight, as Python counts them."""
        return len(self.lead.expandtabs(8))

    @property
    def opens(self) -> bool:
        """True when a block must follow."""
        return self.code.endswith(":")

    @property
    def defines(self) -> bool:
        """True for what stands at module level as a rule: definitions, their decorators, main guards."""
        return bool(_DEFINES.match(self.code))

    def moved(self, by: int) -> Change | None:
        """The change that indents this row by so many columns more (or less); None where tabs make that unclear."""
        if by > 0:
            return Change(self.start, self.start, " " * by)
        if -by > len(self.lead) or "\t" in self.lead:
            return None
        return Change(self.start, self.start - by, "")


def rows(broken: Broken) -> list[Row]:
    """All statements that are neither blank nor comment."""
    return _rows(broken)


@lru_cache(maxsize=4)
def _rows(broken: Broken) -> list[Row]:
    found = []
    for start, end in broken.statements():
        line = broken.line_of(start)
        code = broken.code(line)
        if not code.strip():
            continue
        lead = code[: len(code) - len(code.lstrip())]
        last = broken.code(broken.line_of(max(start, end - 1))).strip()
        found.append(Row(start, lead, code.strip() if broken.line_of(end) == line else f"{code.strip()} {last}"))
    return found
