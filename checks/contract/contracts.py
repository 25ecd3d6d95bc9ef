"""The contracts that the evidence holds: one for each that says what the service takes and gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checks.contract.openapi import scoring
from checks.contract.places import pointer_of
from checks.contract.records import Document, Interface, Json, Schema
from checks.contract.schemas import Schemas
from checks.evidence import Evidence, Missing


@dataclass(frozen=True)
class Contract:
    """What one witness says of requests and answers.

    `input` and `output` are JSON schemas that stand alone: references are resolved, or lead into `$defs` of their own;
    None where the witness says nothing. An input `{"type": "object"}` without properties says nothing, and is
    None. `origin`: script (decorators of run()), document (a file), served (by the live service). `examples` are
    request bodies that the witness gives. `pointer` is where the input schema stands in the document.
    """

    source: str
    origin: Literal["script", "document", "served"]
    input: Schema | None = None
    output: Schema | None = None
    examples: tuple[Json, ...] = ()
    pointer: str = ""
    document: Document | None = None
    interface: Interface | None = None


def contracts(evidence: Evidence) -> tuple[Contract, ...]:
    """The contracts of the evidence, the surest first: what the script declares, what is served, what a file says.

    Documents given with --against are left out: see `checks.contract.drift`.
    """
    made = [*_declared(evidence), *_documented(evidence)]
    return tuple(one for one in made if one.input is not None or one.output is not None or one.examples)


def contract_of(document: Document) -> Contract:
    """What one document says, whatever its role; it may say nothing."""
    origin: Literal["document", "served"] = "served" if document.role == "served" else "document"
    if document.form == "service-schema":
        return _of_service_schema(document, origin)
    found = scoring(document)
    if found is None:
        return Contract(source=document.source, origin=origin, document=document)
    return Contract(
        source=document.source,
        origin=origin,
        input=telling(found.body),
        output=telling(found.answer),
        examples=found.examples if telling(found.body) else (),
        pointer=found.body_pointer,
        document=document,
    )


def telling(schema: Schema | None) -> Schema | None:
    """The schema, where it says anything of a value: an object of nobody knows what is what an undecorated run() has,
    and it takes lists as well.
    """
    words = set(schema or {}) - {"type", "title", "description", "default", "examples", "example", "$defs", "format"}
    if words or (schema and schema.get("type") not in (None, "object")):
        return schema
    return None


def _declared(evidence: Evidence) -> Iterator[Contract]:
    probe = evidence.probe
    if isinstance(probe, Missing) or probe.interface is None or probe.interface.kind != "schema":
        return
    interface = probe.interface
    schemas = Schemas({})
    example = (interface.input or {}).get("example")
    yield Contract(
        source=evidence.target.name if isinstance(evidence.script, Missing) else evidence.script.path,
        origin="script",
        input=telling(schemas.standalone(interface.input)),
        output=telling(schemas.standalone(interface.output)),
        examples=() if example is None else (example,),
        interface=interface,
    )


def _documented(evidence: Evidence) -> Iterator[Contract]:
    for document in current(evidence):
        yield contract_of(document)


def current(evidence: Evidence) -> tuple[Document, ...]:
    """The documents that describe the service now, served ones first; those of --against describe the one before.

    A file that was handed over and lies beside the script as well counts once, by its place.
    """
    if isinstance(evidence.documents, Missing):
        return ()
    found = evidence.documents
    beside = {(one.name, one.text) for one in found.of("beside")}
    given = tuple(one for one in found.of("given") if (one.name, one.text) not in beside)
    return (*found.of("served"), *given, *found.of("beside"))


def _of_service_schema(document: Document, origin: Literal["document", "served"]) -> Contract:
    """The form of 2018: under `input` one member for each parameter of run(), its schema under `swagger`."""
    schemas = Schemas(document.content)
    inputs = _swaggers(document.content.get("input"))
    outputs = _swaggers(document.content.get("output"))
    given = {"type": "object", "properties": inputs} if inputs else None
    answers = list(outputs.values())
    examples = {name: one["example"] for name, one in inputs.items() if "example" in one}
    return Contract(
        source=document.source,
        origin=origin,
        input=telling(schemas.standalone(given)),
        output=telling(schemas.standalone(answers[0])) if len(answers) == 1 else None,
        examples=(examples,) if examples and len(examples) == len(inputs) else (),
        pointer=pointer_of("input"),
        document=document,
    )


def _swaggers(value: Json) -> dict[str, Schema]:
    members = value.items() if isinstance(value, dict) else ()
    return {
        str(name): one["swagger"]
        for name, one in members
        if isinstance(one, dict) and isinstance(one.get("swagger"), dict)
    }
