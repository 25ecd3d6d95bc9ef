"""`--apply`: the first cause's patch, shown, confirmed and sent."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from doctor.report import Report

if TYPE_CHECKING:
    from doctor.cluster.api import Access


def apply_first(reports: Sequence[Report], access: "Access", *, asked: bool) -> None:
    """Apply the first patch of each report's first cause. `asked`: only what is confirmed."""
    from doctor.cluster.api import Refused, connect
    from doctor.cluster.applying import applicable, apply
    from doctor.errors import CannotExamine

    with connect(access) as api:
        for report in reports:
            found = applicable(report.causes[0].fixes) if report.causes else []
            if not found:
                if report.causes:
                    click.echo(f"{report.target.name}: no fix of the first cause can be applied as it is", err=True)
                continue
            fix, patch = found[0]
            click.echo(f"{report.target.name}: {fix.title}", err=True)
            try:
                done = apply(api, patch, lambda diff: not asked or _agreed(diff))
            except Refused as error:
                raise CannotExamine(f"{patch.kind.lower()}/{patch.name} was not changed: {error}") from error
            click.echo(done, err=True)


def refuse_unattended(*, asked: bool) -> None:
    """Raise click.UsageError where a question could not be answered."""
    if asked and not sys.stdin.isatty():
        raise click.UsageError("--apply asks before it changes anything, and nobody is at the terminal; --yes says yes")


def _agreed(diff: str) -> bool:
    click.echo(diff, err=True)
    return click.confirm("apply it?", err=True)
