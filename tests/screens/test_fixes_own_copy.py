"""A fix for a file inside of a target goes into the person's own copy, and only where that is the same text."""

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace
from screens.journeys import until
from screens.test_fixes import BROKEN, finding, insertion, opened, planned_there, said, told
from textual.widgets import Button

from checks.finding import Fix, Safety
from doctor.applying import planned
from doctor.containers.local import collect_local
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.reports import FORMATS, render

INSIDE = "/var/azureml-app/score.py"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text(BROKEN, encoding="utf-8")
    return tmp_path / "code"


def inside(source: Path, kind: str = "container") -> Diagnosis:
    """What is found in a target whose script is BROKEN, with the person's own folder beside it."""
    one = finding(source / "score.py")
    change = Fix(title="a", safety=Safety.SAFE, edits=(insertion(Path(INSIDE), "# x\n"),))
    cause = replace(one.report.causes[0], fixes=(change,))
    target = replace(one.report.target, kind=kind, name="web")
    assert one.evidence is not None
    return replace(
        one,
        call=Call(kind=kind, name="web", source=str(source)),  # type: ignore[arg-type]
        report=replace(one.report, target=target, causes=(cause,), findings=(cause,)),
        evidence=one.evidence.replace(local=collect_local(source)),
        digests={INSIDE: hashlib.sha256(BROKEN.encode()).hexdigest()},
    )


def refused(one: Diagnosis) -> str:
    cause = one.report.causes[0]
    plan = planned(one, cause, cause.fixes[0])
    assert plan.never == bool(plan.refused)
    return plan.refused


async def test_the_own_copy_is_changed_and_the_target_is_as_it_was(source: Path) -> None:
    app = opened(Done(diagnosed=(inside(source),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: planned_there(app))
        assert f"changes {source / 'score.py'}" in said(app, "#fix-facts")
        await pilot.press("enter")
        await until(pilot, lambda: any("build and deploy again" in one for one in told(app)))
        assert "# x\n" in (source / "score.py").read_text(encoding="utf-8")
        assert not app.state.running
        await pilot.press("u")
        await until(pilot, lambda: (source / "score.py").read_text(encoding="utf-8") == BROKEN)


async def test_another_text_is_left_alone_and_no_apply_is_shown(source: Path) -> None:
    (source / "score.py").write_text("# mine\n")
    app = opened(Done(diagnosed=(inside(source),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: planned_there(app))
        assert "has another text than the one inside" in said(app, "#fix-status")
        assert not app.screen.query_one("#apply", Button).display
        await pilot.press("enter")
        assert (source / "score.py").read_text() == "# mine\n"
        await pilot.press("escape")


def test_which_copy_it_is(source: Path) -> None:
    for place in ("a", "b"):
        (source / place).mkdir()
    script = (source / "score.py").rename(source / "a" / "score.py")
    (source / "b" / "score.py").write_text("other")
    one = inside_of(source, script)
    assert planned(one, one.report.causes[0], one.report.causes[0].fixes[0]).where == str(script)
    (source / "b" / "score.py").write_text(BROKEN, encoding="utf-8")
    assert "several copies of it" in refused(inside_of(source, script))
    script.rename(source / "a" / "other.py")
    (source / "b" / "score.py").unlink()
    assert "holds no score.py" in refused(inside_of(source, source / "a" / "other.py"))


def inside_of(source: Path, script: Path) -> Diagnosis:
    """The same where the script lies elsewhere in the person's folder."""
    one = inside(script.parent) if script.name == "score.py" else None
    if one is None:
        (script.parent / "score.py").write_text(BROKEN, encoding="utf-8")
        one = inside(script.parent)
        (script.parent / "score.py").unlink()
    assert one.evidence is not None
    return replace(one, evidence=one.evidence.replace(local=collect_local(source)))


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json", "jsonl"}))
def test_an_option_is_named_only_where_the_verb_has_it(source: Path, name: str) -> None:
    diagnosis = inside(source)
    assert "--fix applies" not in render(name, [diagnosis.report], width=200, encoding="utf-8")
    own = replace(diagnosis.report, target=replace(diagnosis.report.target, kind="script"))
    assert "--fix" in render(name, [own], width=200, encoding="utf-8")
