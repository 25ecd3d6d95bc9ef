"""The whole journey on the screen with the recorded Kubernetes API: diagnosed, the cause, its proof, and back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from screens.journeys import until
from textual.widgets import Select

from checks.missing import Missing
from doctor.diagnosis.call import Call
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.comparing import told
from tui.evidence.screen import EvidenceScreen


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test, no engine, nothing of the person's own."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def call(kubeconfig: Path, namespace: str | None = None, name: str = "deployment/score") -> Call:
    everywhere = namespace is None
    return Call(
        kind="workload",
        name="" if everywhere else name,
        namespace=namespace,
        kubeconfig=str(kubeconfig),
        everywhere=everywhere,
    )


def evidence_of(app: DoctorApp) -> EvidenceScreen:
    """The screen in front."""
    assert isinstance(app.screen, EvidenceScreen)
    return app.screen


async def test_from_the_workload_to_the_line_and_back(recorded: Callable[[str], object], kubeconfig: Path) -> None:
    recorded("import-error")
    app = DoctorApp(call(kubeconfig, "import-error"))
    async with app.run_test(size=(90, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        assert app.state.diagnosis is not None
        cause = app.state.diagnosis.report.causes[0]
        assert cause.id == "logs.module-not-found"
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        log = evidence_of(app).pane("log")
        quote = cause.evidence[0]
        await until(pilot, lambda: quote.line and log.lines and log.is_at(quote.line) and log.view.has_focus)
        assert log.offers[log.number].source == quote.source
        assert quote.source.endswith("--previous")
        row = log.view.cursor - log.view.scroll_offset.y
        assert "ModuleNotFoundError: No module named 'sklearn'" in log.view.render_line(row).text
        chosen = next(str(text) for text, value in log.query_one(Select)._options if value == log.number)
        assert chosen.startswith("1/2 previous run: "), "the end of the name is cut where there is little room"

        await pilot.press("T")
        table = evidence_of(app).pane("timeline")
        await until(pilot, lambda: isinstance(table.table, Table))
        assert any("BackOff" in row.cells[3] for row in table.table.rows)
        await pilot.press("2")
        await until(pilot, lambda: app.current_mode == "causes")
        assert app.state.diagnosis.report.causes[0].id == cause.id


async def test_evidence_is_that_of_the_workload_in_front(recorded: Callable[[str], object], kubeconfig: Path) -> None:
    recorded("import-error")
    recorded("oom-in-init")
    app = DoctorApp(call(kubeconfig))
    async with app.run_test(size=(90, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        for key, namespace in ((None, "import-error"), ("right_square_bracket", "oom-in-init")):
            if key:
                await pilot.press("2", key)
            assert app.state.diagnosis is not None
            assert app.state.diagnosis.report.target.name == f"{namespace}/deployment/score"
            await pilot.press("3")
            await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
            await until(pilot, lambda: evidence_of(app).pane("log").diagnosis is app.state.diagnosis)
            offers = evidence_of(app).pane("log").offers
            assert offers
            assert all(f"-n {namespace}" in one.source for one in offers)


async def test_a_cluster_of_the_command_line_is_the_one_that_is_listed(
    api_server: ApiServer, recorded: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded("import-error")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    file = api_server.kubeconfig(tmp_path / "elsewhere")
    app = DoctorApp(folder=tmp_path, clusters=call(file, "import-error", ""))
    async with app.run_test(size=(120, 40)) as pilot:
        targets = app.screen.query_one("TargetList")
        calls = lambda: [line.row.call for line in targets.lines if line.row and line.row.call]  # type: ignore[attr-defined] # noqa: E731
        await until(pilot, lambda: any(one.name == "deployment/score" for one in calls()), 20)
        (one,) = [one for one in calls() if one.name == "deployment/score"]
        assert one.kubeconfig == str(file)
        assert one.namespace == "import-error"


async def test_a_context_that_is_not_there_is_told(api_server: ApiServer, tmp_path: Path) -> None:
    file = api_server.kubeconfig(tmp_path / "elsewhere")
    app = DoctorApp(folder=tmp_path, clusters=Call(kind="workload", name="", context="nope", kubeconfig=str(file)))
    async with app.run_test(size=(120, 40)) as pilot:
        targets = app.screen.query_one("TargetList")
        told = lambda: [line.row.remark for line in targets.lines if line.row and "nope" in line.row.remark]  # type: ignore[attr-defined] # noqa: E731
        await until(pilot, told, 20)
        assert "there are tests" in told()[0]


async def test_what_may_not_be_seen_any_more_is_not_gone(
    api_server: ApiServer, recorded: Callable[[str], object], kubeconfig: Path
) -> None:
    recorded("import-error")
    app = DoctorApp(call(kubeconfig, "import-error"))
    async with app.run_test(size=(90, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        before = app.state.diagnosis
        assert before is not None
        api_server.forbidden.add("pods")
        await pilot.press("r")
        await until(pilot, lambda: app.state.diagnosis is not before and not app.state.running)
        after = app.state.diagnosis
        assert after is not None
        assert told(before.report, after.report) == "1 cause not seen this time"
        assert after.evidence is not None
        assert isinstance(after.evidence.logs, Missing)
        assert "may not read pods in namespace import-error: grant with" in after.evidence.logs.reason
