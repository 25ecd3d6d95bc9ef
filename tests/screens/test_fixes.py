"""Fixing and taking back: what is shown first, what is written, and when nothing is."""

import hashlib
import shlex
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from msgspec.structs import replace
from screens.journeys import diagnosed, sample_copy, until
from textual.pilot import Pilot
from textual.widgets import Button, Checkbox, Input, Label, Static, TextArea

import tui.app
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity
from doctor.applying import Plan, carry_out, planned
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from doctor.placeholders import filled, is_secret, label, placeholders, rehearsal, valid
from tui.app import DoctorApp
from tui.fixes.applying import outcome
from tui.fixes.fix_modal import AGREED, TOO_EARLY, FixModal, Planner
from tui.fixes.shown import colored
from tui.fixes.text_modal import TextModal

BROKEN = 'def init():\n    model = 2\n\n\ndef run(data):\n    return "é" * model * len(data)\n'
CURED = BROKEN.replace("    model = 2", "    global model\n    model = 2")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    path = tmp_path / "code" / "score.py"
    path.write_text(BROKEN, encoding="utf-8")
    (path.parent / "sample.json").write_text("[1, 2]")
    return path


class Heard(DoctorApp):
    """The app, with all that its toasts said."""

    CSS_PATH = Path(tui.app.__file__).with_name("app.tcss")

    def __init__(self, call: Call | None = None) -> None:
        super().__init__(call)
        self.heard: list[str] = []

    def notify(self, message: str, **how: Any) -> None:
        self.heard.append(message)
        super().notify(message, **how)


def opened(done: Done) -> Heard:
    """The app on the causes of a diagnosis that was made before; without a call nothing is diagnosed at the start."""
    app = Heard()
    app.DEFAULT_MODE = "causes"  # type: ignore[misc]
    app.state.done = done
    return app


def finding(path: Path, *fixes: Fix) -> Diagnosis:
    """A diagnosis of a real file whose only cause has these fixes."""
    (real,) = diagnose(Call(kind="script", name=str(path), run=False)).diagnosed
    cause = Finding(
        id="entry-script.model-not-global", family="entry-script", title="a cause", why="so",
        severity=Severity.ERROR, confidence=Confidence.CERTAIN, evidence=(Quote(source=str(path), text="x", line=1),),
        fixes=fixes,
    )  # fmt: skip
    report = replace(real.report, causes=(cause,), findings=(cause,))
    paths = {edit.path for fix in fixes for edit in fix.edits}
    sums = {one: hashlib.sha256(Path(one).read_bytes()).hexdigest() for one in paths}
    return replace(real, report=report, digests=sums)


def insertion(path: Path, text: str, line: int = 2) -> Edit:
    return Edit(path=str(path), start_line=line, start_column=0, end_line=line, end_column=0, replacement=text)


def modal(app: DoctorApp) -> FixModal | None:
    return app.screen if isinstance(app.screen, FixModal) else None


def planned_there(app: DoctorApp) -> bool:
    shown = modal(app)
    return shown is not None and shown.plan is not None


def said(app: DoctorApp, name: str) -> str:
    return str(app.screen.query_one(name, Static).content)


def told(app: Heard) -> list[str]:
    return app.heard


async def open_fix(app: DoctorApp, pilot: Pilot[None]) -> FixModal:
    await pilot.press("f")
    await until(pilot, lambda: planned_there(app))
    shown = modal(app)
    assert shown is not None
    return shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.presses("app.fix", "fix.apply", "app.undo")
async def test_fixed_renewed_and_taken_back(script: Path, size: tuple[int, int]) -> None:
    before = script.read_bytes()
    app = Heard(Call(kind="script", name=str(script)))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await open_fix(app, pilot)
        assert "+    global model" in said(app, "#fix-diff").splitlines()
        assert "-" not in {line[:1] for line in said(app, "#fix-diff").splitlines()[3:]}
        assert said(app, "#fix-safety").startswith("✓ safe")
        assert str(script) in said(app, "#fix-facts")
        assert app.screen.query_one("#apply").region.bottom < size[1]
        assert script.read_bytes() == before
        await pilot.press("enter")
        await until(pilot, lambda: app.state.diagnosis and app.state.diagnosis.report.verdict == "healthy")
        assert script.read_text(encoding="utf-8") == CURED
        await until(pilot, lambda: any(one.startswith("gone: ") for one in told(app)))
        await pilot.press("u")
        await until(pilot, lambda: app.state.diagnosis and app.state.diagnosis.report.verdict == "failing")
        assert script.read_bytes() == before
        assert app.applied == []
        standing = [one.message for one in app._notifications]
        assert not any("healthy" in one or "u takes it back" in one for one in standing), standing
        await pilot.press("u")
        await until(pilot, lambda: any("nothing to take back" in one for one in told(app)))


async def test_a_sample_service_is_cured(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    app = opened(diagnosed(script))
    async with app.run_test(size=(100, 30)) as pilot:
        await open_fix(app, pilot)
        await pilot.click("#apply")
        await until(pilot, lambda: app.applied and not app.state.running)
        await until(pilot, lambda: app.state.diagnosis and app.state.diagnosis.report.verdict == "healthy")


@pytest.mark.presses("fix.close")
async def test_escape_changes_nothing(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test() as pilot:
        await open_fix(app, pilot)
        await pilot.press("escape")
        assert modal(app) is None
        await open_fix(app, pilot)
        await pilot.click("#close")
        assert modal(app) is None
    assert script.read_text(encoding="utf-8") == BROKEN
    assert app.applied == []


@pytest.mark.presses("fix.read")
async def test_what_is_to_be_reviewed_needs_a_second_key(script: Path) -> None:
    change = Fix(title="declare it", safety=Safety.REVIEW, edits=(insertion(script, "    global model\n"),))
    app = opened(Done(diagnosed=(finding(script, change),)))
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await open_fix(app, pilot)
        assert said(app, "#fix-safety").startswith("! review")
        assert app.screen.query_one("#apply", Button).disabled
        await pilot.press("enter")
        assert modal(app) is shown, "Enter alone applies nothing"
        assert "tick the box" in said(app, "#fix-status")
        assert "X" not in str(app.screen.query_one(Checkbox).render()), "an empty box looks empty without colours, too"
        await pilot.press("space")
        assert app.screen.query_one(Checkbox).value
        assert "X" in str(app.screen.query_one(Checkbox).render())
        assert not app.screen.query_one("#apply", Button).disabled
        await pilot.press("space")
        assert app.screen.query_one("#apply", Button).disabled
        assert script.read_text(encoding="utf-8") == BROKEN
        await pilot.click(Checkbox)
        await pilot.press("enter")
        await until(pilot, lambda: app.applied)
    assert script.read_text(encoding="utf-8") == CURED


async def test_placeholders_are_filled_in_first(script: Path) -> None:
    change = Fix(
        title="set <name>", safety=Safety.PLACEHOLDER, edits=(insertion(script, "    <name> = <value>\n"),),
        commands=("echo <value>",),
    )  # fmt: skip
    app = opened(Done(diagnosed=(finding(script, change),)))
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await open_fix(app, pilot)
        assert [one.name for one in shown.query(Input)] == ["<name>", "<value>"]
        assert said(app, "#fix-safety").startswith("… placeholder")
        assert "fill in <name>, <value>" in said(app, "#fix-status")
        await pilot.press("enter")
        assert modal(app), "nothing is filled in"
        await pilot.press(*"limit", "enter")
        await until(pilot, lambda: planned_there(app))
        assert "fill in <value>" in said(app, "#fix-status")
        assert script.read_text(encoding="utf-8") == BROKEN
        await pilot.press(*"42")
        await until(pilot, lambda: planned_there(app))
        assert "+    limit = 42" in said(app, "#fix-diff")
        assert "echo 42" in said(app, "#fix-commands")
        await pilot.press("enter")
        await until(pilot, lambda: app.applied)
    assert script.read_text(encoding="utf-8") == BROKEN.replace("    model", "    limit = 42\n    model", 1)


@pytest.mark.presses("fix.next", "fix.previous", "fix.copy")
async def test_one_of_several_fixes_is_chosen(script: Path) -> None:
    first = Fix(title="by hand", safety=Safety.REVIEW, commands=("pip install cv2",))
    second = Fix(title="by edit", safety=Safety.SAFE, edits=(insertion(script, "    global model\n"),))
    app = opened(Done(diagnosed=(finding(script, first, second),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_fix(app, pilot)
        assert said(app, "#fix-title") == "1 of 2: by hand"
        assert "do it by hand" in said(app, "#fix-commands")
        assert not app.screen.query_one("#apply").display
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == "pip install cv2")
        await pilot.press("n")
        await until(pilot, lambda: planned_there(app))
        assert said(app, "#fix-title") == "2 of 2: by edit"
        await pilot.click("#next")
        await until(pilot, lambda: planned_there(app))
        await pilot.press("p")
        await until(pilot, lambda: planned_there(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.applied)
    assert script.read_text(encoding="utf-8") == CURED


async def test_a_file_that_changed_meanwhile(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test() as pilot:
        await open_fix(app, pilot)
        script.write_text(BROKEN + "# mine\n", encoding="utf-8")
        await pilot.press("enter")
        await until(pilot, lambda: any("changed meanwhile; nothing was written" in one for one in told(app)))
        await open_fix(app, pilot)
        assert "changed since it was diagnosed" in said(app, "#fix-status")
        assert app.screen.query_one("#apply", Button).disabled
        await pilot.press("enter")
        assert modal(app)
    assert script.read_text(encoding="utf-8") == BROKEN + "# mine\n"
    assert app.applied == []


async def test_what_was_changed_after_the_fix_is_not_taken_back(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_fix(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.applied and not app.state.running)
        script.write_text(CURED + "# mine\n", encoding="utf-8")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        assert "-    global model" in app.screen.query_one(TextArea).text
        assert "changed meanwhile" in str(app.screen.query_one("#text-title", Static).content)
        await pilot.press("escape")
    assert script.read_text(encoding="utf-8") == CURED + "# mine\n"


async def test_a_finding_without_a_fix_says_what_to_do(script: Path) -> None:
    one = finding(script)
    cause = replace(one.report.causes[0], no_fix="ask who made the model")
    report = replace(one.report, causes=(cause,), findings=(cause,))
    app = opened(Done(diagnosed=(replace(one, report=report),)))
    async with app.run_test() as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        assert "ask who made the model" in app.screen.query_one(TextArea).text
        assert app.screen.query_one(TextArea).soft_wrap, "it is to be read"


async def test_nothing_to_fix_is_said() -> None:
    app = Heard()
    async with app.run_test() as pilot:
        await pilot.press("f", "u")
        await until(pilot, lambda: len(told(app)) == 2)
        assert "nothing to fix" in told(app)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_stay_but_for_the_edit(script: Path, encoding: str, end: str) -> None:
    coding = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    before = (coding + BROKEN).replace("\n", end).encode(encoding)
    script.write_bytes(before)
    script.chmod(0o640)
    (one,) = diagnosed(script).diagnosed
    cause = next(found for found in one.report.findings if found.id == "entry-script.model-not-global")
    plan = planned(one, cause, cause.fixes[0])
    assert plan.refused == ""
    carry_out(plan.files)
    assert script.read_bytes() == (coding + CURED).replace("\n", end).encode(encoding)
    assert script.stat().st_mode & 0o777 == 0o640
    carry_out(tuple(file.back for file in plan.files))
    assert script.read_bytes() == before
    assert sorted(one.name for one in script.parent.iterdir()) == ["sample.json", "score.py"]


def test_several_files_or_none(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = script.with_name("conda.yml")
    other.write_text("a: 1\n")
    change = Fix(title="both", edits=(insertion(script, "# x\n", 1), insertion(other, "b: 2\n", 2)))
    one = finding(script, change)
    plan = planned(one, one.report.causes[0], change)
    assert [file.path for file in plan.files] == [str(script), str(other)]
    from doctor import applying

    real = applying.write

    def failing(path: Path, before: str, after: str, encoding: str) -> None:
        if path == other:
            raise CannotExamine("the disk is full")
        real(path, before, after, encoding)

    monkeypatch.setattr(applying, "write", failing)
    with pytest.raises(CannotExamine, match="the disk is full"):
        carry_out(plan.files)
    assert (script.read_text(encoding="utf-8"), other.read_text()) == (BROKEN, "a: 1\n")
    monkeypatch.undo()
    other.write_text("a: 2\n")
    with pytest.raises(CannotExamine, match=r"conda.yml changed meanwhile"):
        carry_out(plan.files)
    assert script.read_text(encoding="utf-8") == BROKEN
    other.write_text("a: 1\n")
    carry_out(plan.files)
    assert other.read_text() == "a: 1\nb: 2\n"
    assert script.read_text(encoding="utf-8") == "# x\n" + BROKEN


@pytest.mark.parametrize("kind", ["container", "workload", "log", "url"])
def test_paths_inside_of_targets_are_never_written(script: Path, kind: str) -> None:
    change = Fix(title="a", safety=Safety.SAFE, edits=(insertion(script, "# x\n"),))
    one = finding(script, change)
    target = replace(one.report.target, kind=kind)
    inside = replace(one, report=replace(one.report, target=target))
    plan = planned(inside, inside.report.causes[0], change)
    assert plan.refused.startswith("the file is inside of the target")
    assert not plan.files


def test_lines_of_a_later_text_wait_for_their_turn(script: Path) -> None:
    change = Fix(title="a", edits=(insertion(script, "# x\n"),))
    one = finding(script, change)
    later = replace(one.report.causes[0], after=("entry-script.no-run",))
    assert "apply that first" in planned(one, later, change).refused


def test_a_tab_that_goes_is_seen() -> None:
    assert str(colored("--- a\n+++ b\n\tif a:\n-\tb\n+    b\n")).split("\n")[2:] == ["    if a:", "-→   b", "+    b"]


def test_values_are_put_in() -> None:
    fix = Fix(title="list <name>", safety=Safety.PLACEHOLDER, commands=("pip install <name>==<version>",))
    assert placeholders(fix) == ("<name>", "<version>")
    assert filled(fix, {"<name>": "a<version>b", "<version>": " "}).commands == ("pip install a<version>b==<version>",)
    assert placeholders(Fix(title="a", commands=("<class 'int'>",))) == ()


def test_what_is_wanted_is_named_and_tried_as_it_was_typed() -> None:
    named = ("set it to <value>", "numpy==<version>", "  TENANT: <value>", "doctor check score.py --set KEY=<value>")
    *others, own = (Fix(title=one, safety=Safety.PLACEHOLDER, commands=(one,)) for one in named)
    assert [label(one, placeholders(one)[0]) for one in (*others, own)] == [
        "value", "version for numpy", "value for TENANT", "value for KEY",
    ]  # fmt: skip
    assert is_secret(own, "<value>")
    assert not is_secret(others[-1], "<value>")
    assert [valid("<version>").holds(text) for text in ("1.2", "new")] == [True, False]
    given, call = {"<value>": "a 'b"}, Call(kind="script", name="code/score.py", variables={"A": "1"})
    assert shlex.split(filled(own, given).commands[0])[-1] == "KEY=a 'b"
    tried = rehearsal(call, "score.py", [others[-1], own], given)
    assert tried == replace(call, variables={"A": "1", "KEY": "a 'b"})
    assert rehearsal(call, "score.py", [own], {"<value>": " "}) is None
    assert rehearsal(call, "other.py", [own], given) is None


async def test_a_value_is_tried_and_stays_for_the_command(tmp_path: Path) -> None:
    script = sample_copy("unset-variable", tmp_path)
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await open_fix(app, pilot)
        assert str(shown.query_one(Label).content) == "value for FEATURE_STORE_TENANT"
        await pilot.press(*"own", "tab")
        await pilot.press("escape", "y")
        await until(pilot, lambda: app.clipboard.endswith("FEATURE_STORE_TENANT: own"))
        shown = await open_fix(app, pilot)
        await until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("enter")
        await until(pilot, lambda: any(one.startswith("rehearsed with what you filled in") for one in told(app)))
        assert app.state.call is not None
        assert app.state.call.variables == {"FEATURE_STORE_TENANT": "own"}
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.verdict == "healthy"
        assert "set for the rehearsal alone: FEATURE_STORE_TENANT" in app.state.diagnosis.report.notes


def test_what_became_of_a_finding(script: Path) -> None:
    one = finding(script, Fix(title="a"))
    cause = one.report.causes[0]
    gone = replace(one, report=replace(one.report, causes=(), findings=()))
    assert outcome(cause, one) == ("remains: a cause", False)
    assert outcome(cause, gone)[0].startswith("gone: a cause; no cause is left")
    other = replace(cause, id="a.b", title="b")
    following = replace(one, report=replace(one.report, causes=(other,), findings=(other,)))
    assert outcome(cause, following) == ("gone: a cause; next: b", True)


@pytest.mark.presses("fix.prove")
async def test_a_fix_that_was_too_slow_to_try_is_proved_before_it_is_applied(script: Path) -> None:
    done = diagnosed(script)
    (one,) = done.diagnosed
    cause = one.report.causes[0]
    slow = replace(cause.fixes[0], verified="not verified: the rehearsal took 3.1 s; --verify proves it")
    cause = replace(cause, fixes=(slow, *cause.fixes[1:]))
    report = replace(one.report, causes=(cause, *one.report.causes[1:]))
    before = script.read_text(encoding="utf-8")
    app = opened(replace(done, diagnosed=(replace(one, report=report),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.finding)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, FixModal) and app.screen.query_one("#prove").region.area)
        assert "took 3.1 s; v proves it" in str(app.screen.query_one("#fix-facts", Static).content)
        first = app.screen
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, FixModal) and app.screen is not first)
        await until(pilot, lambda: "verified: with" in str(app.screen.query_one("#fix-facts", Static).content))
        assert not app.screen.query_one("#prove").display
        assert app.state.call is not None
        assert app.state.call.verify
        assert script.read_text(encoding="utf-8") == before
        await pilot.press("escape")


async def held_dialog(app: Heard, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch) -> tuple[FixModal, Event]:
    """The dialog while it looks up what the fix changes, which ends with the event."""
    held = Event()
    init = FixModal.__init__

    def slow(self: FixModal, finding: Finding, plan: Planner, *more: Any, **named: Any) -> None:
        def waits(fix: Fix) -> Plan:
            assert held.wait(60)
            return plan(fix)

        init(self, finding, waits, *more, **named)

    monkeypatch.setattr(FixModal, "__init__", slow)
    await pilot.press("f")
    await until(pilot, lambda: modal(app) and said(app, "#fix-status").startswith("looking up"))
    shown = modal(app)
    assert shown
    return shown, held


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_buttons_stay_where_they_are_and_an_early_click_counts(
    script: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    app = opened(diagnosed(script))
    async with app.run_test(size=size) as pilot:
        shown, held = await held_dialog(app, pilot, monkeypatch)
        before = {one.id: one.region for one in shown.query(Button) if one.display}
        lines = shown.query_one("#fix-facts").size.height
        held.set()
        await until(pilot, lambda: planned_there(app) and shown.query_one("#fix-facts").size.height > lines)
        assert {one.id: one.region for one in shown.query(Button) if one.display} == before
        await pilot.press("escape")
        shown, held = await held_dialog(app, pilot, monkeypatch)
        await pilot.click("#apply")
        assert said(app, "#fix-status") == AGREED
        assert app.applied == []
        held.set()
        await until(pilot, lambda: app.applied)


async def test_what_is_to_be_reviewed_is_not_agreed_to_before_it_is_shown(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = Fix(title="declare it", safety=Safety.REVIEW, edits=(insertion(script, "    global model\n"),))
    app = opened(Done(diagnosed=(finding(script, change),)))
    async with app.run_test(size=(80, 24)) as pilot:
        shown, held = await held_dialog(app, pilot, monkeypatch)
        await pilot.click("#apply")
        assert said(app, "#fix-status") == TOO_EARLY
        held.set()
        await until(pilot, lambda: planned_there(app))
        assert modal(app) is shown
        assert app.screen.query_one("#apply", Button).disabled
    assert script.read_text(encoding="utf-8") == BROKEN
