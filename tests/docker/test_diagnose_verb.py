"""`doctor diagnose docker` as a person types it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from doctor.containers.engine import Engine

pytestmark = pytest.mark.docker

RunContainer = Callable[..., str]
SLEEPS = {"command": ["sleep", "300"]}


def doctor(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "doctor", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.fixture
def named(engine: Engine, image: Callable[[str], str], run_container: RunContainer) -> str:
    """The name of a container that runs and serves nothing."""
    made = run_container(image("current"), **SLEEPS)
    return str(engine.inspect(made)["Name"]).lstrip("/")


def test_without_a_name_the_containers_are_listed(named: str) -> None:
    done = doctor("diagnose", "docker")
    assert done.returncode == 2
    assert f"  {named}  (Up " in done.stderr


def test_a_shell_completes_names(named: str) -> None:
    words = f"doctor diagnose docker {named[:-3]}"
    done = doctor(_DOCTOR_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD="3")
    assert f"plain,{named}" in done.stdout


def test_a_shell_completes_nothing_without_an_engine() -> None:
    environment = {"_DOCTOR_COMPLETE": "bash_complete", "COMP_WORDS": "doctor diagnose docker s", "COMP_CWORD": "3"}
    done = doctor(**environment, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert (done.stdout.strip(), done.returncode) == ("", 0)


def test_one_run_prints_and_writes(named: str, tmp_path: object) -> None:
    file = f"{tmp_path}/report.json"
    done = doctor("diagnose", "docker", named, "--no-rehearse", "-o", "text", "-o", f"json={file}")
    with open(file, encoding="utf-8") as written:  # noqa: PTH123
        report = json.load(written)
    assert done.returncode == 1
    assert report["target"] == {"kind": "container", "name": named}
    assert report["causes"][0]["id"] in done.stdout
    assert named in report["causes"][0]["confirm"]
    assert f"{report['timings']['engine_calls']} calls to the engine" in " ".join(done.stdout.split())


def test_what_is_ignored_is_not_told(named: str) -> None:
    done = doctor("diagnose", "docker", named, "--no-rehearse", "--ignore", "container", "-o", "json")
    assert json.loads(done.stdout)["causes"] == []
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sample", "nowhere.json"), "nowhere.json cannot be read"),
        (("--env", "nowhere.yml"), "--env nowhere.yml is no file"),
        (("--source", "nowhere"), "--source nowhere is no folder"),
        (("--set", "NAME"), "has no `=`"),
        (("--tail", "0"), "0 is not in the range"),
        (("--since", "yesterday"), "yesterday"),
    ],
)
def test_a_wrong_option_is_named(named: str, words: tuple[str, ...], said: str) -> None:
    done = doctor("diagnose", "docker", named, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
