"""A body written from what the code of run() reads, where neither a sample nor a schema gives one."""

import base64
from typing import Any

from checks.contract.wanted import Key, wanted
from checks.evidence import Evidence

_ROWS = [[1.0, 2.0]]
_TEXT = "some text"


def body_of(evidence: Evidence) -> tuple[Any, str] | None:
    """The value, and whose words it follows; None where the code does not tell what it reads."""
    takes = wanted(evidence)
    if takes is None or takes.json is False or takes.opens or takes.by == "nobody":
        return None
    if takes.keys:
        keys = takes.required or takes.keys
        return {key.name: _value(key) for key in keys}, ", ".join(f"`{key.name}`" for key in keys[:4])
    return (_ROWS, "a list") if takes.form == "list" else None


def _value(key: Key) -> Any:
    """The smallest value of the shape that is read."""
    if key.shape in ("table", "records") and key.columns:
        return [dict.fromkeys(key.columns, 1.0)]
    shapes: dict[str | None, Any] = {
        "records": [{"column": 1.0}],
        "split": {
            "columns": list(key.columns) or ["column"],
            "index": [0],
            "data": [[1.0] * max(1, len(key.columns))],
        },
        "list": [1.0],
        "object": dict.fromkeys(key.inner, 1.0),
        "text": _TEXT,
        "number": 1.0,
        "base64": base64.b64encode(_TEXT.encode()).decode(),
    }
    return shapes.get(key.shape, _ROWS)
