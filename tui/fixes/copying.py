"""Copy a command, a finding or the whole report."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.fixes.clipboard import copy

if TYPE_CHECKING:
    from checks.finding import Finding, Fix
    from tui.app import DoctorApp


async def copy_command(app: "DoctorApp") -> None:
    """Copy the chosen finding's first command; where it has none, the one that confirms the cure."""
    from doctor.redact import redact

    finding = app.finding
    if finding is None:
        _nothing(app, "no finding is chosen: there is no command to copy")
        return
    fix = next((fix for fix in finding.fixes if fix.commands), None)
    if fix:
        await copy(app, command_of(fix, app.given(finding)), f"the command of {finding.id}")
    elif finding.confirm:
        await copy(app, redact(finding.confirm), "the command that confirms the cure (the fix has none)")
    else:
        _nothing(app, f"no command belongs to {finding.id}; f shows its fix")


def command_of(fix: "Fix", given: Mapping[str, str]) -> str:
    """The commands of a fix without secrets, but with the values that the person filled in, whatever they are."""
    from msgspec.structs import replace

    from doctor.placeholders import filled
    from doctor.redact import redact

    return "\n".join(filled(replace(fix, commands=tuple(map(redact, fix.commands))), given).commands)


async def copy_markdown(app: "DoctorApp") -> None:
    """Copy the whole report, as a ticket takes it."""
    diagnosis = app.state.diagnosis
    if diagnosis is None:
        _nothing(app, "there is no report yet: diagnose a target first")
        return
    from doctor.reports import render

    text = await asyncio.to_thread(render, "markdown", [diagnosis.report], encoding="utf-8")
    await copy(app, text, f"the report of {diagnosis.report.target.name} as Markdown")


async def copy_finding(app: "DoctorApp") -> None:
    """Copy the chosen finding alone, as text."""
    diagnosis, finding = app.state.diagnosis, app.finding
    if diagnosis is None or finding is None:
        _nothing(app, "no finding is chosen: there is nothing to copy")
        return
    await copy(app, await asyncio.to_thread(finding_text, finding), finding.id)


def finding_text(finding: "Finding") -> str:
    """A finding in plain words: title, why, evidence, fixes, how to confirm. No secret stands in it."""
    from doctor.redact import redact_lines

    proof = [f"{one.source}{f':{one.line}' if one.line else ''}: {one.text}" for one in finding.evidence]
    lines = [f"{finding.title} [{finding.id}]", finding.why, *proof]
    for fix in finding.fixes:
        lines.append(f"fix ({fix.safety}): {fix.title}")
        lines += [f"  {line}" for command in fix.commands for line in command.splitlines()]
        lines += [f"  {line}" for line in (fix.diff or "").splitlines()]
    lines += [finding.no_fix] if finding.no_fix else []
    lines += [f"confirm: {finding.confirm}"] if finding.confirm else []
    lines.append(f"more: doctor explain {finding.id}")
    return redact_lines("\n".join(line for line in lines if line))


def _nothing(app: "DoctorApp", text: str) -> None:
    app.notify(text, severity="warning", markup=False)
