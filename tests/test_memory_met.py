"""A service that eats memory until it is ended: that is told first, and how much there is may be said to every verb."""

import shlex
from pathlib import Path

import pytest

from doctor.command.main import run
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose

EATS = """\
def init():
    held = []
    while True:
        held.append(bytearray(10_000_000))


def run(data):
    return data
"""


def test_the_limit_that_was_met_comes_before_the_loop_that_was_read(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(EATS)
    (one,) = diagnose(Call(kind="script", name=str(script), memory="300M")).diagnosed
    assert [cause.id for cause in one.report.causes] == ["runtime.out-of-memory", "entry-script.blocking-start"]
    assert "300 MB" in one.report.causes[0].title


def test_the_command_of_a_call_says_how_much_memory_there_is() -> None:
    call = Call(kind="script", name="score.py", memory="1.5Gi")
    assert shlex.split(call.command) == ["doctor", "check", "score.py", "--memory", "1.5Gi"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tui", "score.py", "--memory", "much"], "--memory `much` is no size"),
        (["tui", "docker", "score", "--memory", "2G"], "--memory is not for a container"),
    ],
)
def test_what_is_no_size_is_told_before_anything_begins(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("score.py").touch()
    assert run(words) == 2
    assert said in capsys.readouterr().err
