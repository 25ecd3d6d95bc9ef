"""The whole log of a container of a pod, of a recorded cluster."""

from collections.abc import Callable
from pathlib import Path

from cluster.api_server import ApiServer
from cluster.recordings import Recording

from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.logs.spool import Spooled
from doctor.logs.spooling import Ended
from doctor.logs.wholes import offers_of


async def test_current_and_previous_logs_are_read(
    recorded: Callable[[str], Recording], kubeconfig: Path, api_server: ApiServer
) -> None:
    case = recorded("command-not-found")
    call = Call(
        kind="workload", name="deployment/score", namespace=case.name, kubeconfig=str(kubeconfig), rehearse=False
    )
    (diagnosis,) = diagnose(call).diagnosed
    offers = offers_of(diagnosis)
    assert any(one.source.endswith("--previous") for one in offers), [one.source for one in offers]
    told = set()
    for offer in offers:
        assert offer.whole
        spooled = Spooled(offer.whole)
        last = [one async for one in spooled.news()][-1]
        assert isinstance(last, Ended)
        while spooled.lines.index.count():
            pass
        if offer.log and offer.log.text.strip():
            first = offer.log.text.split("\n")[0]
            assert spooled.lines.read(0, 1)[0].text == first
        told.add(last.note)
    assert any("does not follow" in note for note in told)
