"""Answers of many sizes: judged whole up to the limit, and above it not at all; one judgement for every place."""

import json
import socket
from pathlib import Path

import pytest
from fault_server import Handler, Request, Service, answer, serving
from payloads.benches import diagnosed, known, place_of
from payloads.test_live import url

from checks.evidence import Evidence, Target
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.payloads import live
from doctor.payloads.judging import judge
from doctor.payloads.records import Disagreement, Sent
from doctor.payloads.sending import Sender
from doctor.payloads.weighing import weigh
from tui.payloads import shown

SERVED = {"Content-Type": "application/json", "x-ms-run-function-failed": "False"}
NOBODY = Evidence(target=Target(kind="url", name="http://x"))


def sends(body: bytes) -> Handler:
    def handler(to: socket.socket, _: Request, __: Service) -> None:
        to.sendall(answer(200, body, SERVED))

    return handler


def said(sent: Sent, body: bytes = b"{}", evidence: Evidence = NOBODY) -> tuple[Disagreement, ...]:
    return weigh(evidence, "typed", body, judge(evidence, "typed", body), sent)


def test_an_answer_of_three_megabytes_is_judged_whole() -> None:
    with serving(sends(json.dumps(["x" * 1000] * 3000).encode())) as service:
        sent = Sender().send(url(service.url), "typed", b"{}")
    assert not sent.cut
    assert json.loads(sent.body) == ["x" * 1000] * 3000
    assert said(sent) == ()
    told = shown.answer(sent, (), None).plain
    assert "... cut; 3,012,000 bytes came" in told
    assert "too large" not in told


def test_an_answer_above_the_limit_is_no_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_BODY", 5_000)
    with serving(sends(json.dumps(["x" * 1000] * 6).encode())) as service:
        sent = Sender().send(url(service.url), "typed", b"{}")
    assert sent.cut
    assert said(sent) == ()
    assert "too large to be judged" in shown.answer(sent, (), None).plain


def test_a_large_answer_that_is_no_json_is_still_told() -> None:
    with serving(sends(b'["' + b"x" * 3_000_000)) as service:
        sent = Sender().send(url(service.url), "typed", b"{}")
    assert [one.kind for one in said(sent)] == ["answer"]


@pytest.mark.parametrize(
    ("result", "words"),
    [('json.dumps({"a": 1})', "encoded twice"), ("None", "run() returned nothing"), ('[float("nan")]', "no JSON: NaN")],
)
def test_probe_and_service_are_judged_alike(result: str, words: str, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(f"import json\n\ndef init():\n    pass\n\ndef run(data):\n    return {result}\n")
    (tmp_path / "sample.json").write_text('{"data": [[1.0]]}')
    diagnosis = diagnose(Call(kind="script", name=str(script))).diagnosed[0]
    sender = Sender()
    try:
        probed = sender.send(place_of(diagnosis), "typed", b"{}")
    finally:
        sender.close()
    with serving(sends(probed.body.encode())) as service:
        served = sender.send(url(service.url), "typed", b"{}")
    evidence = known(diagnosis)
    told = [[(one.kind, one.text) for one in said(sent, evidence=evidence)] for sent in (probed, served)]
    assert [one for one in told[0] if one[0] == "answer"] == [one for one in told[1] if one[0] == "answer"]
    assert words in " ".join(text for _, text in told[0])


def test_nan_sent_and_nan_answered_are_both_told(tmp_path: Path) -> None:
    evidence = known(diagnosed("healthy-schema-numpy", tmp_path))
    with serving(sends(b"[NaN]")) as service:
        sent = Sender().send(url(service.url), "typed", b'{"data": [[NaN, 1.0, 61.0, 8.0]]}')
    judgement = judge(evidence, "typed", b'{"data": [[NaN, 1.0, 61.0, 8.0]]}')
    assert any("NaN" in one.finding.title for one in judgement.faults)
    assert any(
        "NaN" in one.text for one in said(sent, b'{"data": [[NaN, 1.0, 61.0, 8.0]]}', evidence) if one.kind == "answer"
    )
