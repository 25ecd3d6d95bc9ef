"""What is foretold is what inference-schema's own conversion does: its examples, and a few hundred spoilt ones."""

import json
import random
import warnings
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from conversion_samples import anything, example, spoilt, types
from inference_schema.schema_decorators import _deserialize_input_argument as convert

from checks.contract.prediction import Prediction, predict
from checks.contract.records import Interface, Json, Parameter, ParameterType
from doctor.probe.probe import describe_type

TYPES = types()


def told(kind: Any, value: Json, **versions: str) -> Prediction:
    """What is foretold of `{"data": value}`."""
    described = msgspec.convert(describe_type(kind), ParameterType)
    known = {"numpy": np.__version__, "pandas": pd.__version__, **versions}
    declares = Interface(
        kind="schema", parameters=(Parameter(name="data", type=described),), described=("data",), **known
    )
    return predict(declares, json.dumps({"data": value}).encode())


def converted(kind: Any, value: Json) -> Any:
    """What the real conversion makes of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return convert(json.loads(json.dumps(value)), kind, "data")


def refused(kind: Any, value: Json) -> str | None:
    """What the real conversion raises."""
    try:
        converted(kind, value)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("seed", range(8))
def test_accepted_or_refused_as_it_really_is(seed: int) -> None:
    dice = random.Random(seed)
    sure = headlines = raised = 0
    for _ in range(150):
        kind = dice.choice(TYPES)
        value = spoilt(dice, example(kind)) if dice.random() < 0.8 else anything(dice)
        prediction, really = told(kind, value), refused(kind, value)
        if not prediction.sure:
            continue
        sure += 1
        shown = f"{describe_type(kind)} {json.dumps(value)} {prediction} {really}"
        assert (prediction.refused is None) == (really is None), shown
        if prediction.refused and really:
            raised += 1
            headlines += really.startswith((prediction.refused.headline or "?")[:40])
    assert sure > 125, "most can be told"
    assert headlines >= raised * 0.93, "what it raises is told in its own words"


def test_what_is_said_to_arrive_in_an_array_does_arrive() -> None:
    dice = random.Random(3)
    arrays = [kind for kind in TYPES if isinstance(getattr(kind, "sample_input", None), np.ndarray)]
    seen = 0
    for _ in range(400):
        kind = dice.choice(arrays)
        value = spoilt(dice, example(kind))
        prediction = told(kind, value)
        if prediction.refused or not prediction.sure or kind.sample_input.dtype.names:
            continue
        arrived = converted(kind, value).tolist()
        for one in prediction.changed:
            place = arrived
            for part in one.pointer.split("/")[2:]:
                place = place[int(part)]
            assert one.got.endswith("…") or repr(place) == one.got, one
            seen += 1
    assert seen > 30


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: f"{type(kind).__name__}-{TYPES.index(kind)}")
def test_the_documents_own_example_arrives_as_it_is_or_is_really_refused(kind: Any) -> None:
    value = example(kind)
    prediction = told(kind, value)
    assert not prediction.sure or (prediction.refused is None) == (refused(kind, value) is None), prediction
    changed = {one.pointer: one.got for one in prediction.changed if one.kind == "value"}
    # The library writes bytes as base64, and false as "False": neither is read back.
    own_fault = {"|S2": {"/data/0": "b'YW'"}, "bool": {"/data/0/1": "True"}}
    assert changed == own_fault.get(str(getattr(kind.sample_input, "dtype", "")), {})


@pytest.mark.parametrize(
    ("value", "status", "version"), [([300], 500, "2.0.0"), ([300], 200, "1.26.4"), ([2**70], 500, "1.26.4")]
)
def test_numpy_1_cuts_the_upper_bits_off(value: Json, status: int, version: str) -> None:
    small = next(one for one in TYPES if str(getattr(one.sample_input, "dtype", "")) == "int8")
    prediction = told(small, value, numpy=version)
    assert prediction.status == status
    assert [one.got for one in prediction.changed] == (["44"] if status == 200 else [])


def test_a_column_that_older_pandas_reads_as_dates_is_doubted() -> None:
    frame = pd.DataFrame({"created_at": ["x"], "n": [1]})
    kind = type(TYPES[-1])(frame)
    value = [{"created_at": "2020-01-01", "n": 1}]
    assert told(kind, value, pandas="3.0.0").sure
    assert not told(kind, value, pandas="2.1.4").sure


def test_a_large_body_takes_no_more_than_a_moment() -> None:
    kind = next(one for one in TYPES if str(getattr(one.sample_input, "dtype", "")) == "float16")
    prediction = told(kind, [[1.5, 70000]] * 20_000)
    assert len(prediction.changed) == 50, "the first ones are told"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"data":' * 100_000, b"1" * 9000, b"\x00"])
@pytest.mark.parametrize("kind", [TYPES[0], TYPES[-1], None], ids=["standard", "pandas", "undecorated"])
def test_hostile_bodies_are_no_error(body: bytes, kind: Any) -> None:
    parameter = Parameter(name="data", type=msgspec.convert(describe_type(kind), ParameterType) if kind else None)
    foretold = predict(Interface(kind="schema" if kind else "undecorated", parameters=(parameter,)), body)
    assert foretold.refused or not kind
