"""An answer held against what was foretold: where contract and service say different things."""

from collections.abc import Iterator

import msgspec

from checks.check import Check
from checks.contract import group_answers
from checks.evidence import Evidence, Missing, Phase, Probe, Returned, Step
from checks.finding import Finding, Severity
from checks.http.records import Call, Endpoint
from checks.outcome import Found, run_check
from checks.rank import rank
from doctor.payloads.judging import of_body
from doctor.payloads.records import Disagreement, Judgement, Sent
from doctor.reports.clean import harmless_finding

OF_SERVER = {"x-ms-run-function-failed": "False"}  # the rehearsal answers as the inference server does
REFUSED = 400  # the first status that is a failure
SAME = {"contract.answer-not-json": "runtime.invalid-json-result"}
"""What two checks say of one answer, the one as a client meets it, the other as the rehearsal does."""


def weigh(evidence: Evidence, source: str, body: bytes, judgement: Judgement, sent: Sent) -> tuple[Disagreement, ...]:
    """What speaks against what. `evidence` is that of `slimming.slim`, `judgement` that of the same body."""
    return tuple(_weighed(evidence, source, body, judgement, sent))


def _weighed(evidence: Evidence, source: str, body: bytes, judgement: Judgement, sent: Sent) -> Iterator[Disagreement]:
    wrong = judgement.wrong
    well = sent.status is not None and sent.status < REFUSED
    if wrong and well:
        title = wrong[0].finding.title
        yield Disagreement(kind="invalid-taken", text=f"the bench says: {title}; the service answered {sent.status}")
    if judgement.contract and not wrong and not judgement.syntax and _is_refused(sent):
        came = sent.status if sent.status is not None else sent.problem
        yield Disagreement(kind="valid-refused", text=f"the contract allows this body; what came is {came}")
    foretold = judgement.prediction
    if foretold is not None and sent.status is not None and foretold.status != sent.status and _foretells(judgement):
        text = f"{foretold.status} was foretold ({foretold.message or 'run() is called'}); {sent.status} came"
        yield Disagreement(kind="status", text=text)
    if sent.cut:  # of a part, nothing can be said
        return
    answered = _found(group_answers.CHECKS, _as_live(evidence, source, body, sent)) if well else []
    for finding in answered:
        yield Disagreement(kind="answer", text=finding.title, finding=harmless_finding(finding))
    for finding in _causes(evidence_of(evidence, source, body, sent), sent):
        if any(finding.id in (*one.explains, SAME.get(one.id)) for one in answered):
            continue
        yield Disagreement(kind="cause", text=finding.title, finding=harmless_finding(finding))


def _is_refused(sent: Sent) -> bool:
    """True for what a service says of a body, and for one that it did not survive; not where nobody was there."""
    return sent.ended or (sent.status is not None and sent.status >= REFUSED and sent.status not in (401, 403, 429))


def _foretells(judgement: Judgement) -> bool:
    """A refusal is foretold, or a body that run() alone decides about is sure to arrive there."""
    assert judgement.prediction is not None
    return judgement.prediction.sure


def evidence_of(evidence: Evidence, source: str, body: bytes, sent: Sent) -> Evidence:
    """The evidence with this one request and its answer, as a diagnosis would have seen it."""
    told = of_body(evidence, source, body)
    if sent.way == "probe" and isinstance(told.probe, Probe):
        return told.replace(probe=msgspec.structs.replace(told.probe, steps=(*told.probe.steps, _step(sent))))
    return told if sent.status is None else _as_live(evidence, source, body, sent)


def _as_live(evidence: Evidence, source: str, body: bytes, sent: Sent) -> Evidence:
    """The same with the answer as a client meets it: wherever it comes from, one judgement holds for it."""
    told = of_body(evidence, source, body)
    endpoint = (
        told.endpoint if not isinstance(told.endpoint, Missing) else Endpoint(url="http://service/score", kind="other")
    )
    return told.replace(endpoint=msgspec.structs.replace(endpoint, calls=(*endpoint.calls, _call(sent))))


def _step(sent: Sent) -> Step:
    if sent.raised is not None:
        return Step(phase=Phase.RUN, outcome="raised", sample=sent.source, raised=sent.raised)
    if sent.ended or sent.status is None:
        return Step(phase=Phase.RUN, outcome="skipped", sample=sent.source, message=sent.problem)
    if sent.headline:
        return Step(phase=Phase.RUN, outcome="rejected", sample=sent.source, status=sent.status, message=sent.headline)
    problem = sent.problem or None
    returned = Returned(
        type="str", text=None if problem else sent.body, size=sent.size, problem=problem, not_finite=sent.not_finite
    )
    if sent.status != 200:
        returned = msgspec.structs.replace(returned, status=sent.status)
    return Step(phase=Phase.RUN, outcome="passed", sample=sent.source, returned=returned)


def _call(sent: Sent) -> Call:
    return Call(
        purpose="score",
        method="POST",
        path="/score",
        status=sent.status,
        seconds=sent.seconds or 0.0,
        headers=OF_SERVER if sent.way == "probe" else sent.headers,
        body=sent.body,
        size=sent.size,
        content_type=sent.answer_type,
        sample=sent.source,
        sent=sent.sent,
    )


def _causes(told: Evidence, sent: Sent) -> list[Finding]:
    """What the checks say of an exception of run(), or of an answer that is none, as a diagnosis would."""
    if sent.raised is None and not _is_whole_answer(sent):
        return []
    from checks.registry import checks_of_family

    found = _found((*checks_of_family("runtime"), *checks_of_family("contract")), told)
    ranked = rank(found)
    return [one for one in ranked.causes if one.severity is Severity.ERROR][:2]


def _is_whole_answer(sent: Sent) -> bool:
    """True for an answer of the rehearsal that is here to its end; the server would send it whatever it is."""
    return sent.way == "probe" and sent.status is not None and sent.status < REFUSED and not sent.cut


def _found(checks: tuple[Check, ...], evidence: Evidence) -> list[Finding]:
    outcomes = [run_check(check, evidence) for check in checks]
    return [one for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]
