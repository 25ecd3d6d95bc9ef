"""What is wrong with a text that is no JSON: its kind, its place, the repair, and the time that it takes."""

import json
import random
import time

import pytest

from checks.contract.json_text import NO_VALUE, broken, constants, edits_of, place_at, quote_at, spliced, value_of
from checks.edits import apply_edits
from doctor.redact import redact

REPAIRED = (
    ("{'a': 1, 'b': True, 'c': None, 'd': (1, 2)}", "python", {"a": 1, "b": True, "c": None, "d": [1, 2]}),
    ('{"a": [1, 2,],}', "trailing-comma", {"a": [1, 2]}),
    ('{"a": [1 2]}', "missing-comma", {"a": [1, 2]}),
    ('{\n "a": 1\n "b": 2}', "missing-comma", {"a": 1, "b": 2}),
    ('["a" "b"]', "missing-comma", ["a", "b"]),
    ('{"a": [1,,2]}', "extra-comma", {"a": [1, 2]}),
    ('{"a": 1 /* one */} // done', "comment", {"a": 1}),
    ('# above\n{"a": 1}', "comment", {"a": 1}),
    ("{a: 1, b_2: 2}", "bare-key", {"a": 1, "b_2": 2}),
    ('{"a": 2020-01-01}', "bare-word", {"a": "2020-01-01"}),
    ('{"a": undefined, "b": nan}', "word", {"a": None, "b": None}),
    ("[0x1F, 007, +1, .5, 1., 1_000, -.5]", "number", [31, 7, 1, 0.5, 1.0, 1000, -0.5]),
    ("{“a”: [1]}", "smart-quotes", {"a": [1]}),
    ('{"a":\u00a01}', "invisible", {"a": 1}),
    ('{"a": "x\ny\tz"}', "raw-control", {"a": "x\ny\tz"}),
    ('{"a": "C:\\Users\\me"}', "escape", {"a": "C:\\Users\\me"}),
    ('{"a": "it\\\'s"}', "escape", {"a": "it's"}),
    ('{"a": "say "hi" now", "b": 1}', "inner-quote", {"a": 'say "hi" now', "b": 1}),
    ('{"a": "5" screen"}', "inner-quote", {"a": '5" screen'}),
    ('{"a": "x,\n "b": 1}', "open-string", {"a": "x", "b": 1}),
    ('[{"a": "x}]', "open-string", [{"a": "x"}]),
    ('{"a": [[1, 2], [3', "cut-off", {"a": [[1, 2], [3]]}),
    ('{"a": [1, 2}', "bracket", {"a": [1, 2]}),
    ('{"a": [1, 2]]}', "bracket", {"a": [1, 2]}),
    ('{"a": 1}}', "bracket", {"a": 1}),
    ('{"a": 1]', "bracket", {"a": 1}),
    ('{"a" 1}', "colon", {"a": 1}),
    ('{"a" = 1}', "colon", {"a": 1}),
    ('{"a": , "b": 1}', "missing-value", {"a": None, "b": 1}),
)


@pytest.mark.parametrize(("text", "kind", "meant"), REPAIRED)
def test_the_repair_is_json_and_means_what_was_meant(text: str, kind: str, meant: object) -> None:
    found = broken(text)
    assert found is not None
    assert found.kind == kind
    assert found.repaired is not None
    assert json.loads(found.repaired) == meant


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_edits_of_a_file_make_the_repair(ending: str) -> None:
    text = ending.join(["{", '  "a": [1, 2,],', "  'b': None, // none", '  "c": “x”', "}"])
    found = broken(text)
    assert found is not None
    assert found.repaired == spliced(text, found.splices)
    assert apply_edits(text, edits_of(found.splices, text, "sample.json")) == found.repaired
    assert json.loads(found.repaired) == {"a": [1, 2], "b": None, "c": "x"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": 1}\n{"a": 2}\n', "several"),
        ('{"a": 1} and so on', "after-end"),
        ('{"a": {{ rows }}}', "placeholder"),
        ('{"a": <rows>}', "placeholder"),
        ("[1, 2, ...]", "placeholder"),
        ('{"a": array([1, 2])}', "python-object"),
        ('{"a": "abc', "cut-off"),
    ],
)
def test_what_has_no_repair_has_a_kind(text: str, kind: str) -> None:
    found = broken(text)
    assert found is not None
    assert found.kind == kind
    assert found.repaired is None


def test_what_is_open_is_told_with_its_line() -> None:
    found = broken('{\n"a": [\n[1, 2],\n[3')
    assert found is not None
    assert found.open == (("{", 1), ("[", 2), ("[", 4))


@pytest.mark.parametrize("text", ["{}", "[1, NaN]", '"x"', " 1 ", "null", '{"a": "// \'x\', (1,)"}'])
def test_json_is_not_broken(text: str) -> None:
    assert broken(text) is None


def test_constants_outside_of_texts() -> None:
    text = '{"a": "NaN", "b": NaN, "c": [-Infinity, Infinity]}'
    assert [word for word, _ in constants(text)] == ["NaN", "-Infinity", "Infinity"]
    assert all(text.startswith(word, at) for word, at in constants(text))


def test_a_quote_shows_what_matters_of_a_long_line() -> None:
    text = "[" + "1, " * 5_000 + "oops, 2]"
    found = broken(text)
    assert found is not None
    quote = quote_at("sample.json", text, found.flaw.start, found.flaw.end)
    assert len(quote.text) < 200
    assert quote.mark is not None
    assert quote.text[slice(*quote.mark)] == "oops"
    assert quote.column is not None
    assert text[quote.column :].startswith(quote.text)


def test_every_way_to_spoil_a_body_is_judged_and_never_raises() -> None:
    chance = random.Random(6)
    body = json.dumps({"data": [[1.5, -2e3, 'a "b" \\ é'], [True, None, {"k": []}]], "n": "x"}, indent=1)
    for _ in range(3_000):
        text = list(body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 3)] = chance.choices(
                "{}[](),:;'\"“\\/#\n\t 0x1.eNaT=<-\u00a0", k=chance.randint(0, 3)
            )
        spoilt = "".join(text)
        found = broken(spoilt)
        assert (found is None) == (value_of(spoilt) is not NO_VALUE)
        if found:
            assert 0 <= found.flaw.start <= found.flaw.end <= len(spoilt)
            assert place_at(spoilt, found.flaw.start) == found.place
            quote_at("sample.json", spoilt, found.flaw.start, found.flaw.end)
            if found.repaired is not None:
                json.loads(found.repaired)
                assert apply_edits(spoilt, edits_of(found.splices, spoilt, "s")) == found.repaired


MEGA = 2_000_000
LONG = (
    '{"a": [' + "[1.5, 2.5]," * (MEGA // 11) + "]}",
    "[" + "1.25," * (MEGA // 5) + "]",
    "[" + '{"a": "b"},' * (MEGA // 11) + ' "x" "y"]',
    '{"a": "' + "x" * MEGA,
    "[" * MEGA,
    "[" + "'a'," * (MEGA // 4) + "]",
    '{"a": 1}\n' * (MEGA // 9),
    '"' * MEGA,
    "/*" * (MEGA // 2),
    "“" * MEGA,
    '{"a":1,' * (MEGA // 7),
    '"a" ' * (MEGA // 4),
    "{" * MEGA,
    "\\" * MEGA,
    "[1 " * (MEGA // 3),
    "\n" * MEGA + "{",
    '["' + '\\"' * (MEGA // 2),
    '["' + "\n" * MEGA,
)


@pytest.mark.parametrize("text", LONG, ids=lambda text: repr(text[:8]))
def test_the_time_is_bounded(text: str) -> None:
    begin = time.process_time()
    broken(text)
    assert time.process_time() - begin < 20


@pytest.mark.parametrize("key", ["user", "token"])
def test_a_quote_does_not_begin_with_half_of_a_secret(key: str) -> None:
    """The name tells that a value is secret: a line is not cut between both."""
    text = '{"data": 1, "api_key": "rHMkOTjCW8BYBhvuC6oDMBkCd12345", "user": {"password": "XQ7kIEFMagi0"}, "token": 1}'
    start = text.index(f'"{key}"')
    shown = redact(quote_at("sample.json", text, start, start + len(key) + 2).text)
    assert "BkCd12345" not in shown
    assert "XQ7kIEFMagi0" not in shown
