"""Manifests for the cases of checks: one fault in a deployment's file."""

from typing import Any

from checks.cluster.manifest import Fault, FileObject, Manifest, Problem
from checks.evidence import Evidence, Target
from checks.finding import Edit, Quote

PATH = "deployment.yaml"


def fault(problem: Problem, text: str, field: str = "", *, line: int = 12, **more: Any) -> Fault:
    """A fault on a line; `more` are other fields of it."""
    quote = Quote(source=PATH, line=line, column=0, text=text)
    return Fault(**{"problem": problem, "object": "deployment/score", "field": field, "quote": quote, **more})


def edit(replacement: str, line: int = 12) -> Edit:
    """An edit of the first characters of a line."""
    return Edit(path=PATH, start_line=line, start_column=0, end_line=line, end_column=1, replacement=replacement)


def manifest(*faults: Fault, **more: Any) -> Evidence:
    """Evidence of a file with these faults; `more` are other fields of the manifest."""
    objects = (FileObject(shown="deployment/score", path=PATH, line=1),)
    return Evidence(
        target=Target(kind="manifest", name=PATH),
        manifest=Manifest(**{"path": PATH, "objects": objects, "faults": faults, "version": "1.34", **more}),
    )
