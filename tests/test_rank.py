"""The ranking: one cause for one fault, none lost, the gravest and earliest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.rank import rank
from checks.subjects import explains, same_subject


def finding(
    id: str,
    *,
    about: tuple[str, ...] = (),
    explains: tuple[str, ...] = (),
    severity: Severity | None = Severity.ERROR,
    confidence: Confidence | None = Confidence.LIKELY,
    stage: Stage | None = Stage.INIT,
    line: int | None = 1,
) -> Finding:
    return Finding(
        id=id,
        family=id.split(".", 1)[0],
        title=id,
        evidence=(Quote(source="score.py", text=id, line=line),),
        about=about,
        explains=explains,
        severity=severity,
        confidence=confidence,
        stage=stage,
        no_fix="this finding exists only here",
    )


def causes(*findings: Finding) -> list[str]:
    return [f.id for f in rank(findings).causes]


def test_a_symptom_never_outranks_its_cause() -> None:
    loud = finding("runtime.init-raised", confidence=Confidence.CERTAIN, stage=Stage.LOAD, about=("name:model",))
    cause = finding(
        "entry-script.model-not-global",
        severity=Severity.WARNING,
        confidence=Confidence.POSSIBLE,
        stage=Stage.OPERATE,
        about=("name:model",),
        explains=("runtime.init-raised",),
    )
    ranking = rank([loud, cause])
    assert [f.id for f in ranking.findings] == [cause.id, loud.id]
    assert [f.id for f in ranking.causes] == [cause.id]


def test_a_cause_is_as_grave_as_what_it_explains_and_no_longer_only_possible() -> None:
    symptom = finding("runtime.file-missing", confidence=Confidence.CERTAIN)
    cause = finding(
        "entry-script.absolute-path",
        severity=Severity.WARNING,
        confidence=Confidence.POSSIBLE,
        explains=("runtime.file-missing",),
    )
    (first,) = rank([symptom, cause]).causes
    assert (first.severity, first.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert first.explains == ("runtime.file-missing",)


def test_a_warning_without_an_observed_symptom_stays_a_warning() -> None:
    assert not causes(
        finding("entry-script.absolute-path", severity=Severity.WARNING, explains=("runtime.file-missing",))
    )


def test_two_independent_causes_are_both_told() -> None:
    one = finding("entry-script.no-run", about=("name:run",), explains=("runtime.contract-refused",))
    other = finding("dependencies.not-listed", about=("module:cv2",), explains=("runtime.module-missing",))
    symptoms = [
        finding("runtime.contract-refused", about=("name:run",)),
        finding("runtime.module-missing", about=("module:cv2",)),
    ]
    assert sorted(causes(one, other, *symptoms)) == [other.id, one.id]


def test_a_cause_of_another_subject_does_not_swallow_a_finding() -> None:
    absent = finding("dependencies.not-listed", about=("module:cv2",), explains=("runtime.module-missing",))
    other = finding("runtime.module-missing", about=("module:helpers",))
    assert sorted(causes(absent, other)) == [absent.id, other.id]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((), ("name:a",), True),
        (("name:a",), ("name:a", "line:3"), True),
        (("name:a", "phase:init"), ("name:b", "phase:init"), False),
        (("line:3", "phase:init"), ("line:9", "phase:init"), False),
        (("line:3", "name:a"), ("line:9", "name:a"), True),
        (("phase:init",), ("phase:init", "line:9"), True),
        (("phase:init",), ("phase:run", "line:9"), False),
        (("name:a", "phase:init"), ("line:9", "phase:init"), True),
        (("name:a",), ("line:9",), False),
        (("line:3", "exception:NameError"), ("line:3", "exception:KeyError"), False),
        (("line:3", "exception:OSError"), ("line:3", "exception:FileNotFoundError", "exception:OSError"), True),
    ],
)
def test_what_counts_as_the_same_subject(one: tuple[str, ...], other: tuple[str, ...], *, same: bool) -> None:
    assert same_subject(one, other) is same
    assert same_subject(other, one) is same


def test_a_family_can_be_named_whole() -> None:
    assert explains(finding("a.x", explains=("b.*",)), finding("b.y"))
    assert not explains(finding("a.x", explains=("b.*",)), finding("bb.y"))


def test_a_finding_does_not_explain_itself() -> None:
    assert causes(finding("a.x", explains=("a.*",))) == ["a.x"]


def test_who_explains_a_symptom_accounts_for_closer_looks_at_it() -> None:
    symptom = finding("runtime.run-raised", about=("line:9", "name:np", "exception:NameError"))
    look = finding("runtime.name-undefined", about=("line:9", "name:np"), explains=("runtime.run-raised",))
    read = finding("entry-script.undefined-name", about=("name:np",), explains=("runtime.run-raised",))
    (cause,) = rank([symptom, look, read]).causes
    assert cause.id == read.id
    assert set(cause.explains) == {symptom.id, look.id}


def test_a_closer_look_of_another_place_stays_a_cause() -> None:
    symptom = finding("runtime.init-raised", about=("line:9", "phase:init"))
    look = finding("runtime.unpickle-failed", about=("file:m.pkl", "line:9"), explains=("runtime.init-raised",))
    read = finding("entry-script.blocking-start", about=("phase:init",), explains=("runtime.init-raised",))
    assert look.id in causes(symptom, look, read)


def test_two_closer_looks_of_one_family_do_not_explain_each_other() -> None:
    symptom = finding("runtime.init-raised", about=("line:9",))
    looks = [finding(f"runtime.{name}", about=("line:9",), explains=("runtime.init-raised",)) for name in ("a", "b")]
    assert causes(symptom, *looks) == ["runtime.a", "runtime.b"]


def test_explanations_reach_through() -> None:
    chain = [
        finding("c.root", explains=("b.middle",)),
        finding("b.middle", explains=("a.last",)),
        finding("a.last"),
    ]
    ranking = rank(reversed(chain))
    assert [f.id for f in ranking.causes] == ["c.root"]
    assert set(ranking.causes[0].explains) == {"b.middle", "a.last"}


def test_a_circle_of_explanations_keeps_one_cause() -> None:
    one = finding("a.x", explains=("b.y",), confidence=Confidence.POSSIBLE)
    other = finding("b.y", explains=("a.x",), confidence=Confidence.CERTAIN)
    assert causes(one, other) == ["b.y"]
    assert causes(other, one) == ["b.y"]


def test_equal_members_of_a_circle_keep_one_cause() -> None:
    names = ("a.x", "b.x", "c.x")
    circle = [finding(name, explains=tuple(n for n in names if n != name)) for name in names]
    assert len(causes(*circle)) == 1


def test_a_circle_that_is_explained_from_outside_has_no_cause() -> None:
    one, other = finding("a.x", explains=("b.y",)), finding("b.y", explains=("a.x",))
    assert causes(one, other, finding("c.z", explains=("a.x",))) == ["c.z"]


def test_order_severity_confidence_stage_reach_line() -> None:
    expected = [
        finding("a.one", confidence=Confidence.CERTAIN, stage=Stage.RUN, line=9),
        finding("a.two", stage=Stage.LOAD, line=8),
        finding("a.three", line=7, explains=("z.symptom",), about=("line:7",)),
        finding("a.four", line=2),
        finding("a.five", line=3),
        finding("a.six", confidence=Confidence.POSSIBLE, stage=Stage.BUILD, line=1),
        finding("a.seven", severity=Severity.WARNING, confidence=Confidence.CERTAIN, stage=Stage.BUILD),
        finding("a.eight", severity=Severity.INFO, confidence=Confidence.CERTAIN, stage=Stage.BUILD),
        finding("z.symptom", about=("line:7",), confidence=Confidence.CERTAIN, stage=Stage.BUILD),
    ]
    ranking = rank(reversed(expected))
    assert [f.id for f in ranking.findings] == [f.id for f in expected]
    assert [f.id for f in ranking.causes] == [f.id for f in expected[:6]]


def test_a_finding_said_twice_is_told_once() -> None:
    assert causes(finding("a.x"), finding("a.x")) == ["a.x"]


def test_nothing_found() -> None:
    ranking = rank([])
    assert (ranking.causes, ranking.findings) == ((), ())


IDS = ("a.x", "a.y", "b.x", "b.y", "c.x")
TAGS = ("name:a", "name:b", "line:1", "line:2", "phase:init", "phase:run", "exception:KeyError", "exception:OSError")


@st.composite
def some_findings(draw: st.DrawFn) -> list[Finding]:
    names = draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))
    return [
        finding(
            name,
            about=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=3, unique=True))),
            explains=tuple(draw(st.lists(st.sampled_from((*IDS, "a.*", "b.*")), max_size=3, unique=True))),
            severity=draw(st.sampled_from(list(Severity))),
            confidence=draw(st.sampled_from(list(Confidence))),
        )
        for name in names
    ]


@given(some_findings())
def test_an_error_never_leaves_the_list_of_causes_empty(findings: list[Finding]) -> None:
    ranking = rank(findings)
    assert sorted(f.id for f in ranking.findings) == sorted(f.id for f in findings)
    if any(f.severity is Severity.ERROR for f in findings):
        assert ranking.causes


@given(some_findings(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_choose_the_causes(findings: list[Finding], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(findings, len(findings))
    assert len(rank(findings).causes) == len(rank(shuffled).causes)
