"""What inference-schema makes of a value for each kind of parameter type, and for the standard ones in full.

Source: inference-schema 1.8, `schema_decorators._deserialize_input_argument` and
`parameter_types/standard_py_parameter_type.py`, tried.
"""

import base64
import binascii
import re
from datetime import UTC, datetime

from checks.contract.conversion import Conversion, Refusal, below, type_name
from checks.contract.conversion_numpy import convert_numpy
from checks.contract.conversion_pandas import convert_pandas
from checks.contract.records import Json, ParameterType

PLAIN = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict}
NAMES = {"date": "datetime.date", "datetime": "datetime.datetime", "time": "datetime.time", "float64": "numpy.float64"}
ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?)?", re.ASCII)
NET = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)  # as older .NET serialisers write a moment
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,6})?)?", re.ASCII)
DAY_OR_MONTH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
# Words that dateutil gives a meaning, or passes over. Any other word ends in its ParserError, unless it may be a zone.
DATE_WORDS = """
    ad and at h hour hours hr m min minute minutes mins of on s sec second seconds st nd rd th t z utc gmt am pm a p
    mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday jan january
    feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november
    dec december
"""
ALPHABET = re.compile(r"[^A-Za-z0-9+/=\s]")


def convert(kind: ParameterType, value: Json, pointer: str, told: Conversion) -> None:
    """Follow the conversion of one value. Raises Refusal where it raises."""
    if kind.kind == "standard":
        _standard(kind, value, pointer, told)
    elif kind.kind == "numpy":
        convert_numpy(kind, value, pointer, told)
    elif kind.kind == "pandas":
        convert_pandas(kind, value, pointer, told)
    else:
        told.doubt()


def _standard(kind: ParameterType, value: Json, pointer: str, told: Conversion) -> None:
    python = kind.python or ""
    if python == "dict":
        if not isinstance(value, dict):
            raise _wrong("dict", value, pointer)
        for key, inner in kind.inner.items():
            if key in value:
                convert(inner, value[key], below(pointer, key), told)
    elif python in ("list", "tuple"):
        if not isinstance(value, list):
            raise _wrong(python, value, pointer)
        if kind.item:
            for n, item in enumerate(value):
                convert(kind.item, item, below(pointer, n), told)
    elif python == "date":
        # Python 3.14 is the first to have it.
        raise Refusal("AttributeError: type object 'datetime.date' has no attribute 'strptime'", pointer)
    elif python in ("datetime", "time"):
        _date(python, value, pointer, told)
    elif python in ("bytes", "bytearray"):
        _bytes(python, value, pointer, told)
    elif python in PLAIN:
        whole = python == "float" and type(value) is int
        if not isinstance(value, PLAIN[python]) and not whole:
            raise _wrong(python, value, pointer)
    else:  # no JSON value is of another type
        raise _wrong(python, value, pointer)


def _wrong(python: str, value: Json, pointer: str) -> Refusal:
    expected = NAMES.get(python, python)
    return Refusal(
        "ValueError: Invalid input data type to parse. "
        f"Expected: <class '{expected}'> but got <class '{type_name(value)}'>",
        pointer,
    )


def _bytes(python: str, value: Json, pointer: str, told: Conversion) -> None:
    if not isinstance(value, str):
        raise Refusal(f"AttributeError: '{type_name(value)}' object has no attribute 'encode'", pointer)
    try:
        made = base64.b64decode(value.encode())
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Refusal(f"{type(error).__name__}: {error}", pointer) from None
    if python == "bytearray":
        raise Refusal(
            "ValueError: Invalid input data type to parse. Expected: <class 'bytearray'> but got <class 'bytes'>",
            pointer,
        )
    letters = re.sub(r"[^A-Za-z0-9+/]", "", value)
    if ALPHABET.search(value):
        told.change(pointer, value, repr(made), "characters that are no base64 are dropped, and the rest is decoded")
    elif len(made) < len(letters) * 3 // 4:
        told.change(pointer, value, repr(made), "decoding ends at the first padding")


def _date(python: str, value: Json, pointer: str, told: Conversion) -> None:
    """`dateutil.parser.parse` guesses; what is told is what it takes for certain, and what it never takes."""
    if not isinstance(value, str):
        raise Refusal(f"TypeError: Parser must be a string or character stream, not {type_name(value)}", pointer)
    if _is_iso(value) or CLOCK.fullmatch(value):
        return
    if not value.strip():
        raise Refusal(f"ParserError: String does not contain a date: {value}", pointer)
    words = re.findall(r"[^\W\d_]+", value)
    if any(word.lower() not in DATE_WORDS.split() and not (word.isupper() and 3 <= len(word) <= 5) for word in words):
        raise Refusal(f"ParserError: Unknown string format: {value}", pointer)
    found = DAY_OR_MONTH.fullmatch(value)
    if found and python == "datetime" and 0 < int(found[1]) <= 12 and 0 < int(found[3]) <= 12:
        if found[1] != found[3]:
            got = f"datetime.datetime({int(found[4])}, {int(found[1])}, {int(found[3])}, 0, 0)"
            told.change(pointer, value, got, "the first number is read as the month")
        return
    told.doubt()


def _is_iso(text: str) -> bool:
    if not ISO.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:10])
        return not text[11:16].strip() or bool(CLOCK.match(text[11:]))
    except ValueError:
        return False


def moment_of(value: Json) -> str | None:
    """The ISO text that is meant by a count of seconds or milliseconds since 1970, or by `/Date(…)/`.

    A number counts as one from 2001 on, to 2096 in milliseconds and 2286 in seconds.
    """
    if isinstance(value, str):
        found = NET.fullmatch(value)
        return _iso(int(found[1]) / 1_000) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if 1e12 <= value < 4e12:
        return _iso(value / 1_000)
    return _iso(value) if 1e9 <= value < 1e10 else None


def _iso(seconds: float) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")
    except (ValueError, OverflowError, OSError):
        return None
