"""On correct scripts no check that reads the script may say more than "info": the false-alarm measure of the family.

`tests/scripts/correct/*.py` are single scripts, `tests/scripts/correct/*/score.py` scripts with what lies beside them.
"""

from pathlib import Path

import pytest

from checks.entry_script.family import CHECKS
from checks.entry_script.module import parse
from checks.evidence import Evidence, Script, SourceTree, Target
from checks.finding import Finding, Severity
from checks.outcome import Crashed, Found, run_checks

FOLDER = Path(__file__).parent / "scripts" / "correct"
SCRIPTS = sorted([*FOLDER.glob("*.py"), *FOLDER.glob("*/score.py")])


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix().removesuffix("/score.py").removesuffix(".py")


def evidence_of(path: Path) -> Evidence:
    files = ["score.py"]
    if path.parent != FOLDER:
        files = sorted(f.relative_to(path.parent).as_posix() for f in path.parent.rglob("*.py"))
    return Evidence(
        target=Target(kind="script", name="score.py"),
        script=Script(path="score.py", text=path.read_bytes().decode("utf-8")),
        source=SourceTree(folder=".", files=tuple(files)),
    )


def found(path: Path) -> list[Finding]:
    findings: list[Finding] = []
    for outcome in run_checks(CHECKS, evidence_of(path)):
        assert not isinstance(outcome, Crashed), outcome.trace
        findings += outcome.findings if isinstance(outcome, Found) else ()
    return findings


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(SCRIPTS) >= 40


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_correct_script_raises_no_alarm(path: Path) -> None:
    assert parse(path.read_bytes().decode("utf-8")).tree is not None
    alarms = [f"{f.id}: {f.title}: {f.evidence[0]}" for f in found(path) if f.gravity is not Severity.INFO]
    assert not alarms
