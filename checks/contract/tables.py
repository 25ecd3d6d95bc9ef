"""Payloads in the forms of other services: which one it is, and the same data in the form that is wanted."""

import json
from dataclasses import dataclass

from checks.contract.records import Json
from checks.contract.wanted import Key

PREVIEW = 300  # characters of a corrected payload that are shown


@dataclass(frozen=True)
class Form:
    """A form that a service documents. `keys` are what it is known by, `name` is whose it is."""

    name: str
    keys: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Table:
    """Rows, with the names of the columns where they are told."""

    rows: tuple[tuple[Json, ...], ...]
    columns: tuple[str, ...] = ()


BY_KEY = {
    "dataframe_split": "MLflow",
    "dataframe_records": "MLflow",
    "input_data": "MLflow on a managed endpoint",
    "instances": "TensorFlow Serving",
    "Inputs": "AutoML, the Designer and Power BI",
    "inputs": "MLflow",
    "messages": "OpenAI chat",
    "prompt": "OpenAI completions",
}


def form_of(value: Json) -> Form | None:
    """The form of another service that a payload has."""
    if not isinstance(value, dict):
        return None
    inputs = value.get("inputs")
    first = inputs[0] if isinstance(inputs, list) and inputs else None
    if isinstance(first, dict) and {"name", "data"} <= first.keys() and {"shape", "datatype"} & first.keys():
        return Form("KServe v2 (Triton)", ("inputs",), "inputs")
    if "parameters" in value and isinstance(inputs, (str, list)):
        return Form("Hugging Face", ("inputs", "parameters"), "inputs")
    if isinstance(inputs, str):
        return Form("Hugging Face", ("inputs",), "inputs")
    if "signature_name" in value and inputs is not None:
        return Form("TensorFlow Serving", ("inputs", "signature_name"), "inputs")
    messages = value.get("messages")
    if messages is not None and not (isinstance(messages, list) and all(isinstance(m, dict) for m in messages)):
        return None
    for key, name in BY_KEY.items():
        if key == "input_data" and not isinstance(value.get(key), dict):
            continue
        if key in value and (key != "prompt" or len(value) > 1):
            return Form(name, (key, *(["GlobalParameters"] if "GlobalParameters" in value else [])), key)
    return None


def content_of_form(value: Json) -> Json:
    """What lies in the wrapper of a form, or in any wrapper of one key."""
    form = form_of(value)
    if form and isinstance(value, dict):
        inner = value[form.key]
        if form.name == "KServe v2 (Triton)":
            return _tensor(inner)
        if form.key == "Inputs" and isinstance(inner, dict) and inner:
            return inner["data"] if "data" in inner else next(iter(inner.values()))
        return inner
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return value


def _tensor(inputs: Json) -> Json:
    first = inputs[0]
    data, shape = first.get("data"), first.get("shape")
    flat = isinstance(data, list) and not any(isinstance(item, list) for item in data)
    if flat and isinstance(shape, list) and len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 0:
        return [data[at : at + shape[1]] for at in range(0, len(data), shape[1])]
    return data


def table_of(content: Json) -> Table | None:
    """The rows that a value holds, in any of the usual forms."""
    if isinstance(content, dict):
        if isinstance(content.get("data"), list) and isinstance(content.get("columns"), list):
            inner = table_of(content["data"])
            return Table(inner.rows, tuple(map(str, content["columns"]))) if inner else None
        lists = [value for value in content.values() if isinstance(value, list)]
        if content and len(lists) == len(content) and len({len(one) for one in lists}) == 1:
            return Table(tuple(zip(*lists, strict=True)), tuple(content))
        if content and not any(isinstance(value, (dict, list)) for value in content.values()):
            return Table((tuple(content.values()),), tuple(content))
        return None
    if not isinstance(content, list) or not content:
        return None
    if all(isinstance(item, dict) for item in content):
        names = tuple(dict.fromkeys(key for item in content[:200] for key in item))
        return Table(tuple(tuple(item.get(name) for name in names) for item in content), names)
    if all(isinstance(item, list) for item in content):
        return Table(tuple(tuple(item) for item in content))
    return None if any(isinstance(item, (dict, list)) for item in content) else Table((tuple(content),))


def in_shape(content: Json, key: Key) -> Json:
    """The content in the shape that a key takes; as it is where that is not known, or cannot be made."""
    table = table_of(content)
    if table is None or key.shape not in ("rows", "table", "records", "split", "object"):
        return content
    if key.shape == "table" and not (isinstance(content, dict) and {"columns", "data"} <= content.keys()):
        return content
    width = len(table.rows[0]) if table.rows else 0
    columns = table.columns or (key.columns if len(key.columns) == width else ())
    if key.shape == "rows":
        return [list(row) for row in table.rows]
    if key.shape in ("records", "table") and columns:
        return [dict(zip(columns, row, strict=False)) for row in table.rows]
    if key.shape == "split" and columns:
        return {"columns": list(columns), "index": list(range(len(table.rows))), "data": [list(r) for r in table.rows]}
    if key.shape == "object" and {"columns", "data"} <= set(key.inner) and columns:
        split = {"columns": list(columns), "index": list(range(len(table.rows))), "data": [list(r) for r in table.rows]}
        return {name: split[name] for name in key.inner if name in split}
    if key.shape == "object" and key.inner == ("data",):
        return {"data": content}
    return content


def preview(value: Json) -> str:
    """A payload as text, cut."""
    text = json.dumps(_cut(value), ensure_ascii=False)
    return text if len(text) <= PREVIEW else f"{text[: PREVIEW - 1]}…"


def _cut(value: Json, depth: int = 6) -> Json:
    """The beginning of a value: nothing larger is turned into text."""
    if isinstance(value, str):
        return value[:PREVIEW]
    if depth and isinstance(value, list):
        return [_cut(item, depth - 1) for item in value[:60]]
    if depth and isinstance(value, dict):
        return {key[:80]: _cut(value[key], depth - 1) for key in list(value)[:60]}
    return value if not isinstance(value, (dict, list)) else "…"
