"""What is foretold of the samples that belong to a script."""

from collections.abc import Iterator

from checks.contract.body import Body, bodies
from checks.contract.places import Place
from checks.contract.prediction import Prediction, predict
from checks.contract.records import Interface, Json
from checks.contract.saying import short
from checks.evidence import Evidence, Phase, Probe, Sample
from checks.finding import Quote
from checks.runtime.wording import base_name

_remembered: list[tuple[object, Interface, tuple[tuple[Body, Prediction], ...]]] = []


def foretold(evidence: Evidence) -> Iterator[tuple[Body, Prediction, Interface]]:
    """Each request body whose bytes are known, with what the server will do when it comes as application/json."""
    interface = evidence.probe.interface if isinstance(evidence.probe, Probe) else None
    if interface is None or not interface.parameters:
        return
    known = next((told for seen, by, told in _remembered if seen is evidence.samples and by is interface), None)
    if known is None:
        sent = [(body, _bytes(body.sample)) for body in bodies(evidence)]
        known = tuple((body, predict(interface, sample)) for body, sample in sent if sample is not None)
        _remembered[:] = [(evidence.samples, interface, known)]
    for body, prediction in known:
        yield body, prediction, interface


def passed(sample: Sample, evidence: Evidence) -> bool:
    """True when the rehearsal sent this body, and run() was done with it."""
    steps = evidence.probe.steps if isinstance(evidence.probe, Probe) else ()
    return any(step.phase is Phase.RUN and step.sample == sample.source and step.outcome == "passed" for step in steps)


def quote_of(body: Body, pointer: str | None) -> Quote:
    """The value at a pointer where it stands in the sample, or the sample as a whole."""
    value, found = _value_at(body.value, pointer or "") if body.is_json else (None, False)
    place: Place | None = body.places.of(pointer) if found and pointer else None
    name = body.sample.source
    if not found:
        return Quote(source=name, text=short(body.text[:200], 80) if body.text else f"{body.sample.size:,} bytes")
    text = f"{pointer}: {short(value)}" if pointer else short(value)
    return Quote(source=name, text=text, line=place.line if place else None)


def file_of(body: Body) -> str:
    """The name of the sample for titles."""
    return base_name(body.sample.source)


def about(body: Body, pointer: str | None) -> tuple[str, ...]:
    """The subjects of a finding about a place of a body. What is wrong with it shows in run()."""
    return (f"sample:{body.sample.source}", "phase:run", *((f"pointer:{pointer}",) if pointer else ()))


def _bytes(sample: Sample) -> bytes | None:
    if sample.text is not None:
        body = sample.text.encode("utf-8", "surrogatepass")
        return body if len(body) == sample.size or not sample.size else None
    if sample.other_text is not None and sample.encoding:
        try:
            body = sample.other_text.encode(sample.encoding)
        except (LookupError, UnicodeEncodeError):
            return None
        return body if len(body) == sample.size else None
    return None


def _value_at(value: Json, pointer: str) -> tuple[Json, bool]:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None, False
    return value, True
