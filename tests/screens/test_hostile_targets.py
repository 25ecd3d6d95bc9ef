"""Targets that hang, vanish, crash or are huge: the screen stays alive, says what happened, and leaves nothing."""

# ruff: noqa: F811
import asyncio
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from screens.containers import engine, remove, socket_of_ones_own, waiting  # noqa: F401 # fixtures
from screens.journeys import until
from textual.pilot import Pilot

from doctor.containers.engine import Engine
from doctor.diagnosis.call import Call
from tui.app import DoctorApp

ENDLESS = "import time\n\ndef init():\n    while True:\n        time.sleep(1)\n\ndef run(data):\n    return data\n"


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No process and no temporary file outlives a test."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = set(psutil.Process().children(recursive=True))
    yield
    end = time.monotonic() + 10
    while left := set(psutil.Process().children(recursive=True)) - before:
        assert time.monotonic() < end, left
        time.sleep(0.05)
    assert not [one for one in temporary.iterdir() if one.name.startswith("doctor-")]


async def cancelled(app: DoctorApp, pilot: Pilot[None]) -> None:
    """Cancel what hangs: the screen answers at once, and says so."""
    began = time.monotonic()
    await pilot.press("3")
    await until(pilot, lambda: app.current_mode == "evidence", 15)
    await pilot.press("2")
    await until(pilot, lambda: app.current_mode == "causes", 15)
    assert time.monotonic() - began < 20
    await pilot.press("escape")
    await until(pilot, lambda: not app.state.running, 20)
    assert app.state.failed is not None
    assert app.state.failed.why == "cancelled"


async def hangs(call: Call) -> None:
    """A diagnosis that does not come to an end, and can be ended."""
    app = DoctorApp(call)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(app.state.steps) > 1)
        await asyncio.sleep(0.3)
        assert app.state.running
        await cancelled(app, pilot)


async def test_an_init_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text(ENDLESS)
    await hangs(Call(kind="script", name=str(tmp_path / "code" / "score.py"), timeout=300))


async def test_a_service_that_says_nothing(silent: int) -> None:
    await hangs(Call(kind="url", name=f"http://127.0.0.1:{silent}/score"))


async def test_an_api_server_that_says_nothing(silent: int, tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    config.write_text(
        f"""apiVersion: v1
kind: Config
current-context: silent
contexts: [{{name: silent, context: {{cluster: silent, user: me}}}}]
clusters: [{{name: silent, cluster: {{server: "http://127.0.0.1:{silent}"}}}}]
users: [{{name: me, user: {{token: abc}}}}]
"""
    )
    await hangs(Call(kind="workload", name="deployment/score", namespace="team-a", kubeconfig=str(config)))


@pytest.mark.docker
async def test_an_engine_that_falls_silent(
    engine: Engine, waiting: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = waiting()
    with socket_of_ones_own(engine, "silent", 4) as path:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        await hangs(Call(kind="container", name=name, rehearse=False))


@pytest.mark.docker
async def test_a_container_that_vanishes(engine: Engine, waiting: Callable[..., str]) -> None:
    name = waiting()
    app = DoctorApp(Call(kind="container", name=name, rehearse=False))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await pilot.press("r")
        await until(pilot, lambda: len(app.state.steps) > 1)
        remove(engine, name)
        await until(pilot, lambda: not app.state.running)
        await pilot.press("r")
        await until(pilot, lambda: app.state.failed and not app.state.running)
        assert f"the container {name} was removed at" in app.state.failed.text  # type: ignore[union-attr]
        assert "nothing is watched; r looks for it again" in app.state.failed.text  # type: ignore[union-attr]
        assert app.state.diagnosis is not None, "what was known stays to be read"


async def test_the_process_that_looks_is_killed(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text(ENDLESS)
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "code" / "score.py"), timeout=300))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any("init()" in step.what for step in app.state.steps))
        children = psutil.Process().children()
        assert children
        for child in children:
            if any("doctor.diagnosis.child" in word for word in child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
        await until(pilot, lambda: app.state.failed)
        assert app.state.failed is not None
        assert app.state.failed.why == "lost"
        assert "SIGKILL" in app.state.failed.text
        await until(pilot, lambda: not app.state.running)


async def test_an_error_in_a_worker_and_in_a_handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(DoctorApp, "raises", False)
    (tmp_path / "score.py").write_text("def init(): ...\n\ndef run(data): return data\n")
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py"), run=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)

        async def breaks() -> None:
            raise ZeroDivisionError("in a worker, password=hunter2-of-the-test")

        app.background(breaks, what="try")
        await until(pilot, lambda: any("in a worker" in one.message for one in app._notifications))
        assert not any("hunter2" in one.message for one in app._notifications)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app.screen, "show", lambda: 1 / 0)
            app.call_later(app.changed)
            await pilot.pause()
            await until(pilot, lambda: any("ZeroDivisionError" in one.message for one in app._notifications))
        await pilot.press("3")
        await until(pilot, lambda: app.current_mode == "evidence")


async def test_a_script_that_prints_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(
        "def init():\n    line = 'x' * 65536\n    for _ in range(16000): print(line)\n\ndef run(data): return data\n"
    )
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py")))
    before = psutil.Process().memory_info().rss
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running, 120)
        assert psutil.Process().memory_info().rss - before < 1 << 29


@pytest.mark.parametrize("broken", ["no permission", "a file", "gone"])
async def test_folders_of_ones_own_that_cannot_be_written(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"):
        place = tmp_path / name
        if broken == "a file":
            place.write_text("")
        elif broken == "no permission":
            place.mkdir(mode=0o500)
            place = Path("/proc")  # which nobody may write to, root included
        monkeypatch.setenv(name, str(place))
    (tmp_path / "score.py").write_text("def init(): ...\n\ndef run(data): return data\n")
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py"), run=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        for key in "1234":
            await pilot.press("escape", key)
            await pilot.pause()
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert app.is_running


async def test_a_clock_that_goes_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "score.py").write_text("def init(): ...\n\ndef run(data): return data\n")
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py"), run=False))
    real = time.time
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await pilot.press("w")
        await until(pilot, lambda: app.watched)
        monkeypatch.setattr(time, "time", lambda: real() - 7200)
        (tmp_path / "score.py").write_text("def run(data): return data\n")
        await until(pilot, lambda: app.state.before and not app.state.running)
        assert all(step.seconds >= 0 for step in app.state.steps)
