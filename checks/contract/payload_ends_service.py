"""One payload ends the service's process, or is never answered.

What it finds
-------------
With `--attack`: a payload after which the process of the service was gone (`os._exit`, a segmentation fault, no memory
left), or that got no answer in time.

Why it breaks
-------------
Each worker serves one request after the other. One such payload takes a worker away until it has loaded its model
anew, and a client that tries again takes the next; one that loops holds its worker until the time limit.

How to fix
----------
Cure what the line does, or test the value before it gets there.

Learn more
----------
Source: azureml-inference-server-http 1.5.1: gunicorn replaces a worker that died, and init() runs again.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.attacked import about_of, attack_of, quotes_of
from checks.contract.records import Attack, Tried
from checks.contract.scenes import declared, interface
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import one_line, titled


@check("contract.payload-ends-service", needs=("attack",), stage=Stage.RUN, confidence=Confidence.CERTAIN)
def payload_ends_service(evidence: Evidence) -> Iterator[Finding]:
    """An error for a payload that the contract allows, a warning for one that it forbids."""
    for tried in attack_of(evidence).ended:
        kind = "allows" if tried.valid else "forbids"
        why = (Quote(source="attack", text=tried.why),) if tried.why else ()
        headline = one_line(tried.headline or "the process ended", 44)
        yield Finding(
            title=titled(f"a payload that the contract {kind}: {headline}", 88),
            severity=None if tried.valid else Severity.WARNING,
            evidence=(*quotes_of(tried, evidence), *why),
            about=about_of(tried),
            fixes=(
                Fix(
                    title="test the value before it gets to this line, and say what is wrong",
                    commands=('return AMLResponse({"error": "<what is wrong>"}, 400, json_str=True)',),
                ),
            ),
        )


def _attacked(*ended: Tried) -> Evidence:
    return declared(interface=interface()).replace(attack=Attack(tried=90, valid=45, invalid=45, ended=ended))


EXIT = Tried(
    payload='{"data": [[-1.0, 2.0]]}', valid=True, headline="the process ended: os._exit(4)", line=12,
    code="return data.sum(axis=1).tolist()", smallest=True,
)  # fmt: skip
SLOW = Tried(payload="[]", valid=False, why="the body is a list, not an object", headline="no answer within 5 s")
CASES = (
    fires(_attacked(EXIT), saw="the contract allows: the process ended: os._exit(4)", line=12, findings=1),
    fires(_attacked(SLOW), saw="the contract forbids: no answer within 5 s", findings=1),
    quiet(_attacked()),
)
