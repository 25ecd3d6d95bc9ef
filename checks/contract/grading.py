"""How grave a fault of a request body is: what the server will do with a body that has this fault alone."""

import json
from copy import deepcopy
from dataclasses import replace

from checks.contract.contracts import Contract
from checks.contract.faults import Fault, Path
from checks.contract.prediction import Prediction, predict
from checks.contract.records import Interface, Json
from checks.contract.saying import pointer_of
from checks.finding import Confidence, Severity

WHOLE = frozenset(
    {"one-row-for-rows", "rows-nested-too-deep", "column-count", "column-names", "column-order", "rows-unequal"}
    | {"table-form", "empty-rows", "key-missing", "key-case-differs"}
)
"""Faults of a table or an object: the value as it was sent is tried, with right ones beside it."""

MILD = {"key-unknown": Severity.INFO, "null-where-value": Severity.INFO, "integer-too-large": Severity.INFO}
"""What is only worth knowing where the server takes it."""

RISKS = frozenset({"not-finite", "column-order", "integer-too-large", "key-unknown"})
"""What is no more than a risk where only a document speaks."""

_ROWS = 100


def graded(contract: Contract, fault: Fault) -> Fault | None:
    """The fault with its severity, and what becomes of the request; None where nothing comes of it."""
    if contract.interface is None:
        return replace(fault, severity=_without_server(fault))
    if fault.kind == "key-unknown":
        return replace(fault, severity=Severity.INFO, confidence=Confidence.CERTAIN)
    told = _tried(contract.interface, contract, fault)
    if told is None:
        return replace(fault, severity=_without_server(fault))
    if told.refused is not None:
        said = told.refused.headline or told.refused.message
        sure = Confidence.CERTAIN if told.sure else Confidence.LIKELY
        return replace(fault, severity=Severity.ERROR, confidence=sure, refused=said, status=told.refused.status)
    changed = next((one for one in told.changed if not one.pointer or _is_near(one.pointer, fault)), None)
    if fault.kind == "table-form" and changed is None and told.sure:
        return None
    severity = MILD.get(fault.kind, Severity.WARNING)
    if changed is not None and fault.kind == "integer-too-large":
        severity = Severity.WARNING
    got = changed.got if changed is not None and changed.kind == "value" else ""
    return replace(
        fault, severity=severity, got=got, note=fault.note or (changed.why if changed else ""), confidence=_surety(told)
    )


def _without_server(fault: Fault) -> Severity:
    if fault.severity is not Severity.ERROR:
        return fault.severity
    return Severity.WARNING if fault.kind in RISKS else Severity.ERROR


def _surety(told: Prediction) -> Confidence:
    return Confidence.LIKELY if told.sure else Confidence.POSSIBLE


def _is_near(pointer: str, fault: Fault) -> bool:
    """True for a change at the fault's place; rows of the trial are other ones than those of the body."""
    one, other = pointer.split("/"), pointer_of(fault.path).split("/")
    alike = [a == b or (a.isdecimal() and b.isdecimal()) for a, b in zip(one, other, strict=False)]
    return all(alike) if fault.kind in WHOLE else len(one) == len(other) and all(alike)


def _tried(interface: Interface, contract: Contract, fault: Fault) -> Prediction | None:
    """The prediction for a right body with this fault in it; where there is no right one, for the body itself."""
    example = next((one for one in contract.examples if isinstance(one, dict)), None)
    value = fault.body.value
    if isinstance(example, dict) and predict(interface, _bytes(example)).refused is None:
        trial = _with_fault(example, value, fault)
        if trial is not None:
            return predict(interface, _bytes(trial))
    if not isinstance(value, dict):
        return None
    return predict(interface, _bytes({key: _fewer(one, fault) for key, one in value.items()}))


def _with_fault(example: dict[str, Json], value: Json, fault: Fault) -> Json:
    if not isinstance(value, dict):
        return None
    if not fault.path:
        if fault.kind in ("key-missing", "key-case-differs"):
            return {key: one for key, one in example.items() if key != fault.key}
        return None
    path = _of_table(fault)
    name = path[0]
    if name not in example or not isinstance(name, str) or name not in value:
        return None
    if len(path) == 1:
        return {**example, name: _fewer(value[name], fault)}
    held = _at(value, path)
    return _put(deepcopy(example), path, _fewer(held, fault) if fault.kind in WHOLE else held)


def _of_table(fault: Fault) -> Path:
    """The place of the whole table, of whose rows or columns the fault speaks; of other faults, their own."""
    path = fault.path
    if fault.kind in ("rows-unequal", "key-missing", "key-case-differs") and isinstance(path[-1], int):
        path = path[:-1]
    if fault.kind in WHOLE and len(path) > 1 and path[-1] in ("columns", "data", "index"):
        path = path[:-1]
    return path


def _put(example: Json, path: Path, value: Json) -> Json:
    """The example with a value in the place that corresponds; None where it has no such place."""
    here = example
    for number, part in enumerate(path):
        if isinstance(here, list) and isinstance(part, int) and here:
            place: str | int = part if part < len(here) else 0
        elif isinstance(here, dict) and (part in here or number == len(path) - 1):
            place = part
        else:
            return None
        if number == len(path) - 1:
            here[place] = value
        else:
            here = here[place]
    return example


def _fewer(value: Json, fault: Fault) -> Json:
    """A long table with its first rows and those at fault."""
    if not isinstance(value, list) or len(value) <= _ROWS:
        return value
    rows = {part for path in fault.paths for part in path if isinstance(part, int) and part < len(value)}
    return [*value[:_ROWS], *(value[n] for n in sorted(rows) if n >= _ROWS)]


def _at(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]
    return value


def _bytes(value: Json) -> bytes:
    return json.dumps(value).encode()
