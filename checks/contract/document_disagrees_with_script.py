"""The description and the script say different things.

What it finds
-------------
A document beside a decorated script, or handed over with it, whose input has other keys than the parameters that the
decorators describe, or the same key with another type; or one beside an undecorated script whose code looks up a key
that it does not describe.

Why it breaks
-------------
The server serves the file and runs the decorators: clients send what the file says, and the decorator refuses it with
400 (a key is missing) or 500 (a value of another type). Such files are usually of an older version of the script.

How to fix
----------
Remove the file, and the server makes a description of the decorators; or bring it up to date.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`: a file of your own goes first.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.contracts import Contract, contracts
from checks.contract.describing import MOST, about, is_loaded, quote
from checks.contract.openapi import resolved
from checks.contract.places import pointer_of
from checks.contract.records import Document, Interface, Json, Schema
from checks.contract.saying import near
from checks.contract.scenes import declared, documented, interface, openapi, undecorated
from checks.contract.wanted import wanted
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage


@check(
    "contract.document-disagrees-with-script",
    needs=("documents", "script"),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def document_disagrees_with_script(evidence: Evidence) -> Iterator[Finding]:
    """Compare the keys of the input and the types of each, not what only describes."""
    made = contracts(evidence)
    script = next((one for one in made if one.origin == "script"), None)
    if script is None:
        yield from _unread(evidence, made)
        return
    if script.interface is None or script.input is None:
        return
    for one in made:
        document = one.document
        if document is None or document.role == "served" or one.input is None:
            continue
        found = list(_differences(script, script.interface, one, one.input))
        if not found:
            continue
        more = [Quote(source=document.source, text=f"and {len(found) - MOST} more")] if len(found) > MOST else []
        yield Finding(
            title=f"{document.name} and the decorators differ: {found[0][2]}",
            evidence=(*_quotes(evidence, document, found[:MOST]), *more),
            about=(*about(document), *(f"parameter:{name}" for name, _, _, _ in found if name)),
            fixes=(
                Fix(title=f"remove {document.name}: the server then describes what the decorators say")
                if is_loaded(document)
                else Fix(title="make the document anew", commands=("doctor swagger score.py",)),
            ),
        )


def _unread(evidence: Evidence, made: tuple[Contract, ...]) -> Iterator[Finding]:
    """Keys that the code of an undecorated run() looks up, and that a document beside it does not describe."""
    reads = wanted(evidence)
    for one in made if reads is not None and reads.by == "code" and reads.form == "object" else ():
        document, theirs = one.document, _properties(one.input or {}, one.input or {})
        missing = [key for key in reads.required if key.name not in theirs] if reads and theirs else []
        if document is None or document.role == "served" or not missing:
            continue
        like = near(missing[0].name, theirs) or (next(iter(theirs)) if len(theirs) == 1 else None)
        hint = f"; the document has `{like[:40]}`" if like else ""
        said = f"`{missing[0].name[:60]}` is missing, which run() reads{hint}"
        yield Finding(
            title=f"{document.name} has no `{missing[0].name[:40]}`, which run() reads",
            why="A client that keeps to the document does not send the key, and run() raises KeyError: 500.",
            evidence=(quote(document, f"{one.pointer}/properties", said), *(reads.quotes if reads else ())),
            confidence=Confidence.LIKELY,
            about=(*about(document), *(f"key:{key.name}" for key in missing)),
            fixes=(Fix(title=f"describe `{missing[0].name}` in the document, or read what it describes in run()"),),
        )


_Difference = tuple[str, str, str, str]  # parameter of the script, pointer in the document, title, what is said there


def _differences(script: Contract, declares: Interface, other: Contract, said: Schema) -> Iterator[_Difference]:
    schema = script.input or {}
    mine, theirs = _properties(schema, schema), _properties(said, said)
    if not theirs:
        if said.get("type", "object") != "object":
            text = f"seen {_named(said)}, expected an object with the keys of run()"
            yield "", other.pointer, f"it takes {_named(said)}", text
        return
    described = [one for one in declares.described if one in mine]
    required = {one.name for one in declares.parameters if one.required}
    for name in described:
        if name in theirs:
            left, right = _types(schema, mine[name]), _types(said, theirs[name])
            level = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a and b and not a & b), None)
            if level is not None:
                seen, wanted = _chain(right, level), _chain(left, level)
                where = _place(other, name)
                yield name, where, f"`{name[:24]}` is {seen}, not {wanted}", f"seen {seen}, expected {wanted}"
        elif name in required:
            like = near(name, theirs)
            hint = f"; `{like}` is like it" if like else ""
            where = (
                f"{other.pointer}/properties" if other.document and other.document.form == "openapi" else other.pointer
            )
            yield name, where, f"it has no `{name[:40]}`", f"`{name}` is missing, which run() takes{hint}"
    known = {*declares.described, *(one.name for one in declares.parameters)}
    for name in theirs:
        if name not in known:
            yield "", _place(other, name), f"run() has no `{name[:40]}`", f"run() takes no `{name[:60]}`"


def _place(other: Contract, name: str) -> str:
    """Where the document describes one key of the input."""
    if other.document is not None and other.document.form == "service-schema":
        return pointer_of("input", name)
    return other.pointer + pointer_of("properties", name)


def _properties(root: Schema, schema: Json) -> dict[str, Json]:
    found = resolved(root, schema).get("properties")
    return found if isinstance(found, dict) else {}


def _types(root: Schema, schema: Json) -> list[set[str]]:
    """The types of a value, of its items, of theirs and so on; an empty set where anything may stand."""
    found: list[set[str]] = []
    while len(found) < 8:
        one = resolved(root, schema)
        types = one.get("type")
        names = {str(name) for name in (types if isinstance(types, list) else [types] if types else [])}
        found.append({"number" if name == "integer" else name for name in names - {"null"}})
        if "array" not in names or not isinstance(one.get("items"), dict):
            return found
        schema = one["items"]
    return found


def _chain(types: list[set[str]], level: int) -> str:
    words = {"array": "a list", "object": "an object", "string": "text", "number": "a number", "boolean": "a truth"}
    name = words.get(min(types[level]), min(types[level]))
    return name if not level else f"{'a list of ' * level}{name.removeprefix('a ').removeprefix('an ')}s"


def _named(schema: Schema) -> str:
    return {"array": "a list", "string": "text"}.get(str(schema.get("type")), str(schema.get("type")))


def _quotes(evidence: Evidence, document: Document, found: list[_Difference]) -> Iterator[Quote]:
    for name, pointer, _, said in found:
        yield quote(document, pointer, said)
        line = _decorator(evidence, name)
        if line is not None and not isinstance(evidence.script, Missing):
            text = evidence.script.text.splitlines()[line - 1].strip()
            yield Quote(source=evidence.script.path, line=line, text=text[:160])


def _decorator(evidence: Evidence, name: str) -> int | None:
    if not name or isinstance(evidence.script, Missing):
        return None
    text = evidence.script.text
    found = re.search(rf"@[\w.]*input_schema\(\s*(?:param_name\s*=\s*)?[\"']{re.escape(name)}[\"']", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _case(**properties: Schema) -> Evidence:
    made = openapi()
    made["definitions"]["ServiceInput"] = {"type": "object", "properties": properties}
    return declared(interface=interface()).replace(documents=documented(made, role="beside").documents)


def _reading(key: str) -> Evidence:
    """An undecorated script that looks up a key, beside a document that describes `data`."""
    made = undecorated(f"import json\n\n\ndef init(): ...\n\n\ndef run(raw):\n    return json.loads(raw)[{key!r}]\n")
    return made.replace(documents=documented(openapi(), role="beside").documents)


ROWS_OF: Schema = {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
CASES = (
    fires(_case(Data=ROWS_OF), saw="it has no `data`"),
    fires(_case(data=TEXTS), saw="`data` is a list of texts, not a list of lists"),
    fires(_case(data=ROWS_OF, age={"type": "number"}), saw="run() has no `age`"),
    fires(_reading("rows"), saw="swagger.json has no `rows`, which run() reads"),
    quiet(_reading("data"), name="the code reads what is described"),
    quiet(_case(data=ROWS_OF), name="an integer is a number"),
    quiet(_case(data={}), name="the document leaves it open"),
    quiet(declared(interface=interface()).replace(documents=documented(openapi(), role="old").documents)),
    quiet(declared(interface=interface()).replace(documents=documented(openapi(), role="beside").documents)),
)
