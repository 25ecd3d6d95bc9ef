"""Many findings are ranked by what they share; the answer is that of the definition, which tries every pair."""

from collections.abc import Mapping, Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.rank import Ranking, rank
from checks.subjects import explained, explains, same_subject

WEAK = {"phase", "exception"}
IDS = ("entry-script.a", "entry-script.b", "runtime.a", "runtime.b", "logs.a", "contract.a")
NAMES = (*IDS, "entry-script.*", "runtime.*", "logs.*", "nothing.known")
SUBJECTS = ("name:x", "name:y", "line:1", "line:2", "phase:init", "phase:run", "exception:KeyError")
MORE = ("exception:NameError", "sample:1", "sample:2", "bare", "bare:", "phase", "module:a:b")

findings = st.lists(
    st.builds(
        lambda name, title, about, explains, severity, confidence, stage, line, place: Finding(
            id=name,
            family=name.partition(".")[0],
            title=title,
            evidence=(Quote(source="score.py", text="", line=line),),
            about=tuple(about),
            explains=tuple(explains),
            severity=severity,
            confidence=confidence,
            stage=stage,
            place=place,
        ),
        st.sampled_from(IDS),
        st.sampled_from(("one", "two", "three", "four")),
        st.lists(st.sampled_from((*SUBJECTS, *MORE)), max_size=4),
        st.lists(st.sampled_from(NAMES), max_size=4),
        st.sampled_from((None, *Severity)),
        st.sampled_from((None, *Confidence)),
        st.sampled_from((None, Stage.LOAD, Stage.INIT, Stage.OPERATE)),
        st.sampled_from((None, 1, 2)),
        st.integers(0, 1),
    ),
    max_size=12,
)


def reached(start: int, edges: Sequence[set[int]]) -> set[int]:
    found: set[int] = set()
    while more := set().union(edges[start], *(edges[n] for n in found)) - found:
        found |= more
    return found - {start}


def look_at_the_same(cause: Finding, look: Finding, told: Sequence[Finding]) -> bool:
    """The look explains something of its own family that the cause explains, and shares a place or a name with it."""
    both = (one for one in told if one.family == look.family and explains(cause, one) and explains(look, one))
    shared = {entry for entry in {*cause.about} & {*look.about} if entry.partition(":")[0] not in WEAK}
    return look.family != cause.family and any(both) and bool(shared) and same_subject(cause.about, look.about)


def order(finding: Finding) -> tuple[int, ...]:
    return (
        finding.gravity.rank,
        finding.place,
        (finding.confidence or Confidence.POSSIBLE).rank,
        (finding.stage or Stage.OPERATE).rank,
        -len(finding.explains),
        next((quote.line for quote in finding.evidence if quote.line), 0),
    )


def as_defined(findings: Sequence[Finding], also: Mapping[int, set[int]]) -> Ranking:
    """The ranking, every pair of findings tried."""
    told = tuple({(one.id, one.title, one.evidence): one for one in findings}.values())
    edges = [
        {n for n, one in enumerate(told) if explains(cause, one) or look_at_the_same(cause, one, told)}
        | also.get(place, set())
        for place, cause in enumerate(told)
    ]
    below = [reached(place, edges) for place in range(len(told))]
    settled = []
    for place, one in enumerate(told):
        symptoms = [told[n] for n in sorted(below[place])]
        changed = {"explains": tuple(dict.fromkeys(symptom.id for symptom in symptoms))}
        if symptoms:
            changed["severity"] = min((each.gravity for each in (one, *symptoms)), key=lambda each: each.rank)
            if one.confidence in {None, Confidence.POSSIBLE}:
                changed["confidence"] = Confidence.LIKELY
        settled.append(msgspec.structs.replace(one, **changed))
    no_root = set()
    for n in range(len(told)):
        above = {place for place in range(len(told)) if n in below[place]}
        circle = {place for place in above if place in below[n]}
        if above - circle or n != min({n, *circle}, key=lambda place: (order(settled[place]), place)):
            no_root.add(n)
    by_order = sorted(range(len(told)), key=lambda n: (n in no_root, order(settled[n])))
    causes = tuple(settled[n] for n in by_order if n not in no_root and settled[n].gravity is Severity.ERROR)
    return Ranking(causes=causes, findings=tuple(settled[n] for n in by_order))


@given(findings)
def test_what_explains_what_is_found_without_trying_every_pair(findings: list[Finding]) -> None:
    every = [{n for n, one in enumerate(findings) if explains(cause, one)} for cause in findings]
    assert explained(findings) == every


@given(findings, st.dictionaries(st.integers(0, 11), st.sets(st.integers(0, 11), max_size=3), max_size=4))
def test_the_ranking_is_that_of_its_definition(findings: list[Finding], also: dict[int, set[int]]) -> None:
    told = len({(one.id, one.title, one.evidence) for one in findings})
    there = {n: {m for m in ms if m < told} for n, ms in also.items() if n < told}
    assert rank(findings, there) == as_defined(findings, there)
