"""Texts of signatures: `{module}` is a field, `{module|distribution}` a field passed through a filter."""

import re
from collections.abc import Callable, Mapping

PLACEHOLDER = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The text with its fields filled in. Raises KeyError for a field or filter that is not there."""
    return PLACEHOLDER.sub(
        lambda found: FILTERS[found[2]](fields[found[1]]) if found[2] else fields[found[1]], template
    )


def placeholders(template: str) -> frozenset[str]:
    """Names of the fields that a text needs."""
    return frozenset(found[1] for found in PLACEHOLDER.finditer(template))


def _distribution(module: str) -> str:
    """The distribution to install for an import: `cv2` gives `opencv-python-headless`."""
    from checks.dependencies.names import distributions_for

    return distributions_for(module)[0]


def _basename(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _folder(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[0] or "/"


def _top(module: str) -> str:
    return module.split(".", 1)[0]


def _apt(library: str) -> str:
    """The Debian package that holds a shared library."""
    from checks.dependencies.names import rows

    known = {row[0]: row[1] for row in rows("shared_libraries")}
    stem = library.split(".so", 1)[0]
    return known.get(library) or known.get(stem) or f"<package of {library}>"


FILTERS: dict[str, Callable[[str], str]] = {
    "distribution": _distribution,
    "basename": _basename,
    "folder": _folder,
    "top": _top,
    "apt": _apt,
    "lower": str.lower,
}
