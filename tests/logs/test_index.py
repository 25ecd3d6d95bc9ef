"""Looking for literals first changes no result: what the automaton of all signatures finds, the small one finds."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checks.evidence import Log
from checks.logs import index, needs
from checks.logs.analysis import analyse_with
from checks.logs.index import Row, entries, possible, signature, told
from checks.logs.lines import read_lines
from checks.logs.matcher import A_LOG, Choice, Matcher, built_in, search
from checks.logs.needs import needed
from checks.logs.signature import AREAS, by_id, entries_of, parse, signatures

TICKETS = sorted((Path(__file__).parent.parent / "tickets").glob("*/*.txt"))
LOGS = sorted((Path(__file__).parent / "healthy").rglob("*.*"))
CASES = [text for one in signatures() for text in (*one.fires, *one.quiet)]
PATTERNS = sorted({pattern for one in signatures() for pattern in one.match})


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("No module named '(?P<module>\\w+)'", "No module named '"),
        (r"(?i)exit code:? (137|139)", ("exit code",)),
        (r"(?:Killed|Terminated) by \d+", ("killed", "terminated")),
        (r"(?:OOMKilled|Evicted)\b", ("oomkilled", "evicted")),
        (r"x?y{2,}z*", ("y",)),
        (r"^[Aa]b?$", ("a",)),
        (r"killed\.$", "killed."),
        (r"\d{3,9}", ("",)),
        (r"[Ee]rror é", ("error ",)),
        (r"(a|b\d?)", ("a", "b")),
        (r"(?:abcd|\d)+ef", ("ef",)),
    ],
)
def test_examples(pattern: str, needs: str | tuple[str, ...]) -> None:
    found = needed(pattern)
    assert (found if isinstance(found, str) else found[1:]) == needs


def test_entries_are_the_files_cut_in_pieces() -> None:
    assert [one for area in AREAS for text in entries_of(area) for one in parse(text.decode(), area)] == list(
        signatures()
    )
    assert [entry.signature for entry in entries()] == list(signatures())
    assert all(entry.row.digest for entry in entries()), "python -m doctor.derive"


def test_whatever_all_signatures_find_is_among_the_possible() -> None:
    every, missed = built_in(), []
    for text in CASES:
        lines = [line.text for line in read_lines(Log(source="log.txt", text=text.strip("\n")))]
        found = {one.id for line in lines for one, _ in every.match(line)}
        near = {(one.entry.row.id, one.text) for one in possible("\n".join(lines))} if found else set()
        missed += [
            (name, pattern, text)
            for name in found
            for pattern in by_id()[name].match
            if (name, pattern) not in near and any(search(pattern, line) is not None for line in lines)
        ]
    assert not missed


@pytest.mark.parametrize("path", [*TICKETS, *LOGS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_analysis_is_the_same(path: Path) -> None:
    log = Log(source="log.txt", text=path.read_text(encoding="utf-8", errors="replace"))
    small = Matcher(possible("\n".join(line.text for line in read_lines(log))))
    assert analyse_with(log, small) == analyse_with(log, built_in())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_text_that_is_found_holds_a_literal(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    try:
        compiled = re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)
    except re.error:
        assume(False)
    text = data.draw(st.from_regex(compiled)).replace("\n", " ")
    assume(built_in().match(text))
    assume(search(pattern, text) is not None)
    assume("ſ" not in text and "\u212a" not in text)  # as in test_widening
    needs = needed(pattern)
    assert needs in text if isinstance(needs, str) else any(way in text.casefold() for way in needs[1:])


def test_the_row_of_a_changed_entry_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'[[signature]]\nid = "new"\nmatch = ["purple"]\n'
    old = index.digest(text)
    rows = {old: Row(old, "new", False, ("green",))}
    (believed,) = index._read(text, "python", rows)
    assert believed.row.patterns == ("green",)
    (made,) = index._read(text.replace(b"purple", b"violet"), "python", rows)
    assert (made.row.patterns, made.row.told, made.signature.match) == (("violet",), True, ("violet",))


def test_ids_are_those_of_the_signatures() -> None:
    assert list(told()) == [one.id for one in signatures() if one.is_told]
    assert {signature(name) == one for name, one in by_id().items()} == {True}


def test_many_logs_or_a_long_one_are_read_with_everything() -> None:
    few = Choice(budget=3 * A_LOG + 100)
    kinds = [few.matcher(["a line"]) is built_in() for _ in range(5)]
    assert kinds == [False, False, False, True, True]
    assert Choice().matcher([f"line {number}" for number in range(20_000)]) is built_in()
    assert Choice().matcher(["the same again"] * 20_000) is not built_in()


def test_equal_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "digest", lambda text: 7)
    with pytest.raises(ValueError, match="another entry has the same digest"):
        list(needs.rows())


def test_a_matcher_of_everything_tells_the_same_as_one_of_the_possible() -> None:
    text = "ModuleNotFoundError: No module named 'cv2'"
    assert Matcher(possible(text)).match(text) == Matcher.of(signatures()).match(text) != []
