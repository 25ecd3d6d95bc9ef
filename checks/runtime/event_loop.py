"""Asynchronous code meets a thread without, or with, an event loop.

What it finds
-------------
The messages of asyncio about a loop that is missing or already running.

Why it breaks
-------------
The server calls init() and run() as plain functions in a worker that runs no event loop. `get_event_loop` finds none
there, and `asyncio.run` refuses inside one that a notebook habit (`nest_asyncio`) has left behind.

How to fix
----------
Call `asyncio.run(...)` in run(), once for each request, and nothing else of asyncio.

Learn more
----------
Python documentation, `asyncio.run`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.event-loop", needs=("probe",), stage=Stage.RUN, explains=RAISED)
def event_loop(evidence: Evidence) -> Iterator[Finding]:
    """Offer the one call that works in a plain worker."""
    for failure in told_by("runtime.event-loop", evidence):
        yield failure.finding(
            "asynchronous code does not find the event loop it counts on",
            fixes=(Fix(title="run the coroutine in a loop of its own", commands=("asyncio.run(<coroutine>)",)),),
        )


SCRIPT = "import asyncio\n\ndef init(): ...\n\ndef run(data):\n    return asyncio.get_event_loop()\n"
HERE = at(SCRIPT, "get_event_loop")

CASES = (
    fires(
        seen(
            SCRIPT,
            *started(raised_in(Phase.RUN, "RuntimeError", "There is no current event loop in thread 'x'.", HERE)),
        ),
        saw="does not find the event loop",
        line=6,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(Phase.RUN, "RuntimeError", "asyncio.run() cannot be called from a running event loop", HERE)
            ),
        )
    ),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "RuntimeError", "Session is closed", HERE)))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "TimeoutError", "", HERE)))),
    quiet(seen(SCRIPT, *started())),
)
