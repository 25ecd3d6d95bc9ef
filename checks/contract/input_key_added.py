"""A new required key breaks the clients of the old contract.

What it finds
-------------
A key of the request that the old contract did not have, or did not ask for, and that the new one asks for.

Why it breaks
-------------
Clients of the old contract do not send it. A decorated run() is not called without a value for each parameter that has
no default: the server answers 400. A data frame of fewer columns than its sample is refused, and code that looks up a
key which is not there raises KeyError: 500.

How to fix
----------
Give the parameter (or the key, in the code) a default, or serve the new contract under a new name until every client
has changed.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/input_parsers.py`; tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.contract.drift import Change
from checks.contract.drifting import told
from checks.contract.records import Parameter, Schema
from checks.contract.scenes import FLOATS, ROWS, documented, interface, openapi, renewed, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check("contract.input-key-added", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_key_added(evidence: Evidence) -> Iterator[Finding]:
    """Tell each key that old requests lack."""
    for change, base in told(evidence, "input-key-added"):
        unsaid = change.known == "unsaid"
        yield base(
            f"requests now need `{change.key}`{', and nothing says what old ones have' if unsaid else ''}",
            why=_why(change),
            severity=Severity.WARNING if unsaid else None,
            confidence=_CONFIDENCE.get(change.known),
            fix=Fix(
                title=f"{_default(change)}, or deploy beside the old version until clients send it",
            ),
        )


_CONFIDENCE = {"read": Confidence.LIKELY, "made": Confidence.LIKELY, "unsaid": Confidence.POSSIBLE}


def _why(change: Change) -> str:
    if change.known == "read":
        return "Clients of the old contract do not send it, and run() looks it up: KeyError, 500 for every old client."
    if change.pointer.count("/") > 1:
        return (
            "Clients of the old contract do not send it. Where it is a column of a data frame, the number of columns "
            "is checked: 500 for every old client. Elsewhere run() meets a KeyError, or a value that is missing."
        )
    return ""


def _default(change: Change) -> str:
    if change.pointer.count("/") > 1 or change.known == "read":
        return f"go on without `{change.key}` where it is not sent"
    return f"give `{change.key}` a default in run()"


OLD = openapi()
NEW = interface(
    (Parameter(name="data", type=FLOATS), Parameter(name="threshold")), properties={"data": ROWS, "threshold": {}}
)
OPTIONAL = interface(
    (Parameter(name="data", type=FLOATS), Parameter(name="threshold", required=False)),
    properties={"data": ROWS, "threshold": {}},
)


def _records(*required: str) -> Schema:
    """A document whose rows are described once, and referred to."""
    row = {"type": "object", "required": list(required), "properties": {name: {"type": "number"} for name in required}}
    made = taking({"data": {"type": "array", "items": {"$ref": "#/definitions/Row"}}})
    return {**made, "definitions": {**made["definitions"], "Row": row}}


def _reading(key: str) -> Evidence:
    """An undecorated script that looks up a key, held against a document that asks for `data`."""
    text = f"import json\n\n\ndef init(): ...\n\n\ndef run(raw):\n    return len(json.loads(raw)[{key!r}])\n"
    old = documented(taking({"data": ROWS}), role="old", source="old.json")
    return script(text).replace(documents=old.documents)


UNSAID = openapi(definitions={"ServiceInput": {"type": "object", "example": {}}, "ServiceOutput": {"type": "object"}})
CASES = (
    fires(replaced(OLD, NEW), saw="requests now need `threshold`", findings=1),
    fires(renewed(_records("age"), _records("age", "bmi")), saw="`/data/*/bmi`", findings=1, name="behind a reference"),
    fires(_reading("rows"), saw="requests now need `rows`", findings=1),
    fires(replaced(UNSAID, interface()), saw="nothing says what old ones have", name="an undecorated one was replaced"),
    quiet(_reading("data"), name="the decorators went, what is read stayed"),
    quiet(replaced(OLD, OPTIONAL), name="it has a default"),
    quiet(replaced(OLD, interface()), name="nothing changed"),
)
