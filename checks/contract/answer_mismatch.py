"""An answer is not what the contract declares.

What it finds
-------------
An answer of run(), from the rehearsal or the live service, that does not fit the declared output: another type, a key
that is missing or called otherwise, a text where a number is declared.

Why it breaks
-------------
`@output_schema` only documents: the server converts nothing and checks nothing, and the swagger document goes on to
promise what run() does not return. Clients that were generated from it fail when they read the answer.

How to fix
----------
Return what is declared, or declare what is returned: give the decorator, or the document, a sample of the real answer.

Learn more
----------
Measured on inference-schema 1.8: the output is never converted or checked.
"""

import json
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import (
    NOT_JSON,
    Mismatch,
    answers,
    declared_outputs,
    example_of,
    is_empty,
    is_error,
    mismatch,
    unwrapped,
    value_of,
)  # fmt: skip
from checks.contract.attacked import answer_faults, sent
from checks.contract.contracts import Contract
from checks.contract.records import Attack, Tried
from checks.contract.scenes import declared, documented, interface, openapi, sample
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.http.scenes import live, scored
from checks.runtime.observed import answered
from checks.runtime.wording import one_line, titled


@check(
    "contract.answer-mismatch",
    needs=("answer",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def answer_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Tell the first place that differs, once for each contract and place."""
    told: set[tuple[str, str, str]] = set()
    for answer in answers(evidence):
        if answer.value is NOT_JSON or (answer.live and is_error(answer)) or is_empty(answer.value):
            continue
        for contract in declared_outputs(evidence):
            if unwrapped(answer, contract) is not None:
                continue
            found = mismatch(contract.output or {}, answer.value)
            if found is None or (key := _key(contract, found)) in told:
                continue
            told.add(key)
            yield _finding(contract, found, answer.quote(), answer.about)
    for contract in declared_outputs(evidence):
        for tried, _ in answer_faults(evidence, "mismatch"):
            found = mismatch(contract.output or {}, value_of(tried.answer))
            if found is None or (key := _key(contract, found)) in told:
                continue
            told.add(key)
            quote = Quote(source="attack", text=f"200 {one_line(tried.answer, 160)}")
            yield _finding(contract, found, quote, ("phase:run",), (sent(tried),))


def _key(contract: Contract, found: Mismatch) -> tuple[str, str, str]:
    return contract.source, re.sub(r"/\d+", "/*", found.pointer), f"{found.expected} {found.key}"


def _finding(
    contract: Contract, found: Mismatch, quote: Quote, about: tuple[str, ...], more: tuple[Quote, ...] = ()
) -> Finding:
    if found.key is not None and found.expected.startswith("key "):
        title = f"the answer has no key `{one_line(found.key, 30)}`, which the contract declares"
    else:
        title = f"the answer is not as declared: {found.path} is {found.seen}, not {found.expected}"
    who = {
        "script": "@output_schema declares",
        "served": "the served swagger declares",
        "document": "the document declares",
    }[contract.origin]
    near = (Quote(source=quote.source, text=f"a key like it is there: {found.near}"),) if found.near else ()
    rest = f"; {found.more} more places differ" if found.more else ""
    example = example_of(contract.output or {})
    shown = f", for example {one_line(json.dumps(example), 80)}" if example is not None else ""
    return Finding(
        title=titled(title, 88),
        evidence=(
            quote,
            Quote(source=contract.source, text=f"seen {found.path} is {found.seen}{rest}"),
            Quote(source=contract.source, text=f"expected {found.expected}: {who} it{shown}"),
            *near,
            *more,
        ),
        about=(*about, f"pointer:{found.pointer}"),
        fixes=(
            Fix(title=f"return {found.expected} at {found.path}, as declared"),
            Fix(title="declare what run() returns, and generate the clients anew"),
        ),
    )


SCORES = interface(
    output={
        "type": "array",
        "items": {"type": "object", "required": ["score"], "properties": {"score": {"type": "number"}}},
        "example": [{"score": 0.5}],
    }
)
OBJECT = {**openapi()["definitions"], "ServiceOutput": {"type": "object", "properties": {"score": {"type": "number"}}}}
BODY = sample('{"data": [[1.0, 2.0]]}')


def _said(text: str) -> Evidence:
    return declared(BODY, interface=SCORES, steps=(answered(text),))


def _live(body: str) -> Evidence:
    return documented(openapi(definitions=OBJECT)).replace(endpoint=live(scored(200, body)).endpoint)


ATTACKED = Attack(
    tried=9, valid=9, invalid=0, answers=(Tried(payload='{"data": []}', valid=True, status=200, answer='{"a": 1}'),)
)
CASES = (
    fires(_said('[{"score": "0.5"}]'), saw='result[0]["score"] is text "0.5", not number', findings=1),
    fires(_said('[{"Score": 0.5}]'), saw="a key like it is there: Score", findings=1),
    fires(_said('{"result": [0.5]}'), saw="result is object with result, not list", findings=1),
    fires(_live('{"score": "high"}'), saw="the document declares it", findings=1),
    fires(_said('[{"score": 0.5}]').replace(attack=ATTACKED), saw="a payload that shows it", name="for some payloads"),
    quiet(_said('[{"score": 0.5}, {"score": 1}]')),
    quiet(_said('[{"score": 0.5, "model": "7"}]'), name="more than is declared"),
    fires(_said('{"error": "it was too long"}'), saw="object with error", name="an error that run() words itself"),
    quiet(_live('{"error": "KeyError: \'data\'"}'), name="the text of an exception, live"),
    quiet(_said("{}"), name="nothing at all: answer-empty"),
    quiet(_live('{"score": 0.1}')),
    quiet(live(scored(200, '{"score": "high"}')), name="nothing is declared"),
    quiet(
        documented(openapi(definitions={**OBJECT, "ServiceOutput": {"type": "object", "example": {}}})).replace(
            endpoint=live(scored(200, "[1]")).endpoint
        ),
        name="what the server serves for an undecorated run() declares nothing",
    ),
)
