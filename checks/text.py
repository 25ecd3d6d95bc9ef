"""Lines as Python's own parser counts them."""

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def lines_of(text: str) -> list[str]:
    """Split into lines that keep their ends. Form feeds end none, unlike in `str.splitlines`."""
    return _LINE.findall(text)


def end_of(line: str) -> str:
    """The line end of one line: CRLF, LF, CR or nothing."""
    return line[len(line.rstrip("\r\n")) :]


def listed(names: "list[str] | tuple[str, ...] | set[str] | frozenset[str]", limit: int = 5) -> str:
    """`a, b and c`, in order for lists and sorted for sets; longer ones end in `and N more`. Empty gives `nothing`."""
    ordered = sorted(names) if isinstance(names, (set, frozenset)) else list(names)
    if not ordered:
        return "nothing"
    shown, rest = ordered[:limit], len(ordered) - limit
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
