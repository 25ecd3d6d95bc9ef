"""What a new contract changes for the clients of an old one.

A client of the old contract sends what the old input allows and reads what the old output promises. So an input may
only allow more, and an output only promise more. What the server itself asks for counts too: every parameter without a
default (azureml-inference-server-http 1.5.1, `server/input_parsers.py`), and of arrays and data frames the number of
columns (inference-schema 1.8, `enforce_shape`); what it ignores, extra keys, breaks nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal, TypeGuard

import msgspec

from checks.contract.contracts import Contract, contract_of, contracts, current
from checks.contract.describing import is_generated
from checks.contract.flat import flat, shown, stands
from checks.contract.openapi import scoring
from checks.contract.records import Document, Documents, Interface, Json, Schema
from checks.contract.schema_words import kind_of, properties_of, required_of, says, some, types_of
from checks.contract.wanted import Wanted, wanted
from checks.evidence import Evidence, Target

Kind = Literal[
    "input-key-added", "input-key-removed", "input-key-renamed", "input-type-narrowed", "input-shape-changed",
    "input-order-changed", "input-values-narrowed", "output-key-removed", "output-type-changed", "output-widened",
    "path-changed", "auth-changed", "version-dropped", "compatible",
]  # fmt: skip
Known = Literal["declared", "read", "unsaid", "made"]
DEEPEST = 24  # levels of schemas that are compared
MOST = 200  # changes that are collected
_WIDER = {("integer", "number")}
"""Old and new type of an input where the new one takes all that the old one took."""

_LIMITS = {"minimum": 1, "minLength": 1, "minItems": 1, "maximum": -1, "maxLength": -1, "maxItems": -1}
"""Words of limits, and the direction in which they become narrower."""


@dataclass(frozen=True)
class _Pair:
    """The two whole schemas that references lead into, and the pairs of their parts that were compared."""

    old: Schema
    new: Schema
    done: set[tuple[int, int]] = field(default_factory=set)

    def is_done(self, old: Schema, new: Schema) -> bool:
        """True for parts that were compared at another place; from now on these are."""
        key = stands(self.old, old), stands(self.new, new)
        known = key in self.done
        self.done.add(key)
        return known

    def kinds(self, old: Schema, new: Schema) -> tuple[str, str]:
        """Both in few words."""
        return kind_of(shown(self.old, old)), kind_of(shown(self.new, new))


@dataclass(frozen=True)
class Change:
    """One change. `pointer` leads into the request body (or the answer), with `*` for every item; `before` and `after`
    are short texts, empty for what is not there. `known` tells how: both contracts declare it; the new one is what the
    code of an undecorated run() reads; the old one says nothing of requests, so that clients may send it already; the
    new one was made by the server, which does not write down what has a default.
    """

    kind: Kind
    pointer: str
    before: str
    after: str
    key: str = ""
    known: Known = "declared"


def drift(evidence: Evidence) -> tuple[Document, Contract, tuple[Change, ...]] | None:
    """The old document, the contract that replaces it, and what changed; None where no old one was given or there is
    nothing to hold it against.
    """
    old = evidence.documents.of("old") if isinstance(evidence.documents, Documents) else ()
    if not old or not old[0].content:
        return None
    now = contracts(evidence) or tuple(map(contract_of, current(evidence)))
    if now:
        return old[0], now[0], changes(old[0], now[0])
    reads = wanted(evidence)
    if reads is None or reads.by != "code":
        return None
    return old[0], Contract(source=reads.source, origin="script"), tuple(_unread(_contract_of(old[0]), reads))


def changes(old: Document, new: Contract) -> tuple[Change, ...]:
    """All changes between an old document and the contract that replaces it, in the order of the documents."""
    before = _contract_of(old)
    found = (one for one, _ in zip(_changes(old, before, new), range(MOST), strict=False))
    made = new.interface is None and new.document is not None and is_generated(new.document)
    return tuple(replace(one, known="made") if made and one.kind == "input-key-added" else one for one in found)


def _changes(old: Document, before: Contract, new: Contract) -> Iterator[Change]:
    yield from _of_service(old, new)
    if before.input is not None and new.input is not None:
        asked = _asked(new)
        yield from _inputs(_Pair(before.input, asked), before.input, asked, "", 0)
        yield from _widths(before, new)
    elif before.input is None and new.input is not None and new.interface is not None and _is_described(old):
        for name in required_of(_asked(new)):
            yield Change("input-key-added", f"/{name}", "requests are not described", "required", name, "unsaid")
    if before.output is not None and new.output is not None:
        yield from _outputs(_Pair(before.output, new.output), before.output, new.output, "", 0)
    elif before.output is not None and new.interface is not None:
        yield Change("output-type-changed", "", kind_of(before.output), "nothing is declared any more")


def _unread(before: Contract, reads: Wanted) -> Iterator[Change]:
    """Keys that the code of an undecorated run() looks up, and that the old contract does not have."""
    had = properties_of(flat(before.input, before.input)) if before.input else {}
    for key in reads.required if had else ():
        if key.name not in had:
            yield Change("input-key-added", f"/{key.name}", "", f"line {key.line} reads it", key.name, "read")


def _contract_of(document: Document) -> Contract:
    """What one document says, as if it were the only one."""
    alone = Documents(items=(msgspec.structs.replace(document, role="given"),))
    found = contracts(Evidence(target=Target(kind="document", name=document.source), documents=alone))
    return found[0] if found else Contract(source=document.source, origin="document")


def _is_described(old: Document) -> bool:
    """True for a document that says where it scores, though not with what."""
    return scoring(old) is not None


def _asked(contract: Contract) -> Schema:
    """The input schema, with what the server asks for as its required keys.

    A document that the server made names none as required; what its decorators describe is asked for, as a rule.
    """
    schema, interface = contract.input or {}, contract.interface
    if interface is None:
        made = contract.document is not None and is_generated(contract.document) and not required_of(schema)
        described = [name for name, one in properties_of(schema).items() if says(one)]
        return {**schema, "required": described} if made else schema
    known = properties_of(schema)
    return {**schema, "required": [one.name for one in interface.parameters if one.required and one.name in known]}


def _of_service(old: Document, new: Contract) -> Iterator[Change]:
    """Paths, keys and versions."""
    score = scoring(old)
    if new.document is not None:
        now = scoring(new.document)
        if score is not None and now is not None:
            if score.full_path != now.full_path:
                yield Change("path-changed", "", f"POST {score.full_path}", f"POST {now.full_path}")
            if set(now.security) - set(score.security) and not score.security:
                yield Change("auth-changed", "", "no key is asked for", f"`{'`, `'.join(now.security)}` is asked for")
        elif score is not None:
            yield Change("path-changed", "", f"POST {score.full_path}", "no operation that scores")
    elif score is not None and score.path.rstrip("/") != "/score":
        yield Change("path-changed", "", f"POST {score.full_path}", "POST /score")
    versions = new.interface.versions if new.interface else ()
    if versions and old.version and old.version.startswith("2") and "2.0" not in versions:
        yield Change("version-dropped", "", "version 2.0", f"versions {', '.join(versions)} only")


def _inputs(pair: _Pair, old: Schema, new: Schema, pointer: str, depth: int) -> Iterator[Change]:
    """What old requests would meet."""
    if depth > DEEPEST or pair.is_done(old, new):
        return
    kinds = pair.kinds(old, new)
    old, new = flat(pair.old, old), flat(pair.new, new)
    if not says(old) or not says(new):
        return
    types = types_of(old), types_of(new)
    lost = {one for one in types[0] if not _takes(types[1], one)}
    if types[0] and types[1] and lost:
        yield Change("input-type-narrowed", pointer, *kinds)
        return
    yield from _values(old, new, pointer)
    had, has = properties_of(old), properties_of(new)
    if had or has:
        yield from _keys(pair, old, new, pointer)
    for key in had:
        if key in has:
            yield from _inputs(pair, had[key], has[key], f"{pointer}/{key}", depth + 1)
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _inputs(pair, old["items"], new["items"], f"{pointer}/*", depth + 1)


def _keys(pair: _Pair, old: Schema, new: Schema, pointer: str) -> Iterator[Change]:
    had, has = properties_of(old), properties_of(new)
    had = {key: one if key in has else shown(pair.old, one) for key, one in had.items()}
    has = {key: one if key in had else shown(pair.new, one) for key, one in has.items()}
    added, removed = [key for key in has if key not in had], [key for key in had if key not in has]
    needed = set(required_of(new))
    for key in added:
        if key not in needed and pointer:
            yield Change("compatible", f"{pointer}/{key}", "", "an optional key", key=key)
            continue
        near = _renamed(key, removed, had, has)
        if key not in needed:
            yield Change("compatible", f"{pointer}/{key}", "", "an optional key", key=key)
        elif near is not None:
            removed.remove(near)
            yield Change("input-key-renamed", f"{pointer}/{key}", near, key, key=key)
        else:
            yield Change("input-key-added", f"{pointer}/{key}", "", f"{kind_of(has[key])}, required", key=key)
    for key in removed:
        yield Change("input-key-removed", f"{pointer}/{key}", kind_of(had[key]), "", key=key)
    for key in needed & set(had) & set(has) - set(required_of(old)):
        if required_of(old) or pointer:
            yield Change("input-key-added", f"{pointer}/{key}", "optional", "required", key=key)
    common = [key for key in had if key in has]
    if _is_table(new) and common != [key for key in has if key in had] and set(had) == set(has):
        yield Change("input-order-changed", pointer, ", ".join(had), ", ".join(has))


def _renamed(key: str, removed: list[str], had: dict[str, Schema], has: dict[str, Schema]) -> str | None:
    """The removed key that a new one most likely is: alike, or the only one of the same type."""
    fits = [one for one in removed if types_of(had[one]) == types_of(has[key])]
    alike = [one for one in fits if one.lower() == key.lower()] or get_close_matches(key, fits, n=1, cutoff=0.7)
    return alike[0] if alike else fits[0] if len(fits) == 1 and len(removed) == 1 else None


def _values(old: Schema, new: Schema, pointer: str) -> Iterator[Change]:
    """Choices and limits that became narrower."""
    told = []
    if "null" in types_of(old) and "null" not in types_of(new):
        told.append(("null is allowed", "null is not"))
    before, after = old.get("enum"), new.get("enum")
    if isinstance(after, list):
        gone = [one for one in before if one not in after] if isinstance(before, list) else None
        if gone is None:
            told.append(("any value", f"only {some(after)}"))
        elif gone:
            told.append((some(gone), f"only {some(after)}"))
    for word, closer in _LIMITS.items():
        was, now = old.get(word), new.get(word)
        if _is_number(now) and not (_is_number(was) and closer * (now - was) <= 0):
            told.append((f"{word} {was}" if _is_number(was) else f"no {word}", f"{word} {now}"))
    if new.get("pattern") and new.get("pattern") != old.get("pattern"):
        told.append((f"pattern {old['pattern']}" if old.get("pattern") else "any text", f"pattern {new['pattern']}"))
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        told.append(("other keys are allowed", "other keys are not"))
    for was_text, now_text in told:
        yield Change("input-values-narrowed", pointer, was_text, now_text)


def _outputs(pair: _Pair, old: Schema, new: Schema, pointer: str, depth: int) -> Iterator[Change]:
    """What readers of old answers would meet."""
    if depth > DEEPEST or pair.is_done(old, new):
        return
    kinds = pair.kinds(old, new)
    old, new = flat(pair.old, old), flat(pair.new, new)
    if not says(old) or not says(new):
        return
    types = types_of(old) - {"null"}, types_of(new) - {"null"}
    if types[0] and types[1] and any(not _takes(types[0], one) for one in types[1]):
        yield Change("output-type-changed", pointer, *kinds)
        return
    if "null" in types_of(new) and "null" not in types_of(old) and types_of(old):
        yield Change("output-widened", pointer, "never null", "may be null")
    before, after = old.get("enum"), new.get("enum")
    if isinstance(before, list):
        more = [one for one in after if one not in before] if isinstance(after, list) else None
        if more is None or more:
            yield Change("output-widened", pointer, f"only {some(before)}", "any value" if more is None else some(more))
    had, has = properties_of(old), properties_of(new)
    for key, schema in had.items():
        if key not in has:
            near = get_close_matches(key, [one for one in has if one not in had], n=1, cutoff=0.6)
            kind = kind_of(shown(pair.old, schema))
            yield Change("output-key-removed", f"{pointer}/{key}", kind, near[0] if near else "", key=key)
        else:
            yield from _outputs(pair, schema, has[key], f"{pointer}/{key}", depth + 1)
    for key in has:
        if key not in had:
            yield Change("compatible", f"{pointer}/{key}", "", "a key of the answer", key=key)
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _outputs(pair, old["items"], new["items"], f"{pointer}/*", depth + 1)


def _widths(old: Contract, new: Contract) -> Iterator[Change]:
    """Columns of arrays: schemas do not tell them, the samples do."""
    was = old.examples[0] if old.examples else None
    now = widths(new.interface) if new.interface else {}
    if not now and new.examples and isinstance(new.examples[0], dict):
        now = {key: shape for key, value in new.examples[0].items() if (shape := _shape(value))}
    if not isinstance(was, dict):
        return
    for key, shape in now.items():
        before = _shape(was.get(key))
        if before and shape and before[1:] != shape[1:] and len(before) == len(shape):
            yield Change("input-shape-changed", f"/{key}", _columns(before), _columns(shape), key=key)


def widths(interface: Interface) -> dict[str, tuple[int, ...]]:
    """The shapes that run() insists on, by parameter."""
    return {
        one.name: one.type.shape
        for one in interface.parameters
        if one.type and one.type.kind == "numpy" and one.type.shape and one.type.enforce_shape and one.type.converts
    }


def _shape(value: Json) -> tuple[int, ...]:
    """The shape of a list of lists of numbers; empty for anything else."""
    shape: list[int] = []
    while isinstance(value, list) and value:
        shape.append(len(value))
        value = value[0]
    return () if isinstance(value, (dict, str)) else tuple(shape)


def _columns(shape: tuple[int, ...]) -> str:
    return f"{' x '.join(map(str, shape[1:]))} values in a row"


def _is_table(schema: Schema) -> bool:
    """True for an object that asks for every key it describes, as the rows of a data frame do."""
    return bool(properties_of(schema)) and set(required_of(schema)) == set(properties_of(schema))


def _takes(types: set[str], one: str) -> bool:
    return one in types or one == "null" or any((one, wide) in _WIDER for wide in types)


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
