"""What is told as new and as gone after a renewal."""

import time
from collections.abc import Sequence

from checks.evidence import Target
from checks.finding import Finding, Quote
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from tui.comparing import Changes, compare, told


def finding(
    id: str, title: str = "it breaks", text: str = "model.predict(x)", line: int = 3, **more: object
) -> Finding:
    proof = Quote(source="/srv/score.py", text=text, line=line)
    return Finding(id=id, title=title, evidence=(proof,), **more)  # type: ignore[arg-type]


def report(*findings: Finding, causes: Sequence[Finding] | None = None, verdict: Verdict | None = None) -> Report:
    return Report(
        schema=SCHEMA,
        version="1",
        target=Target(kind="script", name="score.py"),
        verdict=verdict or (Verdict.FAILING if findings else Verdict.HEALTHY),
        causes=tuple(findings if causes is None else causes),
        findings=findings,
        checks=CheckSummary(passed=1, found=len(findings)),
    )


def test_what_went_and_what_came() -> None:
    one, two, three = finding("a.one"), finding("a.two"), finding("a.three")
    assert compare(report(one, two), report(two, three)) == Changes(gone=(one,), new=(three,), kept=(two,))
    assert not compare(report(one), report(one))


def test_a_moved_line_is_no_new_finding() -> None:
    moved = finding("a.one", line=30)
    assert compare(report(finding("a.one", line=3)), report(moved)) == Changes(kept=(moved,))


def test_times_and_numbers_of_processes_do_not_count() -> None:
    before = finding("a.one", "worker (pid 77) died after 3 seconds", "2026-11-20 18:07:02 worker (pid 77) died")
    after = finding("a.one", "worker (pid 91) died after 4 seconds", "2026-11-20 18:09:13 worker (pid 91) died")
    assert not compare(report(before), report(after))


def test_another_wording_at_the_same_place_is_the_same_finding() -> None:
    before, after = finding("a.one", "`model` is not set"), finding("a.one", "`model` is not set in init()")
    assert not compare(report(before), report(after))


def test_equal_ones_count_one_by_one() -> None:
    same = finding("a.one")
    changes = compare(report(same, same, same), report(same))
    assert (len(changes.gone), len(changes.new), len(changes.kept)) == (2, 0, 1)


def test_of_one_title_each_place_has_its_own() -> None:
    here, there = finding("a.one", text="f(x)"), finding("a.one", text="g(x)")
    assert compare(report(here, there), report(there)).gone == (here,)


def test_the_words_of_a_renewal() -> None:
    one, two = finding("a.one"), finding("a.two", text="other")
    assert told(report(one), report(two)) == "1 cause gone, 1 new"
    assert told(report(one, two), report()) == "2 causes gone"
    assert told(report(), report(one)) == "1 new cause"
    assert told(report(one), report(one)) == "the same cause"
    assert told(report(), report()) == "still healthy"
    assert told(report(), report(verdict=Verdict.INCONCLUSIVE)) == "now inconclusive"
    assert told(report(one, two, causes=[one]), report(one)) == "1 finding gone"


def test_ten_thousand_findings_are_quick() -> None:
    before = [finding(f"a.{n % 40}", f"file {n} is missing", f"open('{n}')", n) for n in range(10_000)]
    after = [finding(f"a.{n % 40}", f"file {n} is missing", f"open('{n}')", n + 1) for n in range(5, 10_005)]
    began = time.perf_counter()
    changes = compare(report(*before), report(*after))
    assert time.perf_counter() - began < 3
    assert (len(changes.gone), len(changes.new), len(changes.kept)) == (5, 5, 9_995)
