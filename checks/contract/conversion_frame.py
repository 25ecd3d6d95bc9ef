"""The data frame that `pandas.read_json` makes of a value: its columns, and the cells with their places in the body.

Source: pandas 3.1, `io/json/_json.py` and `core/internals/construction.py`, tried.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checks.contract.conversion import Doubtful, Refusal, below, type_name
from checks.contract.records import Json

Label = str | int
Where = Callable[[int], str]
"""The pointer of a row, or of a cell, by the number of its row. It is only made for what is told."""

SPLIT = ("columns", "index", "data")


@dataclass(frozen=True)
class Column:
    """The values of one column. The pointer of one that is missing is that of what it is missing in."""

    values: list[Json]
    where: Where

    def __iter__(self) -> Iterator[tuple[Json, str]]:
        """Each value with its pointer."""
        return ((value, self.where(n)) for n, value in enumerate(self.values))


@dataclass
class Frame:
    """Columns by label in their order. `pointer` is where the rows stand."""

    columns: dict[Label, Column] = field(default_factory=dict)
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


def _of_list(rows: list[Json], pointer: str, names: list[str] | None = None) -> Frame:
    """Rows of any kind: the first says how all are read. `names` are their keys in an object."""

    def where(n: int) -> str:
        return below(pointer, names[n] if names else n)

    if not rows:
        return Frame(pointer=pointer)
    if isinstance(rows[0], dict):
        return _of_records(rows, where, pointer)
    if isinstance(rows[0], list):
        return _of_lists(rows, where, pointer)
    return Frame(columns={0: Column(rows, where)}, pointer=pointer)


def _of_records(rows: list[Json], where_of: Where, pointer: str) -> Frame:
    labels: dict[Label, None] = {}
    for n, row in enumerate(rows):
        where = where_of(n) if not isinstance(row, dict) else ""
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
    records = [row if isinstance(row, dict) else {} for row in rows]
    return Frame(columns={label: _picked(records, label, where_of) for label in labels}, pointer=pointer)


def _picked(records: list[dict[Label, Json]], label: Label, where: Where) -> Column:
    return Column(
        [row.get(label) for row in records], lambda n: below(where(n), label) if label in records[n] else where(n)
    )


def _is_pair(item: Json) -> bool:
    return isinstance(item, list | str | dict) and len(item) == 2


def _of_lists(rows: list[Json], where: Where, pointer: str) -> Frame:
    for n, row in enumerate(rows):
        if isinstance(row, str | dict):
            raise Doubtful
        if not isinstance(row, list):
            raise Refusal(f"TypeError: object of type '{type_name(row)}' has no len()", where(n))
    width = max(len(row) for row in rows)
    return Frame(columns={place: _sliced(rows, place, where) for place in range(width)}, pointer=pointer)


def _sliced(rows: list[list[Json]], place: int, where: Where) -> Column:
    return Column(
        [row[place] if place < len(row) else None for row in rows],
        lambda n: below(where(n), place) if place < len(rows[n]) else where(n),
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
    return Frame({key: _by_row(item, below(pointer, key), labels, rows) for key, item in value.items()}, pointer)


def _by_row(item: Json, pointer: str, labels: list[str], rows: int) -> Column:
    """A list, an object by row label, or a scalar that every row gets."""
    if isinstance(item, list):
        return Column(item, lambda n: below(pointer, n))
    if isinstance(item, dict):
        return Column(
            [item.get(k) for k in labels], lambda n: below(pointer, labels[n]) if labels[n] in item else pointer
        )
    return Column([item] * rows, lambda _: pointer)


def _index(value: Json, pointer: str) -> Frame:
    """Rows by their label."""
    if not value:
        return Frame(pointer=pointer)
    if isinstance(value, list):
        raise Refusal("AttributeError: 'list' object has no attribute 'values'", pointer)
    rows = list(value.values())
    if isinstance(rows[0], dict):
        for key, row in value.items():
            if not isinstance(row, dict):
                raise Refusal(
                    f"AttributeError: '{type_name(row)}' object has no attribute 'items'", below(pointer, key)
                )
    return _of_list(rows, pointer, list(value))


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
        return Frame({label: Column([], lambda _: where) for label in labels}, where)
    return _named(_of_list(rows, where), rows, labels)


def _is_index(value: dict[str, Json], rows: list[Json]) -> bool:
    """True where the row labels, if any, are as many as the rows."""
    index = value.get("index")
    if not isinstance(index, list):
        return index is None
    return len(index) == len(rows) and not any(isinstance(label, list | dict) for label in index)


def _named(frame: Frame, rows: list[Json], labels: list[Label]) -> Frame:
    """Rows under the names of `columns`: records are picked by name, lists must be as long."""
    if not rows or isinstance(rows[0], dict):
        absent = Column([None] * len(rows), lambda n: below(frame.pointer, n))
        return Frame({label: frame.columns.get(label, absent) for label in labels}, frame.pointer)
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
    if any(field.get("type") == "duration" for field in fields):
        raise Refusal('NotImplementedError: table="orient" can not yet read ISO-formatted Timedelta data', pointer)
    if any(field.get("type") not in TABLE_TYPES for field in fields) or not all(key in names for key in keys):
        raise Doubtful
    wanted: list[Label] = [str(name) for name in names if name not in keys]
    return _named(_of_list(rows, where), rows, wanted)
