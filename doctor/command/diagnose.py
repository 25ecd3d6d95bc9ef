"""`doctor diagnose docker NAME`: from a container to the line of code."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from checks.registry import checks_of_kind
from doctor.ahead import ahead
from doctor.command.options import FILE, narrator, screen, telling, variables_of
from doctor.command.outputs import exit_code, write_outputs
from doctor.config import load_settings
from doctor.reports import FORMATS
from doctor.suppress import Suppression


@click.group("diagnose")
def command() -> None:
    """Say why a deployed service does not start or answers wrongly, and what to change."""


def _complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Containers for the shell's completion; none where no engine answers at once."""
    from doctor.containers.engine import connect
    from doctor.errors import CannotExamine

    try:
        with connect(patience=2) as engine:
            return [name for name in engine.names() if name.startswith(incomplete)]
    except CannotExamine:
        return []


def _unnamed() -> click.UsageError:
    """What is said of a call without a name: which ones there are. Raises CannotExamine when no engine answers."""
    from doctor.containers.engine import connect

    with connect() as engine:
        there = "\n".join(f"  {name}  ({status})" for name, status in engine.names().items())
    return click.UsageError(f"name the container:\n{there}" if there else "name the container; the engine has none")


@command.command("docker")
@click.argument("name", metavar="NAME", required=False, shell_complete=_complete)
@click.option(
    "--source", type=FILE, metavar="DIR", help="Your own folder of the code, to be held against what is inside."
)
@click.option("--env", type=FILE, metavar="FILE", help="The conda or requirements file. [default: found inside]")
@click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body to score with; repeatable.")
@click.option(
    "--rehearse/--no-rehearse",
    default=None,
    help="Try the service in a throwaway container. [default: where it was not seen to answer]",
)
@click.option("--network", is_flag=True, help="The rehearsal may use the network.")
@click.option("--set", multiple=True, metavar="NAME=VALUE", help="A variable for the rehearsal; repeatable.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long the rehearsal may take. [default: 60]",
)
@click.option("--since", metavar="TIME", help="Only the log since then, as 10m or 2026-11-20T18:00:00.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N lines of the log.")
@telling()
@screen(verbose_help="Everything that was found, and every check that was skipped.")
def docker(name: str | None, **given: Any) -> int:
    """Say why a container of a scoring service does not work.

    NAME is the container's name or id. Its state, log and files are read, and nothing of it is changed. Where the
    service was not seen to answer, it is rehearsed in a throwaway container of the same image, which is removed.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 the container could not be
    examined, 4 doctor itself failed.
    """
    if name is None:
        raise _unnamed()
    same = ("select", "ignore", "fail_on", "timeout", "env", "baseline")
    flags = {one: given[one] for one in same} | {"samples": given["sample"], "variables": variables_of(given["set"])}
    settings = load_settings(given["source"] or Path(), config=given["config"], flags=flags)
    from doctor.containers.diagnosis import diagnose
    from doctor.containers.wishes import Wishes

    listen = narrator(quiet=given["quiet"])
    wishes = Wishes(
        source=given["source"],
        environment=settings.env,
        samples=settings.samples,
        rehearse=given["rehearse"],
        network=given["network"],
        timeout=settings.timeout,
        since=given["since"],
        tail=given["tail"],
        variables=settings.variables,
        suppression=Suppression.of(settings),
    )
    formats = [FORMATS[one] for one, _ in given["output"]] or [FORMATS["text"]]
    ahead(partial(checks_of_kind, "container"), *(partial(import_module, module) for module in formats))
    try:
        report = diagnose(name, wishes, listen).report
    finally:
        listen("")
    write_outputs([report], given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    return exit_code([report], settings.fail_on)
