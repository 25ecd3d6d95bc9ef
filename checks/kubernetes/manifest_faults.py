"""What the checks of a manifest's form share: the faults of one kind, and how they are told."""

import re
from collections.abc import Iterator

from checks.cluster.manifest import Fault, Manifest, Problem
from checks.evidence import Evidence
from checks.finding import Fix, Quote, Safety


def manifest_of(evidence: Evidence) -> Manifest:
    """The manifest. A check runs only when what it needs is there."""
    assert isinstance(evidence.manifest, Manifest), "declare needs=('manifest',)"
    return evidence.manifest


def faults(evidence: Evidence, problem: Problem) -> Iterator[Fault]:
    """The faults of one kind, in the order of the file."""
    return (fault for fault in manifest_of(evidence).faults if fault.problem == problem)


def expected(fault: Fault, text: str) -> tuple[Quote, ...]:
    """The line as evidence, and what is expected of it."""
    about = f"{fault.object} {fault.field}".strip()
    return (fault.quote, Quote(source=about or "expected", text=text))


def edited(title: str, fault: Fault) -> tuple[Fix, ...]:
    """The fix that makes the fault's edits; none where it has none."""
    return (Fix(title=title, safety=Safety.SAFE, edits=fault.edits),) if fault.edits else ()


_NAME = re.compile(r"[^.\[\]]+(?:\[[^\]]*\])*$|\[[^\]]*\]$")


def last_of(path: str) -> str:
    """The last name of a path, with the item of a list: `env[MODE]` of `spec.containers[score].env[MODE]`."""
    found = _NAME.search(path)
    return found[0] if found else path


def outer_of(path: str) -> str:
    """The path around a field; empty at the top."""
    return path[: len(path) - len(last_of(path))].rstrip(".")


def short(path: str, most: int = 45) -> str:
    """As much of a path's end as fits: `env[MODE].value`."""
    name, outer = last_of(path), outer_of(path)
    while outer and len(longer := f"{last_of(outer)}.{name}") <= most:
        name, outer = longer, outer_of(outer)
    return name


def file_name(path: str) -> str:
    """The file's name alone."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]
