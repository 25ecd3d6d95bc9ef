"""Texts of signatures: `{module}` is a field, `{module|distribution}` a field passed through a filter."""

import re
from collections.abc import Callable, Mapping
from functools import cache

PLACEHOLDER = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The text with its fields filled in. Raises KeyError for a field or filter that is not there."""
    return PLACEHOLDER.sub(
        lambda found: FILTERS[found[2]](fields[found[1]]) if found[2] else fields[found[1]], template
    )


@cache
def placeholders(template: str) -> frozenset[str]:
    """Names of the fields that a text needs."""
    return frozenset(found[1] for found in PLACEHOLDER.finditer(template))


def _distribution(module: str) -> str:
    """The distribution to install for an import: `cv2` gives `opencv-python-headless`."""
    from checks.dependencies.names import distributions_for

    known = distributions_for(module)
    return next((name for name in known if name.endswith("-headless")), known[0])  # an image has no screen


def _basename(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _folder(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[0] or "/"


def _top(module: str) -> str:
    return module.split(".", 1)[0]


def _short(text: str) -> str:
    """The beginning of a long text, cut at a word: what a title has room for."""
    words = text.strip().rstrip(".")
    return words if len(words) <= 50 else f"{words[:50].rsplit(' ', 1)[0]} …"


def _apt(library: str) -> str:
    """The Debian package that holds a shared library."""
    from checks.dependencies.names import rows

    known = {row[0]: row[1] for row in rows("shared_libraries")}
    stem = library.split(".so", 1)[0]
    return known.get(library) or known.get(stem) or f"<package of {library}>"


def _apt_where(library: str) -> str:
    """Where that package exists, as a remark in brackets; empty when everywhere, or when nothing is known."""
    from checks.dependencies.names import rows

    known = {row[0]: row[2] for row in rows("shared_libraries") if len(row) > 2}
    return f" ({known[library]})" if library in known else ""


FILTERS: dict[str, Callable[[str], str]] = {
    "distribution": _distribution,
    "basename": _basename,
    "folder": _folder,
    "top": _top,
    "apt": _apt,
    "short": _short,
    "apt_where": _apt_where,
    "lower": str.lower,
}
