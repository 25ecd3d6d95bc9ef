"""Numbers and texts as NumPy stores them: which it refuses, and which it changes."""

import math
import struct

from checks.contract.conversion import Conversion, Refusal, python_text, type_name
from checks.contract.records import Json

EXACT = {16: 2**11, 32: 2**24, 64: 2**53}  # integers up to here are exact in a float of that size
FORMATS = {16: "e", 32: "f"}
CUT_OFF = "the decimals are cut off"


def integer_range(signed: bool, bits: int) -> tuple[int, int]:
    """The least and the greatest value of an integer type."""
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def wrapped(value: int, signed: bool, bits: int) -> int:
    """The value that is left of an integer when its upper bits are cut off."""
    low = value % (1 << bits)
    return low - (1 << bits) if signed and low >= 1 << (bits - 1) else low


def to_integer(value: Json, signed: bool, bits: int, pointer: str, told: Conversion) -> None:
    """One Python object stored in an integer array: as `int(value)`, which must fit."""
    made = _as_int(value, pointer)
    least, greatest = integer_range(signed, bits)
    if not least <= made <= greatest:
        _out_of_bounds(value, made, signed, bits, pointer, told)
    elif isinstance(value, float) and made != value:
        told.change(pointer, value, str(made), CUT_OFF)


def _as_int(value: Json, pointer: str) -> int:
    if isinstance(value, list | dict) or value is None:
        raise Refusal(
            "TypeError: int() argument must be a string, a bytes-like object or a real number, "
            f"not '{type_name(value)}'",
            pointer,
        )
    try:
        made: int = int(value)
    except (ValueError, OverflowError) as error:
        raise Refusal(f"{type(error).__name__}: {error}", pointer) from None
    return made


def _out_of_bounds(value: Json, made: int, signed: bool, bits: int, pointer: str, told: Conversion) -> None:
    """NumPy 2 refuses; NumPy 1 cuts the upper bits off, as long as the number fits into 64."""
    name = f"{'' if signed else 'u'}int{bits}"
    fits = -(2**63) <= made < 2 ** (64 if name == "uint64" else 63)
    if told.numpy < 2 and fits:
        told.change(pointer, value, str(wrapped(made, signed, bits)), f"it does not fit {name}, and wraps around")
        return
    why = f"Python integer {made} out of bounds for {name}" if fits else "Python int too large to convert to C long"
    raise Refusal(f"OverflowError: {why}", pointer)


def to_float(value: Json, bits: int, pointer: str, told: Conversion) -> None:
    """One Python object stored in a float array: as `float(value)`."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, dict):
        raise Refusal("TypeError: float() argument must be a string or a real number, not 'dict'", pointer)
    if isinstance(value, list):
        raise Refusal("ValueError: setting an array element with a sequence.", pointer)
    try:
        made = float(value)
    except (ValueError, OverflowError) as error:
        raise Refusal(f"{type(error).__name__}: {error}", pointer) from None
    float_kept(value, made, bits, pointer, told)


def float_kept(sent: Json, made: float, bits: int, pointer: str, told: Conversion) -> None:
    """Whether a number survives in a float of that size: no infinity, no zero, no other integer."""
    if not math.isfinite(made):
        return
    kept = made
    if bits in FORMATS:
        try:
            kept = struct.unpack(FORMATS[bits], struct.pack(FORMATS[bits], made))[0]
        except OverflowError:
            kept = math.copysign(math.inf, made)
    if math.isinf(kept):
        told.change(pointer, sent, repr(kept), f"it is too large for float{bits}")
    elif kept == 0 != made:
        told.change(pointer, sent, repr(kept), f"it is too small for float{bits}")
    elif isinstance(sent, int) and abs(sent) > EXACT.get(bits, EXACT[64]) and int(kept) != sent:
        told.change(pointer, sent, repr(kept), f"float{bits} has no room for all its digits")


def to_bool(value: Json, pointer: str, told: Conversion, *, null: bool = False) -> None:
    """One Python object stored in an array of bool: as `bool(value)`. `null` is what a null becomes."""
    if isinstance(value, bool) or (isinstance(value, int | float) and value in (0, 1)):
        return
    if isinstance(value, str) and value.lower() == "true":  # as it was meant; "false" is not
        return
    made = null if value is None else bool(value)
    why = "any text that is not empty counts as true" if isinstance(value, str) else "it counts by being empty or not"
    told.change(pointer, value, repr(made), "any number but 0 counts as true" if _is_number(value) else why)


def to_text(value: Json, width: int | None, pointer: str, told: Conversion) -> None:
    """One Python object stored in an array of text: as `str(value)`, cut to the width of the sample."""
    text = value if isinstance(value, str) else python_text(value)
    kept = text if width is None else text[:width]
    if kept != text:
        told.change(pointer, value, repr(kept), f"it is cut to the sample's {width} characters")
    elif not isinstance(value, str):
        told.change(pointer, value, repr(kept), "it is written as text")


def to_bytes(value: Json, width: int, pointer: str, told: Conversion) -> None:
    """One Python object stored in an array of bytes: as ASCII, cut to the width of the sample."""
    text = value if isinstance(value, str) else python_text(value)
    try:
        made = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise Refusal(f"UnicodeEncodeError: {error}", pointer) from None
    if made[:width] != made:
        told.change(pointer, value, repr(made[:width]), f"it is cut to the sample's {width} bytes")
    elif not isinstance(value, str):
        told.change(pointer, value, repr(made), "it is written as text")


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
