"""What PandasParameterType makes of a value: a frame by its orient, then the sample's type for each column by name.

Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`, tried with pandas 3.1; for pandas 2 as its
release notes and the tried 2.1 tell.
"""

import re

from checks.contract.conversion import Conversion, Doubtful, Refusal, type_name
from checks.contract.conversion_columns import convert_column
from checks.contract.conversion_frame import Frame, Label, frame_of
from checks.contract.records import Json, ParameterType

MIN_EPOCH = 31_536_000  # pandas takes greater labels for seconds since 1970
DATE_NAME = re.compile(r"modified|date|datetime|timestamp.*|.*(_at|_time)", re.IGNORECASE | re.DOTALL)
MONTH_OR_DAY = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun", re.IGNORECASE)


def convert_pandas(kind: ParameterType, value: Json, pointer: str, told: Conversion) -> None:
    """Follow the conversion to a data frame. Raises Refusal where it raises."""
    if not isinstance(value, list | dict):
        raise Refusal(
            f"Exception: Error, unable to convert input of type <class '{type_name(value)}'> into Pandas Dataframe",
            pointer,
        )
    _check_integers(value, pointer)
    orient = kind.orient or "records"
    try:
        frame = frame_of(orient, value, pointer)
    except Doubtful:
        told.doubt()
        return
    if orient == "table":
        told.doubt()  # the types of its own fields are enforced as well
    labels = list(frame.columns) if orient == "table" else _labels(list(frame.columns), told)
    if labels is None:  # read as dates: no name of the sample's is among them
        told.doubt()
        return
    if kind.enforce_types:
        try:
            _enforce_types(kind, frame, labels, told)
        except Refusal as refusal:
            raise Refusal(refusal.headline, refusal.pointer, sure=orient != "table") from None
    _check_width(kind, frame)
    _tell_columns(kind, frame, labels, told)


def _check_integers(value: Json, pointer: str) -> None:
    """Pandas' own JSON reader knows integers of 64 bits."""
    waiting = [value]
    while waiting:
        for item in _members(waiting.pop()):
            if isinstance(item, list | dict):
                waiting.append(item)
            elif type(item) is int and not -(2**63) <= item < 2**64:
                raise Refusal(f"ValueError: Value is too {'big!' if item > 0 else 'small'}", pointer)


def _members(value: Json) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else value


def _labels(labels: list[Label], told: Conversion) -> list[Label] | None:
    """The labels as pandas reads them: numbers when all are numbers. None when they may be read as dates."""
    if not labels or any(isinstance(label, int) for label in labels):
        mixed = {type(label) for label in labels} == {int, str}
        return None if mixed and all(_as_number(str(label)) is not None for label in labels) else labels
    texts = [str(label) for label in labels]
    numbers = [_as_number(text) for text in texts]
    if all(number is not None for number in numbers):
        if all(isinstance(number, float) or number > MIN_EPOCH for number in numbers if number is not None):
            return None
        return [number if isinstance(number, int) else text for number, text in zip(numbers, texts, strict=True)]
    if all(_may_be_date(text, told) for text in texts):
        return None
    return labels


def _as_number(text: str) -> int | float | None:
    for made in (int, float):
        try:
            return made(text)
        except ValueError:
            continue
    return None


def _may_be_date(text: str, told: Conversion) -> bool:
    if re.search(r"\d", text):
        return bool(re.search(r"\d[-/:. ]\d|[qQ]\d|\d[qQ]", text)) or bool(MONTH_OR_DAY.search(text))
    return text.lower() in ("", "now", "today", "nat", "nan") or (told.pandas < 3 and bool(MONTH_OR_DAY.match(text)))


def _enforce_types(kind: ParameterType, frame: Frame, labels: list[Label], told: Conversion) -> None:
    types = dict(kind.columns)
    for label, cells in zip(labels, frame.columns.values(), strict=True):
        dtype = types.get(str(label))
        if dtype is None or isinstance(label, int) is not kind.numbered:
            continue  # a name that the sample does not have: no type is enforced
        if told.pandas < 3 and DATE_NAME.fullmatch(str(label)) and not dtype.startswith("datetime"):
            told.doubt()  # read as dates before the type is enforced, where it can be
            continue
        convert_column(dtype, str(label), cells, kind.categories.get(str(label)), told)


def _check_width(kind: ParameterType, frame: Frame) -> None:
    wanted = kind.shape[1] if kind.shape and len(kind.shape) == 2 else len(kind.columns)
    if kind.enforce_shape and len(frame.columns) != wanted:
        raise Refusal(
            f"ValueError: Invalid input data frame: data frame has size {len(frame.columns)} on dimension #1, "
            f"while expected value is {wanted}",
            frame.pointer,
        )


def _tell_columns(kind: ParameterType, frame: Frame, labels: list[Label], told: Conversion) -> None:
    """Names and order are not enforced: tell where they are not those of the sample."""
    wanted = [name for name, _ in kind.columns]
    sent = [str(label) for label in labels]
    if not labels or len(sent) != len(wanted) or sent == wanted:
        return
    unknown = [name for name in sent if name not in wanted]
    if unknown:
        why = f"nothing checks the names: the sample has no column `{unknown[0]}`, and its type is not enforced"
    else:
        why = "the columns keep the order in which they were sent"
    told.change(frame.pointer, list(frame.columns), repr(labels), why, kind="columns")
