"""Scripts with several faults at once, the ranking of their findings, and texts that are too much."""

import pytest

from checks.cases import script
from checks.edits import apply_edits
from checks.entry_script.broken import problem_of
from checks.entry_script.changes import Change, Changed
from checks.entry_script.diagnosis import diagnose
from checks.entry_script.family import CHECKS
from checks.entry_script.lexer import lex
from checks.evidence import EnvironmentFile, Evidence, Script
from checks.finding import Confidence, Finding, Quote, Safety, Severity
from checks.outcome import Crashed, Found, run_checks
from checks.rank import rank

SEVERAL = """\
%%writefile score.py
import json
from azureml.core.model import Model,
    Dataset
import joblib

 def init():
    global model
    model = joblib.load(“model.pkl”)
\tprint "loaded"

def run(data)
    rows = json.loads(data)["data"
    if rows = []:
        return []
    return [r − 1 for r in rows]
"""

CURED = """\
import json
from azureml.core.model import (Model,
    Dataset)
import joblib

def init():
    global model
    model = joblib.load("model.pkl")
    print("loaded")

def run(data):
    rows = json.loads(data)["data"]
    if rows == []:
        return []
    return [r - 1 for r in rows]
"""

KINDS = {
    "notebook-magic",
    "broken-import-line",
    "stray-indent",
    "look-alike-character",
    "mixed-indentation",
    "python2-syntax",
    "missing-colon",
    "unclosed-bracket",
    "assignment-as-condition",
}


def findings(evidence: Evidence) -> list[Finding]:
    found: list[Finding] = []
    for outcome in run_checks(CHECKS, evidence):
        assert not isinstance(outcome, Crashed), outcome.trace
        found += outcome.findings if isinstance(outcome, Found) else ()
    return found


def kinds(found: list[Finding]) -> list[str]:
    return [finding.id.removeprefix("entry-script.") for finding in found]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_nine_faults_are_nine_findings_and_their_fixes_fit_together(end: str) -> None:
    text = SEVERAL.replace("\n", end)
    found = findings(script(text))
    assert sorted(kinds(found)) == sorted(KINDS)
    assert apply_edits(text, [edit for f in found for edit in f.fixes[0].edits]) == CURED.replace("\n", end)


def test_each_finding_names_its_own_line() -> None:
    lines = {f.id.removeprefix("entry-script."): f.evidence[0].line for f in findings(script(SEVERAL))}
    assert lines == {
        "notebook-magic": 1,
        "broken-import-line": 3,
        "stray-indent": 7,
        "look-alike-character": 9,
        "mixed-indentation": 10,
        "python2-syntax": 10,
        "missing-colon": 12,
        "unclosed-bracket": 13,
        "assignment-as-condition": 14,
    }


def test_safe_fixes_alone_leave_the_rest_to_be_found_again() -> None:
    safe = [f for f in findings(script(SEVERAL)) if f.fixes[0].safety is Safety.SAFE]
    text = apply_edits(SEVERAL, [edit for f in safe for edit in f.fixes[0].edits])
    left = kinds(findings(script(text)))
    assert sorted(left) == sorted(KINDS - set(kinds(safe)))


def test_what_no_check_explains_is_told_after_what_is_explained() -> None:
    found = findings(script("x = 5 − 3\ny = [1 2]\n"))
    assert kinds(found) == ["look-alike-character", "syntax-error"]
    assert found[1].evidence[0].line == 2


def test_the_crash_of_the_import_is_a_symptom() -> None:
    crash = Finding(
        id="runtime.import-raised",
        family="runtime",
        title="the import raises a SyntaxError",
        why="it does",
        evidence=(Quote(source="log", text="SyntaxError"),),
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        about=("phase:import", "exception:SyntaxError", "line:6"),
    )
    text = 'def init():\n    """Load.\n    x = 1\n\ndef run(data):\n    """Score."""\n    return data\n'
    ranking = rank([*findings(script(text)), crash])
    assert [cause.id for cause in ranking.causes] == ["entry-script.unclosed-string"]
    assert ranking.causes[0].evidence[0].line == 2
    assert ranking.causes[0].explains == ("runtime.import-raised",)


def test_bytes_that_are_no_text_have_one_cause() -> None:
    broken = Script(path="score.py", text="x = '\ufffd\n", undecodable="line 1, byte 6: 0xfc is no utf-8")
    assert kinds(findings(script("").replace(script=broken))) == ["not-utf8"]


def test_a_newer_pinned_python_makes_no_error_of_what_this_one_cannot_read() -> None:
    newer = EnvironmentFile(path="conda.yaml", kind="conda", requirements=(), python="3.99")
    found = findings(script("def init(): ...\ndef run(data): return data if data otherwise 1\n", environment=newer))
    assert [finding.severity for finding in found] == [Severity.INFO]
    certain = findings(script("def run(data):\n    return “a”\n", environment=newer))
    assert certain[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "x = 1\n" * 100_000 + "y = (",
        "x = '" + "a" * 300_000,
        'f"{x["a"]}"\n' * 5_000,
        " x\n" * 10_000,
        "\0" * 10_000,
        "from a import b,\n  c\n" * 3_000,
        "\ufffe\uffff\U000e0001",
        "\r\r\rx = (\r",
        "<" * 10_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_end_in_a_finding(text: str) -> None:
    assert problem_of(text) is not None
    found = findings(script(text))
    assert found
    assert all(len(finding.title) <= 90 for finding in found)
    assert diagnose(script(text)) is diagnose(script(text)), "the search is made once"


def test_offsets_find_back_to_the_original() -> None:
    text = "abcdef"
    changed = Changed(text, [Change(1, 2, "XYZ"), Change(3, 3, "--"), Change(4, 5, "")])
    assert changed.text == "aXYZc--df"
    assert [changed.back(i) for i in range(len(changed.text) + 1)] == [0, 1, 1, 1, 2, 3, 3, 3, 5, 6]
    again = changed.original(Change(7, 8, "D"))
    assert Changed(text, [*changed.changes, again]).text == "aXYZc--Df"


def test_the_lexer_agrees_with_python_on_what_it_can_read() -> None:
    text = 'x = {"a": [1, (2)], \'b\': """c\n{" """}  # (\ny = f"{x[\'a\']}" + r"\\\\"\nz = "a\\\nb"\n'
    compile(text, "score.py", "exec")
    lexed = lex(text)
    assert not lexed.unclosed
    assert not lexed.unmatched
    assert all(literal.closed for literal in lexed.strings)
    assert [text[start:end].split(" ")[0] for start, end in lexed.logical] == ["x", "y", "z"]
