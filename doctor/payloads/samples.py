"""The bodies that a diagnosis offers: its samples, the contract's examples, and bodies made from the contract."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from checks.contract.contracts import contracts
from checks.contract.records import Json
from checks.evidence import Evidence, Probe, Samples, Script
from checks.finding import Record
from doctor.collectors.samples import LARGEST_SAMPLE, find_samples
from doctor.diagnosis.result import Diagnosis
from doctor.payloads.layout import laid_out

MOST_MADE = 12  # bodies made from the contract
MOST_KEPT = 60  # files

Origin = Literal["sample", "example", "made", "new"]


class Offer(Record, frozen=True):
    """One body to begin with. `path` is its file; a body that is no file is in `body`. `about` says what it is."""

    name: str
    origin: Origin
    about: str
    path: str | None = None
    body: bytes = b""


def offers(diagnosis: Diagnosis | None) -> tuple[Offer, ...]:
    """What there is to send. Looks into the folder of the script; reads no file."""
    if diagnosis is None or diagnosis.evidence is None:
        return ()
    found = [*_files(diagnosis), *_examples(diagnosis.evidence), *_made(diagnosis.evidence)]
    return tuple({(one.path or one.name): one for one in reversed(found)}.values())[::-1] or (_empty(),)


def _empty() -> Offer:
    return Offer(name="new body", origin="new", about="nothing says what is taken", body=b'{"data": [[1.0, 2.0]]}\n')


def _files(diagnosis: Diagnosis) -> Iterator[Offer]:
    evidence = diagnosis.evidence
    assert evidence is not None
    folder = folder_of(diagnosis)
    paths = [Path(one) for one in diagnosis.call.samples]
    if isinstance(evidence.samples, Samples):
        paths += [Path(one.source) for one in evidence.samples.items]
    if folder is not None and (folder != Path() or isinstance(evidence.script, Script)):
        paths += find_samples(folder)
    there = {str(path): path for path in paths if path.is_file() and path.stat().st_size <= LARGEST_SAMPLE}
    for path in list(there.values())[:MOST_KEPT]:
        yield Offer(name=path.name, origin="sample", about=str(path), path=str(path))


def folder_of(diagnosis: Diagnosis | None) -> Path | None:
    """Where samples of this target lie: beside the script, or in the source folder."""
    if diagnosis is None:
        return None
    call = diagnosis.call
    if call.kind in ("script", "document", "manifest"):
        return Path(call.name).parent
    if call.kind == "folder":
        return Path(call.name)
    return Path(call.source) if call.source else Path()


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
