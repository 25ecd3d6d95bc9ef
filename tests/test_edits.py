"""Edits are applied exactly where they point, whatever the line ends, and never twice over each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.edits import OverlappingEdits, apply_edits, by_path, clash
from checks.entry_script.module import parse
from checks.finding import Edit
from checks.text import end_of, lines_of

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
BODY = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


def edit(start: tuple[int, int], end: tuple[int, int], replacement: str, path: str = "score.py") -> Edit:
    return Edit(
        path=path,
        start_line=start[0],
        start_column=start[1],
        end_line=end[0],
        end_column=end[1],
        replacement=replacement,
    )


@st.composite
def texts(draw: st.DrawFn) -> str:
    end = draw(ENDS)
    lines = draw(st.lists(BODY, min_size=1, max_size=6))
    return end.join(lines) + draw(st.sampled_from(["", end]))


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character, counted without the code under test."""
    before = re.split(r"\r\n|\r|\n", text[:offset])
    return len(before), len(before[-1])


@st.composite
def replacements(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    """A text and separate spans of it, none of which begins or ends inside a CRLF."""
    text = draw(texts())
    cuts = [n for n in range(len(text) + 1) if text[max(n - 1, 0) : n + 1] != "\r\n"]
    marks = sorted(draw(st.lists(st.sampled_from(cuts), max_size=6, unique=True)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return text, [(start, end, draw(st.text("añ字😀 x", max_size=4))) for start, end in pairs]


@given(texts())
def test_lines_together_are_the_text(text: str) -> None:
    assert "".join(lines_of(text)) == text
    assert all(end_of(line) for line in lines_of(text)[:-1])


@given(texts())
def test_no_edit_changes_nothing(text: str) -> None:
    assert apply_edits(text, []) == text


@given(replacements(), st.randoms(use_true_random=False))
def test_edits_change_their_span_and_nothing_else(given_: tuple[str, list[tuple[int, int, str]]], random) -> None:  # type: ignore[no-untyped-def]
    text, spans = given_
    expected, done = "", 0
    for start, end, replacement in spans:
        expected, done = expected + text[done:start] + replacement, end
    expected += text[done:]
    edits = [edit(position(text, start), position(text, end), new) for start, end, new in spans]
    assert apply_edits(text, random.sample(edits, len(edits))) == expected


@given(replacements())
def test_the_same_edit_said_twice_counts_once(given_: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = given_
    edits = [edit(position(text, start), position(text, end), new) for start, end, new in spans]
    assert apply_edits(text, [*edits, *edits]) == apply_edits(text, edits)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_new_lines_take_the_line_end_of_the_text(end: str) -> None:
    text = f"a{end}b{end}"
    assert apply_edits(text, [edit((2, 0), (2, 0), "x\ny\n")]) == f"a{end}x{end}y{end}b{end}"


def test_mixed_line_ends_stay_as_they_are() -> None:
    assert apply_edits("a\r\nb\nc\r", [edit((2, 0), (2, 1), "B")]) == "a\r\nB\nc\r"


@pytest.mark.parametrize("text", ["a\nb", "a\nb\n"])
def test_insertion_past_the_last_line_goes_to_the_end(text: str) -> None:
    assert apply_edits(text, [edit((9, 0), (9, 0), "c")]) == text + "c"


def test_a_column_past_the_line_stays_on_the_line() -> None:
    assert apply_edits("ab\ncd\n", [edit((1, 99), (1, 99), "X")]) == "ab\nXcd\n"


def test_empty_text() -> None:
    assert apply_edits("", [edit((1, 0), (1, 0), "import os\n")]) == "import os\n"


def test_columns_count_characters_not_bytes() -> None:
    module = parse("naïve = '字😀'; x = 'old'\n")
    assert module.tree is not None
    node = module.tree.body[1].value  # type: ignore[attr-defined]
    assert apply_edits(module.text, [module.replace("score.py", node, "'new'")]) == "naïve = '字😀'; x = 'new'\n"


def test_two_insertions_at_one_place_are_both_made() -> None:
    edits = [edit((1, 0), (1, 0), "import a\n"), edit((1, 0), (1, 0), "import b\n")]
    assert apply_edits("x\n", edits) == "import a\nimport b\nx\n"


def test_edits_that_touch_end_to_end_are_no_clash() -> None:
    edits = [edit((1, 0), (1, 1), "A"), edit((1, 1), (1, 2), "B")]
    assert apply_edits("ab", edits) == "AB"
    assert not clash(edits)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (edit((1, 0), (1, 2), "A"), edit((1, 1), (1, 3), "B")),
        (edit((1, 0), (2, 1), "A"), edit((1, 1), (1, 2), "B")),
        (edit((1, 0), (1, 2), "A"), edit((1, 0), (1, 2), "B")),
        (edit((1, 1), (1, 1), "A"), edit((1, 0), (1, 2), "B")),
    ],
)
def test_overlapping_edits_are_refused(one: Edit, other: Edit) -> None:
    for edits in ([one, other], [other, one]):
        assert clash(edits)
        with pytest.raises(OverlappingEdits):
            apply_edits("abc\ndef\n", edits)


def test_a_long_edit_clashes_with_all_that_it_covers() -> None:
    cover = edit((1, 0), (3, 0), "")
    inside = [edit((1, 1), (1, 2), "B"), edit((2, 1), (2, 2), "C")]
    assert clash([cover, *inside])
    with pytest.raises(OverlappingEdits):
        apply_edits("abc\ndef\n", [cover, *inside])


def test_edits_are_grouped_by_file() -> None:
    edits = [edit((1, 0), (1, 0), "x", path=path) for path in ("a.py", "b.py", "a.py")]
    assert {path: len(group) for path, group in by_path(edits).items()} == {"a.py": 2, "b.py": 1}


@given(replacements())
def test_clash_agrees_with_apply(given_: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = given_
    edits = [edit(position(text, start), position(text, end), new) for start, end, new in spans]
    assert not clash(edits)
    apply_edits(text, edits)
