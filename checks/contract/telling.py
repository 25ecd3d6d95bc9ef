"""A fault of a request body as a finding: the place in the body, what is said of it, and what it foretells."""

import json

from checks.contract.faults import Fault
from checks.contract.json_scan import Splice
from checks.contract.json_text import edits_of, quote_at
from checks.contract.records import Json
from checks.contract.saying import cut, plural, pointer_of, short
from checks.evidence import Phase
from checks.finding import Edit, Finding, Fix, Quote, Severity

REFUSED = (
    *("contract.request-refused", "contract.value-changed", "runtime.request-rejected", "runtime.payload-mismatch"),
    *("runtime.run-raised", "runtime.contract-refused", "runtime.error-as-answer", "contract.json-constant"),
)
"""What a body that is refused leads to."""

FORETOLD = (
    *("contract.request-refused", "contract.value-changed", "runtime.payload-mismatch"),
    *("runtime.error-as-answer", "contract.json-constant"),
)
"""What a body leads to that may be taken."""


OF_TYPE = frozenset(
    {"value-type", "base64-broken", "null-where-value", "one-row-for-rows", "rows-unequal", "array-size"}
)
"""What ends in an exception sooner or later, where it ends in one at all."""


OF_GAPS = frozenset({"rows-unequal", "null-where-value", "not-finite"})
"""What pandas fills with NaN, which comes back in the answer; a key that is missing does so too."""


def place(fault: Fault) -> str:
    """The first place in a title."""
    return f"`{cut(fault.pointer, 34)}`" if fault.path else "the body"


def places(fault: Fault) -> str:
    """The place, or how many there are: `/data/3/age and 12 others`."""
    if fault.count == 1:
        return place(fault)
    return f"{place(fault)} and {plural(fault.count - 1, 'other value')}"


def tell(fault: Fault, title: str, *fixes: Fix, name: str = "", also: tuple[str, ...] = ()) -> Finding:
    """The finding: where it stands, what is expected and by whom, what the server does. `also`: more names."""
    names = list(dict.fromkeys(one for one in (name, fault.key, *also) if one))
    return Finding(
        title=cut(title, 88),
        severity=fault.severity,
        confidence=fault.confidence,
        evidence=(*_quotes(fault), *fault.quotes, *_server(fault)),
        explains=_explains(fault),
        about=(
            f"sample:{fault.body.sample.source}", f"phase:{Phase.RUN}",
            *(f"name:{one}" for one in names),
            *(("name:run",) if fault.refused else ()),
        ),
        fixes=fixes,
    )  # fmt: skip


def fixes_of(fault: Fault, title: str) -> tuple[Fix, ...]:
    """Send the better value, where there is one."""
    shown = (sending(fault.better, fault.path),) if fault.better is not None else ()
    return (Fix(title=f"{title}: {fault.expected}" if not shown else title, commands=shown),)


def renaming(fault: Fault, sent: str) -> Fix:
    """Put the key that is read in the place of one that is sent."""
    start = fault.body.places.offset(pointer_of((*fault.path, sent)))
    edits: tuple[Edit, ...] = ()
    if start is not None and fault.count == 1:
        splice = Splice(start, start + len(_token(fault.body.text, start)), json.dumps(fault.key, ensure_ascii=False))
        edits = edits_of((splice,), fault.body.text, fault.body.sample.source)
    return Fix(title=f"rename `{sent}` to `{fault.key}` in what is sent", edits=edits)


def sending(better: Json, path: "tuple[str | int, ...]") -> str:
    """The right value as JSON, with the key it belongs to."""
    text = short(better, 120)
    return f"{json.dumps(path[-1], ensure_ascii=False)}: {text}" if path and isinstance(path[-1], str) else text


def _explains(fault: Fault) -> tuple[str, ...]:
    if fault.severity is Severity.INFO or fault.taken:
        return ("contract.value-changed",)
    foretells = bool(fault.refused) or fault.kind in OF_TYPE or (fault.severity is Severity.ERROR and bool(fault.key))
    gaps = ("runtime.invalid-json-result",) if fault.key or fault.kind in OF_GAPS else ()
    return (*(REFUSED if foretells else FORETOLD), *gaps)


def _quotes(fault: Fault) -> tuple[Quote, ...]:
    source = fault.body.sample.source
    quotes = []
    for path in fault.paths:
        pointer = pointer_of(path)
        shown = pointer_of((*path, fault.near)) if fault.at_key and fault.near else pointer
        start = fault.body.places.value_offset(shown) if not fault.at_key else fault.body.places.offset(shown)
        if start is None:
            quotes.append(Quote(source=source, text=f"{pointer or 'the body'}: {fault.seen}"))
        else:
            end = start + len(_token(fault.body.text, start))
            quotes.append(quote_at(source, fault.body.text, start, end))
    said = f"{fault.pointer or 'the body'}: {fault.seen}, expected {fault.expected}"
    more = f"and {plural(fault.count - len(fault.paths), 'more place')}" if fault.count > len(fault.paths) else ""
    near = f"; a key like it is there: {fault.near}" if fault.near and fault.key else ""
    return (
        *quotes,
        Quote(source=source, text=cut(f"{said}{near}", 300)),
        *((Quote(source=source, text=more),) if more else ()),
    )


def _token(text: str, start: int) -> str:
    """The value that begins here, if it is short: a text, a number or a word."""
    if text[start : start + 1] in "[{":
        return text[start]
    if text[start : start + 1] == '"':
        end = start + 1
        while end < len(text) and text[end] != '"' and end - start < 200:
            end += 2 if text[end] == "\\" else 1
        return text[start : end + 1]
    end = start
    while end < len(text) and text[end] not in ",]} \t\r\n" and end - start < 200:
        end += 1
    return text[start : max(end, start + 1)]


def _server(fault: Fault) -> tuple[Quote, ...]:
    if fault.refused:
        return (Quote(source="the server", text=f"answers {fault.status}: {cut(fault.refused, 240)}"),)
    if fault.got:
        return (Quote(source="the server", text=f"takes it, and run() gets {fault.got}: {fault.note}"),)
    if fault.note:
        return (Quote(source="the server", text=f"takes it: {fault.note}"),)
    return ()
