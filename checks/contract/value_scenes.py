"""Firing and quiet cases of request bodies: contracts that differ in kind, each with one body."""

import json

from checks.contract.records import Json, Parameter, ParameterType, Schema
from checks.contract.scenes import declared, documented, interface, openapi, sample, undecorated
from checks.evidence import Evidence

CODE = """import json

def init(): ...

def run(raw):
    data = json.loads(raw)
    return model.predict(data["rows"]).tolist()
"""
COLUMNS = (("age", "int64"), ("income", "float64"), ("city", "object"), ("member", "bool"))
_KINDS = {"int64": "integer", "float64": "number", "object": "string", "bool": "boolean"}
PERSON = {"age": 31, "income": 1.5, "city": "Oslo", "member": True}


def to_array(body: Json) -> Evidence:
    """run(data) takes rows of two numbers."""
    return declared(sample(json.dumps(body)), interface=interface())


def to_frame(body: Json, orient: str = "records") -> Evidence:
    """run(data) takes people, as a data frame."""
    kind = ParameterType(kind="pandas", columns=COLUMNS, orient=orient, shape=(1, 4))
    members = {name: {"type": _KINDS[dtype]} for name, dtype in COLUMNS}
    rows = {"type": "object", "required": list(members), "properties": members}
    schema: Schema = {"type": "array", "items": rows, "format": "pandas.DataFrame:records"}
    if orient == "split":
        cells = {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}}}
        schema = {
            "type": "object",
            "required": ["columns", "index", "data"],
            "properties": {"columns": {"type": "array", "items": {"type": "string"}}, "data": cells},
            "format": "pandas.DataFrame:split",
        }
    return declared(
        sample(json.dumps(body)), interface=interface((Parameter(name="data", type=kind),), properties={"data": schema})
    )


def to_value(python: str, schema: Schema, body: Json) -> Evidence:
    """run(data) takes a plain value."""
    kind = ParameterType(kind="standard", python=python)
    return declared(
        sample(json.dumps(body)), interface=interface((Parameter(name="data", type=kind),), properties={"data": schema})
    )


def to_document(body: Json, **properties: Json) -> Evidence:
    """A document says what the service takes; all of it must be there."""
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return documented(openapi(definitions={"ServiceInput": schema, "ServiceOutput": {}}), sample(json.dumps(body)))


def to_code(body: Json, text: str = CODE) -> Evidence:
    """An undecorated run() reads the body by itself."""
    return undecorated(text, sample(json.dumps(body)))


def rows_of(body: Json) -> Json:
    """The body as run(data) is sent it."""
    return {"data": body}
