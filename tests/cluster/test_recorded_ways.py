"""Services broken in many ways on a real cluster, and healthy ones with noise, as they were seconds after it showed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.recordings import MORE, Recording
from cluster.test_recordings import is_told

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes


@pytest.mark.parametrize("case", MORE)
@pytest.mark.usefixtures("api_server")
def test_the_first_cause_is_the_true_one(case: str, recorded: Callable[[str], Recording], kubeconfig: Path) -> None:
    played = recorded(case)
    (report,) = diagnose([played.target], Wishes(access=Access(kubeconfig), namespace=case)).reports
    is_told(report, played.truth)


def test_all_of_them_in_one_scan(api_server: ApiServer, recorded: Callable[[str], Recording], kubeconfig: Path) -> None:
    truths = {case: recorded(case).truth for case in MORE}
    reports = diagnose([], Wishes(access=Access(kubeconfig), everywhere=True)).reports
    found = {report.target.name.partition("/")[0]: report for report in reports}
    wrong = [case for case, truth in truths.items() if truth.verdict == "healthy" and found[case].causes]
    assert not wrong
    missed = [case for case, truth in truths.items() if truth.verdict == "failing" and not found[case].causes]
    assert len(missed) <= len(MORE) // 10, missed  # of what shows in logs alone, a scan reads a few
    assert not api_server.crashes
