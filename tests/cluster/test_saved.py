"""What a cluster showed can be saved, opened elsewhere, and tells the same there."""

from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.recordings import MORE, load, recording
from cluster.test_recordings import verdicts

from doctor.bundle import read, write
from doctor.bundle.judging_again import judged_again
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose


@pytest.mark.parametrize("case", ["oom-in-init", "secret-key-missing", "readiness-wrong-port", "healthy", *MORE[:3]])
def test_what_a_cluster_showed_travels(case: str, api_server: ApiServer, kubeconfig: Path, tmp_path: Path) -> None:
    load(api_server, [case])
    target = recording(case).target
    done = diagnose(Call(kind="workload", name=target, namespace=case, kubeconfig=str(kubeconfig)))
    assert done.diagnosed[0].report.verdict in verdicts(recording(case).truth)
    masked = write(tmp_path / "a.zip", done).secrets
    back = read(tmp_path / "a.zip")
    assert back.diagnosed[0].report == done.diagnosed[0].report
    assert masked or back.diagnosed[0].evidence == done.diagnosed[0].evidence
    (again,) = judged_again(tmp_path / "a.zip")
    assert [one.id for one in again.causes] == [one.id for one in done.diagnosed[0].report.causes]
    assert again.verdict == done.diagnosed[0].report.verdict
