"""Fix what a finding says, and take it back: shown first, written once agreed to, then diagnosed again."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.fixes.clipboard import by_hand, copy
from tui.fixes.renewing import caught_up, over, renewal

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel
    from textual.worker import Worker

    from checks.finding import Finding, Fix
    from doctor.applying import FileChange, Plan
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Diagnosis
    from tui.app import DoctorApp


@dataclass(frozen=True)
class Applied:
    """A fix that was carried out. `back` is the command that takes a patch back; files are taken back by doctor."""

    title: str
    call: "Call"
    files: "tuple[FileChange, ...]" = ()
    back: str = ""


async def fix(app: "DoctorApp") -> None:
    """Show the chosen finding's fixes, apply the one that is agreed to, and say what became of the finding."""
    app.clear_notifications()  # what became of the fix before is no news any more
    if not await caught_up(app):
        return
    diagnosis, finding = app.state.diagnosis, app.finding
    if diagnosis is None or finding is None:
        _tell(app, "no finding is chosen: there is nothing to fix")
        return
    if not finding.fixes:
        text = finding.no_fix or "doctor knows no fix for this"
        await by_hand(app, f"{finding.title}\n{text}", "no fix is known", is_prose=True)
        return
    plan = await _agreed(app, diagnosis, finding)
    if plan is None:
        return
    async with app.writing:
        applied = await _carried_out(diagnosis, plan)
        app.applied.append(applied[0])
        _tell(app, applied[1], severity="information")
        if plan.own_copy:
            return  # the target is as it was: looking at it again would tell nothing new
        begun = renewal(app, diagnosis.call)
    await _renewed(app, begun, diagnosis, finding)


async def undo(app: "DoctorApp") -> None:
    """Take the last fix of this run back, if the files are as doctor left them."""
    app.clear_notifications()  # "it is healthy, u takes it back" must not stand over what was taken back
    async with app.writing:
        if not app.applied:
            _tell(app, "no fix of this run is in place: there is nothing to take back")
            return
        last = app.applied[-1]
        by_person = await _taken_back(app, last) if last.files else _left_to_do(app)
        if by_person is None and last.files:
            renewal(app, last.call)
    if by_person is not None:
        await by_hand(app, *by_person)


def _left_to_do(app: "DoctorApp") -> tuple[str, str] | None:
    """What takes the last patch of a cluster back, and why the person has to do it."""
    last = app.applied.pop()
    if last.back:
        return last.back, "doctor takes no patch of a cluster back; this does"
    _tell(app, f"`{last.title}` changed the cluster, which has no way back; change it by hand")
    return None


async def _taken_back(app: "DoctorApp", last: Applied) -> tuple[str, str] | None:
    """None once its files are as they were before; else what it would change, and why it was not."""
    from doctor.applying import carry_out, diff_of
    from doctor.errors import CannotExamine

    back = tuple(one.back for one in reversed(last.files))
    try:
        await asyncio.to_thread(carry_out, back)
    except CannotExamine as error:
        return diff_of(back), f"not taken back: {error}. This is what it would change"
    app.applied.pop()
    names = ", ".join(one.path for one in back)
    left = f"; {len(app.applied)} more to take back" if app.applied else ""
    _tell(app, f"took back `{last.title}` in {names}{left}", severity="information")
    return None


async def _agreed(app: "DoctorApp", diagnosis: "Diagnosis", finding: "Finding") -> "Plan | None":
    from doctor.applying import Plan, planned
    from doctor.applying_patches import planned_patch
    from tui.fixes.fix_modal import FixModal

    def plan(fix: "Fix") -> Plan:
        return planned_patch(diagnosis, fix) if fix.patches and not fix.edits else planned(diagnosis, finding, fix)

    def copied(text: str) -> None:
        app.background(partial(copy, app, text, "the command"), what="copy the command")

    def prove() -> None:
        app.background(partial(_proved, app, diagnosis, finding), what="prove the fix")

    target = diagnosis.report.target.name if diagnosis.call.kind == "script" else ""
    return await app.push_screen_wait(FixModal(finding, plan, copied, prove, app.given(finding), target))


async def _proved(app: "DoctorApp", diagnosis: "Diagnosis", finding: "Finding") -> None:
    """Diagnose once more with the values that were filled in, trying fixes on a scratch copy; say what came of it.

    Where the finding remains, ask again.
    """
    from msgspec.structs import replace

    from doctor.placeholders import rehearsal

    name = diagnosis.report.target.name
    tried = rehearsal(diagnosis.call, name, finding.fixes, app.given(finding))
    if not await over(app.diagnose(tried or replace(diagnosis.call, verify=True))) or app.state.failed:
        return
    now = app.finding
    if now is not None and (now.id, now.title) == (finding.id, finding.title):
        await fix(app)
    elif tried is not None and app.state.diagnosis is not None:
        said, _ = outcome(finding, app.state.diagnosis)
        _tell(app, f"rehearsed with what you filled in; {said}. The deployment needs it, too", severity="information")


async def _carried_out(diagnosis: "Diagnosis", plan: "Plan") -> tuple[Applied, str]:
    """Carry the plan out. Raises CannotExamine when nothing was changed."""
    from doctor.applying import carry_out
    from doctor.applying_patches import send, way_back
    from doctor.errors import CannotExamine

    if plan.patch is None:
        await asyncio.to_thread(carry_out, plan.files)
        words = f"changed {', '.join(one.path for one in plan.files)}; u takes it back"
        if plan.own_copy:
            words += f". {diagnosis.report.target.name} itself is as it was: build and deploy again"
        return Applied(plan.fix.title, diagnosis.call, plan.files), words
    words = await asyncio.to_thread(send, diagnosis, plan)
    if not words.startswith("patched"):
        raise CannotExamine(words)
    return Applied(plan.fix.title, diagnosis.call, back=way_back(diagnosis.call, plan.patch)), words


async def _renewed(app: "DoctorApp", begun: "Worker[None]", diagnosis: "Diagnosis", finding: "Finding") -> None:
    """Say what became of the finding, once the diagnosis is renewed."""
    if not await over(begun):
        return
    if app.state.failed:
        _tell(app, f"the fix is written, but the diagnosis was not renewed: {app.state.failed.text}")
        return
    name = diagnosis.report.target.name
    done = app.state.done.diagnosed if app.state.done else ()
    after = next((one for one in done if one.report.target.name == name), None)
    if after is not None:
        said, good = outcome(finding, after)
        _tell(app, said, severity="information" if good else "warning")


def outcome(finding: "Finding", after: "Diagnosis") -> tuple[str, bool]:
    """What became of a finding, in one line, and whether it is gone."""
    report = after.report
    found = {(one.id, one.title) for one in report.findings}
    left = f"no cause is left, {report.target.name} is {report.verdict}"
    following = f"next: {report.causes[0].title}" if report.causes else left
    if (finding.id, finding.title) in found:
        return f"remains: {finding.title}", False
    if any(one.id == finding.id for one in report.findings):
        return f"gone: {finding.title}; another of its kind is left", True
    return f"gone: {finding.title}; {following}", True


def _tell(app: "DoctorApp", text: str, severity: "SeverityLevel" = "warning") -> None:
    from doctor.redact import redact_lines

    app.notify(redact_lines(text), severity=severity, markup=False, timeout=8)
