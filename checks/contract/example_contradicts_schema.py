"""An example of the description contradicts its own schema.

What it finds
-------------
An example of a request body or an answer that the schema beside it does not allow: a key that is missing, text where a
number is declared, a value out of range. Examples that the server derives from a decorator's sample follow rules of
their own, and are judged by those.

Why it breaks
-------------
Examples are what people copy, and what test pages send. One of the two is wrong: either the example is refused by the
service, or the schema refuses what the service takes.

How to fix
----------
Look at what run() reads, and change the one that differs.

Learn more
----------
OpenAPI specification, "Schema Object" and "Media Type Object": an example should match its schema.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import MOST, about, is_generated, quote, scored
from checks.contract.openapi import Example
from checks.contract.records import Document, Json, Schema
from checks.contract.references import at_pointer, parts_of
from checks.contract.scenes import documented, openapi
from checks.contract.schema_walk import below
from checks.contract.validation import Disagreement, disagreements
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage


@check(
    "contract.example-contradicts-schema",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def example_contradicts_schema(evidence: Evidence) -> Iterator[Finding]:
    """One finding for a document: the places at which examples and schemas part."""
    for document, operation in scored(evidence):
        found = [(one, part) for one in operation.judged for part in _contradictions(document, one)]
        if not found:
            continue
        first, part = found[0]
        more = [Quote(source=document.source, text=f"and {len(found) - MOST} more")] if len(found) > MOST else []
        yield Finding(
            title=f"an example of {document.name} contradicts its schema: {_short(part)}",
            evidence=(
                *(quote(document, one.pointer + at.pointer, _said(at)) for one, at in found[:MOST]),
                quote(document, first.schema_pointer, "the schema that it is an example of"),
                *more,
            ),
            about=about(document),
            fixes=(Fix(title=f"change the example at {first.pointer}, or the schema at {first.schema_pointer}"),),
        )


def _contradictions(document: Document, example: Example) -> list[Disagreement]:
    found = disagreements(example.schema, example.value, MOST * 4).items
    odd = any("is no JSON" in one.message for one in document.problems)  # its NaN was read as null
    kept = [one for one in found if not (odd and one.seen == "null")]
    if not is_generated(document):
        return kept
    places = {one.pointer for one in kept}
    return [one for one in kept if not _is_derived(example, one, places)]


def _is_derived(example: Example, one: Disagreement, places: set[str]) -> bool:
    """True for what inference-schema makes of a sample: the schema of a list is that of its last item, examples of
    truths are texts, and a type that it does not know is an object.
    """
    parts = parts_of(one.pointer)
    for depth, part in enumerate(parts):
        above = "".join(f"/{_escaped(name)}" for name in parts[:depth])
        holder = at_pointer(example.value, above)[1]
        if isinstance(holder, list) and part.isdigit() and int(part) < len(holder) - 1:
            last = f"{above}/{len(holder) - 1}"
            if not any(place == last or place.startswith(f"{last}/") for place in places):
                return True
    value = at_pointer(example.value, one.pointer)[1]
    if one.kind != "type" or value is None:  # a gap in a frame has the type of its column
        return value is None
    schema = _schema_at(example, parts)
    types = schema.get("type")
    return (types == "boolean" and value in ("True", "False")) or (types == "object" and "properties" not in schema)


def _schema_at(example: Example, parts: list[str]) -> Schema:
    schema: Schema | None = example.schema
    value: Json = example.value
    for part in parts:
        step: str | int = part
        if isinstance(value, list):
            step = int(part)
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(part)
        schema = below(example.schema, schema, step) if schema is not None else None
    return schema or {}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _said(one: Disagreement) -> str:
    if one.kind == "missing":
        hint = f"; `{one.near}` is like it" if one.near else ""
        return f"`{one.key}` is missing{hint}"
    if one.kind == "extra":
        return f"`{one.key}` is not allowed"
    return f"seen {one.seen}, expected {one.expected}"


def _short(one: Disagreement) -> str:
    place = one.pointer if 0 < len(one.pointer) <= 24 else ""
    said = (
        f"`{(one.key or '')[:20]}` is missing"
        if one.kind == "missing"
        else f"{one.seen[:24]}"
        if one.seen
        else "it differs"
    )
    return (f"{place} {said}" if one.kind == "missing" else f"{place} is {said}" if place else said).strip()


def _with(example: Json, schema: Schema | None = None, *, generated: bool = False) -> Evidence:
    made = openapi()
    if not generated:
        made["paths"]["/score"]["post"]["operationId"] = "score"
    given = schema or made["definitions"]["ServiceInput"]
    made["definitions"]["ServiceInput"] = {**given, "example": example}
    return documented(made)


TRUTHS: Schema = {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "boolean"}}}}
MIXED: Schema = {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "string"}}}}
UNKNOWN: Schema = {"type": "object", "properties": {"data": {"type": "object"}}}
KEYED: Schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
CASES = (
    fires(_with({"data": [[1.0, "2"]]}), saw="/definitions/ServiceInput/example/data/0/1"),
    fires(_with({"data": "1,2"}, generated=True), saw="an example of swagger.json contradicts its schema"),
    fires(_with({"Age": 3}, KEYED), saw="`age` is missing"),
    fires(_with({"data": ["True"]}, TRUTHS), findings=1, name="nobody derived it from a sample"),
    quiet(_with({"data": ["True", "False"]}, TRUTHS, generated=True), name="NumPy's truths are texts in examples"),
    quiet(_with({"data": [1, "a"]}, MIXED, generated=True), name="the schema of a list is that of its last item"),
    quiet(_with({"data": None}, UNKNOWN, generated=True), name="null in a sample is declared an object"),
    quiet(_with({"age": 3}, KEYED)),
    quiet(documented(openapi())),
)
