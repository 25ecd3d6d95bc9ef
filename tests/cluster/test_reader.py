"""The role of docs/kubernetes suffices, and what it leaves out is told with the rule that would show it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.recordings import CASES, Recording
from cluster.rights import User
from cluster.test_recordings import is_told
from ruamel.yaml import YAML

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes

Play = Callable[[str], Recording]
RULES = YAML(typ="safe").load(Path("docs/kubernetes/reader.yaml"))["rules"]


def reader(server: ApiServer, path: Path, *, without: str = "") -> Path:
    """A kubeconfig of somebody who has the role alone, with one resource taken from it."""
    left = [{**rule, "resources": [one for one in rule["resources"] if one != without]} for rule in RULES]
    server.users["reader-token"] = User("reader", left)
    return server.kubeconfig(path, token="reader-token")


@pytest.mark.parametrize("case", CASES)
def test_the_role_suffices(case: str, recorded: Play, api_server: ApiServer, tmp_path: Path) -> None:
    truth = recorded(case).truth
    config = reader(api_server, tmp_path / "reader")
    (report,) = diagnose(["deployment/score"], Wishes(access=Access(config), namespace=case, inside=False)).reports
    is_told(report, truth)
    unseen = [note for note in report.notes if "could not be read" in note or "may not read" in note]
    assert all(note.startswith(("may not read secrets", "kubectl logs")) for note in unseen), unseen


@pytest.mark.parametrize(
    ("resource", "rule"),
    [
        ("events", "resources: [events]"),
        ("nodes", "resources: [nodes]"),
        ("pods/log", "resources: [pods/log]"),
        ("services", "resources: [services]"),
    ],
)
def test_a_right_that_is_missing_is_named(
    resource: str, rule: str, recorded: Play, api_server: ApiServer, tmp_path: Path
) -> None:
    recorded("import-error")
    config = reader(api_server, tmp_path / "reader", without=resource)
    (report,) = diagnose(["score"], Wishes(access=Access(config), namespace="import-error", inside=False)).reports
    told = [note for note in report.notes if "RBAC rule" in note]
    assert any(rule in note for note in told), report.notes
    assert report.verdict == "failing"


def test_nothing_is_changed_without_being_asked(recorded: Play, api_server: ApiServer, kubeconfig: Path) -> None:
    recorded("import-error")
    diagnose(["score"], Wishes(access=Access(kubeconfig), namespace="import-error"))
    assert {call.split()[0] for call in api_server.calls()} == {"GET"}
