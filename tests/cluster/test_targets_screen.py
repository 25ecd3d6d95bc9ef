"""The target picker with the recorded Kubernetes API: opened bit by bit, states that change, servers that hang."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from screens.journeys import until

from tui.app import DoctorApp
from tui.targets import clusters
from tui.targets.screen import TargetsScreen


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kubeconfig: Path) -> None:
    """Errors end the test, no engine, the server of the test."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    for name in [name for name in os.environ if name.startswith(("DOCKER_", "KUBERNETES_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    monkeypatch.setattr(clusters, "EVERY", 0.2)


def screen_of(app: DoctorApp) -> TargetsScreen:
    assert isinstance(app.screen, TargetsScreen)
    return app.screen


def shown(app: DoctorApp) -> str:
    targets = screen_of(app).targets
    return " ".join(" ".join(targets.render_line(y).text for y in range(targets.size.height)).split())


def place(app: DoctorApp, name: str, kind: str) -> int:
    lines = screen_of(app).targets.lines
    return next((n for n, line in enumerate(lines) if line.row and (line.row.name, line.row.kind) == (name, kind)), -1)


async def opened(pilot, app: DoctorApp, name: str, kind: str) -> None:  # type: ignore[no-untyped-def]
    """Go to a row with the arrows, and press Enter."""
    await until(pilot, lambda: place(app, name, kind) >= 0, 20)
    while screen_of(app).targets.row.name != name or screen_of(app).targets.row.kind != kind:  # type: ignore[union-attr]
        row = next(n for n, line in enumerate(screen_of(app).targets.lines) if line.row is screen_of(app).targets.row)
        await pilot.press("down" if row < place(app, name, kind) else "up")
    await pilot.press("enter")


async def test_contexts_open_to_namespaces_and_workloads(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path
) -> None:
    recorded("init-container-fails")
    recorded("healthy")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: "current context" in shown(app), 20)
        assert not api_server.requests, "nothing is asked before somebody opens it"
        await opened(pilot, app, "tests", "context")
        await until(pilot, lambda: place(app, "init-container-fails", "namespace") >= 0, 20)
        await opened(pilot, app, "init-container-fails", "namespace")
        await until(pilot, lambda: "0 of 1 ready, CrashLoopBackOff after exit 1 in init container" in shown(app), 20)
        lines = screen_of(app).targets.lines
        (row,) = [line.row for line in lines if line.row and line.row.kind == "deployment"]
        assert row.standing.words.endswith("in init container storage-initializer, restarted 6 times")
        await opened(pilot, app, "score", "deployment")
        await until(pilot, lambda: app.state.done, 60)
        assert app.state.call is not None
        assert app.state.call.name == "deployment/score"
        assert app.state.call.namespace == "init-container-fails"
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.verdict == "failing"


async def test_a_namespace_is_listed_only_while_it_is_open_and_in_sight(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path
) -> None:
    recorded("healthy")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, "tests", "context")
        await opened(pilot, app, "healthy", "namespace")
        await until(pilot, lambda: "1 of 1 ready" in shown(app), 20)
        count = len(api_server.requests)
        await until(pilot, lambda: len(api_server.requests) > count + 12, 20)
        await pilot.press("2")
        await pilot.pause(0.5)
        count = len(api_server.requests)
        await pilot.pause(0.8)
        assert len(api_server.requests) == count
        await pilot.press("1")
        await until(pilot, lambda: len(api_server.requests) > count, 20)
        await pilot.press("left")
        await until(pilot, lambda: "1 of 1 ready" not in shown(app), 20)


async def test_a_state_changes_on_the_screen(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path
) -> None:
    recorded("healthy")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, "tests", "context")
        await opened(pilot, app, "healthy", "namespace")
        await until(pilot, lambda: "1 of 1 ready" in shown(app), 20)
        (pod,) = [one for one in api_server.store.all("", "pods") if one["metadata"]["namespace"] == "healthy"]
        changed = {**pod, "status": {"phase": "Pending", "conditions": [], "containerStatuses": []}}
        api_server.add("pods", changed)
        await until(pilot, lambda: "0 of 1 ready, Pending" in shown(app), 20)


async def test_a_server_that_hangs_holds_up_nothing(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path
) -> None:
    recorded("healthy")
    api_server.fail("GET /api/v1/namespaces", wait=30)
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, "tests", "context")
        await until(pilot, lambda: "asking ..." in shown(app), 20)
        await pilot.press("slash", *"tests", "escape", "home", "end")
        assert "asking ..." in shown(app)


async def test_why_a_cluster_cannot_be_read_is_told(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path
) -> None:
    recorded("healthy")
    api_server.forbidden.add("namespaces")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, "tests", "context")
        await until(pilot, lambda: "other namespaces may not be listed" in shown(app), 20)
        assert "-n NAMESPACE" in " ".join(shown(app).split())
        assert "resources: [namespaces], verbs: [list]" in shown(app)
        assert place(app, "default", "namespace") >= 0
