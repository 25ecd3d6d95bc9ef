"""Whoever does not answer: for how long that has lasted is told after a second, until when it may, and what to do."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens.journeys import until

from doctor.diagnosis.call import Call
from tui.app import DoctorApp
from tui.causes.steps import hint
from tui.state import State, Step
from tui.targets.screen import TargetsScreen
from tui.waiting import telling

KUBECONFIG = """apiVersion: v1
kind: Config
current-context: silent
contexts: [{{name: silent, context: {{cluster: silent, user: me}}}}]
clusters: [{{name: silent, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: me, user: {{token: abc}}}}]
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def own(silent: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An engine and a cluster that say nothing, and nothing of the person's own."""
    config = tmp_path / "kubeconfig"
    config.write_text(KUBECONFIG.format(port=silent))
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("KUBECONFIG", str(config))
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def said(app: DoctorApp) -> str:
    """Every line of the list."""
    if not isinstance(app.screen, TargetsScreen):
        return ""
    lines = app.screen.targets.lines
    return " ".join(f"{one.text} {one.note} {one.row.standing.words if one.row else ''}" for one in lines)


async def test_the_picker_says_how_long_the_engine_has_said_nothing(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "asking the engine ... 2 s" in said(app), 30)
        assert "waits up to 20 s for each answer" in said(app)
        assert "docker ps in another terminal" in said(app)


async def test_the_picker_says_how_long_a_cluster_has_said_nothing(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "current context" in said(app))
        app.screen.sources.clusters.toggle("node:silent\n")
        await until(pilot, lambda: "asking ... 2 s" in said(app), 30)
        assert "waited for up to 10 s" in said(app)
        app.screen.sources.clusters.toggle("node:silent\n")
        await until(pilot, lambda: "up to 10 s" not in said(app))


@pytest.mark.parametrize(
    ("call", "step", "expected"),
    [
        (
            Call(kind="container", name="score"),
            "asking the engine",
            "of the engine is waited for up to 20 s; docker ps",
        ),
        (Call(kind="workload", name=""), "connecting to the cluster", "up to 20 s, all of them up to 120 s; kubectl"),
        (Call(kind="workload", name="", timeout=5), "asking https://k8s", "up to 5 s, all of them up to 5 s"),
        (Call(kind="container", name="score"), "judging", ""),
    ],
)
def test_a_step_says_until_when_an_answer_is_waited_for(call: Call, step: str, expected: str) -> None:
    now = time.monotonic()
    running = State(call=call, steps=(Step(step, now - 1.5),), running=True)
    assert expected in hint(running, cancelling=False)
    assert hint(running, cancelling=False).endswith("esc cancels")
    assert hint(State(call=call, steps=(Step(step, now),), running=True), cancelling=False) == "esc cancels"


async def test_what_is_waited_for_is_told_and_then_no_more() -> None:
    told: list[float] = []
    assert await telling(asyncio.sleep(1.2, "answer"), told.append) == "answer"
    assert len(told) == 1
    await asyncio.sleep(1.2)
    assert len(told) == 1
