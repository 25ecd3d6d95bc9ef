"""Modules of one's own that the entry script imports, read by the checks that look at any code.

A check sees such a module in the place of the script, and knows which of its functions init() and run() enter.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from checks.check import Check
from checks.entry_script.module import Module, parse
from checks.entry_script.reach import INIT, RUN, reach
from checks.evidence import Evidence, Script, SourceTree
from checks.finding import Finding

Named = tuple[tuple[str, Script], ...]


def findings_in_helpers(check: Check, evidence: Evidence) -> Iterator[Finding]:
    """What a check of the script has to say about the modules that it imports; nothing of those that do not parse."""
    script, source = evidence.script, evidence.source
    if not isinstance(script, Script) or not isinstance(source, SourceTree) or not source.modules:
        return
    for helper in _read(script.text, tuple(source.modules.items())):
        view = evidence.replace(script=helper)
        if not any(map(view.missing, ("tree", *check.needs))):
            for finding in check.run(view):
                about = tuple(_placed(entry, helper) for entry in finding.about)
                yield msgspec.structs.replace(finding, about=about)


def imported_by(module: Module, name: str = "", *, package: bool = False) -> Iterator[str]:
    """Dotted names of the modules that a module may import; `name` is its own, `package` that it is an `__init__.py`.

    Of `from a import b` both `a` and `a.b`: the text alone does not tell whether `b` is a module.
    """
    for plain in module.all(ast.Import):
        yield from (alias.name for alias in plain.names)
    for named in module.all(ast.ImportFrom):
        base = _absolute("." * named.level + (named.module or ""), name, package)
        if base:
            yield base
        yield from (f"{base}.{alias.name}".lstrip(".") for alias in named.names if alias.name != "*")


def _placed(entry: str, helper: Script) -> str:
    """A line is one of the helper's file, not of the script's."""
    kind, _, value = entry.partition(":")
    return f"line:{helper.name}:{value}" if kind == "line" else entry


@lru_cache(maxsize=8)
def _read(text: str, modules: Named) -> tuple[Script, ...]:
    """The modules that the script of this text imports, each with what is entered of it, the nearest ones first."""
    known, entered = dict(modules), dict[str, dict[tuple[str, str], None]]()
    pending = [("", parse(text), False)]
    for name, module, package in pending:  # grows while it is walked
        for target in dict.fromkeys(imported_by(module, name, package=package)):
            if target in known and target not in entered:
                entered[target] = {}
        for phase, dotted in _mentions(module, name, package):
            home = next((one for one in _prefixes(dotted) if one in known), None)
            if home is not None and home != name:
                first = dotted[len(home) + 1 :].partition(".")[0]
                entered.setdefault(home, {})[(first if first in (INIT, RUN) else phase, first)] = None
        done = {one for one, _, _ in pending}
        for target in [one for one in entered if one not in done]:
            script = known[target]
            module_ = parse(script.text, tuple(entered[target]))
            pending.append((target, module_, script.name == "__init__.py"))
    return tuple(msgspec.structs.replace(known[name], entered=tuple(what)) for name, what in entered.items())


def _mentions(module: Module, name: str, package: bool) -> Iterator[tuple[str, str]]:
    """What a module names of others, as full dotted names, with each phase in which it does."""
    stars = [_absolute(full[:-2], name, package) for local, full in module.aliases.items() if local == "*"]
    for kind in (ast.Name, ast.Attribute):
        for node in module.all(kind):
            full = module.dotted(node)
            if full is None:
                continue
            first = full.lstrip(".").partition(".")[0]
            names = [f"{star}.{first}" for star in stars] if kind is ast.Name and full == first else []
            for phase in reach(module).phases(node):
                yield from ((phase, one) for one in (_absolute(full, name, package), *names))
    for phase, local in ((INIT, INIT), (RUN, RUN)) if module.entered is None else module.entered:
        if local in module.aliases:  # handed on
            yield phase, _absolute(module.aliases[local], name, package)


def _absolute(dotted: str, name: str, package: bool) -> str:
    """A dotted name with leading dots, as seen from the module `name`, without them."""
    rest = dotted.lstrip(".")
    level = len(dotted) - len(rest) - package
    if level < 0 or rest == dotted:
        return rest
    parts = name.split(".")
    return ".".join([*parts[: len(parts) - level], *([rest] if rest else [])])


def _prefixes(dotted: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`."""
    while dotted:
        yield dotted
        dotted = dotted.rpartition(".")[0]
