"""The answer is JSON inside a JSON string, and nobody declares a text.

What it finds
-------------
An answer that is one text, and the text is JSON, where the contract declares an object or a list. Of a live service
that declares nothing, a text that holds an object or a list.

Why it breaks
-------------
run() returned `json.dumps(...)`, and the server encodes whatever run() returns once more. A client that decodes once
holds a text and finds no key in it; one that was generated from the contract refuses it.

How to fix
----------
Return the object itself.

Learn more
----------
Measured on azureml-inference-server-http 1.5.1: `json.dumps(result)` with the standard encoder.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import (
    answers,
    declared_outputs,
    is_error,
    reproduced_by,
    says_something,
    unwrapped,
    value_of,
)
from checks.contract.saying import say
from checks.contract.scenes import declared, interface, sample
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.http.scenes import live, scored
from checks.runtime.observed import answered


@check(
    "contract.answer-double-encoded",
    needs=("answer",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=("entry-script.double-encoded-result", "contract.answer-mismatch"),
)
def answer_double_encoded(evidence: Evidence) -> Iterator[Finding]:
    """One answer tells it."""
    for answer in answers(evidence):
        for contract in declared_outputs(evidence):
            inner = unwrapped(answer, contract)
            if inner is None or is_error(answer):
                continue
            kind = (contract.output or {}).get("type")
            yield Finding(
                title="the answer is JSON inside a JSON string: it is encoded twice",
                evidence=(
                    answer.quote(),
                    Quote(source=answer.source, text=f"seen a text that holds {say(inner)}"),
                    Quote(source=contract.source, text=f"expected {'list' if kind == 'array' else kind}, as declared"),
                ),
                about=answer.about,
                reproduce=reproduced_by(evidence, answer),
                fixes=(Fix(title="return the object itself", commands=("return result  # not json.dumps(result)",)),),
            )
            return
    yield from _undeclared(evidence)


def _undeclared(evidence: Evidence) -> Iterator[Finding]:
    """A live answer of which nobody says what it is: a text that holds an object or a list is hardly meant."""
    if any(says_something(one.output or {}) for one in declared_outputs(evidence)):
        return
    for answer in answers(evidence):
        inner = value_of(answer.value) if isinstance(answer.value, str) else None
        if not answer.live or not isinstance(inner, dict | list) or not inner or is_error(answer):
            continue
        yield Finding(
            title="the answer is JSON inside a JSON string: it is encoded twice",
            evidence=(answer.quote(), Quote(source=answer.source, text=f"seen a text that holds {say(inner)}")),
            confidence=Confidence.LIKELY,
            about=answer.about,
            fixes=(
                Fix(title="return the object itself", commands=("return result  # not json.dumps(result)",)),
                Fix(title="decode twice in the client", commands=("json.loads(response.json())",)),
            ),
            reproduce=reproduced_by(evidence, answer),
        )
        return


OBJECT = interface(output={"type": "object", "required": ["score"], "properties": {"score": {"type": "number"}}})
TEXT = interface(output={"type": "string", "example": '{"score": 1}'})
TWICE = '"{\\"score\\": 0.5}"'
BODY = sample('{"data": [[1.0, 2.0]]}')
CASES = (
    fires(
        declared(BODY, interface=OBJECT, steps=(answered(TWICE, "str"),)), saw="a text that holds object", findings=1
    ),
    fires(
        declared(BODY, interface=OBJECT).replace(endpoint=live(scored(200, TWICE)).endpoint),
        findings=1,
        name="of the live service",
    ),
    quiet(declared(BODY, interface=OBJECT, steps=(answered('{"score": 0.5}'),))),
    quiet(declared(BODY, interface=TEXT, steps=(answered(TWICE, "str"),)), name="a text is declared"),
    quiet(declared(BODY, interface=OBJECT, steps=(answered('"12"', "str"),)), name="a text that is a number"),
    fires(live(scored(200, TWICE)), saw="a text that holds object", findings=1, name="nothing is declared"),
    quiet(live(scored(200, '"12"')), name="a text that is no object"),
    quiet(declared(BODY, interface=TEXT).replace(endpoint=live(scored(200, TWICE)).endpoint), name="live, a text"),
)
