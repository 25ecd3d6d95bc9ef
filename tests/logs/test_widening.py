"""A widened pattern is met wherever the pattern itself is."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checks.logs.matcher import Matcher, search, set_of
from checks.logs.signature import Signature, signatures
from checks.logs.widening import widened

PATTERNS = sorted({pattern for one in signatures() for pattern in (*one.match, *one.also)})


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("No module named '(?P<module>\\w+)'", r"No\x20module\x20named\x20\x27"),
        (r"Could not find a versions? that", r"Could\x20not\x20find\x20a\x20version"),
        (r"^abc$", "abc"),
        (r"(ab|cd+)x*", "(?:ab|c(?:d)+)"),
        (r"(?i)k\.v", r"[Kk]\x2e[Vv]"),
        (r"\d{3,9} x+", r"(?:[0-9]){3}\x20x"),
        (r"(?P<a>x(b)?):? y", r"x(?:(?:b))?(?:\x3a)?\x20y"),
        (r"a.{0,200}b", r"a(?:[\x00-\x09\x0b-\x7f\x80-\xff])*b"),
    ],
)
def test_examples(pattern: str, wide: str) -> None:
    assert widened(pattern) == wide


def test_none_points_to_every_line() -> None:
    assert not [pattern for pattern in PATTERNS if re.compile(widened(pattern)).search("")]


def test_every_text_is_found_as_by_the_patterns_themselves() -> None:
    wide = {pattern: set_of([widened(pattern)]) for pattern in PATTERNS}
    missed = [
        (pattern, text)
        for one in signatures()
        for pattern in one.match
        for raw in one.fires
        for text in raw.split("\n")
        if search(pattern, text) is not None and not wide[pattern].Match(text.encode())
    ]
    assert not missed


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_text_that_a_pattern_matches_is_found(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    try:
        compiled = re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)
    except re.error:
        assume(False)
    text = data.draw(st.from_regex(compiled)).replace("\n", " ")
    assume("ſ" not in text and "\u212a" not in text)  # letters that RE2 folds to s and k
    assume(search(pattern, text) is not None)
    assert set_of([widened(pattern)]).Match(text.encode())
    one = Signature(id="x", match=(pattern,))
    assert Matcher.of([one]).match(text) == [(one, search(pattern, text))]
