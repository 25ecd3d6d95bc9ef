"""A server that stalls in the middle of a log: the bundle has what came until then, and says so."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.pod_logs import Which
from cluster.recordings import Recording

from doctor.bundle import read, write
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.logs.wholes import offers_of


@pytest.mark.parametrize("fault", [{"pause": 0.3}, {"pause": 60.0}, {"wait": 60.0}], ids=["slow", "stalls", "silent"])
def test_what_came_is_kept(
    recorded: Callable[[str], Recording],
    kubeconfig: Path,
    api_server: ApiServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, float],
) -> None:
    case = recorded("command-not-found")
    call = Call(
        kind="workload", name="deployment/score", namespace=case.name, kubeconfig=str(kubeconfig), rehearse=False
    )
    done = diagnose(call)
    offer = next(one for one in offers_of(done.diagnosed[0]) if one.whole and not one.whole.previous)
    whole = offer.whole
    assert whole
    lines = "".join(f"2026-11-20T18:15:51.{at:09}Z line {at} of it {at * 2654435761:x}\n" for at in range(4000))
    api_server.add_log(Which(whole.namespace, whole.pod, whole.name), lines.encode())
    monkeypatch.setattr("doctor.bundle.both_ends.SECONDS", 2.0)
    api_server.fail("GET .*/log", **fault)
    told = write(tmp_path / "a.zip", done)
    notes = [note for note in told.notes if note.startswith(f"{offer.source}: ")]
    assert any("it was read for" in note or "could not be read to its end" in note for note in notes), told.notes
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
    assert read(tmp_path / "a.zip").diagnosed
    if "pause" in fault:
        (saved,) = [one for one in read(tmp_path / "a.zip").diagnosed[0].logs if one.source == offer.source]
        assert 0 < saved.lines < 4000
