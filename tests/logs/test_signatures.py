"""Every signature: its form, its words, and the texts beside it."""

import re

import pytest

from checks.evidence import Log
from checks.finding import Safety
from checks.logs.analysis import Analysis, analyse, outranks
from checks.logs.findings import findings
from checks.logs.matcher import built_in, compiled
from checks.logs.readers import reader
from checks.logs.signature import AREAS, Role, Signature, Strength, by_id, signatures
from checks.logs.template import placeholders

ALL = signatures()
SPOKEN = frozenset({Role.CAUSE, Role.SYMPTOM, Role.WRAPPER})
COMMON = {"where", "script", "exception", "message"}
each = pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)


def read(text: str) -> Analysis:
    return analyse(Log(source="log.txt", text=text.strip("\n")))


def told(analysis: Analysis) -> list[str]:
    return [group.signature.id for group in (*analysis.causes, *analysis.symptoms)]


def matched(analysis: Analysis) -> set[str]:
    return {found.id for line in analysis.lines for found, _ in built_in().match(line.text)}


def test_ids_are_unique() -> None:
    names = [name for one in ALL for name in (one.id, *one.aliases)]
    assert sorted(names) == sorted(set(names))


def test_no_two_outrank_each_other() -> None:
    both = [(one.id, other) for one in ALL for other in one.over if other in by_id() and one.id in by_id()[other].over]
    assert both == []


def test_only_causes_are_strong() -> None:
    assert not [one.id for one in ALL if one.strength is Strength.STRONG and one.role is not Role.CAUSE]


@each
def test_declaration(one: Signature) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.id)
    assert one.sources, "where the text or the fact comes from"
    assert bool(one.match) is (one.role is not Role.FALLBACK)
    if one.role is not Role.FALLBACK:
        assert one.fires, "a text that it must match"
        assert one.quiet, "a text that looks like it and must not be matched"
    if one.role is Role.STATE:
        assert not any((one.title, one.why, one.fixes))
    else:
        assert one.title
        assert one.why
        assert one.role is Role.HARMLESS or bool(one.fixes) != bool(one.no_fix), "a fix, or why there is none"
    known = {*by_id(), *(f"{area}.*" for area in AREAS)}
    for names in (one.over, one.under, one.explains, one.after, one.not_after, one.cleared_by or ()):
        assert set(names) <= known, set(names) - known
    assert one.id not in one.over
    assert one.reader is None or reader(one.reader)


@each
def test_patterns_run_in_linear_time(one: Signature) -> None:
    for pattern in (*one.match, *one.also, *([one.frames] if one.frames else [])):
        program = compiled(pattern)  # RE2 refuses what would need backtracking
        assert program.programsize < 5_000, "an automaton that would be too large"
        assert program.search("") is None, "matches nothing in particular"


@each
def test_every_field_has_a_value(one: Signature) -> None:
    texts = [one.title, one.why, one.no_fix or ""]
    texts += [text for fix in one.fixes for text in (fix.title, *fix.commands)]
    needed = {name for text in texts for name in placeholders(text)} - COMMON - set(one.defaults)
    if one.role not in SPOKEN:
        return
    if one.reader is None:
        assert needed <= one.groups
    always = [set(re.findall(r"\(\?P<(\w+)>", pattern)) for pattern in one.match]
    for name in needed & one.groups:
        assert all(name in groups for groups in always) or name not in set().union(*always), f"default for {name}"


@each
def test_it_comes_out_first_where_it_fires(one: Signature) -> None:
    for text in one.fires:
        analysis = read(text)
        if one.role is Role.CAUSE:
            assert analysis.causes, f"{told(analysis)}: {text}"
            assert analysis.causes[0].signature.id == one.id, text
            in_order(one, analysis)
        elif one.role in SPOKEN:
            assert one.id in told(analysis), text
        else:
            assert one.id in matched(analysis), text
        if one.role in SPOKEN:
            well_said(one, text)


@each
def test_it_is_quiet_where_it_must_be(one: Signature) -> None:
    for text in one.quiet:
        analysis = read(text)
        assert one.id not in (told(analysis) if one.role in SPOKEN else matched(analysis)), text


def in_order(one: Signature, analysis: Analysis) -> None:
    """No two causes fight over one line without an order."""
    for line in analysis.lines:
        rivals = [found for found, _ in built_in().match(line.text) if found.role is Role.CAUSE]
        for rival in rivals if one in rivals else ():
            # A signature with conditions may be outranked where they hold, and speaks where they do not.
            assert rival == one or outranks(one, rival) or outranks(rival, one), f"{one.id} and {rival.id}: {line.text}"


def well_said(one: Signature, text: str) -> None:
    """The rules for the five parts of a finding."""
    found = [f for f in findings(Log(source="log.txt", text=text.strip("\n"))) if f.id == f"logs.{one.id}"]
    assert found
    for finding in found:
        assert len(finding.title) <= 100, finding.title
        assert not finding.title.endswith((".", "?")), finding.title
        assert not re.match(r"(?i)error:", finding.title)
        assert finding.title[:1].islower() or re.match(r"[^a-z]*[A-Z`0-9]|\W", finding.title), finding.title
        assert not re.search(r"\b(simply|just|obviously|illegal)\b", f"{finding.title} {finding.why}")
        assert "{" not in re.sub(r"`[^`]*`", "", finding.title)
        assert finding.evidence
        for fix in finding.fixes:
            assert fix.title[0].islower() or not fix.title[0].isalpha() or fix.title.split()[0].isupper(), fix.title
            angle = any("<" in text and ">" in text for text in (fix.title, *fix.commands))
            assert fix.safety is not Safety.PLACEHOLDER or angle
            assert fix.safety is not Safety.SAFE, "text alone proves no edit"
