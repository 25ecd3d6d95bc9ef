"""Firing and quiet cases that stand beside a check and run as tests."""

from dataclasses import dataclass, field

from checks.evidence import Evidence, Script, SourceTree, Target


@dataclass(frozen=True)
class Case:
    """Evidence, and what one check must say of it.

    `findings` is the number expected (0 for a quiet case, None for one or more). `saw` must occur in the title or a
    quote of a finding, `line` be the line of its first quote, `fixed` the script after all its edits were applied.
    """

    evidence: Evidence
    findings: int | None
    saw: str = ""
    line: int | None = None
    fixed: str | None = None
    name: str = field(default="")


def script(text: str, path: str = "score.py", beside: tuple[str, ...] = (), **more: object) -> Evidence:
    """Evidence of one entry script; `more` sets other fields of Evidence."""
    return Evidence(
        target=Target(kind="script", name=path),
        script=Script(path=path, text=text),
        source=SourceTree(folder=".", files=(path, *beside)),
    ).replace(**more)


def fires(
    given: str | Evidence,
    *,
    saw: str = "",
    line: int | None = None,
    fixed: str | None = None,
    findings: int | None = None,
    name: str = "",
) -> Case:
    """The check must find something here. A str is the text of a score.py."""
    evidence = script(given) if isinstance(given, str) else given
    return Case(evidence=evidence, findings=findings, saw=saw, line=line, fixed=fixed, name=name)


def quiet(given: str | Evidence, *, name: str = "") -> Case:
    """The check must say nothing here: the false alarm one fears."""
    return Case(evidence=script(given) if isinstance(given, str) else given, findings=0, name=name)
