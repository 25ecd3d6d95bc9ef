"""One check, told: the text of `doctor explain` and of its page in the catalogue come from the same parts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.cases import Case
from checks.check import HEADINGS, Check
from checks.evidence import EnvironmentFile, Evidence, Logs, Script
from checks.finding import Confidence, Severity
from checks.logs.signature import AREAS
from checks.outcome import Found, run_check
from checks.registry import FAMILIES, all_checks, checks_of_kind
from doctor.reports.common import STAGES

SEVERITIES = {
    Severity.ERROR: "error: breaks the service",
    Severity.WARNING: "warning: likely to hurt",
    Severity.INFO: "info: worth knowing",
}
CONFIDENCES = {
    Confidence.CERTAIN: "certain: directly evidenced",
    Confidence.LIKELY: "likely: a strong sign",
    Confidence.POSSIBLE: "possible: it fits",
}
NEEDS = {
    "script": "the entry script",
    "tree": "the entry script, when it parses",
    "source": "the names of the files beside it",
    "models": "the model folder",
    "samples": "the samples",
    "environment": "the conda or requirements file",
    "installed": "the installed packages",
    "probe": "a rehearsal of the script",
    "logs": "logs and other text",
}
HELPERS = "the modules beside it that it imports"
TEXTS = frozenset({"script", "tree", "source", "environment", "logs"})
LONGEST_EXAMPLE = 25  # lines


@dataclass(frozen=True)
class Example:
    """A case that stands beside the check: its files by name, and what the check says of it (nothing, when quiet)."""

    files: tuple[tuple[str, str], ...]
    says: tuple[str, ...]


def facts(check: Check) -> list[tuple[str, str]]:
    """What the check declares, as label and words."""
    rows = [
        ("severity", SEVERITIES[check.severity]),
        ("confidence", CONFIDENCES[check.confidence]),
        ("breaks", STAGES[check.stage]),
        (
            "looks at",
            ", ".join([*(NEEDS.get(need, need) for need in check.needs), *([HELPERS] if check.helpers else [])]),
        ),
    ]
    rows += [("explains", ", ".join(check.explains))] if check.explains else []
    rows += [("formerly", ", ".join(check.aliases))] if check.aliases else []
    return rows


def sections(check: Check) -> list[tuple[str, str]]:
    """The headings with their paragraphs, each paragraph on one line."""
    return [(heading, check.section(heading)) for heading in HEADINGS]


def examples(check: Check) -> tuple[Example | None, Example | None]:
    """The first firing and the first quiet case that can be shown; None where there is none.

    A check that looks at more than files has a firing example without files: they alone would not make it fire.
    """
    firing = next(_examples(check, (case for case in check.cases if case.findings != 0)), None)
    quiet = next(_examples(check, (case for case in check.cases if case.findings == 0)), None)
    if set(check.needs) <= TEXTS:
        return firing, quiet
    return (Example(files=(), says=firing.says) if firing else None), None


def _examples(check: Check, cases: Iterator[Case]) -> Iterator[Example]:
    for case in cases:
        files = tuple(_files(case.evidence))
        if any(text.count("\n") > LONGEST_EXAMPLE or not _shows(text) for _, text in files):
            continue
        outcome = run_check(check, case.evidence)
        said = outcome.findings if isinstance(outcome, Found) else ()
        yield Example(files=files, says=tuple(dict.fromkeys(finding.title for finding in said)))


def _files(evidence: Evidence) -> Iterator[tuple[str, str]]:
    if isinstance(evidence.script, Script):
        yield evidence.script.path, evidence.script.text
    if isinstance(evidence.environment, EnvironmentFile) and evidence.environment.text:
        yield evidence.environment.path, evidence.environment.text
    if isinstance(evidence.logs, Logs):
        yield from ((log.source, f"{log.text}\n") for log in evidence.logs.items)


def _shows(text: str) -> bool:
    """Whether a page can hold the text as it is."""
    return bool(text.strip()) and all(c.isprintable() or c in "\n\t" for c in text)


def markdown_page(check: Check) -> str:
    """The page of the catalogue."""
    blocks = [f"# {check.id}", f"{check.summary}."]
    blocks.append(
        "\n".join(["| | |", "| --- | --- |", *(f"| {label} | {_cell(words)} |" for label, words in facts(check))])
    )
    for heading, text in sections(check):
        blocks += [f"## {heading}", _prose(text)]
    firing, quiet = examples(check)
    if firing:
        said = " and ".join(f'"{_prose(title)}"' for title in firing.says)
        blocks += ["## Example", f"doctor says {said}{' of' if firing.files else ''}", *_fenced(firing)]
        blocks += ["and nothing of", *_fenced(quiet)] if quiet else []
    blocks += ["## To keep it quiet", f"{to_silence(check)}."]
    return "\n\n".join(blocks) + "\n"


def to_silence(check: Check) -> str:
    """How to keep a check quiet. A log has no place for a comment."""
    option = f"`--ignore {check.id}`"
    return option if check.family == "logs" else f"`# doctor: ignore[{check.id}] reason` on the line, or {option}"


def areas() -> dict[str, list[Check]]:
    """The checks of the family `logs` by area, without areas of which nothing is told."""
    found: dict[str, list[Check]] = {}
    for check in checks_of_kind("log"):
        found.setdefault(check.area, []).append(check)
    return found


def area_page(area: str, checks: Iterable[Check]) -> str:
    """One page of the catalogue for all signatures of an area."""
    pages = (re.sub(r"(?m)^#(?=#* [^\n]+\n\n)", "##", markdown_page(check)) for check in checks)
    return "\n".join((f"# logs: {area}\n\n{AREAS[area]}.\n", *pages))


def catalogue() -> str:
    """The page that lists all checks by family."""
    number = len(all_checks())
    blocks = ["# What doctor finds", f"{number} checks. `doctor explain ID` prints the same text as each page here."]
    blocks.append("These pages are made from the checks themselves by `make docs`.")
    for family, module in FAMILIES.items():
        checks = [check for check in all_checks() if check.family == family]
        if not checks:
            continue
        content = _area_table() if family == "logs" else table(checks, linked=True)
        blocks += [f"## {family}", family_summary(module), content]
    return "\n\n".join(blocks) + "\n"


def _area_table() -> str:
    rows = [f"| [{area}](logs/{area}.md) | {len(checks)} | {AREAS[area]} |" for area, checks in areas().items()]
    return "\n".join(["| area | causes and symptoms | about |", "| --- | --- | --- |", *rows])


def table(checks: Iterable[Check], *, linked: bool) -> str:
    """Checks as a Markdown table; `linked` ids lead to the pages beside it."""
    rows = ["| check | severity | breaks | finds |", "| --- | --- | --- | --- |"]
    for check in checks:
        name = f"[{check.id}]({check.id}.md)" if linked else f"`{check.id}`"
        rows.append(f"| {name} | {check.severity} | {STAGES[check.stage]} | {_cell(check.summary)} |")
    return "\n".join(rows)


def as_data(check: Check) -> dict[str, object]:
    """What a program wants to know of a check."""
    return {
        "id": check.id,
        "family": check.family,
        "summary": check.summary,
        "severity": check.severity,
        "confidence": check.confidence,
        "stage": check.stage,
        "needs": check.needs,
        "explains": check.explains,
        "aliases": check.aliases,
    }


def family_summary(module: str) -> str:
    """The first line of a family's docstring."""
    from importlib import import_module

    return (import_module(module).__doc__ or "").strip().split("\n", 1)[0]


def _fenced(example: Example) -> Iterator[str]:
    for name, text in example.files:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        language = "python" if name.endswith(".py") else "yaml" if name.endswith((".yml", ".yaml")) else "text"
        heading = f"{fence}{language}" if len(example.files) == 1 else f"`{name}`\n\n{fence}{language}"
        yield f"{heading}\n{text.rstrip()}\n{fence}"


def _prose(text: str) -> str:
    """Docstrings are prose with `code`: outside it, what Markdown or HTML would take for its own is escaped."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        part if index % 2 else re.sub(r"([\\*_\[\]<])", r"\\\1", part) if part.strip() else part
        for index, part in enumerate(parts)
    )


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|")
