"""Keys that were given in a wrong place, or that the code under examination says, are in no output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.evidence import Target
from checks.finding import Edit, Finding, Fix, Severity
from doctor.redact import MASK, is_like_key, is_secret_name, variable_shown
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.reports import FORMATS, render

KEY = "pW8kQ3xT5zLmRv2Yb9Nc4HdJf6Gs7Ka1Ue0I"
URL = "http://127.0.0.1:1/score"
SCRIPT = """import os
key = os.environ["API_KEY"]
def init(): ...
def run(data):
    raise ValueError("no answer for " + key)
"""


def doctor(folder: Path, *words: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "doctor", *words],
        cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("diagnose", "url", URL, "--key-env", KEY),
        ("diagnose", "url", URL, "--token-env", KEY),
        ("diagnose", "url", URL, "--key-env", KEY.upper()),
        ("diagnose", "url", URL, KEY),
        ("diagnose", "url", URL, "--key", KEY),
        ("check", "score.py", "--set", KEY),
        ("check", "score.py", "--against", URL, "--key-env", KEY),
    ],
    ids=lambda words: " ".join(words[1:]).replace(KEY, "KEY").replace(KEY.upper(), "UPPER"),
)
def test_a_key_in_the_wrong_place(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    code, said = doctor(tmp_path, *words)
    assert code == 2
    assert KEY.lower() not in said.lower()


def test_the_name_of_a_variable_is_said(tmp_path: Path) -> None:
    code, said = doctor(tmp_path, "diagnose", "url", URL, "--key-env", "SCORE_KEY_2")
    assert (code, "--key-env SCORE_KEY_2: that environment variable is not set" in said) == (2, True)


@pytest.mark.parametrize("given", ["set", "environment"])
def test_what_an_exception_says_of_a_variable(tmp_path: Path, given: str) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    (tmp_path / "sample.json").write_text("{}")
    words = ("--set", f"API_KEY={KEY}") if given == "set" else ()
    outputs = [word for name in FORMATS if name != "text" for word in ("-o", f"{name}=report.{name}")]
    variables = {"API_KEY": KEY} if given == "environment" else {}
    code, said = doctor(tmp_path, "check", "score.py", *words, "-v", "-o", "text", *outputs, **variables)
    assert (code, "ValueError: no answer for ***" in said) == (1, True)
    doctor(tmp_path, "check", "score.py", *words, "--baseline", "known.json", "--write-baseline", **variables)
    written = [file.read_text() for file in tmp_path.iterdir() if file.name.startswith(("report", "known"))]
    assert len(written) == len(FORMATS)
    assert not [text for text in (said, *written) if KEY in text]


def test_what_an_import_says_of_a_variable(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("import os\nraise RuntimeError('no login with ' + os.environ['API_KEY'])\n")
    code, said = doctor(tmp_path, "swagger", "score.py", "--set", f"API_KEY={KEY}")
    assert (code, f"no login with {MASK}" in said, KEY in said) == (3, True, False)


def test_an_edit_is_left_out_where_the_line_tells_that_it_is_a_secret() -> None:
    edit = Edit(path="a.json", start_line=1, start_column=13, end_line=1, end_column=20, replacement=f'"{KEY}"')
    diff = f"-{{'password': '{KEY}'}}\n+{{\"password\": \"{KEY}\"}}\n"
    finding = Finding(
        id="contract.json-python-literal", family="contract", title="single quotes", severity=Severity.ERROR,
        evidence=(), fixes=(Fix(title="write it as JSON", edits=(edit,), diff=diff),),
    )  # fmt: skip
    report = Report(
        schema=SCHEMA, version="1", target=Target(kind="script", name="a.py"), verdict=Verdict.FAILING,
        causes=(finding,), findings=(finding,), checks=CheckSummary(passed=0, found=1),
    )  # fmt: skip
    for name in FORMATS:
        assert KEY not in render(name, [report], verbose=1)
    (fix,) = json.loads(render("json", [report]))["causes"][0]["fixes"]
    assert fix["edits"] == []


def test_names() -> None:
    assert [one for one in ("API_KEY", "db_password", "monkey", "TOKENIZERS", "HF_TOKEN") if is_secret_name(one)] == [
        "API_KEY", "db_password", "HF_TOKEN",
    ]  # fmt: skip
    assert not any(
        map(is_like_key, ("score.py", "/srv/models/Version2024Final", "deployment-doctor-2", "--Attack123456789"))
    )
    assert is_like_key(KEY)
    assert [variable_shown(one) for one in ("SCORE_KEY", "KEY", KEY, KEY.upper(), "hunter2")] == [
        "SCORE_KEY", "KEY", MASK, MASK, MASK,
    ]  # fmt: skip
