"""`doctor triage FILE...|-`: the root cause from text alone."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from doctor.command.options import screen, telling
from doctor.command.progress import Progress
from doctor.command.told import MOST_PAGES, Told
from doctor.config import load_settings
from doctor.logs.inputs import Input, Refused, find_inputs
from doctor.logs.many import Workers, own_processes, triage_all
from doctor.suppress import Suppression

WORTH_A_POOL = 200  # small files, or the bytes below; starting processes costs more than they save
WORTH_BYTES = 16 << 20


@click.command("triage")
@click.argument("paths", metavar="PATH...|-", nargs=-1, required=True)
@click.option("--include", multiple=True, metavar="PATTERN", help="In folders, only files of such names; repeatable.")
@click.option(
    "--group/--each",
    default=None,
    help=f"A table of equal diagnoses, or every report. [default: a table above {MOST_PAGES} logs]",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes. [default: one a core for many logs]")
@click.option("--dask", metavar="ADDRESS", help="Hand the work to the Dask cluster of that scheduler.")
@telling(what="causes", output_help=" json is written as results come.")
@screen(verbose_help="Everything that was found.")
def command(paths: tuple[str, ...], **flags: Any) -> int:
    """Name the root cause from text alone: container and build logs, pasted errors, kubectl output, tickets.

    PATH is a file (also gzip, zstd, bz2, xz), an archive, a folder, a pattern such as 'logs/**/*.log', or - for
    standard input. What it holds is found out: logs of old and new servers, prefixes of docker and kubectl, JSON
    lines, exports. The evidence of a support bundle (doctor bundle) is judged again, without the target.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 something could not be read,
    4 doctor itself failed.
    """
    same = ("select", "ignore", "fail_on", "baseline")
    first = Path(paths[0])
    settings = load_settings(
        first if first.exists() else Path(), config=flags["config"], flags={name: flags[name] for name in same}
    )
    told = Told(flags, settings.fail_on)
    shown = not flags["quiet"] and sys.stderr.isatty()
    written = {str(Path(file).resolve()) for _, file in flags["output"] if file}
    found = (
        one
        for one in find_inputs(paths, flags["include"])
        if not written or str(Path(one.path).resolve()) not in written
    )
    if "-" in paths and sys.stdin.isatty() and not flags["quiet"]:
        click.echo("paste the log, then press Ctrl-D", err=True)
    placed = _placed(found, jobs=flags["jobs"], dask=flags["dask"])
    with told, closing(Progress(shown=shown)) as progress, placed as (inputs, workers):
        for result in triage_all(progress.counted(inputs), workers=workers, suppression=Suppression.of(settings)):
            progress.judged(result)
            told.add(result)
    return told.exit_code()


@contextmanager
def _placed(
    inputs: Iterator[Input | Refused], *, jobs: int | None, dask: str | None
) -> Iterator[tuple[Iterator[Input | Refused], Workers | None]]:
    """The inputs, and who judges them: this process for a few small logs, processes for many, a cluster if named."""
    if dask:
        from doctor.logs.cluster import connected

        with connected(dask) as workers:
            yield inputs, workers
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    number = jobs or cores
    some = list(islice(inputs, WORTH_A_POOL if number > 1 else 0))
    size = sum(one.size or 0 for one in some if isinstance(one, Input))
    many = len(some) == WORTH_A_POOL or size > WORTH_BYTES or jobs is not None
    yield chain(some, inputs), own_processes(number) if many and len(some) > 1 else None
