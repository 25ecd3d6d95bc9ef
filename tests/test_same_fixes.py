"""What is known of an edit is known wherever it is offered."""

import msgspec

from checks.finding import Confidence, Edit, Finding, Fix, Safety, Severity
from checks.rank import Ranking
from doctor.same_fixes import unified


def found(name: str, *fixes: Fix) -> Finding:
    return Finding(
        id=name, family="runtime", title=name, why="so", severity=Severity.ERROR, confidence=Confidence.LIKELY,
        evidence=(), fixes=fixes,
    )  # fmt: skip


def test_the_same_edit_is_the_same_fix_everywhere() -> None:
    edit = Edit(path="score.py", start_line=2, start_column=0, end_line=2, end_column=0, replacement="    global m\n")
    other = msgspec.structs.replace(edit, replacement="    nonlocal m\n")
    proved = Fix(title="a", safety=Safety.SAFE, edits=(edit,), verified="verified: it passes")
    cause = found("cause", proved)
    symptom = found("symptom", Fix(title="b", edits=(edit,)), Fix(title="c", edits=(other,)), Fix(title="by hand"))
    ranking = unified(Ranking(causes=(cause,), findings=(cause, symptom)))
    assert ranking.findings[0] == ranking.causes[0] == cause
    same, different, by_hand = ranking.findings[1].fixes
    assert (same.title, same.safety, same.verified) == ("b", Safety.SAFE, "verified: it passes")
    assert (different.safety, different.verified) == (Safety.REVIEW, None)
    assert by_hand == Fix(title="by hand")


def test_a_proof_of_a_later_one_counts_for_the_first() -> None:
    edit = Edit(path="score.py", start_line=2, start_column=0, end_line=2, end_column=0, replacement="x\n")
    first, later = Fix(title="a", edits=(edit,)), Fix(title="b", edits=(edit,), verified="tried: it is gone")
    causes = (found("a", first), found("b", later))
    ranking = unified(Ranking(causes=causes, findings=causes))
    assert {fix.verified for one in ranking.causes for fix in one.fixes} == {"tried: it is gone"}
