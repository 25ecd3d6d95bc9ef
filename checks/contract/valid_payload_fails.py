"""A payload that the contract allows makes the service fail.

What it finds
-------------
With `--attack`: a payload that was made from the contract, or a like one, gets 500, or 200 with the text of an error.
The smallest payload that shows it is told.

Why it breaks
-------------
Clients read the contract and send what it allows. What the script cannot take and the contract does not exclude (a
zero, a negative number, a text that is not ASCII, no rows at all) becomes a 500 without a word of what was wrong, as
soon as somebody sends it.

How to fix
----------
Test the value before it is used, and answer 400 with what is wrong; or let the contract say what is not allowed.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: an exception of run() becomes a 500 without its text.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.attacked import about_of, attack_of, quotes_of
from checks.contract.records import Attack, Tried
from checks.contract.scenes import SCHEMA_SCRIPT, declared, interface
from checks.evidence import Evidence, Phase, Probe
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.runtime.failures import failures
from checks.runtime.observed import at, raised_in
from checks.runtime.wording import one_line, titled

SHORT = 32  # characters of a payload that a title holds
FIXES = (
    Fix(
        title="test the value before it is used, and say what is wrong",
        commands=('return AMLResponse({"error": "<what is wrong>"}, 400, json_str=True)',),
    ),
    Fix(title="let the contract say what is not allowed: minimum, enum, minItems"),
)


@check(
    "contract.valid-payload-fails",
    needs=("attack",),
    stage=Stage.RUN,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def valid_payload_fails(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each exception and line. What is like the contract's own example is an error."""
    met = _met(evidence)
    for tried in attack_of(evidence).valid_failed:
        if tried.origin == "example" or ((tried.headline or "").partition(":")[0], tried.line) in met:
            continue
        near = tried.origin == "near"
        shown = one_line(tried.payload, SHORT + 1)
        when = f"for {shown}" if len(shown) <= SHORT else "for a payload that the contract allows"
        when = "for payloads like the contract's example" if near else when
        if tried.origin == "edge":
            when = f"where {one_line(tried.why, 40)}" if tried.why else "for a payload without rows"
        yield Finding(
            title=titled(f"run() fails {when}: {one_line(tried.headline or '', 50)}", 88),
            severity=Severity.ERROR if near else None,
            evidence=quotes_of(tried, evidence),
            about=about_of(tried),
            fixes=FIXES,
        )


def _met(evidence: Evidence) -> set[tuple[str, int | None]]:
    """Exceptions that the rehearsal met with its own samples, by type and line: those are told there."""
    if not isinstance(evidence.probe, Probe):
        return set()
    return {(one.kind, one.own.line if one.own else None) for one in failures(evidence)}


def _attacked(*failed: Tried) -> Evidence:
    return declared(interface=interface()).replace(attack=Attack(tried=90, valid=45, invalid=45, valid_failed=failed))


ZERO = Tried(
    payload='{"data": [[0.0, 2.0]]}', valid=True, status=500, headline="ZeroDivisionError: float division by zero",
    line=12, code="return data.sum(axis=1).tolist()", smallest=True,
)  # fmt: skip
LONG = Tried(
    payload='{"text": "good good good good"}', valid=True, why="/text has 10,000 characters", status=500, origin="edge",
    headline="IndexError: index out of range in self", line=12,
)  # fmt: skip
LIKE = Tried(payload="{}", valid=True, status=500, headline="IndexError: list index out of range", origin="near")
CASES = (
    fires(_attacked(ZERO), saw='the smallest payload that shows it: {"data": [[0.0, 2.0]]}', line=12, findings=1),
    fires(_attacked(ZERO, LIKE), findings=2, saw="payloads like the contract's example"),
    fires(_attacked(LONG), saw="run() fails where /text has 10,000 characters: IndexError", findings=1),
    quiet(_attacked(), name="all was answered"),
    quiet(
        declared(
            interface=interface(),
            steps=(raised_in(Phase.RUN, "ZeroDivisionError", "division by zero", at(SCHEMA_SCRIPT, "data.sum")),),
        ).replace(attack=Attack(tried=90, valid=45, invalid=45, valid_failed=(ZERO,))),
        name="the rehearsal met the same",
    ),
    quiet(
        _attacked(Tried(payload="{}", valid=True, status=500, origin="example")),
        name="the example itself: example-refused",
    ),
)
