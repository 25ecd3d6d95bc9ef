"""Each format of three reports against literal files; `GOLDEN=write` makes them anew."""

import os
from pathlib import Path

import msgspec
import pytest

from doctor.report import Report
from doctor.reports import FORMATS, render

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"text": "txt", "markdown": "md", "github": "github.txt", "junit": "junit.xml"}
NAMES = ("failing", "healthy", "inconclusive")


def report(name: str) -> Report:
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Report)


@pytest.mark.parametrize("format", SUFFIX)
@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, format: str) -> None:
    text = render(format, [report(name)], width=80, color=False, encoding="utf-8")
    file = GOLDEN / f"{name}.{SUFFIX[format]}"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_bytes().decode()


def test_several_targets() -> None:
    text = render("text", [report(name) for name in NAMES], encoding="utf-8")
    assert text.endswith("3 targets: 1 healthy, 1 failing, 1 inconclusive\n")
    assert all(name in text.split("\n") for name in ("service/score.py", "score.py"))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_ascii_terminals_get_ascii(name: str, format: str, width: int) -> None:
    text = render(format, [report(name)], width=width, encoding="ascii", verbose=2)
    assert text.isascii()


@pytest.mark.parametrize("verbose", [0, 2])
def test_text_keeps_to_its_columns(verbose: int) -> None:
    text = render("text", [report(name) for name in NAMES], width=80, encoding="utf-8", verbose=verbose)
    assert max(map(len, text.split("\n"))) <= 80
    assert not [line for line in text.split("\n") if line != line.rstrip()]


def test_colour_only_when_asked() -> None:
    assert "\x1b[" not in render("text", [report("failing")], color=False)
    assert "\x1b[31m" in render("text", [report("failing")], color=True)


def test_colour_changes_no_word() -> None:
    import re

    plain, coloured = (render("text", [report("failing")], color=color, encoding="utf-8") for color in (False, True))
    stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.split("\n")] == plain.split("\n")


def test_quiet_tells_causes_alone() -> None:
    text = render("text", [report("failing")], quiet=True, encoding="utf-8")
    assert text.count("error:") == 2
    assert "warning" not in text
    assert "skipped" not in text
    assert render("text", [report("healthy")], quiet=True) == ""


def test_verbose_tells_everything() -> None:
    text = render("text", [report("failing")], verbose=1, encoding="utf-8")
    assert "runtime.noisy-output" in text
    assert "dependencies.not-listed, dependencies.server-missing" in text
    assert "suppressed (inline: guarded by DEBUG)" in text
