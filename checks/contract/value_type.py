"""A value of the request body is of another type than the service takes.

What it finds
-------------
A list, an object, a text or a number where the contract has another of them, and no closer check knows what was
meant.

Why it breaks
-------------
A decorator raises where the value cannot be converted, which the client sees as 500; what an undecorated run() does
with it ends in a TypeError or AttributeError, as a rule.

How to fix
----------
Send a value of the declared type.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/standard_py_parameter_type.py`; JSON Schema 2020-12.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, example_at, faults
from checks.contract.json_text import value_of
from checks.contract.records import Json
from checks.contract.saying import cut
from checks.contract.telling import places, sending, tell
from checks.contract.value_scenes import rows_of, to_array, to_code, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.value-type", needs=("samples",), stage=Stage.RUN)
def value_type(evidence: Evidence) -> Iterator[Finding]:
    """Put what was sent beside what is expected."""
    for fault in faults(evidence, "value-type"):
        yield tell(
            fault, f"{places(fault)}: {cut(fault.seen, 26)}, not {cut(fault.expected, 22)}", *_fixes(evidence, fault)
        )


def _fixes(evidence: Evidence, fault: Fault) -> tuple[Fix, ...]:
    if fault.boxed:
        plain = Fix(title="send the value without the list around it", commands=(sending(fault.better, fault.path),))
        return (plain, Fix(title="in R, let single values be no lists", commands=(UNBOX,)))
    value = _value_at(fault.body.value, fault.path)
    if isinstance(value, str) and "list" in fault.expected:
        numbers = [value_of(part) for part in value[:2_000].split(",")]
        if len(numbers) > 1 and all(isinstance(one, int | float) for one in numbers):
            return (Fix(title="send the numbers as a list", commands=(sending(numbers, fault.path),)),)
    if fault.better is not None:
        return (Fix(title=f"send {fault.expected} there", commands=(sending(fault.better, fault.path),)),)
    example = example_at(evidence, fault.path)
    shown = (sending(example, fault.path),) if isinstance(example, dict | list) else ()
    title = f"send {fault.expected} there" + (", as the declared example does" if shown else "")
    return (Fix(title=title, commands=shown),)


def _value_at(value: Json, path: "tuple[str | int, ...]") -> Json:
    for part in path:
        value = value[part]
    return value


UNBOX = "jsonlite::toJSON(body, auto_unbox = TRUE)"
TEXTS = {"type": "string"}
LOOP = 'import json\ndef run(raw):\n    return [row["x"] for row in json.loads(raw)["rows"]]\n'

CASES = (
    fires(to_array(rows_of([[1, "two"]])), saw="could not convert string to float: 'two'", line=1, findings=1),
    fires(to_array(rows_of(7)), saw="`/data`: number 7, not list", findings=1),
    fires(
        to_document({"a": ["x"], "b": ["y"]}, a=TEXTS, b=TEXTS),
        saw="`/a` and 1 other value: list of 1 text",
        findings=1,
    ),
    fires(to_document({"age": [1]}, age={"type": "integer"}), saw="`/age`: list of 1 number, not integer", findings=1),
    fires(to_code({"rows": 3}, LOOP), saw="`/rows`: number 3, not a list", findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_array(rows_of([["1", 2]])), name="a number as text has a check of its own"),
    quiet(to_document({"age": 1.0}, age={"type": "integer"}), name="1.0 is an integer"),
)
