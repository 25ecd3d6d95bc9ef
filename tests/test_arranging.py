"""Findings are put in their places as a search through all pairs would put them, ten thousand of them at once."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.evidence import Target
from checks.finding import Finding, Severity
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.reports.common import arrange
from doctor.reports.explaining import Explainers, accounts

IDS = ("a.one", "a.two", "b.one", "b.two")
SUBJECTS = (
    "phase:init",
    "phase:run",
    "exception:KeyError",
    "exception:TypeError",
    "name:x",
    "name:y",
    "sample:1",
    "odd",
)

findings = st.builds(
    lambda name, title, explains, about: Finding(
        id=name, family=name[0], title=title, evidence=(), explains=tuple(explains), about=tuple(about)
    ),
    name=st.sampled_from(IDS),
    title=st.sampled_from("pqrstuvw"),
    explains=st.lists(st.sampled_from((*IDS, "a.*", "b.*")), max_size=3),
    about=st.lists(st.sampled_from(SUBJECTS), max_size=3),
)


def report(causes: list[Finding], rest: list[Finding]) -> Report:
    return Report(
        schema=SCHEMA,
        version="0",
        target=Target(kind="script", name="score.py"),
        verdict=Verdict.FAILING,
        causes=tuple(causes),
        findings=(*causes, *rest),
        checks=CheckSummary(passed=1, found=1),
    )


@settings(max_examples=400, deadline=None)
@given(st.lists(findings, max_size=12))
def test_the_first_that_explains_is_that_of_a_search_through_all(several: list[Finding]) -> None:
    explainers = Explainers(several)
    for index, finding in enumerate(several):
        expected = next((i for i, one in enumerate(several) if i != index and accounts(one, finding)), None)
        assert explainers.first(index) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(findings, max_size=3, unique=True), st.lists(findings, max_size=8, unique=True))
def test_every_finding_stands_in_one_place(causes: list[Finding], rest: list[Finding]) -> None:
    arranged = arrange(report(causes, rest))
    placed = [*arranged.causes, *arranged.others, *(one for below in arranged.symptoms.values() for one in below)]
    assert sorted(map(repr, placed)) == sorted(map(repr, {*causes, *rest}))


def test_findings_that_explain_each_other_are_told_below_the_first() -> None:
    one = Finding(id="a.one", family="a", title="one", evidence=(), explains=("a.two",), severity=Severity.WARNING)
    two = Finding(id="a.two", family="a", title="two", evidence=(), explains=("a.one",), severity=Severity.WARNING)
    arranged = arrange(report([], [one, two]))
    assert arranged.others == (one,)
    assert arranged.symptoms == {0: (two,)}


def test_a_symptom_of_a_symptom_belongs_to_the_cause() -> None:
    cause = Finding(id="a.one", family="a", title="cause", evidence=(), explains=("a.two",))
    between = Finding(id="a.two", family="a", title="between", evidence=(), explains=("b.one",))
    last = Finding(id="b.one", family="b", title="last", evidence=())
    assert arrange(report([cause], [between, last])).symptoms == {0: (between, last)}


def test_ten_thousand_findings_are_arranged_at_once() -> None:
    causes = [
        Finding(id="a.one", family="a", title=f"cause {n}", evidence=(), explains=("b.one",), about=(f"name:{n}",))
        for n in range(5000)
    ]
    rest = [
        Finding(id="b.one", family="a", title=f"symptom {n}", evidence=(), about=("phase:init", f"name:{n}"))
        for n in range(5000)
    ]
    began = time.perf_counter()
    arranged = arrange(report(causes, rest))
    assert time.perf_counter() - began < 2  # a search through all pairs takes minutes
    assert arranged.symptoms[4999] == (rest[4999],)
