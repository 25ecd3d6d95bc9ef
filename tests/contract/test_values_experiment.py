"""Sixty wrong payloads against eight contracts, and forty right ones: what is wrong was written before any was tried.

Each wrong payload names the checks that would tell its fault rightly, and the pointer, empty for the body as a whole.
The right ones must stay without errors and warnings. On the first run 54 of the 60 were told rightly (the others, all
against the document, were taken for a form of another service), and all 40 right ones were quiet.
"""

import json
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from checks.contract.group_values import CHECKS
from checks.contract.scenes import declared, documented, openapi, sample, undecorated
from checks.evidence import Evidence, Probe, Samples
from checks.finding import Finding, Severity
from checks.rank import rank
from doctor.probe.launcher import Rehearsal, start

HEAD = """import json
import numpy as np
import pandas as pd
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType


def init(): ...


"""
FRAME = 'pd.DataFrame({"age": [31, 40], "income": [1.5, 2.5], "city": ["Oslo", "Rom"], "member": [True, False]})'
RUN = "def run(data):\n    return 1\n"
SCRIPTS = {
    "numpy": HEAD + "@input_schema('data', NumpyParameterType(np.array([[1.0, 2.0, 3.0]])))\n" + RUN,
    "records": HEAD + f"@input_schema('data', PandasParameterType({FRAME}))\n" + RUN,
    "split": HEAD + f"@input_schema('data', PandasParameterType({FRAME}, orient='split'))\n" + RUN,
    "nested": HEAD
    + "@input_schema('payload', StandardPythonParameterType({'rows': NumpyParameterType(np.array([[1, 2]])),"
    + " 'people': PandasParameterType(pd.DataFrame({'name': ['a'], 'age': [3]})), 'limit': 3}))\n"
    + "def run(payload):\n    return 1\n",
    "standard": HEAD
    + "@input_schema('name', StandardPythonParameterType('Ada'))\n"
    + "@input_schema('count', StandardPythonParameterType(3))\n"
    + "@input_schema('options', StandardPythonParameterType({'deep': True, 'words': ['a']}))\n"
    + "def run(name, count, options=None):\n    return 1\n",
    "code": "import json\n\n\ndef init(): ...\n\n\ndef run(raw):\n    data = json.loads(raw)\n"
    "    rows = data['instances']\n"
    "    limit = data.get('limit', 3)\n    return [row['age'] * row['weight'] for row in rows][:limit]\n",
    "frame": "import json\nimport pandas as pd\nCOLUMNS = ['sun', 'angle']\n\n\ndef init(): ...\n\n\ndef run(raw):\n"
    "    frame = pd.DataFrame(json.loads(raw)['data'])\n    return model.predict(frame[COLUMNS]).tolist()\n",
}  # fmt: skip
DOCUMENT = openapi(
    definitions={
        "ServiceInput": {
            "type": "object",
            "required": ["instances"],
            "properties": {
                "instances": {
                    "type": "array", "minItems": 1, "maxItems": 5,
                    "items": {
                        "type": "object",
                        "required": ["age", "colour"],
                        "properties": {
                            "age": {"type": "integer", "minimum": 0, "maximum": 130},
                            "colour": {"type": "string", "enum": ["red", "blue"]},
                            "born": {"type": "string", "format": "date"},
                            "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
                            "point": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
                        },
                    },
                },
                "debug": {"type": "boolean"},
            },
        },
        "ServiceOutput": {"type": "array", "items": {"type": "number"}},
    }
)  # fmt: skip


def row(**parts: Any) -> dict[str, Any]:
    return {"age": 31, "income": 1.5, "city": "Oslo", "member": True, **parts}


def without(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key not in keys}


def split(*rows: list[Any], columns: tuple[str, ...] = ("age", "income", "city", "member")) -> dict[str, Any]:
    return {"columns": list(columns), "index": list(range(len(rows))), "data": list(rows)}


def person(**parts: Any) -> dict[str, Any]:
    return {"age": 31, "colour": "red", **parts}


R = [31, 1.5, "Oslo", True]
NESTED = {"rows": [[1, 2]], "people": [{"name": "a", "age": 3}], "limit": 3}
STANDARD = {"name": "a", "count": 1, "options": {"deep": True, "words": ["a"]}}
NAN = float("nan")

# contract, payload, kinds that tell it rightly, pointer
WRONG: list[tuple[str, Any, str, str]] = [
    ("numpy", {"Data": [[1, 2, 3]]}, "key-case-differs", ""),
    ("numpy", {"date": [[1, 2, 3]]}, "key-missing", ""),
    ("numpy", {"rows": [[1, 2, 3]]}, "key-missing", ""),
    ("numpy", {}, "key-missing", ""),
    ("numpy", {"data": [1, 2, 3]}, "one-row-for-rows", "/data"),
    ("numpy", {"data": [[[1, 2, 3]]]}, "rows-nested-too-deep", "/data"),
    ("numpy", {"data": [[1, 2]]}, "column-count", "/data"),
    ("numpy", {"data": [[1, 2, 3, 4]]}, "column-count", "/data"),
    ("numpy", {"data": [[1, 2, 3], [4, 5]]}, "rows-unequal", "/data/1"),
    ("numpy", {"data": []}, "empty-rows", "/data"),
    ("numpy", {"data": [[1, "2", 3]]}, "number-as-text", "/data/0/1"),
    ("numpy", {"data": [[1, 2, 3], [1, "x", 3]]}, "value-type", "/data/1/1"),
    ("numpy", {"data": [{"a": 1, "b": 2, "c": 3}]}, "table-form", "/data"),
    ("numpy", {"data": [[1, NAN, 3]]}, "not-finite", "/data/0/1"),
    ("numpy", {"data": 7}, "value-type", "/data"),
    ("numpy", {"data": [[9007199254740993, 2, 3]]}, "integer-too-large", "/data/0/0"),
    ("records", {"data": row()}, "one-row-for-rows", "/data"),
    ("records", {"data": [[row()]]}, "rows-nested-too-deep", "/data"),
    ("records", {"data": [without(row(), "city")]}, "column-count", "/data"),
    ("records", {"data": [row(zip="1")]}, "column-count", "/data"),
    ("records", {"data": [{**without(row(), "city"), "town": "Oslo"}]}, "column-names", "/data"),
    ("records", {"data": [dict(reversed(row().items()))]}, "column-order", "/data"),
    ("records", {"data": split(R)}, "table-form", "/data"),
    ("records", {"data": [R]}, "table-form", "/data"),
    ("records", {"data": [row(), row(age=None)]}, "null-where-value", "/data/1/age"),
    ("records", {"data": [row(age=31.7)]}, "integer-as-float", "/data/0/age"),
    ("records", {"data": [row(age="31")]}, "number-as-text", "/data/0/age"),
    ("records", {"data": [row(city=7)]}, "text-as-number", "/data/0/city"),
    ("records", {"data": [row(member="false")]}, "bool-as-text", "/data/0/member"),
    ("records", {"data": [row(income="much")]}, "value-type", "/data/0/income"),
    ("records", {"data": [row(age=2**64)]}, "integer-too-large", "/data/0/age"),
    ("records", {"data": []}, "empty-rows", "/data"),
    ("split", {"data": [row()]}, "table-form", "/data"),
    ("split", {"data": split(R[:3])}, "rows-unequal column-count", "/data/data"),
    ("split", {"data": split(R, columns=("age", "income", "town", "member"))}, "column-names", "/data/columns"),
    ("split", {"data": split(R, [40, 2.5, "Rom"])}, "rows-unequal", "/data/data/1"),
    ("split", {"data": split(["x", 1.5, "Oslo", True])}, "value-type", "/data/data/0/0"),
    ("split", {"data": split([R[1], R[0], R[2], R[3]], columns=("income", "age", "city", "member"))}, "column-order",
     "/data/columns"),
    ("nested", {"payload": {**NESTED, "rows": [1, 2]}}, "one-row-for-rows", "/payload/rows"),
    ("nested", {"payload": {**NESTED, "rows": [[1, "two"]]}}, "value-type", "/payload/rows/0/1"),
    ("nested", {"payload": {**NESTED, "people": {"name": "a", "age": 3}}}, "one-row-for-rows", "/payload/people"),
    ("nested", {"payload": without(NESTED, "limit")}, "key-missing", "/payload"),
    ("nested", {"payload": {**without(NESTED, "rows"), "row": [[1, 2]]}}, "key-missing", "/payload"),
    ("nested", {"payload": [NESTED]}, "value-type", "/payload"),
    ("standard", {"name": "a", "count": "3"}, "number-as-text", "/count"),
    ("standard", {"name": 5, "count": 3}, "text-as-number", "/name"),
    ("standard", {"name": "a", "count": 3.0}, "integer-as-float", "/count"),
    ("standard", {"name": "a", "Count": 3}, "key-case-differs", ""),
    ("standard", {**STANDARD, "options": {"deep": "true", "words": ["a"]}}, "bool-as-text", "/options/deep"),
    ("document", {"instances": [person(), person(colour="green")]}, "choice-unknown", "/instances/1/colour"),
    ("document", {"instances": [person(age=200)]}, "out-of-range", "/instances/0/age"),
    ("document", {"instances": [person(born="2/1/1990")]}, "text-form", "/instances/0/born"),
    ("document", {"instances": [person()] * 6}, "array-size", "/instances"),
    ("document", {"instances": [{"age": 1, "color": "red"}]}, "key-missing", "/instances/0"),
    ("document", {"instances": [person(point=[1, 2])]}, "one-row-for-rows", "/instances/0/point"),
    ("code", {"Instances": [{"age": 1, "weight": 2}]}, "key-case-differs", ""),
    ("code", {"instances": [{"age": 1, "weight": 2}, {"age": 1}]}, "key-missing", "/instances/1"),
    ("code", {"instance": [{"age": 1, "weight": 2}]}, "key-missing", ""),
    ("frame", {"data": [{"Sun": 1, "angle": 2}]}, "key-case-differs", "/data/0"),
    ("frame", {"rows": [{"sun": 1, "angle": 2}]}, "key-missing", ""),
]  # fmt: skip

RIGHT: list[tuple[str, Any]] = [
    ("numpy", {"data": [[1.0, 2.0, 3.0]]}),
    ("numpy", {"data": [[1, 2, 3], [4, 5, 6]]}),
    ("numpy", {"data": [[-1e-9, 2e300, 0]]}),
    ("numpy", {"data": [[1, 2, 3]] * 300}),
    ("numpy", {"data": [[1, 2, 3]], "request_headers": 1}),
    ("records", {"data": [row()]}),
    ("records", {"data": [row(), row(age=4, city="Bergen")]}),
    ("records", {"data": [row(income=3)]}),
    ("records", {"data": [row(age=4.0)]}),
    ("records", {"data": [row(city="12345")]}),
    ("records", {"data": [row(income=None)]}),
    ("records", {"data": {name: [one] for name, one in row().items()}}),
    ("split", {"data": split(R)}),
    ("split", {"data": split(R, R)}),
    ("split", {"data": without(split(R), "index")}),
    ("split", {"data": split([31, 2, "Rom", False])}),
    ("nested", {"payload": NESTED}),
    ("nested", {"payload": {**NESTED, "rows": [[1, 2], [3, 4]]}}),
    ("nested", {"payload": {**NESTED, "people": [{"name": "b", "age": 1}] * 4}}),
    ("nested", {"payload": {**NESTED, "limit": 0}}),
    ("standard", STANDARD),
    ("standard", {"name": "", "count": 0, "options": {"deep": False, "words": []}}),
    ("standard", {"name": "a", "count": -5, "options": {"deep": True, "words": ["b", "c"]}}),
    ("standard", {"name": "null", "count": 2**31, "options": {"deep": True, "words": ["1"]}}),
    ("document", {"instances": [person()]}),
    ("document", {"instances": [person(born="1990-02-01", code="ABC")]}),
    ("document", {"instances": [person(point=[[1, 2], [3.5, 4]])], "debug": True}),
    ("document", {"instances": [person(age=0), person(age=130, colour="blue")]}),
    ("document", {"instances": [person(note="free")]}),
    ("code", {"instances": [{"age": 1, "weight": 2}]}),
    ("code", {"instances": [{"age": 1, "weight": 2, "name": "x"}], "limit": 1}),
    ("code", {"instances": []}),
    ("code", {"instances": [{"weight": 1.5, "age": 3}], "limit": 7}),
    ("frame", {"data": [{"sun": 1, "angle": 2}]}),
    ("frame", {"data": {"sun": [1], "angle": [2]}}),
    ("frame", {"data": [{"angle": 2, "sun": 1, "more": 3}]}),
    ("frame", {"data": [{"sun": 1.5, "angle": -2}] * 50}),
    ("frame", {"data": {"sun": {"0": 1}, "angle": {"0": 2}}}),
    ("numpy", {"data": [[0, 0, 0]]}),
    ("records", {"data": [row(city="Zürich", income=1e10)]}),
]


@cache
def evidence_of(contract: str) -> Evidence:
    """The contract: a document, code that was only read, or decorators as the probe tells them."""
    if contract == "document":
        return documented(DOCUMENT)
    text = SCRIPTS[contract]
    if "input_schema" not in text:
        return undecorated(text)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "score.py"
        script.write_text(text, encoding="utf-8")
        with start(Rehearsal(script=script, python=sys.executable, stop_after="import")) as running:
            probe = running.wait()
    assert isinstance(probe, Probe)
    assert probe.interface is not None, probe.steps
    return declared(interface=probe.interface, text=text)


def told(contract: str, payload: Any) -> list[Finding]:
    body = json.dumps(payload)
    evidence = evidence_of(contract).replace(samples=Samples(items=(sample(body),)))
    return [one for check in CHECKS if not any(evidence.missing(n) for n in check.needs) for one in check.run(evidence)]


def is_right(findings: list[Finding], kinds: str, pointer: str) -> bool:
    """The right check speaks, of the right place, and no other speaks as loudly of something else."""
    explained = {name for one in rank(findings).findings for name in one.explains}
    findings = [one for one in findings if one.id not in explained]
    loud = [one for one in findings if one.gravity is not Severity.INFO] or findings
    ids = [one.id.removeprefix("contract.") for one in loud]
    said = " ".join(quote.text for one in loud for quote in one.evidence)
    place = pointer or "the body"
    return bool(ids) and set(ids) <= set(kinds.split()) and f"{place}: " in said


@pytest.mark.parametrize("contract", [*SCRIPTS, "document"])
def test_wrong(contract: str) -> None:
    missed = []
    for number, (name, payload, kinds, pointer) in enumerate(WRONG):
        if name == contract and not is_right(findings := told(contract, payload), kinds, pointer):
            said = [(one.id, one.severity, one.title, [q.text for q in one.evidence]) for one in findings]
            missed.append((number, payload, kinds, pointer, said))
    assert missed == []


@pytest.mark.parametrize("contract", [*SCRIPTS, "document"])
def test_right(contract: str) -> None:
    loud = []
    for name, payload in RIGHT:
        if name == contract:
            loud += [(payload, one.title) for one in told(contract, payload) if one.gravity is not Severity.INFO]
    assert loud == []


def test_the_table_is_as_long_as_it_says() -> None:
    assert (len(WRONG), len(RIGHT)) == (60, 40)
    assert {name for name, *_ in WRONG} == {name for name, _ in RIGHT} == {*SCRIPTS, "document"}
