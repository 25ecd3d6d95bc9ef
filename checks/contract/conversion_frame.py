"""The data frame that `pandas.read_json` makes of a value: its columns, and the cells with their places in the body.

Source: pandas 3.1, `io/json/_json.py` and `core/internals/construction.py`, tried.
"""

from dataclasses import dataclass, field

from checks.contract.conversion import Doubtful, Refusal, below, type_name
from checks.contract.records import Json

Cell = tuple[Json, str]
"""A value and its pointer. The pointer of a value that is missing is that of what it is missing in."""
Label = str | int

SPLIT = ("columns", "index", "data")


@dataclass
class Frame:
    """Columns by label in their order; each holds a cell for each row. `pointer` is where the rows stand."""

    columns: dict[Label, list[Cell]] = field(default_factory=dict)
    pointer: str = ""


def frame_of(orient: str, value: Json, pointer: str) -> Frame:
    """The frame. Raises Doubtful where it cannot be told, Refusal where pandas raises."""
    if orient == "split":
        return _split(value, pointer)
    if orient == "index":
        return _index(value, pointer)
    if orient == "table":
        return _table(value, pointer)
    return _of_dict(value, pointer) if isinstance(value, dict) else _of_list(value, pointer)


def _of_list(rows: list[Json], pointer: str, wheres: list[str] | None = None) -> Frame:
    """Rows of any kind: the first says how all are read."""
    if not rows:
        return Frame(pointer=pointer)
    placed = list(zip(rows, wheres or [below(pointer, n) for n in range(len(rows))], strict=True))
    if isinstance(rows[0], dict):
        return _of_records(placed, pointer)
    if isinstance(rows[0], list):
        return _of_lists(placed, pointer)
    return Frame(columns={0: list(placed)}, pointer=pointer)


def _of_records(rows: list[tuple[Json, str]], pointer: str) -> Frame:
    labels: dict[Label, None] = {}
    for row, where in rows:
        if isinstance(row, dict):
            labels.update(dict.fromkeys(row))
        elif isinstance(row, list):
            if row and all(_is_pair(item) for item in row):
                raise Doubtful
            if row:
                raise Refusal("TypeError: cannot convert dictionary update sequence element #0 to a sequence", where)
        elif isinstance(row, str):
            if row:
                raise Refusal("ValueError: dictionary update sequence element #0 has length 1; 2 is required", where)
        else:
            raise Refusal(f"TypeError: '{type_name(row)}' object is not iterable", where)
    records = [(row if isinstance(row, dict) else {}, where) for row, where in rows]
    return Frame(
        columns={
            label: [(row[label], below(where, label)) if label in row else (None, where) for row, where in records]
            for label in labels
        },
        pointer=pointer,
    )


def _is_pair(item: Json) -> bool:
    return isinstance(item, list | str | dict) and len(item) == 2


def _of_lists(rows: list[tuple[Json, str]], pointer: str) -> Frame:
    for row, where in rows:
        if isinstance(row, str | dict):
            raise Doubtful
        if not isinstance(row, list):
            raise Refusal(f"TypeError: object of type '{type_name(row)}' has no len()", where)
    width = max(len(row) for row, _ in rows)
    return Frame(
        columns={
            n: [(row[n], below(where, n)) if n < len(row) else (None, where) for row, where in rows]
            for n in range(width)
        },
        pointer=pointer,
    )


def _of_dict(value: dict[str, Json], pointer: str) -> Frame:
    """Columns by name: lists of equal length, or objects by row label; scalars are repeated."""
    if not value:
        return Frame(pointer=pointer)
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    objects = {key: item for key, item in value.items() if isinstance(item, dict)}
    if not lists and not objects:
        raise Refusal("ValueError: If using all scalar values, you must pass an index", pointer)
    if len({len(item) for item in lists.values()}) > 1:
        raise Refusal("ValueError: All arrays must be of the same length", pointer)
    if lists and objects:
        raise Refusal("ValueError: Mixing dicts with non-Series may lead to ambiguous ordering.", pointer)
    labels = list(dict.fromkeys(label for item in objects.values() for label in item))
    rows = len(labels) if objects else len(next(iter(lists.values())))
    columns: dict[Label, list[Cell]] = {}
    for key, item in value.items():
        where = below(pointer, key)
        if isinstance(item, list):
            columns[key] = [(cell, below(where, n)) for n, cell in enumerate(item)]
        elif isinstance(item, dict):
            columns[key] = [(item[k], below(where, k)) if k in item else (None, where) for k in labels]
        else:
            columns[key] = [(item, where)] * rows
    return Frame(columns=columns, pointer=pointer)


def _index(value: Json, pointer: str) -> Frame:
    """Rows by their label."""
    if not value:
        return Frame(pointer=pointer)
    if isinstance(value, list):
        raise Refusal("AttributeError: 'list' object has no attribute 'values'", pointer)
    rows = list(value.values())
    wheres = [below(pointer, key) for key in value]
    if isinstance(rows[0], dict):
        for row, where in zip(rows, wheres, strict=True):
            if not isinstance(row, dict):
                raise Refusal(f"AttributeError: '{type_name(row)}' object has no attribute 'items'", where)
    return _of_list(rows, pointer, wheres)


def _split(value: Json, pointer: str) -> Frame:
    if not isinstance(value, dict):
        raise Refusal("AttributeError: 'list' object has no attribute 'items'", pointer)
    if extra := [key for key in value if key not in SPLIT]:
        raise Refusal(f"ValueError: JSON data had unexpected key(s): {', '.join(extra)}", pointer)
    if "columns" not in value:
        raise Refusal("KeyError: 'columns'", pointer)
    names, rows = value["columns"], value.get("data")
    if not isinstance(names, list | str | dict):
        raise Refusal(f"TypeError: '{type_name(names)}' object is not iterable", below(pointer, "columns"))
    labels = list(names)
    where = below(pointer, "data")
    simple = all(isinstance(label, str | int) and not isinstance(label, bool) for label in labels)
    if rows is None and value.get("index") is None:
        rows = []
    if not simple or len(set(labels)) != len(labels) or not isinstance(rows, list) or not _is_index(value, rows):
        if isinstance(rows, bool | int | float | str) and "index" not in value:
            raise Refusal("ValueError: DataFrame constructor not properly called!", where)
        raise Doubtful
    if not rows:
        return Frame(columns={label: [] for label in labels}, pointer=where)
    return _named(_of_list(rows, where), rows[0], labels)


def _is_index(value: dict[str, Json], rows: list[Json]) -> bool:
    """True where the row labels, if any, are as many as the rows."""
    index = value.get("index")
    if not isinstance(index, list):
        return index is None
    return len(index) == len(rows) and not any(isinstance(label, list | dict) for label in index)


def _named(frame: Frame, first: Json, labels: list[Label]) -> Frame:
    """Rows under the names of `columns`: records are picked by name, lists must be as long."""
    if isinstance(first, dict):
        rows = len(next(iter(frame.columns.values()), []))
        empty = [(None, frame.pointer)] * rows
        return Frame({label: frame.columns.get(label, list(empty)) for label in labels}, frame.pointer)
    if len(labels) != len(frame.columns):
        raise Refusal(
            f"ValueError: {len(labels)} columns passed, passed data had {len(frame.columns)} columns", frame.pointer
        )
    return Frame(dict(zip(labels, frame.columns.values(), strict=True)), frame.pointer)


TABLE_TYPES = ("integer", "number", "string", "boolean")


def _table(value: Json, pointer: str) -> Frame:
    """A Table Schema: its fields name the columns, and those of the primary key are the index."""
    if not isinstance(value, dict):
        raise Refusal("TypeError: list indices must be integers or slices, not str", pointer)
    if "schema" not in value:
        raise Refusal("KeyError: 'schema'", pointer)
    schema = value["schema"]
    if not isinstance(schema, dict):
        raise Doubtful
    if "fields" not in schema:
        raise Refusal("KeyError: 'fields'", below(pointer, "schema"))
    fields, rows, where = schema["fields"], value.get("data"), below(pointer, "data")
    names = [field.get("name") for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    keys = schema.get("primaryKey", [])
    whole = isinstance(fields, list) and len(names) == len(fields) == len(set(map(str, names)))
    plain = whole and all(isinstance(name, str) for name in names) and isinstance(keys, list)
    if not plain or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Doubtful
    if any(field.get("type") not in TABLE_TYPES for field in fields) or not all(key in names for key in keys):
        raise Doubtful
    wanted: list[Label] = [str(name) for name in names if name not in keys]
    return _named(_of_list(rows, where) if rows else Frame(pointer=where), {}, wanted)
