"""Places in a JSON text: those of the parser's values, in sound texts, broken ones, and deep ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.contract.places import Place, Places, place_of, pointer_at, pointer_of, repeated_keys, too_deep

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=5), below, max_size=4),
    max_leaves=20,
)


def leaves(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    found = [(pointer, value)]
    if isinstance(value, dict):
        found += [one for key, item in value.items() for one in leaves(item, pointer + pointer_of(key))]
    elif isinstance(value, list):
        found += [one for index, item in enumerate(value) for one in leaves(item, f"{pointer}/{index}")]
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(VALUES, st.sampled_from([None, 1]))
def test_every_value_is_found_where_it_stands(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    places = Places(text)
    for pointer, expected in leaves(value):
        start = places.value_offset(pointer)
        assert start is not None
        assert json.JSONDecoder().raw_decode(text, start)[0] == expected
        place = places.of(pointer)
        assert place is not None
        assert place == place_of(text, pointer)
        assert (
            places.offset(pointer) == sum(len(line) + 1 for line in text.split("\n")[: place.line - 1]) + place.column
        )


@pytest.mark.parametrize(
    ("text", "pointer", "place"),
    [
        ('{"a": 1,\n "b": [1, {"c/d": 2}]}', "/b/1/c~1d", Place(2, 11)),
        ('{"a":\r\n[1,\r2]}', "/a/1", Place(3, 0)),
        ('\ufeff{"a": 1}', "/a", Place(1, 2)),
        ('{"a": 1, "a": 2}', "/a", Place(1, 1)),
        ('{"data": [[1, 2], [3, oops]]}', "/data/0/1", Place(1, 14)),
        ('{"data": [[1, 2], [3', "/data/1/0", Place(1, 19)),
        ('{"a": NaN, "b": 2}', "/b", Place(1, 11)),
        ('["\\"]", {"x": "}"}, 3]', "/2", Place(1, 20)),
        ("[1, 2]", "", Place(1, 0)),
    ],
)
def test_the_place_of_one_value(text: str, pointer: str, place: Place) -> None:
    assert place_of(text, pointer) == place


@pytest.mark.parametrize("pointer", ["/b", "/a/0", "a", "/0", "/a/b/c"])
def test_what_is_not_there_has_no_place(pointer: str) -> None:
    assert place_of('{"a": {"b": 1}}', pointer) is None


@pytest.mark.parametrize("index", ["-1", "01", "x", "2", "1" * 30])
def test_an_index_that_is_none(index: str) -> None:
    assert place_of("[1, 2]", f"/{index}") is None


def test_deep_texts_are_skipped_and_entered() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert place_of(f"[{deep}, 5]", "/1") == Place(1, 200_003)
    assert place_of(f"[{deep[:50_000]}", "/0/0/0") == Place(1, 3)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet='[]{}",:\\ a1\n', max_size=40), st.sampled_from(["", "/0", "/a", "/a/0", "/0/0/a"]))
def test_no_text_breaks_it(text: str, pointer: str) -> None:
    place = place_of(text, pointer)
    assert place is None or (place.line >= 1 and place.column >= 0)
    too_deep(text, 3)
    repeated_keys(text)
    pointer_at(text, len(text))


def test_nesting_is_measured_without_recursion() -> None:
    assert too_deep("[" * 50_000, 128) == 128
    assert too_deep('{"a": "[[[["}', 1) is None
    assert too_deep('[["', 1) == 1


def test_keys_that_stand_twice() -> None:
    text = '{"a": {"b": 1, "c": [{"b": 2, "b": 3}]}, "a": 4}'
    assert [(pointer, key) for pointer, key, _, _ in repeated_keys(text)] == [("/a/c/0/b", "b"), ("/a", "a")]
    assert repeated_keys('{"a": [{"a": 1}, {"a": 1}]}') == []


def test_the_container_around_a_character() -> None:
    text = '{"a": {"b": [1, {"c": '
    assert pointer_at(text, len(text)) == "/a/b/1/c"
