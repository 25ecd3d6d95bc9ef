"""Every check of the registry keeps the house rules, and every case beside it holds."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from checks.cases import Case
from checks.check import HEADINGS, Check
from checks.edits import apply_edits
from checks.evidence import EnvironmentFile, Evidence, Script
from checks.finding import Edit, Finding, Safety
from checks.outcome import Crashed, Found, run_check
from checks.registry import FAMILIES, all_checks

CHECKS = tuple(check for check in all_checks() if check.family != "logs")  # tests/logs has rules of their own
CASES = [
    pytest.param(check, case, id=f"{check.id}-{number}{'-' + case.name if case.name else ''}")
    for check in CHECKS
    for number, case in enumerate(check.cases)
]
NEEDS = {*Evidence.__struct_fields__, "tree", "old", "answer"}


def found(check: Check, case: Case) -> tuple[Finding, ...]:
    outcome = run_check(check, case.evidence)
    assert not isinstance(outcome, Crashed), outcome.trace
    return outcome.findings if isinstance(outcome, Found) else ()


def test_ids_are_unique_and_listed_once() -> None:
    names = [name for check in all_checks() for name in (check.id, *check.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "logs"])
def test_every_file_of_a_family_is_listed(family: str) -> None:
    package = import_module(FAMILIES[family])
    folder = Path(str(package.__file__)).parent
    files = {path.stem for path in folder.glob("*.py") if "@check(" in path.read_text(encoding="utf-8")}
    assert files == {check.module.rsplit(".", 1)[-1] for check in package.CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_declaration(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*", check.id)
    assert check.family in FAMILIES
    assert set(check.needs) <= NEEDS
    assert check.needs
    assert 10 <= len(check.summary) <= 100
    assert [line for line in check.doc.split("\n") if line in HEADINGS] == list(HEADINGS)
    assert all(check.section(heading) for heading in HEADINGS)
    assert any(case.findings == 0 for case in check.cases), "a quiet case: the false alarm one fears"
    assert any(case.findings != 0 for case in check.cases), "a firing case"


@pytest.mark.parametrize(("check", "case"), CASES)
def test_case(check: Check, case: Case) -> None:
    findings = found(check, case)
    if case.findings is None:
        assert findings
    else:
        assert len(findings) == case.findings, [f.title for f in findings]
    if case.saw:
        assert case.saw in " ".join(t for f in findings for t in (f.title, *(q.text for q in f.evidence)))
    if case.line is not None:
        assert findings[0].evidence[0].line == case.line
    if case.fixed is not None:
        edits = [edit for finding in findings for edit in (finding.fixes[0].edits if finding.fixes else ())]
        assert apply_edits(edited_text(case.evidence, edits), edits) == case.fixed
    for finding in findings:
        wording(finding)


def edited_text(evidence: Evidence, edits: list[Edit]) -> str:
    """The text of the file that the edits change: the script's, or the environment file's."""
    environment = evidence.environment
    if isinstance(environment, EnvironmentFile) and {edit.path for edit in edits} == {environment.path}:
        return environment.text
    assert isinstance(evidence.script, Script)
    return evidence.script.text


def wording(finding: Finding) -> None:
    """The rules for the five parts of a finding."""
    assert len(finding.title) <= 90, finding.title
    assert not finding.title.endswith("."), finding.title
    assert not finding.title.endswith("?"), finding.title
    assert not re.match(r"(?i)error:", finding.title)
    assert not re.search(r"\b(simply|just|obviously|illegal)\b", f"{finding.title} {finding.why}")
    assert finding.why
    assert finding.evidence
    assert all(quote.text.count("\n") <= 3 for quote in finding.evidence)
    assert bool(finding.fixes) != bool(finding.no_fix), "a fix, or the reason why there is none"
    for fix in finding.fixes:
        assert fix.title[0].islower() or not fix.title[0].isalpha() or fix.title.split()[0].isupper(), fix.title
        assert not fix.title.startswith("or "), f"{fix.title}: a report says which fix is another one"
        angle = any("<" in text and ">" in text for text in (fix.title, *fix.commands))
        assert fix.safety is not Safety.PLACEHOLDER or angle or fix.edits
        if fix.safety is Safety.SAFE:
            assert fix.edits, "a safe fix can be applied"


@pytest.mark.parametrize(("check", "case"), [param for param in CASES if param.values[1].findings != 0])
def test_safe_fixes_cure_and_are_idempotent(check: Check, case: Case) -> None:
    if not isinstance(case.evidence.script, Script):
        return
    safe = [f for f in found(check, case) if f.fixes and f.fixes[0].safety is Safety.SAFE]
    edits = [edit for finding in safe for edit in finding.fixes[0].edits if edit.path == case.evidence.script.path]
    if not edits:
        return
    text = apply_edits(case.evidence.script.text, edits)
    again = run_check(check, case.evidence.replace(script=Script(path=case.evidence.script.path, text=text)))
    titles = {finding.title for finding in safe}
    assert not isinstance(again, Found) or not titles & {f.title for f in again.findings}
