"""Parameter types of every kind, and bodies for them: their own examples, and those with a place or two changed."""

import datetime
import json
import random
from typing import Any

import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType as Numpy
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType as Pandas
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Standard

from checks.contract.records import Json

ORIENTS = ("records", "split", "index", "columns", "values", "table")
SCALARS: tuple[Json, ...] = (
    0, 1, -1, 2, 300, -300, 70000, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1,
    1.0, 1.7, -1.5, 0.1, 1e20, 1e39, 1e300, float("nan"), float("inf"), True, False, None,
    "", "x", "y", "a", "abc", "é", "٣", "-", "5", " 5 ", "1.7", "1e3", "1_000", "0x10", "nan", "inf", "None", "NaT",
    "True", "False", "2020-01-01", "2020-01-01T10:00:00", "2020-01-01T10:00:00Z", "2020-01-01 10:00", "2020-13-01",
    "01/02/2020", "13/02/2020", "2020", "20200101", "Jan", "Monday", "10:30", "10:30:00", "1 days", "1 day", "2 hours",
    "P1D", "x days", "aGVsbG8=", "aGk", "!!!!", "data:image/png;base64,aGk=",
)  # fmt: skip


def frames() -> tuple[pd.DataFrame, ...]:
    """Frames with columns of every type that is converted."""
    return (
        pd.DataFrame({"i": [1, 2], "f": [1.5, 2.5], "s": ["x", "y"], "b": [True, False]}),
        pd.DataFrame(
            {
                "d": pd.to_datetime(["2020-01-01"]),
                "z": pd.to_datetime(["2020-01-01"], utc=True),
                "t": pd.to_timedelta(["1 days"]),
                "c": pd.Categorical(["x"], categories=["x", "y"]),
            }
        ),
        pd.DataFrame(
            {
                "n": pd.array([1, None], dtype="Int64"),
                "g": pd.array([1.5, None], dtype="Float64"),
                "o": pd.array([True, None], dtype="boolean"),
                "k": pd.array(["a", None], dtype="string"),
            }
        ),
        pd.DataFrame(
            {
                "a": np.array([1], dtype="int8"),
                "u": np.array([1], dtype="uint8"),
                "w": np.array([1], dtype="int32"),
                "h": np.array([1], dtype="float32"),
                "x": np.array([1], dtype="uint64"),
                "o": pd.Series([[1]]),
            }
        ),
        pd.DataFrame([[1, 2.5]]),
    )


def types() -> list[Any]:
    """Standard, NumPy and pandas types, those of frames in all orients."""
    plain = (
        1, 1.5, "a", True, b"abc", bytearray(b"a"), datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1),  # noqa: DTZ001
        datetime.time(1, 2), [1], {"a": 1}, (1, 2), range(3), [Numpy(np.array([1]))],
        {"x": Numpy(np.array([1.0])), "y": Pandas(frames()[0]), "n": 3},
    )  # fmt: skip
    arrays = (
        np.array([1]), np.array([1], dtype="int8"), np.array([1], dtype="uint8"), np.array([1], dtype="uint64"),
        np.array([[1.5, 2.5]]), np.array([1.5], dtype="float32"), np.array([[1.5, 2.0]], dtype="float16"),
        np.array([[True, False]]), np.array([["ab", "c"]]), np.array([b"ab"]), np.array([[1, "a"]], dtype=object),
        np.array(["2020-01-01"], dtype="M8[D]"), np.array(["2020-01-01"], dtype="M8[s]"), np.array([1], dtype="m8[D]"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.array([[[1, 2]]]),
    )  # fmt: skip
    found = [*map(Standard, plain), *map(Numpy, arrays)]
    found += [Numpy(arrays[4], enforce_column_type=False), Numpy(arrays[4], enforce_shape=False)]
    for orient in ORIENTS:
        for frame in frames():
            if orient != "table" or not isinstance(frame.columns[0], int):  # a Table Schema has names of text
                found.append(Pandas(frame, orient=orient))
    return [*found, Pandas(frames()[0], enforce_shape=False), Pandas(frames()[0], enforce_column_type=False)]


def example(kind: Any) -> Json:
    """The body that the type's own document shows."""
    return json.loads(json.dumps(kind.input_to_swagger()["example"]))


def anything(dice: random.Random, depth: int = 0) -> Json:
    """Any JSON value, not deep."""
    kind = dice.random()
    if depth > 3 or kind < 0.55:
        return dice.choice(SCALARS)
    size = dice.choice([0, 1, 1, 2, 3])
    if kind < 0.8:
        return [anything(dice, depth + 1) for _ in range(size)]
    return {dice.choice("abxyif0n"): anything(dice, depth + 1) for _ in range(size)}


def spoilt(dice: random.Random, good: Json) -> Json:
    """A good value with one or two places changed, dropped, doubled or renamed."""
    value = json.loads(json.dumps(good))
    for _ in range(dice.choice([1, 1, 2])):
        holder: Any = None
        key: Any = None
        inner = value
        while isinstance(inner, list | dict) and inner and dice.random() < 0.85:
            holder, key = inner, dice.choice(list(range(len(inner))) if isinstance(inner, list) else list(inner))
            inner = holder[key]
        if holder is None:
            return anything(dice)
        _change(dice, holder, key)
    return value


def _change(dice: random.Random, holder: Any, key: Any) -> None:
    way = dice.random()
    if way < 0.65:
        holder[key] = dice.choice(SCALARS)
    elif way < 0.75:
        holder[key] = anything(dice, 2)
    elif way < 0.85:
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(holder[key])))
    elif way < 0.93:
        holder[dice.choice(["a", "q", "z_z", "1"])] = holder.pop(key)
    else:
        holder[dice.choice(["extra", "7"])] = dice.choice(SCALARS)
