"""`-o FORMAT[=FILE]`: one run prints one thing and writes others."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from checks.finding import Severity
from doctor.command.exit_codes import ExitCode
from doctor.errors import CannotExamine
from doctor.report import Report
from doctor.reports import FORMATS, near_format, render


class Output(click.ParamType[tuple[str, str | None]]):
    """A format, and the file it goes to; standard output without one."""

    name = "FORMAT[=FILE]"

    def convert(
        self, value: str | tuple[str, str | None], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str | None]:
        """Split at the first `=`, and name the nearest format when there is none of that name."""
        if isinstance(value, tuple):
            return value
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            self.fail(f"no format is called `{name}`{near_format(name)}; there are {', '.join(FORMATS)}", param, ctx)
        if equals and not file:
            self.fail(f"`{value}` names no file after the `=`", param, ctx)
        return name, file or None

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[click.shell_completion.CompletionItem]":
        """The formats, for the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def write_outputs(
    reports: Sequence[Report],
    outputs: Sequence[tuple[str, str | None]],
    *,
    color: bool | None,
    verbose: int,
    quiet: bool,
) -> None:
    """Write every output. Raises CannotExamine when a file cannot be written."""
    for name, file in outputs or (("text", None),):
        to_screen = file in {None, "-"}
        text = render(
            name,
            reports,
            color=colored(color) if to_screen else False,
            width=width() if to_screen else 100,
            verbose=verbose,
            quiet=quiet,
            encoding=None if to_screen else "utf-8",
        )
        if to_screen:
            click.echo(text, nl=not text.endswith("\n") and bool(text), color=colored(color))
            continue
        try:
            Path(str(file)).write_text(text, encoding="utf-8")
        except OSError as error:
            raise unwritable(name, str(file), error) from error


def exit_code(reports: Sequence[Report], fail_on: str, *, refused: bool = False, recorded: bool = False) -> ExitCode:
    """The gravest of what happened: a target that could not be examined counts more than one with findings."""
    if refused:
        return ExitCode.UNREACHABLE
    if fail_on != "never" and not recorded and any(report.at_least(Severity(fail_on)) for report in reports):
        return ExitCode.FOUND
    return ExitCode.BROKEN if any(report.checks.crashed for report in reports) else ExitCode.CLEAN


def unwritable(name: str, file: str, error: OSError) -> CannotExamine:
    """What is said of an output that cannot be written."""
    return CannotExamine(f"-o {name}={file} cannot be written: {error.strerror}; check the folder")


def echo(text: str, *, color: bool = False, escape: str = "backslashreplace") -> None:
    """Print a text, with each character that standard output's encoding lacks written in another way."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not encoding.lower().startswith("utf"):
        from doctor.reports.clean import fitting

        text = fitting(text, encoding, escape)
    click.echo(text, nl=False, color=color)


def colored(wish: bool | None) -> bool:
    """Whether to colour: as wished, else as NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE say, else on a terminal."""
    if wish is not None:
        return wish
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE")) or sys.stdout.isatty()


def width() -> int:
    """Columns of the terminal, at most 120; 80 where there is none."""
    import shutil

    return min(shutil.get_terminal_size((80, 24)).columns, 120) if sys.stdout.isatty() else 80
