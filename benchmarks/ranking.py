"""The ranking of many findings beside that of a tenth of them: ten times the findings, about ten times the time."""

import time
from functools import partial

from benchmarks.measure import Ratio, show
from checks.finding import Finding, Quote, Severity
from checks.joint import judge
from checks.rank import rank

MANY = 10_000
ROUNDS = 5
TIMES = 20  # times the time that ten times the findings may take


def ratios() -> list[Ratio]:
    """Processor time, the best of some rounds: nothing else is asked than the ranking."""
    few, many = _findings(MANY // 10), _findings(MANY)
    told = []
    for name, ranked in (("checks.rank", rank), ("checks.joint", judge)):
        small, large = _best(partial(ranked, few), partial(ranked, many))
        measured = f"{large / small:.1f}x ({large * 1e3:.0f} / {small * 1e3:.0f} ms)"
        what = f"{name}, {MANY:,} findings / {MANY // 10:,}"
        told.append(Ratio(what, measured, f"< {TIMES}x", large < TIMES * small))
    return told


def _best(*jobs: partial[object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, times in zip(jobs, taken, strict=True):
            began = time.process_time()
            job()
            times.append(time.process_time() - began)
    return [min(times) for times in taken]


def _findings(number: int) -> list[Finding]:
    """A tenth are causes; each explains the nine that speak of its line."""
    return [
        Finding(
            title=f"finding {n}",
            id="runtime.raised" if n % 10 else "entry-script.wrong",
            family="runtime" if n % 10 else "entry-script",
            evidence=(Quote(source="score.py", text="", line=n + 1),),
            severity=Severity.ERROR,
            about=(f"line:{n // 10}", "phase:init"),
            explains=() if n % 10 else ("runtime.*",),
        )
        for n in range(number)
    ]


if __name__ == "__main__":
    show(ratios())
