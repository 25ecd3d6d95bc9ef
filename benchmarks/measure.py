"""Time commands in turn, so that whatever else the machine does falls on all of them alike."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ratio:
    """One promise and what came out."""

    what: str
    measured: str
    promised: str
    met: bool


def show(ratios: Iterable[Ratio]) -> None:
    """One line a promise, as soon as it is measured."""
    for one in ratios:
        met = "met" if one.met else "MISSED"
        print(f"{one.what:58} {one.measured:>36}  {one.promised:>18}  {met}", flush=True)


def in_turn(rounds: int, *jobs: Callable[[], None]) -> list[float]:
    """Run all jobs one after the other, `rounds` times after one unmeasured round; the median seconds of each."""
    taken: list[list[float]] = [[] for _ in jobs]
    for number in range(rounds + 1):
        for job, times in zip(jobs, taken, strict=True):
            began = time.perf_counter()
            job()
            if number:
                times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in taken]


def command(
    *words: str | Path, cwd: Path | None = None, accept: Sequence[int] = (0,), **variables: str
) -> Callable[[], None]:
    """A job that runs a command and fails when its exit code is not among `accept`."""

    def job() -> None:
        done = subprocess.run(
            [str(word) for word in words], cwd=cwd, capture_output=True, env={**os.environ, **variables}, check=False
        )
        assert done.returncode in accept, (done.returncode, done.stdout[-500:], done.stderr[-500:])

    return job
