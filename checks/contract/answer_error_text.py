"""The live service answers 200 with the text of an error.

What it finds
-------------
An answer with status 200 that consists of an exception's text: a plain text, or an object with an error and no
prediction in it.

Why it breaks
-------------
The script catches its exceptions and returns their text. Clients, retries, health checks and metrics take it for a
prediction; whoever reads only the status sees a service without faults.

How to fix
----------
Cure what the text speaks of; then let the exception pass, or answer with a status: `AMLResponse(text, 500)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: what run() returns is sent with 200.
"""

import json
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import Answered, answers, declared_outputs, error_in, example_of, reproduced_by
from checks.contract.scenes import declared, interface, sample
from checks.evidence import Evidence, Samples
from checks.finding import Finding, Fix, Quote, Stage
from checks.http.scenes import live, scored
from checks.runtime.error_texts import subjects
from checks.runtime.observed import answered
from checks.runtime.wording import one_line, titled
from checks.text import listed


@check(
    "contract.answer-error-text",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    explains=("contract.answer-mismatch", "contract.answer-double-encoded"),
)
def answer_error_text(evidence: Evidence) -> Iterator[Finding]:
    """Each text once; what the rehearsal shows of it is told by runtime.error-as-answer."""
    told: set[str] = set()
    for answer in answers(evidence):
        text = error_in(answer)
        if not answer.live or text is None or text in told:
            continue
        told.add(text)
        output = next((one for one in declared_outputs(evidence)), None)
        example = example_of(output.output or {}) if output else None
        expected = f", for example {one_line(str(example), 80)}" if example is not None else ""
        yield Finding(
            title=titled(f"the service answers 200 with an error: {_headline(answer, text)}", 88),
            evidence=(
                answer.quote(),
                *((Quote(source=output.source, text=f"expected what is declared{expected}"),) if output else ()),
            ),
            about=(*answer.about, "status:200", *subjects(text)),
            reproduce=reproduced_by(evidence, answer),
            fixes=(
                Fix(title="cure what the text speaks of, and let exceptions pass", commands=("raise",)),
                Fix(
                    title="where an answer is needed, give it a status",
                    commands=("return AMLResponse(str(error), 500)",),
                ),
            ),
        )


def _headline(answer: Answered, text: str) -> str:
    """The exception of a traceback is its last line; a name in quotes alone is what str() makes of a KeyError."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if lines and lines[0].startswith("Traceback (most recent") and len(lines) > 1:
        return one_line(lines[-1], 48)
    key = re.fullmatch(r"'(\w[\w -]*)'", text.strip())
    if key and isinstance(answer.asked, dict) and key[1] not in answer.asked:
        sent = listed([f"`{one_line(str(name), 16)}`" for name in answer.asked], 2)
        return f"KeyError '{one_line(key[1], 20)}', and {sent or 'nothing'} was sent"
    return one_line(text, 48)


CASES = (
    fires(
        live(scored(200, '{"error": "X has 3 features, but SVC is expecting 4"}')), saw="X has 3 features", findings=1
    ),
    fires(live(scored(200, "\"name 'np' is not defined\"")), saw="name 'np' is not defined", findings=1),
    fires(live(scored(200, '"{\\"error\\": \\"no such column: age\\"}"')), name="encoded twice"),
    fires(
        live(scored(200, json.dumps('Traceback (most recent call last):\n  File "s.py"\nValueError: no rows'))),
        saw="with an error: ValueError: no rows",
    ),
    fires(
        live(scored(200, "\"'inputs'\"")).replace(samples=Samples(items=(sample('{"data": [1]}'),))),
        saw="KeyError 'inputs', and `data` was sent",
    ),
    quiet(live(scored(200, "[0.5]"))),
    quiet(live(scored(200, '{"error": 0.02}')), name="an error that is a number"),
    quiet(live(scored(200, '{"prediction": [1], "error": ""}'))),
    quiet(live(scored(500, '{"error": "boom"}')), name="with a status"),
    quiet(
        declared(sample("{}"), interface=interface(), steps=(answered('{"error": "boom"}'),)).replace(
            endpoint=live().endpoint
        ),
        name="of the rehearsal: told there",
    ),
)
