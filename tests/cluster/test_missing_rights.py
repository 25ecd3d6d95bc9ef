"""Rights that are missing where nothing is proved: the first thing that a person reads, everywhere."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cluster.api_server import ApiServer
from cluster.test_reader import reader
from screens.journeys import until

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes
from doctor.diagnosis.call import Call
from doctor.report import Report, Verdict
from doctor.reports import render
from doctor.reports.unread import missing_rights
from tui.app import DoctorApp
from tui.causes.detail import Detail

Play = Callable[[str], object]
TOLD = 'may not read pods in namespace import-error: grant with the RBAC rule {apiGroups: [""], resources: [pods]'


@pytest.fixture
def report(recorded: Play, api_server: ApiServer, kubeconfig: Path) -> Report:
    recorded("import-error")
    api_server.forbidden |= {"pods"}
    wishes = Wishes(access=Access(kubeconfig), namespace="import-error", inside=False)
    (found,) = diagnose(["score"], wishes).reports
    return found


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_it_comes_first_and_once(report: Report, name: str) -> None:
    assert report.verdict is Verdict.INCONCLUSIVE
    text = render(name, [report], color=False, width=300, verbose=0, quiet=False, encoding=None).replace("\\", "")
    head = "".join(text.splitlines()[: 1 if name == "text" else 3])
    assert TOLD.split("{")[0] in head
    assert not any(line.lstrip(" -*").startswith("may not read") for line in text.splitlines()[3:]), "said once"


def test_where_a_cause_is_known_the_cause_comes_first(recorded: Play, api_server: ApiServer, tmp_path: Path) -> None:
    recorded("import-error")
    config = reader(api_server, tmp_path / "reader", without="pods/log")
    wishes = Wishes(access=Access(config), namespace="import-error", inside=False)
    (found,) = diagnose(["score"], wishes).reports
    logs = [note for note in found.notes if "pods/log" in note]
    assert len(logs) == 1, "one right for all logs of a namespace"
    assert logs[0].startswith("may not read pods/log in namespace import-error: grant with the RBAC rule")
    assert found.causes
    assert not missing_rights(found)
    unknown = msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, causes=(), findings=())
    assert missing_rights(unknown) == (logs[0],)


async def test_it_comes_first_on_the_screen(
    report: Report, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert report.target.kind == "workload"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(DoctorApp, "raises", True)
    app = DoctorApp(
        Call(kind="workload", name="deployment/score", namespace="import-error", kubeconfig=str(kubeconfig))
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await until(pilot, lambda: "may not read" in app.screen.query_one(Detail).text)
        assert "may not read pods in namespace import-error" in " ".join(
            app.screen.query_one(Detail).text.split("inconclusive")[0].split()
        )
