"""Short, safe pieces of text for titles and quotes: messages of libraries can be pages long."""

import re

TITLE = 70  # characters a title should not exceed


_CONTROL = dict.fromkeys((*range(9), *range(14, 32), 11, 12, *range(127, 160)), " ")


def printable(text: str) -> str:
    """`text` without control characters, and with lone surrogates written out: what any terminal and file can take."""
    return text.encode("utf-8", "backslashreplace").decode().translate(_CONTROL)


def one_line(text: str, limit: int = 200) -> str:
    """`text` with all white space run together, cut to `limit` characters."""
    flat = re.sub(r"\s+", " ", printable(text)).strip()
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def titled(text: str, limit: int = TITLE) -> str:
    """`text` fit for a title: one line, no final stop or question mark."""
    return one_line(text, limit).rstrip(" .?!:")


def few_lines(text: str, lines: int = 3, width: int = 240) -> str:
    """The first lines of a long text, each cut to `width`; the last one says how many lines were left out."""
    split = [line.rstrip() for line in printable(text).strip().splitlines() if line.strip()]
    shown = [line if len(line) <= width else f"{line[: width - 1]}…" for line in split[:lines]]
    if len(split) > lines:
        shown[-1] += f" … and {len(split) - lines} more lines"
    return "\n".join(shown)


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def seconds_of(value: float) -> str:
    """A duration as a person says it: `0.4 s`, `75 s`."""
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def bytes_of(value: int) -> str:
    """A size as a person says it: `12 kB`, `3.4 GB`."""
    size, unit = float(value), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{value} bytes" if unit == "bytes" else f"{size:.3g} {unit}"
