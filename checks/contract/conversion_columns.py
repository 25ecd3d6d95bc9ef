"""One column of a data frame that takes the type of the sample's column.

Source: `DataFrame.astype` of pandas 3.1, tried. What it does depends on the type that the column was read with, which
depends on all of its values.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, time

from checks.contract.conversion import NO_NUMBER, Conversion, Refusal, python_text, type_name
from checks.contract.conversion_frame import Column
from checks.contract.conversion_scalars import (
    CUT_OFF,
    EXACT,
    float_kept,
    integer_range,
    to_bool,
    to_float,
    to_integer,
    wrapped,
)
from checks.contract.records import Json

ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)([T ](\d\d):(\d\d)(:(\d\d)(\.\d{1,9})?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?)?", re.ASCII)
COMPACT = re.compile(r"(1[6-9]|20)\d\d(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])", re.ASCII)
DURATION = re.compile(r"-?\d+ (days?|hours?|minutes?|seconds?)|P(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)
DATE_LETTERS = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|now|today|utc|gmt|am|pm|q\d|\dq)",
    re.IGNORECASE,
)
LOST = "beside a null or a decimal it is held as float64, and loses digits"
EMPTY = ("", "nan", "NaN", "NaT", "nat", "NAN")  # texts that are no date and no duration, and pass for none
EPOCH = date(1970, 1, 1).toordinal()
UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def convert_column(dtype: str, name: str, cells: Column, categories: Sequence[Json] | None, told: Conversion) -> None:
    """Follow `astype` for the cells of one column. Raises Refusal where it raises."""
    if _fits(dtype, cells.values):
        return
    read = _read_as({_kind(value) for value in cells.values}, cells.values)
    try:
        _convert(dtype, read, cells, categories, told)
    except Refusal as refusal:
        # Durations are converted before the column takes its type.
        if not dtype.startswith("timedelta") and refusal.headline.startswith(
            ("ValueError", "IntCastingNaNError", "DateParseError")
        ):
            told_by_pandas = f"{refusal.headline}: Error while type casting for column '{name}'"
            raise Refusal(told_by_pandas, refusal.pointer, refusal.sure) from None
        raise


def _fits(dtype: str, values: list[Json]) -> bool:
    """True for most columns: all values are of the type already, and nothing can happen to them."""
    kinds = set(map(type, values))
    if kinds == {int}:
        least, greatest = min(values), max(values)
        if found := re.fullmatch(r"([uU]?)[iI]nt(8|16|32|64)", dtype):
            lowest, highest = integer_range(not found[1], int(found[2]))
            return bool(lowest <= least and greatest <= highest)
        return dtype == "float64" and bool(-EXACT[64] <= least and greatest <= EXACT[64])
    if kinds == {float}:
        return dtype == "float64"
    if kinds == {bool}:
        return dtype in ("bool", "boolean")
    return kinds == {str} and dtype in ("str", "string")


def _kind(value: Json) -> str:
    if _is_null(value):
        return "none" if value is None else "nan"
    if isinstance(value, int) and not isinstance(value, bool):
        return "int" if -(2**63) <= value < 2**63 else "large"
    return type_name(value)


def _read_as(kinds: set[str], values: list[Json]) -> str:
    """The type that pandas reads a column with: int, large (uint64), float, bool, str or object."""
    if kinds <= {"int"} or kinds == {"bool"} or (kinds and kinds <= {"str", "none"} and "str" in kinds):
        return next(iter(sorted(kinds - {"none"}, reverse=True)), "object")
    if kinds <= {"int", "large"}:
        return "object" if any(value < 0 for value in values) else "large"
    if kinds <= {"int", "large", "float", "nan", "none"} and kinds != {"none"}:
        return "float" if kinds & {"float", "nan", "int"} else "object"
    return "object"


def _convert(dtype: str, read: str, cells: Column, categories: Sequence[Json] | None, told: Conversion) -> None:
    if found := re.fullmatch(r"(u?)int(8|16|32|64)", dtype):
        _integers(not found[1], int(found[2]), read, cells, told)
    elif found := re.fullmatch(r"([Uu]?)Int(8|16|32|64)", dtype):
        _nullable_integers(not found[1], int(found[2]), read, cells, told)
    elif found := re.fullmatch(r"[fF]loat(16|32|64)", dtype):
        _floats(int(found[1]), cells, told)
    elif dtype == "bool":
        for value, pointer in cells:
            to_bool(math.nan if value is None else value, pointer, told)
    elif dtype == "boolean":
        _nullable_bools(read, cells)
    elif dtype in ("str", "string") or dtype.startswith("string["):
        _texts(read, cells, told)
    elif dtype == "object":
        return
    elif dtype == "category":
        _categories(cells, categories, told)
    elif found := re.fullmatch(r"datetime64\[(\w+)(, .+)?\]", dtype):
        _dates(found[1], bool(found[2]), read, cells, told)
    elif found := re.fullmatch(r"timedelta64\[(\w+)\]", dtype):
        _durations(found[1], read, cells, told)
    else:
        told.doubt()


def _integers(signed: bool, bits: int, read: str, cells: Column, told: Conversion) -> None:
    if read in ("object", "str"):
        for value, pointer in cells:
            to_integer(math.nan if value is None else value, signed, bits, pointer, told)
        return
    least, greatest = integer_range(signed, bits)
    name = f"{'' if signed else 'u'}int{bits}"
    for value, pointer in cells:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            raise Refusal(
                "IntCastingNaNError: Cannot convert non-finite values (NA or inf) to integer. Replace or remove "
                "non-finite values or cast to an integer type that supports these values (e.g. 'Int64')",
                pointer,
            )
        if read == "float" and not signed and value < 0:
            raise Refusal(f"ValueError: Cannot losslessly cast from float64 to {name}", pointer)
        # Among floats, integers of more than 53 bits have lost digits before they are made integers again.
        held = float(value) if read == "float" else value
        made = int(held)
        if not least <= made <= greatest:
            got = NO_NUMBER if read == "float" else str(wrapped(made, signed, bits))
            told.change(pointer, value, got, f"it does not fit {name}, and wraps around")
        elif made != value:
            told.change(pointer, value, str(made), CUT_OFF if isinstance(value, float) else LOST)


def _nullable_integers(signed: bool, bits: int, read: str, cells: Column, told: Conversion) -> None:
    least, greatest = integer_range(signed, bits)
    unsafe = f"TypeError: cannot safely cast non-equivalent object to {'' if signed else 'u'}int{bits}"
    for value, pointer in cells:
        if _is_null(value):
            continue
        if isinstance(value, float) and math.isinf(value):
            raise Refusal("OverflowError: cannot convert float infinity to integer", pointer)
        to_integer(value, True, 64, pointer, Conversion(numpy=told.numpy))
        made = int(float(value)) if read == "float" else int(value)
        is_odd_text = isinstance(value, str) and read != "str"  # texts alone are parsed, beside numbers they are not
        if is_odd_text or (isinstance(value, float) and made != value) or not least <= made <= greatest:
            raise Refusal(unsafe, pointer)
        if isinstance(value, int) and made != value:
            told.change(pointer, value, str(made), LOST)


def _floats(bits: int, cells: Column, told: Conversion) -> None:
    for value, pointer in cells:
        if isinstance(value, float):
            float_kept(value, value, bits, pointer, told)
        else:
            to_float(value, bits, pointer, told)


def _is_null(value: Json) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _nullable_bools(read: str, cells: Column) -> None:
    for value, pointer in cells:
        fits = _is_null(value) or isinstance(value, bool)
        if not fits and not (read in ("int", "float") and value in (0, 1)):
            raise Refusal("TypeError: Need to pass bool-like values", pointer)


def _texts(read: str, cells: Column, told: Conversion) -> None:
    """All but nulls becomes text, numbers as the column holds them: beside a null or a decimal, 1 is `1.0`."""
    for value, pointer in cells:
        if isinstance(value, str) or _is_null(value):
            continue
        if isinstance(value, float):
            value_text = repr(_as_pandas_reads(value))
        elif read == "float":
            value_text = repr(float(value))
        else:
            value_text = python_text(value)
        told.change(pointer, value, repr(value_text), "it is written as text")


def _as_pandas_reads(value: float) -> float:
    """A decimal as pandas' JSON reader computes it: exact to about 15 digits."""
    found = re.fullmatch(r"(-?)(\d+)\.(\d{1,15})", repr(value))
    if found is None:
        return value
    made = int(found[2]) + int(found[3]) * float(f"1e-{len(found[3])}")
    return -made if found[1] else made


def _categories(cells: Column, categories: Sequence[Json] | None, told: Conversion) -> None:
    for value, pointer in cells:
        if isinstance(value, list | dict):
            raise Refusal(f"TypeError: unhashable type: '{type_name(value)}'", pointer)
        if categories is None or _is_null(value):
            continue
        if not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in categories):
            told.change(pointer, value, "nan", "the sample's column does not have this category")


def _dates(unit: str, zoned: bool, read: str, cells: Column, told: Conversion) -> None:
    for value, pointer in cells:
        if _is_null(value):
            continue
        if isinstance(value, float) and math.isinf(value):
            told.change(pointer, value, "NaT", "infinity is no date")
        elif isinstance(value, bool) and read == "bool":
            if zoned:
                raise Refusal("TypeError: dtype bool cannot be converted to datetime64[ns]", pointer)
            told.doubt()
        elif isinstance(value, bool | list | dict):
            kind = f"<class '{type_name(value)}'>"
            text = f"Cannot convert input [{python_text(value)}] of type {kind} to Timestamp"
            raise Refusal(f"TypeError: {text if zoned else f'{kind} is not convertible to datetime'}", pointer)
        elif isinstance(value, int | float):
            _epoch(value, unit, zoned, pointer, told)
        else:
            _date_text(value, zoned, pointer, told)


def _epoch(value: float, unit: str, zoned: bool, pointer: str, told: Conversion) -> None:
    """A number counts the unit of the sample since 1970."""
    size = UNITS.get(unit)
    if size is None or abs(value) >= 2**62:
        told.doubt()
        return
    seconds, rest = divmod(int(value), size)
    try:
        moment = date.fromordinal(EPOCH + seconds // 86_400)
    except (ValueError, OverflowError):
        told.doubt()
        return
    day = seconds % 86_400
    text = f"{moment:%Y-%m-%d} {day // 3600:02}:{day // 60 % 60:02}:{day % 60:02}"
    if rest:
        digits = len(str(size)) - 1
        text += f".{rest:0{digits}}"
        text = text.ljust(26, "0") if digits == 3 else text
    zone = "+0000', tz='UTC" if zoned else ""
    told.change(pointer, value, f"Timestamp('{text}{zone}')", f"a number counts {_unit_name(unit)} since 1970")


def _unit_name(unit: str) -> str:
    return {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}[unit]


def _date_text(value: str, zoned: bool, pointer: str, told: Conversion) -> None:
    if value in EMPTY or COMPACT.fullmatch(value):
        return
    if found := ISO.fullmatch(value):
        try:
            date(int(found[1]), int(found[2]), int(found[3]))
            time(int(found[5] or 0), int(found[6] or 0), int(found[8] or 0))
        except ValueError:
            told.doubt()
            return
        if found[10] and not zoned:
            if told.pandas < 3:
                told.doubt()
                return
            raise Refusal(
                "ValueError: cannot supply both a tz and a timezone-naive dtype (i.e. datetime64[ns])", pointer
            )
        if zoned and not found[10] and told.pandas < 3:
            told.doubt()
        return
    if re.fullmatch(r"\s*\d{1,3}(\.\d+)?\s*", value, re.ASCII):
        raise Refusal(f'ValueError: Given date string "{value}" not likely a datetime', pointer)
    if not re.search(r"\d", value) and not DATE_LETTERS.search(value):
        raise Refusal(f"DateParseError: Unknown datetime string format, unable to parse: {value}", pointer)
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", value, re.ASCII)
    if found and 0 < int(found[1]) <= 12 and 0 < int(found[2]) <= 12:
        if found[1] != found[2] and not zoned:
            got = f"Timestamp('{found[3]}-{found[1]}-{found[2]} 00:00:00')"
            told.change(pointer, value, got, "the first number is read as the month")
        return
    told.doubt()


def _durations(unit: str, read: str, cells: Column, told: Conversion) -> None:
    for value, pointer in cells:
        if _is_null(value) or value in EMPTY:
            continue
        if isinstance(value, bool) and read == "bool":
            raise Refusal("TypeError: dtype bool cannot be converted to timedelta64[ns]", pointer)
        if isinstance(value, bool | list | dict):
            raise Refusal(f"TypeError: Invalid type for timedelta scalar: <class '{type_name(value)}'>", pointer)
        if isinstance(value, int | float):
            if abs(value) >= 2**63:
                raise Refusal("OutOfBoundsTimedelta: Cannot convert input with unit 'ns'", pointer)
            told.change(pointer, value, _nanoseconds(int(value), unit), "a number counts nanoseconds")
        elif not re.search(r"\d", value):
            raise Refusal(f"ValueError: Could not convert '{value}' to NumPy timedelta", pointer)
        elif not DURATION.fullmatch(value):
            told.doubt()


def _nanoseconds(value: int, unit: str) -> str:
    """A number of nanoseconds as pandas writes it when the column counts in `unit`."""
    size = UNITS.get(unit, UNITS["ns"])
    seconds, rest = divmod(value * size // UNITS["ns"], size)
    days, day = divmod(seconds, 86_400)
    text = f"{days} days {'+' if days < 0 else ''}{day // 3600:02}:{day // 60 % 60:02}:{day % 60:02}"
    rest = rest * UNITS["ns"] // size
    if rest:
        text += f".{rest:09}" if rest % 1000 else f".{rest // 1000:06}"
    return f"Timedelta('{text}')"
