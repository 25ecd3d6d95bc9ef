"""A container whose run() nobody called is not called healthy; one that was seen to score is."""

from collections.abc import Callable

import pytest
from starting import Started

from checks.containers import Answer, Answers
from checks.evidence import Evidence, Log, Logs, Samples, Target
from doctor.containers.diagnosis import diagnose
from doctor.containers.wishes import Wishes
from doctor.report import Verdict
from doctor.scored import NOT_CALLED, not_called, seen_to_score

NOTHING = Evidence(target=Target(kind="container", name="score"))


def post(status: int) -> Evidence:
    one = Answer(method="POST", path="/score", route="inside", address="http://127.0.0.1:5001", status=status)
    return NOTHING.replace(answers=Answers(items=(one,)))


def said(text: str) -> Evidence:
    return NOTHING.replace(logs=Logs(items=(Log(source="log", text=text),)))


@pytest.mark.parametrize(
    ("evidence", "scores"),
    [
        (NOTHING, False),
        (post(200), True),
        (post(500), False),
        (said('127.0.0.1 - - [22/Nov/2026] "POST /score HTTP/1.0" 200 5'), True),
        (said('127.0.0.1 - - [22/Nov/2026] "POST /score HTTP/1.0" 500 5'), False),
        (said('127.0.0.1 - - [22/Nov/2026] "GET / HTTP/1.0" 200 7'), False),
        (said('"GET /swagger.json HTTP/1.1" 200 900'), False),
    ],
)
def test_what_counts_as_seen(evidence: Evidence, scores: bool) -> None:
    assert seen_to_score(evidence) is scores
    assert not_called(evidence) == (() if scores else (NOT_CALLED,))
    assert not_called(evidence.replace(samples=Samples(items=()))) == ()


@pytest.mark.docker
def test_a_service_that_nobody_called(sample: Callable[[str], Started]) -> None:
    started = sample("healthy-schema-numpy")
    report = diagnose(started.name, Wishes(rehearse=False)).report
    assert (report.verdict, report.causes) == (Verdict.INCONCLUSIVE, ())
    assert NOT_CALLED in report.notes
    body = started.folder / "sample.json"
    report = diagnose(started.name, Wishes(rehearse=False, samples=(body,))).report
    assert report.verdict is Verdict.HEALTHY
    assert NOT_CALLED not in report.notes
    again = diagnose(started.name, Wishes(rehearse=False)).report
    assert again.verdict is Verdict.HEALTHY, "the log tells of it"
