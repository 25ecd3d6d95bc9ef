"""Write what is known into files: a bundle, a report in a format of choice, a text."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tui.app import DoctorApp

FORMATS = {
    "markdown": ("for a ticket or a pull request", ".md"),
    "text": ("as the terminal shows it", ".txt"),
    "json": ("for programs, and for doctor tui --record", ".json"),
    "sarif": ("for code scanning and editors", ".sarif"),
    "junit": ("for the test pages of a build", ".xml"),
    "github": ("annotations of GitHub Actions", ".log"),
}
_WIDTH = 100  # columns of a text report in a file


async def save_bundle(app: "DoctorApp") -> None:
    """Ask for a path, and write evidence and report there, without secrets."""
    done, diagnosis = app.state.done, app.state.diagnosis
    if done is None or diagnosis is None:
        app.notify("there is nothing to save yet: diagnose a target first", severity="warning", markup=False)
        return
    from doctor.bundle.beside import write_beside

    title = "save evidence and report in one file; secrets are masked"

    async def write(_: str, path: Path) -> None:
        app.notify(f"writing {path} ...", markup=False, timeout=3)
        written = await write_beside(path, done)
        words = f"{written.secrets} secrets masked" if written.secrets != 1 else "one secret masked"
        app.notify(
            f"{path} ({written.size / 1000:,.0f} kB, {words}); doctor tui --record {path} opens it",
            title="bundle saved",
            markup=False,
            timeout=10,
        )

    await _asked(app, title, Path(f"{file_name(app)}.zip"), write)


async def export(app: "DoctorApp") -> None:
    """Ask for format and path, and write the reports there."""
    done = app.state.done
    if done is None or not done.diagnosed:
        app.notify("there is no report yet: diagnose a target first", severity="warning", markup=False)
        return
    from doctor.reports import render

    number = len(done.diagnosed)
    title = (
        f"export the report of {done.diagnosed[0].report.target.name}" if number == 1 else f"export {number} reports"
    )
    first = next(iter(FORMATS.values()))[1]
    reports = [one.report for one in done.diagnosed]

    async def write(name: str, path: Path) -> None:
        text = await asyncio.to_thread(render, name, reports, width=_WIDTH, encoding="utf-8")
        await _written(app, path, text, f"the report as {name}")

    await _asked(app, title, Path(f"{file_name(app)}{first}"), write, FORMATS)


async def save_text(app: "DoctorApp", text: str, what: str) -> None:
    """Ask for a path, and write a text there."""
    await _asked(app, f"save {what}", Path(f"{file_name(app)}.txt"), lambda _, path: _written(app, path, text, what))


async def _asked(
    app: "DoctorApp",
    title: str,
    path: Path,
    write: "Callable[[str, Path], Awaitable[None]]",
    formats: "Mapping[str, tuple[str, str]] | None" = None,
) -> None:
    """Ask for a path, and write there; where that fails, ask again with what was typed, and say why."""
    from doctor.errors import CannotExamine
    from doctor.redact import redact_lines
    from tui.fixes.save_modal import SaveModal

    chosen = problem = ""
    while (
        answer := await app.push_screen_wait(SaveModal(title, path, formats, chosen=chosen, problem=problem))
    ) is not None:
        chosen, path = answer
        try:
            await write(chosen, path)
        except CannotExamine as error:
            problem = redact_lines(str(error))
        else:
            return


async def _written(app: "DoctorApp", path: Path, text: str, what: str) -> None:
    """Raises CannotExamine, which the app tells, when the file cannot be written."""
    from doctor.bundle import replace_file

    await asyncio.to_thread(replace_file, path, text.encode())
    app.notify(f"wrote {what} to {path}", markup=False)


def file_name(app: "DoctorApp") -> str:
    """`doctor-score-2026-11-22`: the target and the day, fit for every file system; without an ending."""
    from doctor.bundle.naming import dated

    call, diagnosis = app.state.call, app.state.diagnosis
    name = diagnosis.report.target.name if diagnosis else call.title if call else ""
    if call and call.kind == "report":
        name = Path(call.name).name.removeprefix("doctor-")
    elif diagnosis and diagnosis.report.target.kind in {"script", "manifest", "document", "log"}:
        name = Path(name).name
    return dated(name)
