"""Options that mean the same at every verb."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from doctor.command.outputs import Output

FILE = click.Path(path_type=Path)
Decorated = Callable[..., Any]


def telling(*, what: str = "checks or families", output_help: str = "") -> Callable[[Decorated], Decorated]:
    """Options of how findings are chosen and told; `what` are the things that ids name."""
    options = (
        click.option(
            "-o",
            "--output",
            multiple=True,
            type=Output(),
            help="text, json, sarif, junit, markdown or github, to standard output or a file; repeatable."
            + output_help,
        ),
        click.option(
            "--fail-on",
            type=click.Choice(["error", "warning", "never"]),
            help="From which gravity on to exit with 1. [default: error]",
        ),
        click.option("--select", multiple=True, metavar="IDS", help=f"Only these {what}, comma separated."),
        click.option("--ignore", multiple=True, metavar="IDS", help=f"Not these {what}, comma separated."),
        click.option("--baseline", type=FILE, metavar="FILE", help="Findings recorded there stay quiet."),
    )
    return _all(options)


def screen(*, verbose_help: str) -> Callable[[Decorated], Decorated]:
    """Options of configuration and screen."""
    options = (
        click.option(
            "--config", type=FILE, metavar="FILE", help="Instead of doctor.toml or [tool.doctor] in pyproject.toml."
        ),
        click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]"),
        click.option("-q", "--quiet", is_flag=True, help="Only the causes; no narration."),
        click.option("-v", "--verbose", count=True, help=verbose_help),
    )
    return _all(options)


def _all(options: Iterable[Callable[[Decorated], Decorated]]) -> Callable[[Decorated], Decorated]:
    ordered = tuple(options)

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(ordered):
            function = option(function)
        return function

    return decorate


def variables_of(pairs: Iterable[str]) -> dict[str, str]:
    """The variables of `--set NAME=VALUE`. Raises click.UsageError for a pair without `=`."""
    variables = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            from doctor.redact import variable_shown

            raise click.UsageError(f"--set `{variable_shown(pair)}` has no `=`; write it as NAME=VALUE")
        variables[name] = value
    return variables


def narrator(*, quiet: bool) -> Callable[[str], None]:
    """Progress on one line of a terminal; nothing elsewhere. An empty text clears the line."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: click.echo(f"\r\033[K{text}{' ...' if text else ''}", nl=False, err=True)
