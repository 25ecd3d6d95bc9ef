"""The target picker with a real engine: a container's state on the screen follows what becomes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from proxies import on_socket
from screens.journeys import until

from doctor.containers.engine import Engine
from tui.app import DoctorApp
from tui.targets.screen import TargetsScreen

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test, no cluster, nothing of the person's own."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))


def standing(app: DoctorApp, name: str) -> str:
    """The words beside a container, as they are drawn."""
    if not isinstance(app.screen, TargetsScreen):
        return ""
    rows = [line.row for line in app.screen.targets.lines if line.row and line.row.name == name]
    return rows[0].standing.words if rows else ""


async def test_a_container_is_followed(
    engine: Engine, base_image: str, run_container: Callable[..., str], tmp_path: Path
) -> None:
    wait = ["python3", "-c", "import signal, sys; signal.signal(15, lambda *_: sys.exit(3)); signal.pause()"]
    key = run_container(base_image, command=wait)
    name = str(engine.inspect(key)["Name"]).lstrip("/")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: standing(app, name) == "running", 30)
        engine.api.pause(key)
        await until(pilot, lambda: standing(app, name) == "paused", 20)
        engine.api.unpause(key)
        await until(pilot, lambda: standing(app, name) == "running", 20)
        engine.api.stop(key, timeout=10)
        await until(pilot, lambda: standing(app, name) == "exited 3", 20)
        engine.api.remove_container(key, force=True)
        await until(pilot, lambda: standing(app, name) == "", 20)


async def test_restarts_are_counted(
    engine: Engine, base_image: str, run_container: Callable[..., str], tmp_path: Path
) -> None:
    key = run_container(base_image, command=["python3", "-c", "raise SystemExit(3)"], restart="on-failure:3")
    name = str(engine.inspect(key)["Name"]).lstrip("/")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: standing(app, name) == "exited 3, restarted 3 times", 40)


async def test_an_engine_that_goes_and_comes_back(
    engine: Engine,
    base_image: str,
    run_container: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = run_container(base_image, command=["sleep", "300"])
    name = str(engine.inspect(key)["Name"]).lstrip("/")
    path = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    real = engine.address.removeprefix("unix://")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        with on_socket(path, real):
            await until(pilot, lambda: standing(app, name) == "running", 30)
        path.unlink()
        screen = app.screen
        assert isinstance(screen, TargetsScreen)
        await until(pilot, lambda: screen.listing.sections["containers"].note == "no engine", 30)
        with on_socket(path, real):
            screen.action_look()
            await until(pilot, lambda: standing(app, name) == "running", 30)
