"""Makes the evidence of firing and quiet cases: interfaces, documents, samples, endpoints."""

import msgspec

from checks.cases import script
from checks.contract.records import Document, Documents, Interface, Json, Parameter, ParameterType, Schema
from checks.evidence import Evidence, Phase, Probe, Sample, Samples, Step, Target

SCHEMA_SCRIPT = """import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init(): ...


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@output_schema(NumpyParameterType(np.array([1.0])))
def run(data):
    return data.sum(axis=1).tolist()
"""
ROWS: Schema = {"type": "array", "items": {"type": "array", "items": {"type": "number", "format": "double"}}}
FLOATS = ParameterType(kind="numpy", dtype="float64", shape=(1, 2))


def sample(text: str, source: str = "sample.json") -> Sample:
    """A request body that is text."""
    body = text.encode()
    return Sample(source=source, text=text, size=len(body), head=body[:32].hex())


def sample_of(body: bytes, source: str = "sample.bin", encoding: str | None = None) -> Sample:
    """A request body that is no UTF-8."""
    other = body.decode(encoding) if encoding else None
    return Sample(
        source=source, text=None, size=len(body), raw=True, head=body[:32].hex(), encoding=encoding, other_text=other
    )


def interface(
    parameters: tuple[Parameter, ...] = (Parameter(name="data", type=FLOATS),),
    *,
    properties: Schema | None = None,
    output: Schema | None = None,
) -> Interface:
    """What a decorated run() declares; by default `data`, rows of two numbers, and numbers as the answer."""
    made = properties or {"data": {**ROWS, "format": "numpy.ndarray"}}
    return Interface(
        kind="schema",
        parameters=parameters,
        described=tuple(one.name for one in parameters if one.type),
        input={"type": "object", "properties": made, "example": {"data": [[1.0, 2.0]]}},
        output=output or {"type": "array", "items": {"type": "number", "format": "double"}, "example": [1.0]},
        versions=("2.0", "3.0", "3.1"),
    )


def declared(
    *samples: Sample, interface: Interface, text: str = SCHEMA_SCRIPT, steps: tuple[Step, ...] = ()
) -> Evidence:
    """A decorated script that was imported, with request bodies."""
    done = (Step(phase=Phase.IMPORT, outcome="passed"), Step(phase=Phase.INIT, outcome="passed"), *steps)
    return script(text).replace(
        probe=Probe(interpreter="python", python="3.11.9", steps=done, interface=interface),
        **({"samples": Samples(items=samples)} if samples else {}),
    )


def undecorated(text: str, *samples: Sample) -> Evidence:
    """An undecorated script that was only read, with request bodies."""
    return script(text).replace(**({"samples": Samples(items=samples)} if samples else {}))


def openapi(**parts: Json) -> Schema:
    """A Swagger 2.0 document as the server makes it; `parts` replace its members."""
    made = {
        "swagger": "2.0",
        "info": {"title": "score", "version": "1.0"},
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": {
            "/": {"get": {"operationId": "ServiceHealthCheck", "responses": {"200": {"description": "up"}}}},
            "/score": {
                "post": {
                    "operationId": "RunMLService",
                    "parameters": [
                        {"in": "body", "name": "serviceInputPayload", "schema": {"$ref": "#/definitions/ServiceInput"}}
                    ],
                    "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/ServiceOutput"}}},
                }
            },
        },
        "definitions": {
            "ServiceInput": {"type": "object", "properties": {"data": ROWS}, "example": {"data": [[1.0, 2.0]]}},
            "ServiceOutput": {"type": "array", "items": {"type": "number"}},
        },
    }
    return {**made, **parts}


def documented(content: Schema, *samples: Sample, role: str = "given", **fields: object) -> Evidence:
    """A document that was handed over, with request bodies; `fields` are those of Document."""
    text = msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
    version = content.get("swagger") or content.get("openapi")
    one = {
        "source": "swagger.json", "role": role, "form": "openapi", "version": version, "content": content,
        "text": text, **fields,
    }  # fmt: skip
    return Evidence(
        target=Target(kind="document", name="swagger.json"),
        documents=Documents(items=(Document(**one),)),  # type: ignore[arg-type]
    ).replace(**({"samples": Samples(items=samples)} if samples else {}))


def taking(properties: Schema, answer: Schema | None = None) -> Schema:
    """A Swagger 2.0 document whose request has these keys; by default it answers numbers."""
    definitions = {
        "ServiceInput": {"type": "object", "properties": properties},
        "ServiceOutput": answer or {"type": "array", "items": {"type": "number"}},
    }
    return openapi(definitions=definitions)


def replaced(old: Schema, new: Interface) -> Evidence:
    """A decorated script, held against an old document."""
    return declared(interface=new).replace(documents=documented(old, role="old", source="old.json").documents)


def renewed(old: Schema, new: Schema) -> Evidence:
    """A document, held against an old one."""
    both = [documented(content, role=role, source=f"{role}.json") for content, role in ((new, "given"), (old, "old"))]
    items = tuple(item for one in both if isinstance(one.documents, Documents) for item in one.documents.items)
    return both[0].replace(documents=Documents(items=items))
