"""Bodies sent to services that run: one that breaks in chosen ways, and the real inference server."""

import asyncio
from pathlib import Path

import pytest
from fault_server import serving
from payloads.benches import diagnosed, known, sample_of
from sample_services import copy_all, load
from test_samples_on_server import Server

from checks.evidence import Evidence, Target
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.errors import CannotExamine, ConfigError
from doctor.payloads.bench import Bench, Cancelled
from doctor.payloads.judging import judge
from doctor.payloads.places import places_of
from doctor.payloads.records import Place, Sent
from doctor.payloads.sending import Sender
from doctor.payloads.slimming import slim
from doctor.payloads.weighing import weigh

KEY = "Kk7secretKk7secretKk7secretKk7s"


def url(where: str, **options: object) -> Place:
    call = Call(kind="url", name=where, timeout=options.pop("timeout", 5.0), **options)  # type: ignore[arg-type]
    return Place(way="url", title="URL", where=where, live=True, call=call, url=where)


def test_one_post_and_nothing_else_is_sent() -> None:
    with serving("healthy") as service:
        sent = Sender().send(url(service.url), "typed", b'{"data": [[1.0]]}')
        assert [(one.method, one.path, one.body) for one in service.requests] == [
            ("POST", "/score", b'{"data": [[1.0]]}')
        ]
    assert (sent.status, sent.body, sent.size) == (200, "[3.0]", 5)
    assert sent.headers["x-ms-server-version"] == "azmlinfsrv/1.5.1"
    assert sent.connect is not None
    assert sent.first_byte is not None
    assert sent.connect + sent.first_byte <= (sent.seconds or 0) + sent.connect


def test_the_key_is_sent_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_KEY", KEY)
    with serving("healthy") as service:
        place = url(service.url, key_variable="SCORING_KEY")
        sent = Sender().send(place, "typed", b"{}")
        assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(sent)
    assert KEY not in repr(place)


def test_a_variable_that_is_not_set_is_told() -> None:
    with pytest.raises(ConfigError, match="SCORING_KEY"):
        Sender().send(url("http://127.0.0.1:9/score", key_variable="SCORING_KEY"), "typed", b"{}")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("reset", "reset"),
        ("hang", "no answer in the time limit"),
        ("tls-self-signed", "certificate is refused (self-signed)"),
    ],
)
def test_a_service_that_breaks_is_told(fault: str, words: str) -> None:
    with serving(fault) as service:
        sent = Sender().send(url(service.url, timeout=1.0), "typed", b"{}")
        assert not any(one.body for one in service.requests) or not fault.startswith("tls")
    assert words in sent.problem
    assert sent.status is None


def test_nobody_there_is_told() -> None:
    with serving("healthy") as service:
        where = service.url
    assert "no connection" in Sender().send(url(where), "typed", b"{}").problem


async def test_a_send_to_a_service_that_hangs_is_cancelled() -> None:
    bench = Bench()
    with serving("hang") as service:
        sending = asyncio.ensure_future(bench.send(url(service.url, timeout=60.0), "typed", b"{}"))
        while not service.requests:
            assert not sending.done()
            await asyncio.sleep(0.02)
        await bench.cancel()
        with pytest.raises(Cancelled):
            await sending
    await bench.close()


async def test_a_refusal_of_the_way_comes_through_the_process() -> None:
    bench = Bench()
    with pytest.raises(CannotExamine, match="nothing is diagnosed"):
        await bench.judge("typed", b"{}")
    with pytest.raises(CannotExamine, match="UNSET"):
        await bench.send(url("http://127.0.0.1:9/score", key_variable="UNSET"), "typed", b"{}")
    await bench.close()


def test_disagreements_of_a_live_service_are_marked(tmp_path: Path) -> None:
    diagnosis = diagnosed("healthy-schema-numpy", tmp_path)
    evidence, (source, good) = known(diagnosis), sample_of(diagnosis)
    bad = b'{"data": [[0.4, "twelve", 61.0, 8.0]]}'
    with serving("healthy") as service:
        taken = Sender().send(url(service.url), source, bad)
    against = weigh(evidence, source, bad, judge(evidence, source, bad), taken)
    assert {"invalid-taken", "status", "answer"} <= {one.kind for one in against}
    assert "the service answered 200" in next(one.text for one in against if one.kind == "invalid-taken")
    with serving("status-503") as service:
        refused = Sender().send(url(service.url), source, good)
    against = weigh(evidence, source, good, judge(evidence, source, good), refused)
    assert [one.kind for one in against] == ["valid-refused", "status"]


def test_what_nobody_answered_speaks_against_nothing() -> None:
    evidence = Evidence(target=Target(kind="url", name="http://x"))
    sent = Sent(way="url", where="", source="typed", sent=2, problem="no connection: refused")
    assert weigh(evidence, "typed", b"{}", judge(evidence, "typed", b"{}"), sent) == ()


@pytest.mark.server
def test_the_real_server_is_a_place(tmp_path: Path) -> None:
    copy_all(tmp_path / "services", ["healthy-schema-pandas"])
    service = load(tmp_path / "services" / "healthy-schema-pandas")
    with Server(service, tmp_path) as server:
        assert server.ready(), server.log
        call = Call(kind="url", name=f"http://127.0.0.1:{server.port}/score", timeout=20.0)
        diagnosis = diagnose(call).diagnosed[0]
        place = next(one for one in places_of(diagnosis) if one.way == "url")
        assert diagnosis.evidence
        evidence = slim(diagnosis.evidence)
        body = service.sample.read_bytes()
        judgement = judge(evidence, "typed", body)
        assert judgement.contract.startswith("what the service serves as")
        assert not judgement.wrong
        sent = Sender().send(place, "typed", body)
        assert (sent.status, sent.body) == (200, '{"churn": [1.0, 0.0]}')
        assert not weigh(evidence, "typed", body, judgement, sent)
        worse = body.replace(b'"data"', b'"Data"')
        refused = Sender().send(place, "typed", worse)
        assert refused.status == 400
        assert judge(evidence, "typed", worse).wrong
