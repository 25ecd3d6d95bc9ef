"""What the checks say of one body: those of `doctor check --sample`, asked of this body alone."""

import json
import time
from collections.abc import Iterable, Sequence

from checks.contract import group_forms, group_values
from checks.contract.faults import contract_for, faults
from checks.contract.places import Places
from checks.contract.prediction import predict
from checks.contract.records import Documents
from checks.contract.wanted import wanted
from checks.evidence import Evidence, Missing, Probe, Samples, Script
from checks.finding import Finding
from checks.outcome import Crashed, Found, run_check
from checks.rank import rank
from checks.subjects import explains
from doctor.collectors.samples import describe
from doctor.content_types import kind_of_body
from doctor.payloads.records import Fault, Judgement, Prediction
from doctor.redact import redact
from doctor.reports.clean import harmless_finding

CHECKS = (*group_forms.CHECKS, *group_values.CHECKS)
LARGEST = 5_000_000  # bytes of a body that is judged while somebody types
ADVICE = (
    "decorate run() with @input_schema and @output_schema, or lay the service's swagger.json beside the script "
    "(curl http://<host>/swagger.json)"
)
_WHO = {"script": "what run() declares", "served": "what the service serves as", "document": "the document"}


def of_body(evidence: Evidence, source: str, body: bytes) -> Evidence:
    """The evidence with this body as its one sample."""
    return evidence.replace(samples=Samples(items=(describe(source, body),)))


def judge(evidence: Evidence, source: str, body: bytes) -> Judgement:
    """Everything that is known of a body before it is sent. `evidence` is that of `slimming.slim`."""
    began = time.perf_counter()
    contract, advice = _contract(evidence)
    if len(body) > LARGEST:
        told = f"{len(body) / 1e6:.0f} MB are not judged while you edit; doctor check --sample does it"
        return Judgement(contract=contract, advice=told)
    asked = of_body(evidence, source, body)
    outcomes = [run_check(check, asked) for check in CHECKS]
    found = _unexplained(one for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings)
    syntax = _syntax(body, asked)
    return Judgement(
        contract=contract,
        advice=advice,
        faults=tuple(_fault(asked, source, body, one) for one in found),
        prediction=_prediction(evidence, source, body),
        syntax=syntax[0],
        syntax_line=syntax[1],
        syntax_column=syntax[2],
        crashed=tuple(f"{one.id}: {one.reason}" for one in outcomes if isinstance(one, Crashed)),
        seconds=round(time.perf_counter() - began, 4),
    )


def _unexplained(findings: Iterable[Finding]) -> list[Finding]:
    """What is no mere consequence of another finding, the gravest first. Of two that explain each other, one stays."""
    ranked = rank(findings).findings

    def is_told(one: Finding, others: Sequence[Finding]) -> bool:
        return any(explains(other, one) for other in others)

    return [
        one
        for number, one in enumerate(ranked)
        if not is_told(one, ranked[:number])
        and not is_told(one, [other for other in ranked[number + 1 :] if not explains(one, other)])
    ]


def _contract(evidence: Evidence) -> tuple[str, str]:
    """Who says what is taken, and what to do where nobody does."""
    held = contract_for(evidence)
    if held is not None:
        return f"{_WHO[held.origin]} ({held.source})", ""
    probe = evidence.probe
    takes = wanted(evidence)
    if takes is None:
        return "", "a batch script takes files, and no request body"
    if isinstance(probe, Probe) and probe.interface and probe.interface.kind == "rawhttp":
        return "", "run() takes raw HTTP (@rawhttp), so nothing declares what it takes"
    if takes.by == "code" and takes.keys:
        keys = ", ".join(f"`{one.name}`" for one in takes.keys[:4])
        return "", f"held against what the code of run() reads ({keys}) alone; {ADVICE}"
    if isinstance(evidence.script, Script) and isinstance(probe, Missing):
        return "", f"the script was not loaded ({probe.reason}); {ADVICE}"
    if isinstance(evidence.script, Missing) and not isinstance(evidence.documents, Documents):
        return "", "the service hands out no description; give its script, or a swagger.json: doctor check score.py"
    return "", ADVICE


def _prediction(evidence: Evidence, source: str, body: bytes) -> Prediction | None:
    probe = evidence.probe
    if not isinstance(probe, Probe) or probe.interface is None:
        return None
    told = predict(probe.interface, body, kind_of_body(body, source, probe.interface.kind == "rawhttp"))
    refused = told.refused
    message = (refused.headline or refused.message) if refused else ""
    return Prediction(status=told.status, message=redact(message), sure=told.sure)


def _syntax(body: bytes, evidence: Evidence) -> tuple[str, int | None, int | None]:
    """The parser's message and place, of a body that is meant to be JSON."""
    takes = wanted(evidence)
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return "", None, None
    if takes is not None and takes.json is not True and not text.lstrip().startswith(("{", "[")):
        return "", None, None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.msg, error.lineno, error.colno - 1
    except (RecursionError, ValueError) as error:
        return str(error)[:200], None, None
    return "", None, None


def _fault(evidence: Evidence, source: str, body: bytes, finding: Finding) -> Fault:
    """The finding with its place in the body."""
    clean = harmless_finding(finding)
    said = next((one for one in finding.evidence if one.source == source and one.line is not None), None)
    pointer = _pointer(evidence, finding)
    if said is not None:
        start, end = said.mark or (0, len(said.text))
        column = (said.column or 0) + start
        return Fault(finding=clean, pointer=pointer, line=said.line, column=column, length=end - start)
    place = Places(body.decode("utf-8", "replace")).of(pointer) if pointer else None
    if place is not None:
        return Fault(finding=clean, pointer=pointer, line=place.line, column=place.column, length=1)
    return Fault(finding=clean, pointer=pointer)


def _pointer(evidence: Evidence, finding: Finding) -> str:
    texts = [one.text for one in finding.evidence]
    for fault in faults(evidence, finding.id.partition(".")[2]):
        head = f"{fault.pointer or 'the body'}: {fault.seen}, expected"[:290]
        if any(text.startswith(head) for text in texts):
            return fault.pointer
    return next((one.removeprefix("pointer:") for one in finding.about if one.startswith("pointer:")), "")
