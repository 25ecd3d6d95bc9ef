"""Modules, names, methods and arguments that a release removed: the rows of `checks/data/removed.json`."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a release took away.

    `name` is its full dotted name. `use` says in words what replaces it; `to` is the dotted name that takes its place
    in code (`builtins.float` for a builtin), and `safe` that it means the same. `removed_in` is empty for a package
    that was withdrawn as a whole, `back_in` the release that brought it back. With a `note` it still exists, but is
    worth a word.
    """

    name: str
    package: str
    use: str
    source: str
    removed_in: str = ""
    to: str | None = None
    safe: bool = False
    back_in: str | None = None
    note: str | None = None


class RemovedMethod(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A method that a class lost. `on` is the kind of value (a `Kind`); `alone`: no other common class has the name."""

    name: str
    package: str
    use: str
    source: str
    removed_in: str
    on: str = ""
    to: str | None = None
    safe: bool = False
    alone: bool = False


class RemovedArgument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A keyword that a call no longer takes. `drop`: leaving it out keeps the meaning."""

    call: str
    name: str
    package: str
    use: str
    source: str
    removed_in: str
    drop: bool = False


class Removed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rows."""

    modules: tuple[Removal, ...]
    names: tuple[Removal, ...]
    methods: tuple[RemovedMethod, ...]
    arguments: tuple[RemovedArgument, ...]


@cache
def removed() -> Removed:
    """The rows, read once."""
    return msgspec.json.decode(files("checks").joinpath("data/removed.json").read_bytes(), type=Removed)


@cache
def modules() -> dict[str, Removal]:
    """Removed modules by their name."""
    return {row.name: row for row in removed().modules}


@cache
def names() -> dict[str, Removal]:
    """Removed names by their full name."""
    return {row.name: row for row in removed().names}


def module_row(dotted: str) -> Removal | None:
    """The row of a module or of a package that holds it."""
    rows = modules()
    return next((rows[prefix] for prefix in _prefixes(dotted) if prefix in rows), None)


def _prefixes(dotted: str) -> Iterator[str]:
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]


TITLES = {"scikit-learn": "scikit-learn", "python": "Python", "tensorflow": "TensorFlow", "pillow": "Pillow"}


def since(row: "Removal | RemovedMethod | RemovedArgument") -> str:
    """`removed in pandas 2.0`, or that the package was withdrawn."""
    if not row.removed_in:
        return "withdrawn with Machine Learning Workbench"
    return f"removed in {TITLES.get(row.package, row.package)} {row.removed_in}"
