"""What is wrong with the form of a sample is the cause; what run() raises for it is a symptom."""

from pathlib import Path

import pytest

from doctor.engine import Options, examine

PLAIN = """import json

def init(): ...

def run(raw):
    rows = json.loads(raw)["data"]
    return [sum(row) for row in rows]
"""
CAUGHT = """import json

def init(): ...

def run(raw):
    try:
        return [sum(row) for row in json.loads(raw)["data"]]
    except Exception as error:
        return str(error)
"""


@pytest.mark.parametrize(
    ("script", "body", "cause"),
    [
        (PLAIN, b"{'data': [[1, 2]]}", "json-python-literal"),
        (PLAIN, b'{"data": {"data": [[1, 2]]}}', "wrapper-twice"),
        (PLAIN, '{"data": [[1, 2]]}'.encode("utf-16"), "body-encoding"),
        (CAUGHT, b'{"data": [[1, 2],]}', "json-comma"),
    ],
)
def test_the_form_is_the_only_cause(
    script: str, body: bytes, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("score.py").write_text(script, encoding="utf-8")
    Path("bad.json").write_bytes(body)
    report = examine(Path("score.py"), Options(samples=(Path("bad.json"),), verify=False)).report
    assert [found.id for found in report.causes] == [f"contract.{cause}"]
    assert any(found.family == "runtime" for found in report.findings)


def test_a_right_body_has_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("score.py").write_text(PLAIN, encoding="utf-8")
    Path("good.json").write_bytes(b'{"data": [[1, 2]]}')
    report = examine(Path("score.py"), Options(samples=(Path("good.json"),), verify=False)).report
    assert not [found.id for found in report.findings if found.family == "contract"]
