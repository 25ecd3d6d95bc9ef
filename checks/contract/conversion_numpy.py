"""What NumpyParameterType makes of a value.

Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`, tried with NumPy 2.4; for NumPy 1 as its
release notes tell.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta, timezone

from checks.contract.conversion import Conversion, Refusal, below, python_text, type_name
from checks.contract.conversion_scalars import EXACT, integer_range, to_bool, to_bytes, to_float, to_integer, to_text
from checks.contract.records import Json, ParameterType

Cell = Callable[[Json, str, Conversion], None]

CODES = {"i": "int", "u": "uint", "f": "float"}
DATE = re.compile(
    r"(\d{4})(-(\d\d)(-(\d\d)([T ](\d\d)(:(\d\d)(:(\d\d)(\.\d{1,18})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)?", re.ASCII
)
UNITS = {
    "years": "Y", "months": "M", "weeks": "W", "days": "D", "hours": "h", "minutes": "m", "seconds": "s",
    "milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns", "picoseconds": "ps", "femtoseconds": "fs",
    "attoseconds": "as",
}  # fmt: skip
MOST_DIMENSIONS = 32


def convert_numpy(kind: ParameterType, value: Json, pointer: str, told: Conversion) -> None:
    """Follow the conversion to an array. Raises Refusal where it raises."""
    if not isinstance(value, list):
        raise Refusal("ValueError: Invalid input format: expected an array of items.", pointer)
    if not kind.enforce_types:
        shape = _guessed(value, pointer, told)
    elif kind.fields:
        for n, row in enumerate(value):
            _record(kind, row, below(pointer, n), told)
        shape = (len(value),)
    else:
        shape = _array(kind.dtype or "", value, pointer, told)
    if kind.enforce_shape and kind.shape is not None and shape is not None:
        _check_shape(kind.shape, shape, pointer)


def _array(dtype: str, value: list[Json], pointer: str, told: Conversion) -> tuple[int, ...] | None:
    """The shape of the array, None where it cannot be told."""
    cell = cell_of(dtype)
    if cell is None:
        told.doubt()
        return None
    if re.search(r"(datetime|timedelta)64|[Mm]8", dtype):  # each item is converted by itself, before there is an array
        for n, item in enumerate(value):
            cell(item, below(pointer, n), told)
        return (len(value),)
    is_object = cell is _anything
    shape, ragged = _shape(value, pointer)
    if ragged and not is_object:
        raise _inhomogeneous(shape, ragged)
    if len(shape) > MOST_DIMENSIONS:
        if not is_object:
            raise Refusal("ValueError: setting an array element with a sequence.", pointer)
        told.doubt()
    if not is_object:
        _cells(value, len(shape), cell, dtype, pointer, told)
    return shape


def _inhomogeneous(shape: tuple[int, ...], pointer: str) -> Refusal:
    return Refusal(
        "ValueError: setting an array element with a sequence. The requested array has an inhomogeneous shape after "
        f"{len(shape)} dimensions. The detected shape was {shape} + inhomogeneous part.",
        pointer,
    )


def _shape(value: list[Json], pointer: str) -> tuple[tuple[int, ...], str]:
    """The dimensions that all lists share, and the pointer of the first item that does not fit (empty: all do)."""
    shape: list[int] = [len(value)]
    level = [value]
    while len(shape) <= MOST_DIMENSIONS:
        first = next((item for row in level for item in row), None)
        if not isinstance(first, list):
            mixed = any(list in set(map(type, row)) for row in level)
            odd = _first_odd(level, None) if mixed else None
            return tuple(shape), "" if odd is None else _place(odd, shape, pointer)
        size = len(first)
        odd = _first_odd(level, size)
        if odd is not None:
            return tuple(shape), _place(odd, shape, pointer)
        level = [item for row in level for item in row]
        shape.append(size)
    return tuple(shape), ""


def _first_odd(level: list[list[Json]], size: int | None) -> int | None:
    """How many items stand before the first that is no list of that size; with None, before the first list."""
    items = (item for row in level for item in row)
    for n, item in enumerate(items):
        if isinstance(item, list) is (size is None) or (size is not None and len(item) != size):
            return n
    return None


def _place(count: int, shape: list[int], pointer: str) -> str:
    """The pointer of an item of the lowest level by the number of items before it."""
    places: list[int] = []
    for size in reversed(shape):
        count, place = divmod(count, size)
        places.insert(0, place)
    return pointer + "".join(f"/{place}" for place in places)


def _cells(value: list[Json], depth: int, cell: Cell, dtype: str, pointer: str, told: Conversion) -> None:
    """Convert all scalars in their order. A row of plain floats is passed over: nothing can happen to it."""
    waiting: list[tuple[list[Json], str, int]] = [(value, pointer, depth)]
    least, greatest = _harmless(dtype)
    while waiting:
        row, where, levels = waiting.pop()
        if levels > 1:
            waiting.extend((row[n], below(where, n), levels - 1) for n in reversed(range(len(row))))
            continue
        kinds = set(map(type, row))
        if kinds == {int} and least <= min(row) and max(row) <= greatest:
            continue
        if kinds == {float} and dtype == "float64":
            continue
        for n, item in enumerate(row):
            cell(item, below(where, n), told)


def _harmless(dtype: str) -> tuple[int, int]:
    """From which integer to which an array of this dtype holds all as they are."""
    if found := re.fullmatch(r"(u?)int(8|16|32|64)", dtype):
        return integer_range(not found[1], int(found[2]))
    if found := re.fullmatch(r"float(16|32|64)", dtype):
        return -EXACT[int(found[1])], EXACT[int(found[1])]
    return 0, -1


def cell_of(dtype: str) -> Cell | None:
    """What happens to one item of an array of this dtype; None for one that is not known."""
    word = dtype.lstrip("|<>=")
    if found := re.fullmatch(r"(u?int|float)(8|16|32|64)", word) or re.fullmatch(r"([iuf])([1248])", word):
        base, size = CODES.get(found[1], found[1]), int(found[2]) * (8 if found[1] in CODES else 1)
        if base == "float":
            return lambda value, pointer, told: to_float(value, size, pointer, told)
        return lambda value, pointer, told: to_integer(value, base == "int", size, pointer, told)
    if word in ("bool", "?", "b1"):
        return to_bool
    if word in ("object", "O"):
        return _anything
    if found := re.fullmatch(r"([US])(\d+)", word):
        width = int(found[2])
        if found[1] == "U":
            return lambda value, pointer, told: to_text(value, width, pointer, told)
        return lambda value, pointer, told: to_bytes(value, width, pointer, told)
    if found := re.fullmatch(r"(?:datetime64|M8)\[(\w+)\]", word):
        unit = found[1]
        return lambda value, pointer, told: _date(value, unit, pointer, told)
    if found := re.fullmatch(r"(?:timedelta64|m8)\[(\w+)\]", word):
        unit = found[1]
        return lambda value, pointer, told: _duration(value, unit, pointer, told)
    return None


def _anything(value: Json, pointer: str, told: Conversion) -> None:
    """An array of objects takes all as it is."""


def _record(kind: ParameterType, row: Json, pointer: str, told: Conversion) -> None:
    """One row of a structured array: an object by the names of the fields, or a list by their places."""
    for n, (name, dtype) in enumerate(kind.fields):
        where = below(pointer, name if isinstance(row, dict) else n)
        if isinstance(row, dict):
            if name not in row:
                raise Refusal(f"KeyError: {name!r}", pointer)
            item = row[name]
        elif isinstance(row, list | str):
            if n >= len(row):
                kinds = "list" if isinstance(row, list) else "string"
                raise Refusal(f"IndexError: {kinds} index out of range", pointer)
            item = row[n]
        else:
            raise Refusal(f"TypeError: '{type_name(row)}' object is not subscriptable", pointer)
        cell = cell_of(dtype)
        if cell is None:
            told.doubt()
        else:
            cell(item, where, told)


def _date(value: Json, unit: str, pointer: str, told: Conversion) -> None:
    """`np.datetime64(value)`, then the unit of the sample."""
    if value is None or value in ("", "NaT", "nat", "NAT"):
        return
    if isinstance(value, int):
        raise Refusal("ValueError: Converting an integer to a NumPy datetime requires a specified unit", pointer)
    if not isinstance(value, str):
        raise Refusal("ValueError: Could not convert object to NumPy datetime", pointer)
    found = DATE.fullmatch(value)
    if found is None:
        if re.fullmatch(r"[+-]?\d+(-\d\d)*|now|today", value, re.ASCII | re.IGNORECASE):
            told.doubt()  # years of other lengths, and words
            return
        raise Refusal(f'ValueError: Error parsing datetime string "{value}"', pointer)
    try:
        made = datetime(
            int(found[1]), int(found[3] or 1), int(found[5] or 1), int(found[7] or 0), int(found[9] or 0),
            int(found[11] or 0), int(f"{found[12] or '.0'}"[1:7].ljust(6, "0")),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        if found[1] == "0000":  # a year that numpy knows
            told.doubt()
            return
        late = (("Hours", 7, 23), ("Minutes", 9, 59), ("Seconds", 11, 59))
        part = next((name for name, group, most in late if int(found[group] or 0) > most), "Day")
        part = part if 1 <= int(found[3] or 1) <= 12 else "Month"
        raise Refusal(f'ValueError: {part} out of range in datetime string "{value}"', pointer) from None
    _date_kept(value, made, found[13], unit, pointer, told)


def _date_kept(value: str, made: datetime, zone: str | None, unit: str, pointer: str, told: Conversion) -> None:
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
        try:
            made = made.replace(tzinfo=timezone(offset)).astimezone(UTC)
        except (ValueError, OverflowError):
            told.doubt()
            return
    if unit == "D":
        if made.time() != time.min:
            told.change(pointer, value, repr(made.date()), "the array holds days: the time is cut off")
    elif unit in ("s", "ms", "us") and zone and zone.strip("+-Z0:"):
        step = {"s": 1_000_000, "ms": 1000, "us": 1}[unit]
        kept = made.replace(microsecond=made.microsecond - made.microsecond % step, tzinfo=None)
        told.change(pointer, value, repr(kept), "it is turned to UTC, and the zone is dropped")


def _duration(value: Json, unit: str, pointer: str, told: Conversion) -> None:
    """`<whole number> <unit in the plural>`."""
    if not isinstance(value, str):
        raise Refusal(f"AttributeError: '{type_name(value)}' object has no attribute 'split'", pointer)
    parts = value.split(None, 1)
    wrong = f"ValueError: Invalid numpy.timestamp64 value specified: {value}."
    if len(parts) != 2:
        raise Refusal(f"{wrong} Format should be <value> <time_unit_code>", pointer)
    try:
        int(parts[0])
    except ValueError as error:
        raise Refusal(f"ValueError: {error}", pointer) from None
    if parts[1].lower() not in UNITS:
        raise Refusal(f"{wrong} Unrecognized time unit code", pointer)
    if UNITS[parts[1].lower()] != unit:
        told.doubt()  # whether one unit turns into the other


def _guessed(value: list[Json], pointer: str, told: Conversion) -> tuple[int, ...] | None:
    """`np.array(value)`: text among numbers makes all of them text."""
    shape, ragged = _shape(value, pointer)
    if ragged:
        if told.numpy < 2:  # before 1.24 an array of lists
            told.doubt()
            return None
        raise _inhomogeneous(shape, ragged)
    if len(shape) > MOST_DIMENSIONS:
        told.doubt()
        return None
    items = list(_leaves(value, len(shape), pointer))
    kinds = {type(item) for item, _ in items}
    if str in kinds and kinds <= {str, int, float, bool} and len(kinds) > 1:
        for item, where in items:
            if not isinstance(item, str) and abs(item) < 2**63:
                told.change(where, item, repr(python_text(item)), "there is text in the array: all becomes text")
    return shape


def _leaves(value: list[Json], depth: int, pointer: str) -> Iterator[tuple[Json, str]]:
    waiting: list[tuple[list[Json], str, int]] = [(value, pointer, depth)]
    while waiting:
        row, where, levels = waiting.pop()
        if levels > 1:
            waiting.extend((row[n], below(where, n), levels - 1) for n in reversed(range(len(row))))
        else:
            yield from ((item, below(where, n)) for n, item in enumerate(row))


def _check_shape(expected: tuple[int, ...], shape: tuple[int, ...], pointer: str) -> None:
    if len(shape) != len(expected):
        raise Refusal(
            f"ValueError: Invalid input array: an array with {len(expected)} dimensions is expected; "
            f"input has {len(shape)} [shape {shape}]",
            pointer,
        )
    for n in range(1, len(expected)):
        if shape[n] != expected[n]:
            raise Refusal(
                f"ValueError: Invalid input array: array has size {shape[n]} on dimension #{n}, "
                f"while expected value is {expected[n]}",
                pointer,
            )
