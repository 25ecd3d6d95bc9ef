"""The service answers 200 with nothing, where the contract declares an answer.

What it finds
-------------
An answer `{}`, `null` or without any body, where the contract declares something that is never empty.

Why it breaks
-------------
The server makes `{}` of None: a way through run() without `return` looks like success. The client finds no prediction
in it and fails later, or takes the absence for a result.

How to fix
----------
Return a value on every way through run(), or answer with a status that says why there is none.

Learn more
----------
Measured on azureml-inference-server-http 1.5.1: None becomes `{}` with 200.
"""

import json
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import (
    Answered,
    answers,
    declared_outputs,
    example_of,
    is_empty,
    mismatch,
    reproduced_by,
    says_something,
)
from checks.contract.records import Json
from checks.contract.scenes import declared, documented, interface, openapi, sample
from checks.evidence import Evidence, Missing, Phase, Returned
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.http.scenes import OF_SERVER, live, scored
from checks.http.seen import from_container
from checks.runtime.observed import answered, passed
from checks.runtime.wording import one_line


@check(
    "contract.answer-empty",
    needs=("answer",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=("runtime.empty-answer",),
)
def answer_empty(evidence: Evidence) -> Iterator[Finding]:
    """An answer without a body counts for live services only: the rehearsal has none such."""
    if not any(says_something(one.output or {}) for one in declared_outputs(evidence)):
        yield from _undeclared(evidence)
        return
    for answer in answers(evidence):
        nothing = is_empty(answer.value) or (answer.live and not answer.body.strip())
        if not nothing:
            continue
        for contract in declared_outputs(evidence):
            output = contract.output or {}
            value: Json = None if answer.body.strip() in ("", "null") else {}
            if mismatch(output, value) is None and not (value == {} and example_of(output)):
                continue
            example = example_of(output)
            shown = f", for example {one_line(json.dumps(example), 80)}" if example is not None else ""
            yield Finding(
                title=f"the answer is {answer.body.strip() or 'an empty body'}, with status 200",
                evidence=(
                    answer.quote(),
                    Quote(source=contract.source, text=f"expected what is declared{shown}"),
                ),
                about=answer.about,
                reproduce=reproduced_by(evidence, answer),
                fixes=(
                    Fix(title="return a value on every way through run()"),
                    Fix(title="where there is none, say why", commands=('return AMLResponse("<why>", 422)',)),
                ),
            )
            return


def _undeclared(evidence: Evidence) -> Iterator[Finding]:
    """A live answer of which nobody says what it is: `{}` is what the inference server makes of None."""
    for answer in answers(evidence):
        if answer.live and answer.value == {} and _by_server(evidence, answer):
            yield Finding(
                title="the answer is {}, with status 200: run() returned nothing",
                evidence=(answer.quote(),),
                confidence=Confidence.LIKELY,
                about=answer.about,
                fixes=(Fix(title="return a value on every way through run()", commands=("return result",)),),
                reproduce=reproduced_by(evidence, answer),
            )
            return


def _by_server(evidence: Evidence, answer: Answered) -> bool:
    calls = () if isinstance(evidence.endpoint, Missing) else evidence.endpoint.of("score")
    return any(from_container(call) for call in calls if call.sample == answer.sample)


BODY = sample('{"data": [[1.0, 2.0]]}')
FREE = interface(output={"type": "object", "properties": {"score": {"type": "number"}}})
NONE = passed(Phase.RUN, Returned(type="NoneType", text="{}"))
CASES = (
    fires(declared(BODY, interface=interface(), steps=(NONE,)), saw="the answer is {}", findings=1),
    fires(documented(openapi()).replace(endpoint=live(scored(200, "")).endpoint), saw="an empty body", findings=1),
    fires(documented(openapi()).replace(endpoint=live(scored(200, "null")).endpoint), saw="the answer is null"),
    quiet(declared(BODY, interface=interface(), steps=(answered("[3.0]", "list"),))),
    quiet(declared(BODY, interface=interface(), steps=(answered("[]", "list"),)), name="an empty list is a list"),
    quiet(declared(BODY, interface=FREE, steps=(answered("{}"),)), name="nothing in it is required"),
    fires(live(scored(200, "{}", headers=OF_SERVER)), saw="run() returned nothing", findings=1),
    quiet(live(scored(200, "{}")), name="nothing is declared, and another server answers"),
)
