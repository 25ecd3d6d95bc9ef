"""The small verbs: explain, checks, completion; and what the formats cost at import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.registry import FAMILIES, all_checks
from doctor.command.main import run
from doctor.pages import markdown_page

HERE = Path(__file__).parent


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "explain", "entry-script.no-run")
    assert code == 0
    assert out.startswith("entry-script.no-run\nThe entry script has no run().\n")
    assert "What it finds\n" in out
    assert "    def init(): ...\n    def run(data): return data\n" in out
    assert "# doctor: ignore[entry-script.no-run] reason" in out


def test_explain_as_markdown_is_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    check = next(check for check in all_checks() if check.id == "entry-script.no-run")
    assert call(capsys, "explain", check.id, "-o", "markdown") == (0, markdown_page(check), "")


def test_explain_without_a_name_lists_families(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "explain")
    assert code == 0
    assert all(f"{name} (" in out for name in {check.family for check in all_checks()})


def test_explain_a_family_lists_its_checks(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "explain", "entry-script")
    assert code == 0
    assert all(check.id in out for check in all_checks() if check.family == "entry-script")


@pytest.mark.parametrize("name", ["no-run", "entry-script.norun", "entry_script.no_run"])
def test_explain_names_what_is_near(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, err = call(capsys, "explain", name)
    assert (code, out) == (2, "")
    assert f"no check, former id or family is called `{name}`; near names are" in err
    assert "`entry-script.no-run`" in err


def test_checks_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "checks")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == [c.id for c in all_checks()]


def test_checks_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "checks", "--format", "json")
    assert code == 0
    assert [one["id"] for one in json.loads(out)] == [check.id for check in all_checks()]


def test_checks_as_markdown_of_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "checks", "entry-script", "-o", "markdown")
    assert code == 0
    assert out.count("\n| `") == sum(check.family == "entry-script" for check in all_checks())


def test_checks_of_an_unknown_family(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "checks", "entry-scirpt")
    assert (code, out) == (2, "")
    assert "the nearest is `entry-script" in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    code, out, err = call(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert "_DOCTOR_COMPLETE=" in out
    assert f"{shell}_complete" in out


def complete(words: str) -> list[str]:
    """What bash would offer for the last word."""
    parts = words.split(" ")
    environ = {
        **os.environ,
        "_DOCTOR_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(parts) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "doctor"], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_tab_completes_verbs_formats_and_ids() -> None:
    assert complete("doctor expl") == ["explain"]
    assert complete("doctor check -o sar") == ["sarif"]
    assert "entry-script.no-run" in complete("doctor explain entry-script.no-")
    assert set(complete("doctor checks ")) >= set(FAMILIES)


def test_a_terminal_without_unicode_is_served() -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (("explain", "entry-script.no-run"), ("checks",), ("checks", "-o", "json"), ("explain",)):
        done = subprocess.run([sys.executable, "-m", "doctor", *words], env=environ, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()


ALONE = {
    "json": {"rich", "click", "xml", "tomllib"},
    "sarif": {"rich", "click", "xml", "tomllib"},
    "junit": {"rich", "click", "tomllib"},
    "markdown": {"rich", "click", "xml", "tomllib"},
    "github": {"rich", "click", "xml", "tomllib"},
    "text": {"click", "xml", "tomllib", "pygments", "markdown_it"},
}


@pytest.mark.parametrize("format", ALONE)
def test_a_format_loads_what_it_needs_alone(format: str) -> None:
    code = (
        "import sys, msgspec; from doctor.report import Report; from doctor.reports import render\n"
        f"report = msgspec.json.decode(open({str(HERE / 'golden' / 'failing.json')!r}, 'rb').read(), type=Report)\n"
        f"render({format!r}, [report])\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not ALONE[format] & set(done.stdout.split())
