"""A thread that the script starts does not live in the workers.

What it finds
-------------
WORKER_PRELOAD=true in the environment of the container, and a thread or a background scheduler that is started when the
script is imported or in init().

Why it breaks
-------------
With WORKER_PRELOAD the script is loaded once, in the first process, and the workers are forked from it. A fork takes
over the memory and only the thread that forks: a worker finds queues and locks of a thread that is not there, so run()
waits for ever, or works with what the thread no longer renews.

How to fix
----------
Leave WORKER_PRELOAD out, or start the thread in the worker: at the first call of run().

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `amlserver_linux.py` (`--preload`); gunicorn documentation,
"preload_app"; POSIX `fork()`: the child has one thread.
"""

import ast
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import answers_of, container_of, inspected
from checks.containers import Answer, Answers
from checks.entry_script.module import Module, parse
from checks.entry_script.reach import IMPORT, INIT, RUN, reach
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Severity, Stage

STARTERS = frozenset(
    {
        "threading.Thread",
        "threading.Timer",
        "_thread.start_new_thread",
        "multiprocessing.pool.ThreadPool",
        "multiprocessing.dummy.Pool",
        "apscheduler.schedulers.background.BackgroundScheduler",
    }
)
"""What is made to run in the background. Not ThreadPoolExecutor: its threads begin with the first task."""


@check(
    "container.thread-lost-in-fork",
    needs=("container", "script"),
    stage=Stage.RUN,
    explains=("container.sample-refused", "logs.worker-timeout"),
)
def thread_lost_in_fork(evidence: Evidence) -> Iterator[Finding]:
    """An error once a request was seen to wait in vain, else a warning."""
    found = container_of(evidence)
    assert isinstance(evidence.script, Script), "declared in needs"
    if found.environment.get("WORKER_PRELOAD", "").lower() != "true":
        return
    module = parse(evidence.script.text)
    threads = tuple(_started(module))
    if not threads:
        return
    waits = any(one.method == "POST" and one.status is None for one in answers_of(evidence))
    yield Finding(
        title="with WORKER_PRELOAD a thread that the script starts is not in the workers",
        evidence=(
            *(module.quote(evidence.script.path, call) for call in threads[:3]),
            inspected(found, f"WORKER_PRELOAD={found.environment['WORKER_PRELOAD']}"),
        ),
        severity=Severity.ERROR if waits else Severity.WARNING,
        confidence=Confidence.LIKELY if waits else Confidence.POSSIBLE,
        fixes=(
            remade("load the script in each worker", found, "-e", "WORKER_PRELOAD=false"),
            Fix(title="start the thread at the first call of run()"),
        ),
    )


def _started(module: Module) -> Iterator[ast.Call]:
    """Calls that start a thread in the first process, and not again in a worker."""
    if module.tree is None:
        return
    for call in module.all(ast.Call):
        if module.called(call) in STARTERS:
            phases = set(reach(module).phases(call))
            if phases & {IMPORT, INIT} and RUN not in phases:
                yield call


SCRIPT = """import queue
import threading

jobs = queue.Queue()

def work(): ...

def init():
    threading.Thread(target=work, daemon=True).start()

def run(data):
    return jobs.get()
"""
LATE = Answers(
    items=(
        Answer(
            method="POST",
            path="/score",
            route="published",
            address="http://127.0.0.1:5001",
            error="no answer within 15 s",
            sample="a.json",
        ),
    )
)
PRELOAD = {"WORKER_PRELOAD": "True"}


def _given(text: str) -> dict[str, object]:
    return {"script": Script(path="score.py", text=text)}


CASES = (
    fires(container(seen={**_given(SCRIPT), "answers": LATE}, environment=PRELOAD), saw="Thread", line=9, findings=1),
    fires(container(seen=_given(SCRIPT), environment=PRELOAD), name="nobody waited yet: a warning"),
    quiet(container(seen={**_given(SCRIPT), "answers": LATE}), name="the script is loaded in each worker"),
    quiet(container(seen=_given(SCRIPT), environment={"WORKER_PRELOAD": "1"}), name="the server wants the word true"),
    quiet(
        container(seen=_given(SCRIPT.replace("init():", "init(): ...\n\ndef begin():")), environment=PRELOAD),
        name="a thread that nothing starts",
    ),
    quiet(
        container(
            seen=_given(
                SCRIPT.replace("return jobs.get()", "threading.Thread(target=work).start()").replace(
                    "    threading.Thread(target=work, daemon=True).start()\n", "    pass\n"
                )
            ),
            environment=PRELOAD,
        ),
        name="started in run()",
    ),
)
