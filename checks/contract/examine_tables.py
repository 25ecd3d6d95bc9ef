"""Tables in a request body: their form, rows and columns."""

from collections import Counter
from dataclasses import dataclass

from checks.contract.faults import Faults, Path
from checks.contract.records import Json, ParameterType, Schema
from checks.contract.saying import kind_of, near, plural, say
from checks.contract.schema_walk import below, properties_of, word_of

FORMS = {
    "records": "a list of objects, one a row", "split": "an object with columns and data", "values": "a list of rows",
    "columns": "an object of columns", "index": "an object of rows", "row": "one row", "one": "a list of values",
}  # fmt: skip
MOST_ROWS = 20_000  # rows that are looked at


@dataclass(frozen=True)
class Table:
    """What a table is to be. `dims` and `sizes` are those of an array, None where nobody says."""

    orient: str
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    dims: int = 0
    sizes: tuple[int | None, ...] = ()
    ordered: bool = False
    exact: bool = True


def is_table(root: Schema, schema: Schema, kind: ParameterType | None) -> bool:
    """True for arrays and data frames: by the decorator's type, the mark of inference-schema, or rows of rows."""
    return table_of(root, schema, kind) is not None


def is_table_of_rows(root: Schema, schema: Schema) -> bool:
    """True for what holds lists or numbers, and no objects with tables of their own."""
    table = table_of(root, schema, None)
    return table is not None and table.orient != "records"


def table_of(root: Schema, schema: Schema, kind: ParameterType | None) -> Table | None:
    """What the table is to be; None for what is none."""
    if kind is not None and kind.kind == "numpy":
        if kind.fields or not kind.shape:
            return None
        sizes = (None, *kind.shape[1:]) if kind.enforce_shape else ()
        return Table("array", dims=len(kind.shape) if kind.enforce_shape else 0, sizes=sizes)
    if kind is not None and kind.kind == "pandas":
        columns = tuple(name for name, _ in kind.columns)
        kinds = tuple(_word(dtype) for _, dtype in kind.columns) if kind.enforce_types else ()
        return Table(kind.orient or "records", columns, kinds, ordered=True, exact=kind.enforce_shape)
    if kind is not None and kind.kind == "standard":
        return None
    mark = str(word_of(root, schema, "format") or "")
    names = properties_of(root, schema)
    if mark.startswith("pandas.DataFrame:") or {"columns", "data"} <= set(names):
        orient = mark.partition(":")[2] or "split"
        items = properties_of(root, below(root, schema, 0)) if orient == "records" else {}
        return Table(orient, tuple(items), ordered=bool(mark))
    if word_of(root, schema, "type") != "array":
        return None
    inner, dims = schema, 0
    while word_of(root, inner, "type") == "array" and dims < 10:
        dims, deeper = dims + 1, below(root, inner, 0)
        if deeper is None:
            return None
        inner = deeper
    columns = tuple(properties_of(root, inner))
    if dims == 1 and columns:
        return Table("records", columns, exact=False)
    whole = mark == "numpy.ndarray" and word_of(root, inner, "type") != "object"
    return Table("array", dims=dims) if (dims > 1 and not columns) or whole else None


def _word(dtype: str) -> str:
    if dtype == "bool":
        return "true or false"
    if dtype.startswith(("int", "uint")):
        return "integer"
    if dtype.startswith("float"):
        return "number"
    return "text" if dtype in ("object", "string", "str") else ""


def form_of_table(value: Json) -> str:
    """records, values, split, columns, index, row, one, empty, or nothing for what is no table."""
    if isinstance(value, list):
        if not value:
            return "empty"
        kinds = {type(one) for one in value[:MOST_ROWS]}
        if kinds == {dict}:
            return "records"
        return "values" if list in kinds else "one" if dict not in kinds else "mixed"
    if isinstance(value, dict) and value:
        if isinstance(value.get("data"), list) and "columns" in value:
            return "split"
        kinds = {type(one) for one in value.values()}
        if kinds == {list}:
            return "columns"
        return "index" if kinds == {dict} else "row" if not kinds & {dict, list} else "mixed"
    return ""


def examine_table(
    root: Schema, schema: Schema, kind: ParameterType | None, value: Json, path: Path, found: Faults
) -> None:
    """Everything that is wrong with the table as a whole; what follows from it is covered."""
    table = table_of(root, schema, kind)
    if table is None:
        return
    if table.orient == "array":
        _array(table, value, path, found)
    else:
        _frame(table, value, path, found)


def _array(table: Table, value: Json, path: Path, found: Faults) -> None:
    form = form_of_table(value)
    wanted = {1: "a list of values", 2: "a list of rows"}.get(table.dims, f"lists in {table.dims} levels")
    if form in ("records", "split", "columns", "index", "row"):
        _other_form(form, wanted, path, found)
        return
    if not isinstance(value, list):
        return
    dims = _depth(value)
    if len(table.sizes) > 2 and value and (shape := _other_shape(table, value)):
        found.add("array-size", path, f"shape {shape}", _written(table.sizes))
        found.cover(path)
        return
    if not value:
        if table.dims > 1:
            found.add("empty-rows", path, "an empty list", wanted)
            found.cover(path)
        return
    if table.dims and dims < table.dims:
        if dims == table.dims - 1:
            found.add("one-row-for-rows", path, say(value), wanted, better=[value])
            found.cover(path)
        return
    if table.dims and dims > table.dims and not _has_objects(value):
        better = value[0] if len(value) == 1 else None
        found.add("rows-nested-too-deep", path, f"lists in {dims} levels", wanted, better=better)
        found.cover(path)
        return
    _rows(value, table.sizes[1] if len(table.sizes) > 1 else None, (), path, found)


def _other_shape(table: Table, value: list[Json]) -> str | None:
    """The shape of an image, a sequence or a batch of them that is not the declared one.

    None where it is right, where its lists are not of one length, and where only the batch around one is missing.
    """
    shape: list[int] = []
    here: Json = value
    while isinstance(here, list) and here and len(shape) < 20:
        shape.append(len(here))
        here = here[0]
    wanted = table.sizes
    if isinstance(here, dict) or tuple(shape) == wanted[1:]:
        return None
    same = len(shape) == len(wanted) and all(b is None or a == b for a, b in zip(shape, wanted, strict=True))
    return None if same or len(shape) > len(wanted) else f"({', '.join(map(str, shape))})"


def _written(sizes: tuple[int | None, ...]) -> str:
    return f"shape ({', '.join('n' if one is None else str(one) for one in sizes)})"


def _other_form(form: str, wanted: str, path: Path, found: Faults) -> None:
    found.add("table-form", path, FORMS[form], wanted, names=(form,), note="")
    found.cover(path)


def _depth(value: Json) -> int:
    depth = 0
    while isinstance(value, list) and depth < 200:
        depth += 1
        value = next((one for one in value if isinstance(one, list)), value[0] if value else None)
    return depth


def _has_objects(value: Json) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, dict)


def _rows(value: list[Json], size: int | None, columns: tuple[str, ...], path: Path, found: Faults) -> bool:
    """Rows of other lengths than the others, or all of them than what is wanted. True where something was told."""
    rows = value[:MOST_ROWS]
    if not any(isinstance(one, list) for one in rows):
        return False
    lengths = Counter(len(one) if isinstance(one, list) else -1 for one in rows)
    usual = size if size is not None and size in lengths else lengths.most_common(1)[0][0]
    if len(lengths) > 1:
        for number, one in enumerate(rows):
            if (len(one) if isinstance(one, list) else -1) != usual:
                found.add("rows-unequal", (*path, number), say(one), f"{plural(usual, 'value')} as in the other rows")
        found.cover(path)
        return True
    if size is not None and usual != size:
        lacking, many = columns[usual:], usual - size
        found.add(
            "column-count", path, f"{plural(usual, 'value')} in a row", f"{size}",
            names=lacking, others=(f"{many} too many",) if many > 0 else (),
        )  # fmt: skip
        found.cover(path)
        return True
    return False


def _frame(table: Table, value: Json, path: Path, found: Faults) -> None:
    form, wanted = form_of_table(value), FORMS.get(table.orient, table.orient)
    if table.orient == "table" or (table.orient in ("index", "columns") and form in ("index", "columns")):
        if table.orient == form == "index":
            _by_label(table, value, path, found)
        found.cover(path)
        return
    if form == "empty":
        if table.columns and table.ordered:  # a list that may hold objects is no table
            found.add("empty-rows", path, "an empty list", wanted)
        found.cover(path)
        return
    if (form, table.orient) in (("row", "records"), ("one", "values")):
        found.add("one-row-for-rows", path, say(value), wanted, better=[value])
        found.cover(path)
        return
    if table.orient == "records" and form == "values" and _has_objects(value):
        better = value[0] if len(value) == 1 else None
        found.add("rows-nested-too-deep", path, "lists of objects in a list", wanted, better=better)
        found.cover(path)
        return
    if form in ("", "mixed"):
        return
    if form != table.orient:
        _other_form(form, wanted, path, found)
        return
    if form == "records":
        _records(table, value, path, found)
    elif form == "split":
        _split(table, value, path, found)
    elif form == "values":
        if not _rows(value, len(table.columns) or None, table.columns, path, found):
            _cells(table, table.columns, value, path, found)
        found.cover(path)


def _by_label(table: Table, value: dict[str, Json], path: Path, found: Faults) -> None:
    """Rows under labels; the same the other way round, columns of labels, has the columns where the labels are."""
    if table.columns and set(value) <= set(table.columns):
        _other_form("columns", FORMS["index"], path, found)
        return
    _columns(table, tuple(dict.fromkeys(key for row in value.values() for key in row)), path, found)


def _split(table: Table, value: dict[str, Json], path: Path, found: Faults) -> None:
    names, data = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(data, list) or not all(isinstance(one, str) for one in names):
        return
    labels = value.get("index")
    if isinstance(labels, list) and data and isinstance(data[0], list) and len(labels) != len(data):
        found.add(
            "array-size", (*path, "index"), plural(len(labels), "label"), f"{plural(len(data), 'label')}, one a row",
            better=list(range(len(data))) if len(data) <= 20 else None,
        )  # fmt: skip
    if data and not isinstance(data[0], list):
        found.add("one-row-for-rows", (*path, "data"), say(data), "a list of rows", better=[data])
    elif not _rows(data, len(names), tuple(names), (*path, "data"), found) and not _columns(
        table, tuple(names), (*path, "columns"), found
    ):
        _cells(table, tuple(names), data, (*path, "data"), found)
    found.cover(path)


def _records(table: Table, value: list[Json], path: Path, found: Faults) -> None:
    rows = [one for one in value[:MOST_ROWS] if isinstance(one, dict)]
    counts = Counter(key for one in rows for key in one)
    sent = tuple(dict.fromkeys(key for one in rows[:1_000] for key in one)) or tuple(counts)
    lacking = [key for key, count in counts.items() if count < len(rows) and key in table.columns]
    slips = _slips(table, rows, lacking)
    if slips:
        for number, key, like in slips:
            found.add(
                "key-case-differs" if like.lower() == key.lower() else "key-missing", (*path, number),
                say(rows[number]), f"`{key}`", key=key, near=like, names=table.columns, at_key=True,
            )  # fmt: skip
    elif lacking:
        for number, one in enumerate(rows):
            absent = [key for key in lacking if key not in one]
            if absent:
                text = f"without {', '.join(f'`{key}`' for key in absent[:4])}"
                found.add("rows-unequal", (*path, number), text, "the keys of the other rows", names=tuple(lacking))
    if slips:
        others = {like for _, _, like in slips}
        sent = tuple(name for name in sent if name not in others)
    if not _columns(table, sent, path, found) and not lacking:
        return
    for number in range(min(len(value), MOST_ROWS)):  # the keys are told; the values are still looked at
        found.keys_told((*path, number))


def _slips(table: Table, rows: list[dict[str, Json]], lacking: list[str]) -> list[tuple[int, str, str]]:
    """Rows that have a key under another name than the other rows; none where that is not all that ails them."""
    slips = []
    for number, one in enumerate(rows):
        free = [name for name in one if name not in table.columns]
        for key in (key for key in lacking if key not in one):
            like = near(key, free)
            if like is None:
                return []
            free.remove(like)
            slips.append((number, key, like))
    return slips


def _columns(table: Table, sent: tuple[str, ...], path: Path, found: Faults) -> bool:
    """Names of columns against those that are wanted. True where something was told of names."""
    wanted = table.columns
    if not wanted:
        return False
    missing = [name for name in wanted if name not in sent]
    extra = [name for name in sent if name not in wanted]
    pairs = [f"`{like}` for `{name}`" for name in missing if (like := near(name, extra))]
    if not table.exact:
        return False
    if missing or extra:
        kind = "column-names" if len(missing) == len(extra) else "column-count"
        seen = f"{plural(len(sent), 'column')}: {_listed(sent)}"
        found.add(
            kind, path, seen, f"{plural(len(wanted), 'column')}: {_listed(wanted)}",
            names=tuple(missing), others=tuple(extra), near=", ".join(pairs) or None,
        )  # fmt: skip
        return True
    if table.ordered and tuple(sent) != wanted:
        found.add("column-order", path, _listed(sent), _listed(wanted), names=wanted)
    return False


def _cells(table: Table, names: tuple[str, ...], rows: list[Json], path: Path, found: Faults) -> None:
    """Values of rows without names, by the types of the columns."""
    from checks.contract.examine import classify

    kinds = dict(zip(table.columns, table.kinds, strict=False))
    wanted = [kinds.get(name, "") for name in names]
    for number, row in enumerate(rows[:MOST_ROWS]):
        for place, (kind, one) in enumerate(zip(wanted, row, strict=False)):
            if kind and not fits(kind, one):
                classify(one, kind, (*path, number, place), found)


def fits(kind: str, value: Json) -> bool:
    """True for a value of the kind; null is a number that is not known, and a text, to pandas."""
    seen = kind_of(value)
    if seen == "null":
        return kind != "integer" and kind != "true or false"
    if kind == "integer" and seen == "number":
        return isinstance(value, int) or value.is_integer()
    return seen == kind


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
