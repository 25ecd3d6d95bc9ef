"""A container that ends, comes back, is renamed and made anew, and an engine that goes away meanwhile."""

# ruff: noqa: F811
import queue
import threading
from collections.abc import Callable
from functools import partial

import pytest
from screens.containers import engine, kill, remove, socket_of_ones_own, waiting  # noqa: F401 # fixtures
from screens.journeys import until
from screens.watching import Told, Watch, watch  # noqa: F401 # fixtures

from doctor.containers.engine import Engine
from doctor.diagnosis.call import Call
from doctor.watching.containers import _told, changes_of_container
from tui import watched_runs
from tui.app import DoctorApp

pytestmark = pytest.mark.docker


def heard(engine: Engine, name: str, told: Told) -> None:
    """Until the engine's stream is open: pauses and unpauses until one is told."""
    for _ in range(50):
        engine.api.pause(name)
        engine.api.unpause(name)
        try:
            while "goes on" not in told.get(timeout=0.3):
                pass
        except queue.Empty:
            continue
        return
    raise AssertionError("no event came")


def test_the_life_of_a_name(engine: Engine, waiting: Callable[..., str], watch: Watch) -> None:
    name = waiting()
    told = watch(partial(changes_of_container, name))
    heard(engine, name, told)
    kill(engine, name)
    assert told.get(timeout=10) == f"{name} ended with exit code 137"
    engine.api.start(name)
    assert told.get(timeout=10) == f"{name} started"
    engine.api.rename(name, f"{name}-old")
    assert told.get(timeout=10) == f"{name} is now called {name}-old"
    waiting(name)
    assert told.get(timeout=10).endswith(f" is now called {name}")
    remove(engine, name)
    assert told.get(timeout=10) == f"{name} ended with exit code 137"
    assert told.get(timeout=10) == f"{name} was removed"


def test_an_engine_that_goes_away_and_comes_back(engine: Engine, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket_of_ones_own(engine) as path:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        told = watch(partial(changes_of_container, "nobody-of-this-name"))
        threading.Event().wait(0.5)
        assert told.empty()
    assert told.get(timeout=15) == "the Docker engine does not answer"
    monkeypatch.setenv("DOCKER_HOST", engine.address)
    assert told.get(timeout=30) == "the Docker engine is back"


def test_health_that_is_as_it_was_is_no_news() -> None:
    def event(action: str, **attributes: str) -> dict[str, object]:
        return {"Action": action, "Actor": {"ID": "abcdef123456", "Attributes": {"name": "score", **attributes}}}

    health: dict[str, str] = {}
    said = [
        _told(event(f"health_status: {one}"), "score", health)
        for one in ("running", "unhealthy", "running", "unhealthy", "healthy")
    ]
    assert said == [None, "score is unhealthy", None, None, "score is healthy"]
    assert _told(event("oom"), "abcd", health) == "score ran out of memory"
    assert _told(event("oom"), "other", health) is None
    assert _told(event("die", exitCode="3"), "score", health) == "score ended with exit code 3"


async def test_a_container_that_ends_is_diagnosed_again(
    engine: Engine, waiting: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_runs, "SOON", 0.1)
    monkeypatch.setattr(watched_runs, "LATE", 0.1)
    name = waiting()
    app = DoctorApp(Call(kind="container", name=name, rehearse=False))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await pilot.press("w")
        await until(pilot, lambda: app.watched)
        for _ in range(100):  # until the stream of events is open
            engine.api.pause(name)
            engine.api.unpause(name)
            await pilot.pause(0.3)
            if app.state.before:
                break
        await until(pilot, lambda: not app.state.running)
        kill(engine, name)
        await until(pilot, lambda: any("ended with exit code 137" in one.message for one in app._notifications))
        remove(engine, name)
        await until(pilot, lambda: app.state.failed and not app.state.running)
        assert name in app.state.failed.text  # type: ignore[union-attr]
