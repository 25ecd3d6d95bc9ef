"""`doctor check PATH...`: read and rehearse entry scripts before their deploy."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from checks.finding import Severity
from doctor.baseline import write_baseline
from doctor.command.exit_codes import ExitCode
from doctor.command.outputs import Output, write_outputs
from doctor.config import load_settings
from doctor.engine import Examination, Options
from doctor.gate import examine_all, fixed, preview, scripts_of
from doctor.report import Report

FILE = click.Path(path_type=Path)


@click.command("check", no_args_is_help=False)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
@click.option(
    "--sample",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A request body for run(), for a batch script a file; repeatable. [default: found beside the script]",
)
@click.option(
    "--model-dir",
    type=FILE,
    metavar="DIR",
    help="What AZUREML_MODEL_DIR will hold. [default: model/ beside the script]",
)
@click.option(
    "--env",
    type=FILE,
    metavar="FILE",
    help="The conda or requirements file of the deployment. [default: found beside the script]",
)
@click.option(
    "--set", multiple=True, metavar="NAME=VALUE", help="An environment variable of the deployment; repeatable."
)
@click.option("--python", metavar="EXE", help="The interpreter to rehearse with. [default: the active environment's]")
@click.option("--no-run", is_flag=True, help="Only read: nothing of the script is run.")
@click.option("--in-process", is_flag=True, help="Rehearse in doctor's own process, for breakpoints.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long init() and all calls of run() may take together. [default: 60]",
)
@click.option(
    "--memory", metavar="SIZE", help="Memory of the instance, as 2G. [default: three quarters of what is free]"
)
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Prove fixes on a scratch copy. [default: when the rehearsal takes less than 2 s]",
)
@click.option("--fix", is_flag=True, help="Apply the fixes labelled safe.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=Output(),
    help="text, json, sarif, junit, markdown or github, to standard output or a file; repeatable.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    help="From which gravity on to exit with 1. [default: error]",
)
@click.option("--select", multiple=True, metavar="IDS", help="Only these checks or families, comma separated.")
@click.option("--ignore", multiple=True, metavar="IDS", help="Not these checks or families, comma separated.")
@click.option("--baseline", type=FILE, metavar="FILE", help="Findings recorded there stay quiet.")
@click.option("--write-baseline", is_flag=True, help="Record today's findings in the --baseline file.")
@click.option("--config", type=FILE, metavar="FILE", help="Instead of doctor.toml or [tool.doctor] in pyproject.toml.")
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
@click.option("-q", "--quiet", is_flag=True, help="Only the causes; no narration.")
@click.option("-v", "--verbose", count=True, help="Everything that was found, and every check that was skipped.")
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Say what will break when this service is deployed, and what to change.

    PATH is an entry script (score.py), or a folder that holds one. init() and run() are rehearsed in a process of their
    own on a scratch copy of the folder; nothing of yours is changed unless --fix is given.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 a target could not be examined,
    4 doctor itself failed.
    """
    settings = load_settings(paths[0], config=given["config"], flags=_flags(given))
    options = Options.of(settings, in_process=given["in_process"], with_baseline=not given["write_baseline"])
    if given["write_baseline"] and settings.baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE: the file to write")
    listen = _narrator(quiet=given["quiet"])
    scripts, refused = scripts_of(paths)
    found: list[Examination] = []
    for result in examine_all(scripts, options, listen):
        if isinstance(result, Examination):
            found.append(result)
        else:
            refused.append(result)
    if given["fix"]:
        found = [_fix(one, options, listen) for one in found]
    listen("")
    reports = [one.report for one in found]
    if given["diff"]:
        click.echo("".join(preview(one) for one in found), nl=False)
    elif reports or not refused:
        write_outputs(reports, given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    if given["write_baseline"] and settings.baseline is not None:
        number = write_baseline(settings.baseline, reports)
        click.echo(f"{number} findings are recorded in {settings.baseline}; from now on they stay quiet", err=True)
    for _, error in refused:
        click.echo(f"doctor: {error}", err=True)
    return exit_code(reports, settings.fail_on, refused=bool(refused), recorded=given["write_baseline"])


def exit_code(reports: Sequence[Report], fail_on: str, *, refused: bool, recorded: bool = False) -> ExitCode:
    """The gravest of what happened: a target that could not be examined counts more than one with findings."""
    if refused:
        return ExitCode.UNREACHABLE
    if fail_on != "never" and not recorded and any(report.at_least(Severity(fail_on)) for report in reports):
        return ExitCode.FOUND
    return ExitCode.BROKEN if any(report.checks.crashed for report in reports) else ExitCode.CLEAN


def _flags(given: Mapping[str, Any]) -> dict[str, object]:
    """The command line's values by the field names of Settings."""
    variables = {}
    for pair in given["set"]:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--set `{pair}` has no `=`; write it as NAME=VALUE")
        variables[name] = value
    same = ("select", "ignore", "fail_on", "timeout", "memory", "model_dir", "env", "python", "baseline", "verify")
    return {
        **{name: given[name] for name in same},
        "samples": given["sample"],
        "variables": variables,
        "run": False if given["no_run"] else None,
    }


def _narrator(*, quiet: bool) -> Callable[[str], None]:
    """Progress on one line of a terminal; nothing elsewhere. An empty text clears the line."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: click.echo(f"\r\033[K{text}{' ...' if text else ''}", nl=False, err=True)


def _fix(found: Examination, options: Options, listen: Callable[[str], None]) -> Examination:
    after, made = fixed(found, options, listen)
    listen("")
    safe = "no safe fix to apply" if not made else f"{made} safe edit{'s' if made > 1 else ''} applied"
    click.echo(f"{found.report.target.name}: {safe}", err=True)
    return after
