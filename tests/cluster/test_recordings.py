"""The whole diagnosis of every recording: the verdict, and what the first cause mentions."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.recordings import CASES, RECORDED, Recording, Truth, load, recording
from cluster.resources import RESOURCES

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes
from doctor.report import Report
from doctor.reports import render

Play = Callable[[str], Recording]
NOT_RECORDED = {one.plural for one in RESOURCES} - set(RECORDED) - {"endpointslices", "namespaces"}


def verdicts(truth: Truth) -> set[str]:
    """A recording holds no request: of what is named and well, nobody saw that it scores; a scan says healthy."""
    return {"healthy", "inconclusive"} if truth.verdict == "healthy" else {truth.verdict}


def is_told(report: Report, truth: Truth) -> None:
    """The verdict is right, and so is the first cause."""
    assert report.verdict in verdicts(truth), [(one.id, one.title) for one in report.causes]
    if not truth.cause_must_mention:
        assert not report.causes
        return
    first = report.causes[0]
    said = " ".join([first.title, first.why, *(one.text for one in first.evidence)]).lower()
    for group in truth.cause_must_mention:
        assert any(word.lower() in said for word in group), (truth.cause, [one.title for one in report.causes])


@pytest.mark.parametrize("case", CASES)
def test_what_was_not_recorded_may_not_be_seen(
    case: str, recorded: Play, api_server: ApiServer, kubeconfig: Path
) -> None:
    truth = recorded(case).truth
    api_server.forbidden |= NOT_RECORDED
    (report,) = diagnose(["deployment/score"], Wishes(access=Access(kubeconfig), namespace=case)).reports
    is_told(report, truth)


@pytest.mark.parametrize("case", CASES)
def test_what_was_not_recorded_is_empty_and_the_recording_is_old(
    case: str, recorded: Play, api_server: ApiServer, kubeconfig: Path
) -> None:
    truth = recorded(case).truth
    api_server.clock = None  # the server lives today
    (report,) = diagnose(["score"], Wishes(access=Access(kubeconfig), namespace=case)).reports
    is_told(report, truth)


@pytest.mark.parametrize("case", CASES)
def test_no_log_no_event_and_no_node_may_be_read(
    case: str, recorded: Play, api_server: ApiServer, kubeconfig: Path
) -> None:
    truth = recorded(case).truth
    api_server.forbidden |= {"events", "nodes", *NOT_RECORDED}
    api_server.fail("GET .*/log", answer=None, cut=-1, times=0)
    (report,) = diagnose(["score"], Wishes(access=Access(kubeconfig), namespace=case)).reports
    assert any("events" in note for note in report.notes)
    assert report.verdict == truth.verdict or report.verdict == "inconclusive"


def test_the_whole_cluster_at_once(api_server: ApiServer, kubeconfig: Path) -> None:
    load(api_server, CASES)
    api_server.forbidden |= NOT_RECORDED
    reports = diagnose([], Wishes(access=Access(kubeconfig), everywhere=True)).reports
    assert len(reports) == len(CASES)
    for case in CASES:
        (report,) = [one for one in reports if f"{case}" in (one.target.name, *one.target.name.split("/"))]
        is_told(report, recording(case).truth)


@pytest.mark.parametrize("kind", ["pod", "replicaset", "service", "labels"])
def test_other_ways_to_name_it(kind: str, recorded: Play, kubeconfig: Path) -> None:
    made = recorded("no-run")
    access = Access(kubeconfig)
    if kind == "labels":
        done = diagnose([], Wishes(access=access, namespace=made.name, labels="app=score"))
    else:
        name = made.lists[f"{kind}s"][0]["metadata"]["name"]
        done = diagnose([f"{kind}/{name}"], Wishes(access=access, namespace=made.name))
    (report,) = done.reports
    is_told(report, made.truth)


@pytest.mark.parametrize(("case", "code"), [("model-missing", 1), ("healthy", 0)])
def test_the_command(case: str, code: int, recorded: Play, kubeconfig: Path) -> None:
    recorded(case)
    words = ["diagnose", "k8s", "deployment/score", "-n", case, "--kubeconfig", str(kubeconfig), "-o", "json", "-q"]
    done = subprocess.run([sys.executable, "-m", "doctor", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] == ("failing" if code else "inconclusive")
    assert any(one.startswith("run() was never called") for one in told["notes"]) is not bool(code)
    assert bool(told["causes"]) == bool(code)


def test_a_scan_ends_with_a_line_for_each_target(api_server: ApiServer, kubeconfig: Path) -> None:
    load(api_server, ["no-run", "import-error", "healthy"])
    api_server.forbidden |= {"nodes"}
    reports = diagnose([], Wishes(access=Access(kubeconfig), everywhere=True)).reports
    text = render("text", reports, color=False, width=200, verbose=0, quiet=False, encoding=None)
    assert "healthy/deployment/score" not in text
    assert text.count("may not read nodes") == 1
    *_, first, second, note, count = text.strip().splitlines()
    assert first == "✗ import-error/deployment/score: no installed package provides `sklearn`"
    assert second.startswith("✗ no-run/deployment/score: the entry script")
    assert "RBAC rule" in note
    assert count == "3 targets: 1 healthy, 2 failing"
