"""`doctor triage FILE...|-`: the root cause from text alone."""

from pathlib import Path
from typing import Any

import click

from doctor.command.exit_codes import ExitCode
from doctor.command.outputs import Output, write_outputs
from doctor.logs.reading import read_logs
from doctor.triage import triage


@click.command("triage")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", multiple=True, type=Output(), help="text, json, sarif, junit, markdown or github.")
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
@click.option("-q", "--quiet", is_flag=True, help="Only the causes; no narration.")
@click.option("-v", "--verbose", count=True, help="Everything that was found.")
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Name the root cause from logs, error texts and tickets alone."""
    reports = [triage(log) for path in paths for log in read_logs(path)]
    write_outputs(reports, given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    return ExitCode.FOUND if any(report.causes for report in reports) else ExitCode.CLEAN
