"""An answer calls itself JSON and is none.

What it finds
-------------
An answer of the live service with a JSON content type whose body does not parse, or holds NaN or Infinity; and payloads
that the contract allows and that make run() return such numbers.

Why it breaks
-------------
Python's encoder writes `NaN` and `Infinity` as they are, and the server answers 200. Browsers, .NET, Java and strict
parsers refuse the whole body, so the client fails although the service seems healthy.

How to fix
----------
Replace such values before they are returned: with None, or with a number that means what is absent. Of a response that
the script builds itself: encode the body with a JSON library, or name its real content type.

Learn more
----------
RFC 8259, section 6; Python documentation, `json`, "Infinite and NaN number values".
"""

import json
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import NOT_JSON, answers, not_finite, path_of, reproduced_by
from checks.contract.attacked import answer_faults, sent
from checks.contract.records import Attack, Tried
from checks.contract.scenes import declared, interface
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.http.scenes import live, scored
from checks.runtime.wording import one_line, titled

FINITE = Fix(
    title="replace what is not finite before it is returned",
    commands=("[None if value != value else value for value in values]",),
)
ENCODE = Fix(title="encode the body with a JSON library, or name its real content type")


@check("contract.answer-not-json", needs=("answer",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def answer_not_json(evidence: Evidence) -> Iterator[Finding]:
    """The first live answer of each kind; what the rehearsal shows of it is told by runtime.invalid-json-result."""
    told: set[str] = set()
    for answer in answers(evidence):
        if not answer.live or "json" not in answer.content_type or not answer.body:
            continue
        pointer = not_finite(answer.value)
        if answer.value is not NOT_JSON and pointer is None:
            continue
        kind, fix = ("no JSON", ENCODE) if pointer is None else ("NaN or Infinity", FINITE)
        if kind in told:
            continue
        told.add(kind)
        where = f": NaN or Infinity at {path_of(pointer)}" if pointer is not None else _words(answer.body)
        yield Finding(
            title=titled(f"the answer is no JSON{where}", 88),
            evidence=(
                answer.quote(),
                Quote(source=answer.source, text=f"content type {one_line(answer.content_type, 60)}"),
            ),
            about=(*answer.about, "status:200"),
            reproduce=reproduced_by(evidence, answer),
            fixes=(fix,),
        )
    for tried, fault in answer_faults(evidence, "not-finite"):
        yield Finding(
            title=titled("the answer is no JSON for a payload that the contract allows"),
            severity=Severity.WARNING,
            evidence=(
                sent(tried),
                Quote(source="attack", text=f"200 {one_line(tried.answer, 160)}"),
                Quote(source="attack", text=fault[1]),
            ),
            about=("phase:run",),
            fixes=(FINITE,),
        )


def _words(body: str) -> str:
    """What the parser says of a body that does not parse."""
    try:
        json.loads(body)
    except (ValueError, RecursionError) as error:
        return f": {one_line(str(error), 60)}"
    return ""


ATTACKED = Attack(
    tried=9,
    valid=9,
    invalid=0,
    answers=(Tried(payload='{"data": [[0.0, 2.0]]}', valid=True, status=200, answer="[NaN]", smallest=True),),
)
CASES = (
    fires(live(scored(200, '{"growth": [0.5, NaN]}')), saw='NaN or Infinity at result["growth"][1]', findings=1),
    fires(live(scored(200, "positive")), saw="Expecting value", findings=1),
    fires(
        declared(interface=interface()).replace(attack=ATTACKED),
        saw='shows it: {"data": [[0.0, 2.0]]}',
        name="only for some payloads",
    ),
    quiet(live(scored(200, '{"text": "NaN"}')), name="the word in a text"),
    quiet(live(scored(200, "positive", content_type="text/plain"))),
    quiet(live(scored(200, "<html></html>", content_type="text/html")), name="a page: http.html-answer"),
    quiet(live(scored(200, "")), name="no body at all"),
    quiet(live(scored(500, "NaN"))),
)
