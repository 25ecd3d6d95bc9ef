"""All bodies that are offered, in their order: the first is one that the service takes, as far as anybody knows."""

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from checks.contract.contracts import contracts
from checks.contract.records import Json
from checks.evidence import Evidence, Probe
from doctor.payloads.judging import judge
from doctor.payloads.layout import laid_out
from doctor.payloads.records import FAILURE
from doctor.payloads.samples import Offer
from doctor.payloads.written import as_text, body_of

MOST_MADE = 12  # bodies made from the contract
LARGEST = 200_000  # bytes of a file that is judged before it is opened
LONG = 0.5  # seconds for all of them
_EMPTY = Offer(name="new body", origin="new", about="nothing says what is taken", body=b'{"data": [[1.0, 2.0]]}\n')


def offers(evidence: Evidence, files: Iterable[Offer]) -> tuple[Offer, ...]:
    """The files that fit, bodies written from contract or code, and then what does not fit. `evidence` is of `slim`.

    A file that the person named stands before all others, whether it fits or not.
    """
    files, held = list(files), as_text(evidence)
    until = time.monotonic() + LONG
    fitting = [one for one in files if one.given or (time.monotonic() < until and _fits(held, one))]
    examples = list(_examples(evidence))
    good = [one for one in examples if _fits(held, one)]
    written = [] if good or any(one.origin == "sample" for one in fitting) else list(_written(held))
    found = [*fitting, *good, *written, *files, *examples, *_made(evidence)]
    once: dict[str, Offer] = {}
    for one in found:
        once.setdefault(one.path or one.name, one)
    return tuple(once.values()) or (_EMPTY,)


def _fits(evidence: Evidence, one: Offer) -> bool:
    """True where no fault is seen; False for what is too large to be judged before it is opened."""
    try:
        if one.path and Path(one.path).stat().st_size > LARGEST:
            return False
        body = Path(one.path).read_bytes() if one.path else one.body
    except OSError:
        return False
    judged = judge(evidence, one.path or one.name, body)
    foretold = judged.prediction
    is_refused = foretold is not None and foretold.sure and foretold.status >= FAILURE
    return not judged.wrong and not judged.syntax and not is_refused


def _written(evidence: Evidence) -> Iterator[Offer]:
    """One made of the keys that the code reads."""
    if (found := body_of(evidence)) is not None:
        value, read = found
        yield Offer(name="from the code", origin="example", about=f"run() reads {read}", body=_encoded(value))


def _examples(evidence: Evidence) -> Iterator[Offer]:
    seen: list[Json] = []
    for contract in contracts(evidence):
        for number, value in enumerate(contract.examples[:5]):
            if value in seen:
                continue
            seen.append(value)
            who = {"script": "@input_schema", "served": "the served document", "document": contract.source}
            name = f"example of {who[contract.origin]}" + (f" {number + 1}" if number else "")
            yield Offer(name=name, origin="example", about=f"declared in {contract.source}", body=_encoded(value))
    probe = evidence.probe
    if not seen and isinstance(probe, Probe) and probe.example:
        yield Offer(
            name="example of @input_schema", origin="example", about="of the decorator", body=probe.example.encode()
        )


def _made(evidence: Evidence) -> Iterator[Offer]:
    """Bodies at the ends of what the contract allows, and some that it forbids: each is one change of the example."""
    from doctor.contract.payload_mutations import KINDS, edges, mutations
    from doctor.contract.payload_shape import NotTold, shape_of

    contract = next((one for one in contracts(evidence) if one.input is not None), None)
    if contract is None or not contract.examples:
        return
    example = contract.examples[0]
    try:
        shape = shape_of(contract)
    except NotTold:
        return
    allowed = [(f"made: {name}", "an end of what the schema allows", change) for name, change in edges(shape)][:4]
    kinds: dict[str, tuple[str, str, object]] = {}
    for one in sorted(mutations(contract, shape), key=lambda one: KINDS.index(one.kind)):
        kinds.setdefault(one.kind, (f"made: {one.why}", "a fault that clients make", one.change))
    for name, about, change in [*allowed, *kinds.values()][:MOST_MADE]:
        assert callable(change)
        try:
            body: bytes = change(json.loads(json.dumps(example)))
        except (KeyError, IndexError, TypeError, ValueError):  # the example is too small for this change
            continue
        yield Offer(name=name, origin="made", about=about, body=body)


def _encoded(value: Json) -> bytes:
    return (laid_out(json.dumps(value, ensure_ascii=False)) + "\n").encode("utf-8", "backslashreplace")
