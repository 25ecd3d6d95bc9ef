"""SARIF 2.1.0, for code scanning pages and editors: one run, every check as a rule, every finding as a result.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", the sections named below.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote as percent_encoded

import msgspec

from checks.check import Check
from checks.edits import by_path
from checks.finding import Edit, Finding, Fix, Quote, Severity
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.report import NotRun, Report, Suppressed
from doctor.reports import Style
from doctor.reports.common import plural, safety
from doctor.reports.fingerprint import fingerprint

escape = "json"

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PRECISION = {"certain": "very-high", "likely": "high", "possible": "medium"}

Json = dict[str, Any]


def write(reports: Sequence[Report], style: Style) -> str:  # noqa: ARG001 # a machine format is the same in every style
    """One log with one run, whatever was found."""
    kinds = dict.fromkeys(report.target.kind for report in reports) or {"script": None}
    checks = {check.id: check for kind in kinds for check in checks_of_kind(kind)}
    told: list[tuple[Report, Finding, Suppressed | None]] = []
    told += [(report, finding, None) for report in reports for finding in report.findings]
    told += [(report, one.finding, one) for report in reports for one in report.suppressions]
    ids = [*checks, *dict.fromkeys(finding.id for _, finding, _ in told if finding.id not in checks)]
    index = {one: number for number, one in enumerate(ids)}
    crashed = [one for report in reports for one in report.checks.crashed]
    run: Json = {
        "tool": {
            "driver": {
                "name": "doctor",
                "fullName": "Deployment Doctor",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(one, checks.get(one)) for one in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "the folder in which doctor was called"}}},
        "invocations": [
            {
                "executionSuccessful": not crashed,
                "toolExecutionNotifications": [
                    *(_notification("error", one, index, "crashed") for one in crashed),
                    *(
                        _notification("note", one, index, "was skipped")
                        for report in reports
                        for one in report.checks.skipped
                    ),
                ],
            }
        ],
        "results": [_result(report, finding, quiet, index) for report, finding, quiet in told],
        "properties": {
            "targets": [{"name": r.target.name, "verdict": r.verdict.value, "notes": list(r.notes)} for r in reports]
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(one: str, check: Check | None) -> Json:
    """A reportingDescriptor (3.49). An id that this version does not know comes from another version's report."""
    if check is None:
        return {"id": one, "shortDescription": {"text": "A check that this version of doctor does not have."}}
    why, how = check.section("Why it breaks"), check.section("How to fix")
    rule: Json = {
        "id": one,
        "name": "".join(word.capitalize() for word in re.split(r"[.-]", one)),
        "shortDescription": {"text": _sentence(check.summary)},
        "fullDescription": {"text": f"{check.section('What it finds')} {why}".strip() or _sentence(check.summary)},
        "help": {"text": f"{why}\n\n{how}", "markdown": f"**Why it breaks.** {why}\n\n**How to fix.** {how}\n"},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "tags": [check.family, check.stage.value],
            "precision": PRECISION[check.confidence.value],
            "problem.severity": {"error": "error", "warning": "warning"}.get(check.severity.value, "recommendation"),
        },
    }
    if check.aliases:
        rule["deprecatedIds"] = list(check.aliases)
    return rule


def _notification(level: str, one: NotRun, index: dict[str, int], what: str) -> Json:
    """A notification (3.58): a check that did not look must not be taken for one that passed."""
    note: Json = {"level": level, "message": {"text": f"{one.id} {what}: {one.reason}."}}
    if one.id in index:
        note["associatedRule"] = {"id": one.id, "index": index[one.id]}
    return note


def _result(report: Report, finding: Finding, quiet: Suppressed | None, index: dict[str, int]) -> Json:
    """A result (3.27)."""
    first, others = _ordered(finding.evidence)
    result: Json = {
        "ruleId": finding.id,
        "ruleIndex": index[finding.id],
        "level": LEVELS[finding.gravity],
        "message": {"text": _message(finding), "markdown": _markdown(finding, report.target.kind)},
        "locations": [_location(first or Quote(source=report.target.name, text="", line=1))],
        "partialFingerprints": {"doctor/v1": fingerprint(finding)},
        "properties": {
            "confidence": finding.confidence,
            "stage": finding.stage,
            "cause": finding in report.causes,
            "explains": list(finding.explains),
            "after": list(finding.after),
        },
    }
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(quote), "message": {"text": quote.text or quote.source}}
            for number, quote in enumerate(others, 1)
        ]
    # Edits of a finding that shows only after other fixes are edits of a text that is not there yet.
    if not finding.after and (fixes := [_fix(fix, report.target.kind) for fix in finding.fixes if fix.edits]):
        result["fixes"] = fixes
    if quiet is not None:
        suppression: Json = {"kind": "inSource" if quiet.how == "inline" else "external", "status": "accepted"}
        suppression["justification"] = quiet.reason or {"baseline": "recorded in the baseline"}.get(
            quiet.how, quiet.how
        )
        result["suppressions"] = [suppression]
    return result


def _ordered(quotes: Iterable[Quote]) -> tuple[Quote | None, list[Quote]]:
    """The quote that stands on a line of a file, and the others that do."""
    lines = [quote for quote in quotes if quote.line is not None]
    return (lines[0] if lines else None), lines[1:]


def _location(quote: Quote) -> Json:
    """A location (3.28)."""
    physical: Json = {"artifactLocation": _artifact(quote.source)}
    if quote.line is not None:
        region: Json = {"startLine": quote.line}
        if quote.column is not None and quote.mark is not None:
            region["startColumn"] = quote.column + quote.mark[0] + 1
            region["endColumn"] = quote.column + quote.mark[1] + 1
        if quote.text and "\n" not in quote.text:
            region["snippet"] = {"text": quote.text}
        physical["region"] = region
    return {"physicalLocation": physical}


def _artifact(path: str) -> Json:
    """An artifactLocation (3.4): relative to the folder of the call where that is possible without `..`."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 # resolve() would follow links
    if absolute.is_relative_to(Path.cwd()):
        return {"uri": _uri(absolute.relative_to(Path.cwd())), "uriBaseId": ROOT}
    return {"uri": f"file://{'' if absolute.as_posix().startswith('/') else '/'}{_uri(absolute)}"}


def _uri(path: PurePath) -> str:
    return percent_encoded(path.as_posix(), safe="/:" if path.is_absolute() else "/")


def _fix(fix: Fix, kind: str) -> Json:
    """A fix (3.55): per file its replacements."""
    return {
        "description": {"text": f"{fix.title} ({safety(fix.safety, kind)})"},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": [_replacement(edit) for edit in edits]}
            for path, edits in by_path(fix.edits).items()
        ],
    }


def _replacement(edit: Edit) -> Json:
    """A replacement (3.57): columns count from 1 here; a region without extent is an insertion."""
    return {
        "deletedRegion": {
            "startLine": edit.start_line,
            "startColumn": edit.start_column + 1,
            "endLine": edit.end_line,
            "endColumn": edit.end_column + 1,
        },
        "insertedContent": {"text": edit.replacement},
    }


def _message(finding: Finding) -> str:
    parts = [_sentence(finding.title), finding.why]
    parts += [f"Fix: {_sentence(fix.title)}" for fix in finding.fixes[:1]]
    return " ".join(part for part in parts if part)


def _markdown(finding: Finding, kind: str) -> str:
    """The message with commands to paste."""
    from doctor.reports.markdown import escaped, fenced

    parts = [f"**{escaped(_sentence(finding.title))}**", escaped(finding.why)]
    for fix in finding.fixes:
        parts.append(f"Fix: {escaped(fix.title)} ({escaped(safety(fix.safety, kind))})")
        parts += [fenced(command, "") for command in fix.commands]
        parts += [escaped(fix.verified)] if fix.verified else []
    if finding.no_fix:
        parts.append(f"No fix: {escaped(finding.no_fix)}")
    if finding.explains:
        parts.append(f"Explains {plural(len(finding.explains), 'other finding')}: {', '.join(finding.explains)}")
    return "\n\n".join(part for part in parts if part)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
