"""`doctor tui`: what the call may say, before any screen is there."""

import re
from pathlib import Path

import click
import pytest

from doctor.command.main import command_of, run
from doctor.errors import ConfigError
from doctor.targets import call_of


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sample", "x.json"], "--sample needs a target"),
        (["score.py", "-n", "prod"], "--namespace is not for a script"),
        (["docker"], "`docker` needs a name"),
        (["docker", "score", "--no-run"], "--no-run is not for a container"),
        (["--record", "report.json", "score.py"], "leave the target out"),
        (["--record", "report.json", "--key-env", "KEY"], "--key-env means nothing to what was saved"),
        (["nowhere.py"], "nowhere.py is not there"),
        (["k8s", "score", "--key-env", "KEY"], "--key-env is not for a workload"),
        (["score.py", "other.py"], "more than one target"),
        (["score.py", "--set", "API_KEY"], "has no `=`"),
        (["score.py", "--timeout", "soon"], "not a valid float"),
    ],
)
def test_a_wrong_call_is_refused(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("score.py").write_text("def init():\n    pass\n\n\ndef run(data):\n    return data\n")
    assert run(["tui", *words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert told in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scor.py"], "the nearest is `score.py`"),
        (["dockr", "score"], "did you mean doctor tui docker score?"),
        (["check", "score.py"], "`check` is a verb of its own, and names no target; leave it out: doctor tui score.py"),
        (["diagnose", "docker", "score"], "leave it out: doctor tui docker score"),
        (["score.py", "check"], "leave it out: doctor tui score.py"),
        (["score", "docker"], "the kind of a target stands before its name: doctor tui docker score"),
        (["kubernetes", "score"], "it is called k8s here: doctor tui k8s score"),
        (["deploy", "score"], "say so: doctor tui k8s deploy/score"),
        (["deployment/score"], "deployment/score is not there; in a cluster it is named so: doctor tui k8s deploy"),
        (["url"], "doctor tui url URL"),
        ([""], "the target is empty"),
    ],
)
def test_a_misspelt_target_names_what_was_meant(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "score.py").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=re.escape(said)):
        call_of(words)


@pytest.mark.parametrize("value", ["TEXTUAL_COLOR_SYSTEM=bogus", "TEXTUAL_DRIVER=foo", "TEXTUAL_DRIVER=os:nothing"])
def test_a_variable_that_would_end_the_app_is_named(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(*value.split("=", 1))
    assert run(["tui"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"doctor: {value} names no ")
    assert len(said.splitlines()) == 1


def test_no_hidden_option_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    options = [one for one in command_of("tui").params if isinstance(one, click.Option)]
    hidden = [name for one in options if one.hidden for name in one.opts]
    assert hidden, "no other verb has any"
    for name in hidden:
        assert run(["tui", f"{name}x"]) == 2
        assert name not in capsys.readouterr().err.replace(f"{name}x", "")
    assert run(["tui", "--recrod", "x"]) == 2
    assert "--record" in capsys.readouterr().err
