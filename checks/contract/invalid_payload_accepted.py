"""Payloads that the contract forbids are answered with 200.

What it finds
-------------
With `--attack`: a payload with one fault (a key is missing or called otherwise, a text or null stands for a number, a
list for an object) gets 200. What inference-schema converts on its own does not count.

Why it breaks
-------------
`@input_schema` checks less than its document promises: of a dict no key and no type, of a list no element. A client
that sends the wrong thing gets a prediction for something else, and nobody is told.

How to fix
----------
Test what is read before it is used, and answer 400 with what is wrong.

Learn more
----------
Measured on inference-schema 1.8: keys and elements of standard types are not checked.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.attacked import MOST, attack_of
from checks.contract.records import Attack, Tried
from checks.contract.scenes import declared, interface
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import one_line, titled


@check("contract.invalid-payload-accepted", needs=("attack",), stage=Stage.RUN, severity=Severity.WARNING)
def invalid_payload_accepted(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all: the script checks its input, or it does not."""
    attack = attack_of(evidence)
    if not attack.invalid_accepted:
        return
    first, *others = attack.invalid_accepted
    more = f", and {len(others)} more like it" if others else ""
    yield Finding(
        title=titled(f"answered 200 although {one_line(first.why, 50)}{more}", 88),
        evidence=tuple(quote for one in attack.invalid_accepted[:MOST] for quote in _quotes(one)),
        about=("phase:run",),
        fixes=(
            Fix(
                title="test what is read before it is used, and say what is wrong",
                commands=('return AMLResponse({"error": "<what is wrong>"}, 400, json_str=True)',),
            ),
        ),
    )


def _quotes(tried: Tried) -> tuple[Quote, ...]:
    said = f"200 with the text of an error: {one_line(tried.headline, 100)}" if tried.headline else "200"
    answer = f"{said}: {one_line(tried.answer, 100)}" if tried.answer and not tried.headline else said
    return (
        Quote(source="attack", text=f"{tried.why}: {one_line(tried.payload, 160) or '(an empty body)'}"),
        Quote(source="attack", text=f"seen {answer}; expected 400"),
    )


def _attacked(*accepted: Tried) -> Evidence:
    made = Attack(tried=90, valid=45, invalid=45, invalid_accepted=accepted)
    return declared(interface=interface()).replace(attack=made)


MISSING = Tried(
    payload='{"person": {}}', valid=False, why="the key `age` is missing in /person", status=200, answer="[0.5]",
    smallest=True,
)  # fmt: skip
ERROR = Tried(payload="[]", valid=False, why="/person is a list", status=200, headline="KeyError: 'age'", answer='"x"')
CASES = (
    fires(_attacked(MISSING), saw="answered 200 although the key `age` is missing in /person", findings=1),
    fires(_attacked(MISSING, ERROR), saw="with the text of an error: KeyError: 'age'", findings=1),
    quiet(_attacked(), name="all were refused"),
)
