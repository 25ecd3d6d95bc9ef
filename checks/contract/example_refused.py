"""The service refuses the contract's own example.

What it finds
-------------
The sample of the decorator, or the example in the document, sent as it is: the server answers 4xx, the decorator's type
cannot convert it, or run() stumbles over what it holds.

Why it breaks
-------------
The example is what people copy from the swagger document, and what tools send to test the service. When it fails, so
does the first request of every new client.

How to fix
----------
Give the decorator a sample of the kind that the service takes: a real request, shortened to a row or two.

Learn more
----------
Measured on inference-schema 1.8: samples of the types date, bytearray and range decorate, and fail on every request.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.attacked import about_of, came, quotes_of
from checks.contract.records import Attack, Tried
from checks.contract.scenes import declared, interface
from checks.evidence import Evidence, Phase, Probe, Samples, Step
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.failures import failures
from checks.runtime.observed import answered, library, raised_in
from checks.runtime.payloads import payload_variant
from checks.runtime.wording import one_line, titled

FIX = Fix(title="give the decorator, or the document, a sample of a request that the service takes")


@check(
    "contract.example-refused",
    needs=("answer",),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=("runtime.request-rejected", "runtime.payload-mismatch", "runtime.run-raised"),
)
def example_refused(evidence: Evidence) -> Iterator[Finding]:
    """What the attack or the rehearsal saw, whichever sent the example; a fault of the code is not the example's."""
    probe = evidence.probe
    step = _example_step(probe) if isinstance(probe, Probe) and _has_no_sample(evidence) else None
    if step is not None and isinstance(probe, Probe):
        failure = next((one for one in failures(evidence) if one.step is step), None)
        refused = step.outcome == "rejected"
        if failure is not None and payload_variant(failure, evidence) is not None:
            refused = True
        if refused:
            words = failure.headline if failure else f"{step.status} {step.message or ''}"
            yield Finding(
                title=titled(f"the service refuses its own example: {one_line(words, 48)}", 88),
                evidence=(
                    *(failure.quotes if failure else (Quote(source="probe: run() with its example", text=words),)),
                    Quote(source="the contract's example", text=one_line(probe.example or "", 200)),
                ),
                about=failure.about if failure else ("phase:run", "name:run"),
                fixes=(FIX,),
            )
        return
    if not isinstance(evidence.attack, Attack):
        return
    for tried in evidence.attack.valid_failed:
        if tried.origin != "example":
            continue
        words = one_line(tried.headline or "", 48)
        yield Finding(
            title=titled(f"the service refuses its own example: {words or tried.status}", 88),
            evidence=quotes_of(tried, evidence) or came(tried),
            about=about_of(tried),
            fixes=(FIX,),
        )


def _has_no_sample(evidence: Evidence) -> bool:
    return not (isinstance(evidence.samples, Samples) and evidence.samples.items)


def _example_step(probe: Probe) -> Step | None:
    """The first call of run(), where it was sent the decorator's own sample."""
    if probe.example is None:
        return None
    return next((step for step in probe.steps if step.phase is Phase.RUN and step.outcome != "skipped"), None)


def _sent(step: Step) -> Evidence:
    made = declared(interface=interface(), steps=(step,))
    assert isinstance(made.probe, Probe)
    return made.replace(probe=_with_example(made.probe))


def _with_example(probe: Probe) -> Probe:
    import msgspec

    return msgspec.structs.replace(probe, example='{"data": "2020-01-02"}')


SHAPE = raised_in(
    Phase.RUN,
    "ValueError",
    "Invalid input array: an array with 2 dimensions is expected; input has 1 [shape (0,)]",
    library("inference_schema/parameter_types/numpy_parameter_type.py"),
)
REFUSED = Tried(
    payload='{"rows": [[1]]}', valid=True, status=400, headline="A value is not provided for the 'data' parameter.",
    origin="example",
)  # fmt: skip
CASES = (
    fires(_sent(SHAPE), saw="an array with 2 dimensions", findings=1),
    fires(
        declared(interface=interface()).replace(attack=Attack(tried=1, valid=1, invalid=0, valid_failed=(REFUSED,))),
        saw="refuses its own example: A value is not provided",
        findings=1,
    ),
    quiet(_sent(raised_in(Phase.RUN, "NameError", "name 'np' is not defined")), name="a fault of the code"),
    quiet(_sent(answered("[3.0]", "list"))),
    quiet(declared(interface=interface((), properties={}), steps=()), name="nothing was sent"),
)
