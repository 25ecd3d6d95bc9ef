"""`doctor bundle TARGET`: diagnose, and put evidence, logs and report into one file without secrets."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.command.exit_codes import ExitCode
from doctor.command.options import narrator
from doctor.command.target import call_given, completed, of_target
from doctor.errors import CannotExamine, ConfigError

if TYPE_CHECKING:
    from doctor.bundle.form import Written
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Done, Failed


class _Ended(Exception):
    """The diagnosis came to nothing by doctor's own fault."""

    def __init__(self, failed: "Failed") -> None:
        super().__init__(failed.text)
        self.failed = failed


@click.command("bundle")
@click.argument("target", metavar="TARGET", nargs=-1, required=True, shell_complete=completed)
@click.option(
    "-o", "--output", metavar="FILE", help="Where to write it. [default: doctor-TARGET-DAY.zip in this folder]"
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@of_target
@click.option("-q", "--quiet", is_flag=True, help="Print only the file's name; no narration.")
def command(target: tuple[str, ...], output: str | None, **given: Any) -> int:
    """Diagnose a target, and put evidence, logs and report into one file that can be mailed.

    TARGET is score.py, a folder, swagger.json, deployment.yaml or a log; docker NAME; k8s [KIND/]NAME; url URL. The
    target is looked at as by check and diagnose. The file is a zip archive of plain text and JSON that only you may
    read; secrets are masked in all of it. `doctor tui FILE` explores it, `doctor triage FILE` judges it again.

    Exit codes: 0 it is written, whatever the diagnosis says; 2 the call is wrong, or the file is there already; 3 the
    target, or one of several, could not be examined, or the file not be written; 4 doctor itself failed.
    """
    from doctor.bundle.naming import name_of

    call = _call(target, given)
    path = _writable(output, name_of(call), force=given["force"])
    listen = narrator(quiet=given["quiet"])
    try:
        done, written = asyncio.run(_made(call, path, listen, force=given["force"]))
    except _Ended as error:
        listen("")
        click.echo(f"{error.failed.trace}doctor: {error}\nThis is a bug in doctor, not in your service.", err=True)
        return ExitCode.BROKEN
    finally:
        listen("")
    from doctor.bundle.summary import summary

    click.echo(path if given["quiet"] else summary(path, done, written))
    for reason in done.refused:
        click.echo(f"doctor: {reason}", err=True)
    return ExitCode.UNREACHABLE if done.refused else ExitCode.CLEAN


def _call(target: tuple[str, ...], given: dict[str, Any]) -> "Call":
    """The call that is meant. Raises CannotExamine for a path that is not there, as check does."""
    try:
        call = call_given(target, given, "doctor bundle")
    except ConfigError as error:
        if len(target) == 1 and target[0].strip() and " is not there" in str(error):
            raise CannotExamine(str(error)) from error
        raise
    if call.kind == "report":
        raise click.UsageError(
            f"{call.name} is a saved diagnosis already; doctor tui {call.name} opens it, doctor triage judges it again"
        )
    return call


def _writable(output: str | None, usual: Path, *, force: bool) -> Path:
    """Where it goes. Raises click.UsageError where it would take the place of something, before anything is done."""
    from doctor.reports import FORMATS

    if output == "-":
        raise click.UsageError("a bundle is a zip archive and goes into a file: -o FILE")
    if output is not None and output.partition("=")[0] in FORMATS:
        raise click.UsageError(f"-o takes a file here, and `{output}` is a format; a bundle holds report.md and .json")
    path = Path(output) if output else usual
    if path.is_dir():
        path = path / usual.name
    if path.exists() and not path.is_file():
        raise click.UsageError(f"{path} is no regular file; choose another name with -o FILE")
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; --force replaces it, -o FILE chooses another name")
    if not path.parent.is_dir():
        raise CannotExamine(f"{path} cannot be written: {path.parent} is no folder; make it, or choose another place")
    return path


async def _made(call: "Call", path: Path, listen: Callable[[str], None], *, force: bool) -> "tuple[Done, Written]":
    """Diagnose in a process of its own, write in another. Cancelled, both tidy up before this returns."""
    from doctor.bundle.beside import write_beside
    from doctor.diagnosis.result import Began, Done
    from doctor.diagnosis.running import Running

    running = Running(call)
    done: Done | None = None
    async for one in running.news():
        if isinstance(one, Began):
            listen(one.what)
        elif isinstance(one, Done):
            done = one
        else:
            raise _error(one)
    assert done is not None, "the last news are Done or Failed"
    return done, await write_beside(path, done, replaces=force, listen=listen)


def _error(failed: "Failed") -> BaseException:
    if failed.why == "target":
        return CannotExamine(failed.text)
    if failed.why == "call":
        return ConfigError(failed.text)
    return KeyboardInterrupt() if failed.why == "cancelled" else _Ended(failed)
