"""Processes, or threads for each request, are left behind.

What it finds
-------------
A child process that still ran when everything was over, and threads that each call of run() adds. A pool that a library
keeps is normal and left in peace.

Why it breaks
-------------
A process that outlives its request holds memory and files, and another one comes with each restart of the worker;
threads that pile up end in `can't start new thread`.

How to fix
----------
Wait for children (`subprocess.run`, `process.wait()`), and start pools in init(), once.

Learn more
----------
Python documentation, `subprocess` and `concurrent.futures`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Started
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import run_about
from checks.runtime.failures import line_of, probe_of, script_of
from checks.runtime.observed import answered, at, seen, started
from checks.runtime.wording import one_line, titled

# Helpers that libraries keep on purpose, once for each process.
HELPERS = re.compile(r"resource_tracker|semaphore_tracker|loky|forkserver|spawn_main|multiprocessing|java|-cp .*spark")


@check(
    "runtime.left-behind",
    needs=("probe",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def left_behind(evidence: Evidence) -> Iterator[Finding]:
    """Tell processes from threads, and a helper from a leak."""
    left = [s for s in probe_of(evidence).started if s.left]
    for one in [s for s in left if s.kind == "process"][:3]:
        helper = bool(HELPERS.search(one.name))
        yield _finding(
            one,
            f"a process outlives the service: {one_line(one.name, 50)}",
            evidence,
            Fix(title="wait for the process, or end it", commands=("subprocess.run([...], timeout=<seconds>)",)),
            Severity.INFO if helper else Severity.WARNING,
        )
    by_place: dict[object, list[Started]] = defaultdict(list)
    for one in left:
        if one.kind == "thread" and one.at is not None:
            by_place[one.at.path, one.at.line].append(one)
    for threads in by_place.values():
        pools = {phase: {_pool(one.name) for one in threads if one.phase is phase} for phase in Phase}
        if pools[Phase.RUN] and pools[Phase.REPEAT] - pools[Phase.RUN]:
            yield _finding(
                threads[0],
                f"each request leaves a thread behind: {one_line(threads[0].name, 40)}",
                evidence,
                Fix(title="start the threads in init(), once, or join them before run() returns"),
                Severity.WARNING,
            )


def _pool(name: str) -> str:
    """The name of the pool that a thread belongs to: `ThreadPoolExecutor-0_1` belongs to `ThreadPoolExecutor-0`."""
    return re.sub(r"_\d+$", "", name)


def _finding(one: Started, title: str, evidence: Evidence, fix: Fix, severity: Severity) -> Finding:
    script = script_of(evidence)
    place = (
        (Quote(source=one.at.path, line=one.at.line, text=line_of(one.at, script) or f"in {one.at.function}()"),)
        if one.at
        else ()
    )
    return Finding(
        title=titled(title, 88),
        severity=severity,
        evidence=(
            *place,
            Quote(source="probe", text=f"{one.kind} {one_line(one.name, 120)}, begun in {one.phase.value}"),
        ),
        about=(*((f"line:{one.at.line}",) if one.at else run_about(evidence)), f"phase:{one.phase.value}"),
        fixes=(fix,),
    )


SCRIPT = "import subprocess\n\ndef init():\n    subprocess.Popen(['sleep', '99'])\n\ndef run(data):\n    go(data)\n"
CHILD = Started(kind="process", name="sleep 99", phase=Phase.INIT, left=True, at=at(SCRIPT, "Popen"))


def _thread(phase: Phase, number: int | str) -> Started:
    return Started(kind="thread", name=f"pool-{number}", phase=phase, left=True, at=at(SCRIPT, "go("))


BOTH = started(answered("1"), answered("1", phase=Phase.REPEAT))

CASES = (
    fires(seen(SCRIPT, *BOTH, started=(CHILD,)), saw="a process outlives the service: sleep 99", line=4, findings=1),
    fires(
        seen(SCRIPT, *BOTH, started=(_thread(Phase.RUN, 1), _thread(Phase.REPEAT, 2))),
        saw="each request leaves a thread behind",
        line=7,
        findings=1,
    ),
    quiet(seen(SCRIPT, *BOTH, started=(_thread(Phase.RUN, 1),)), name="a pool made on the first request"),
    quiet(
        seen(SCRIPT, *BOTH, started=(_thread(Phase.RUN, "a-0_0"), _thread(Phase.REPEAT, "a-0_1"))),
        name="a pool that still fills up",
    ),
    quiet(
        seen(SCRIPT, *BOTH, started=(Started(kind="thread", name="tqdm", phase=Phase.INIT, left=True),)),
        name="a thread of a library",
    ),
    quiet(
        seen(SCRIPT, *BOTH, started=(Started(kind="process", name="git rev-parse HEAD", phase=Phase.IMPORT),)),
        name="a process that ended",
    ),
    quiet(seen(SCRIPT, *BOTH)),
)
