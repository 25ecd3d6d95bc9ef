"""A fix that the rehearsal shows to fail is told as tried: it offers no edit, and what it leads to is no cause."""

from pathlib import Path

import pytest

from checks.finding import Finding
from doctor.engine import Options, examine

CALLS = "from boxes import make\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return make(data)\n"
RAW = """\
from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    if request.content_type != "text/csv":
        return AMLResponse("only text/csv", 415)
    return AMLResponse(str(len(request.get_data())), 200)
"""


def causes(folder: Path, boxes: str) -> tuple[Finding, ...]:
    (folder / "score.py").write_text(CALLS, encoding="utf-8")
    (folder / "boxes.py").write_text(boxes, encoding="utf-8")
    (folder / "sample.json").write_text("[1]", encoding="utf-8")
    return tuple(examine(folder / "score.py").report.causes)


def test_a_cure_that_raises_is_withdrawn(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, "def make(data):\n    return {1, 'a', None}\n")
    (fix,) = cause.fixes
    assert fix.verified is not None
    assert fix.verified.startswith("tried and did not help: TypeError")
    assert fix.edits == fix.commands == ()


def test_a_cure_that_helps_stays(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, "def make(data):\n    return {1, 2}\n")
    (fix,) = cause.fixes
    assert fix.edits
    assert fix.is_proved


def test_a_class_that_bears_the_name_of_a_tensor_is_not_asked_for_its_list(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, "class Tensor: ...\n\n\ndef make(data):\n    return Tensor()\n")
    assert "Tensor" in cause.title
    assert not any(fix.edits or "tolist" in " ".join(fix.commands) for fix in cause.fixes)


@pytest.mark.parametrize(("name", "status"), [("rows.csv", None), ("rows.txt", "text/plain")])
def test_a_raw_request_bears_the_content_type_of_its_file(tmp_path: Path, name: str, status: str | None) -> None:
    (tmp_path / "score.py").write_text(RAW, encoding="utf-8")
    sample = tmp_path / name
    sample.write_text("a,b\n1,2\n", encoding="utf-8")
    found = [
        finding
        for finding in examine(tmp_path / "score.py", Options(samples=(sample,))).report.findings
        if finding.id == "runtime.error-status"
    ]
    assert [f"sent as {status}" in " ".join(q.text for q in one.evidence) for one in found] == [True] * bool(status)
