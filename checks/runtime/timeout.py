"""The script does not come to an end within the time limit.

What it finds
-------------
An import, init() or run() that was still going when the rehearsal's time was over, with the line that was running.

Why it breaks
-------------
While the script is imported and init() runs, the container answers no probe, so the deployment waits and fails, often
without a traceback in the log. A run() that takes longer than the endpoint's `request_timeout_ms`, 5 seconds unless
set, gives the client 408 while the worker goes on.

How to fix
----------
Remove what waits: a download, a lock, an input, a loop without end. Where the work is long in earnest, give the
rehearsal more time with `--timeout`, and the deployment a longer probe delay or request timeout.

Learn more
----------
Product documentation, managed online deployment YAML schema, `request_settings` and `readiness_probe`. Source:
azureml-inference-server-http 1.5.1: the port is bound before the script is loaded, and nothing answers until init() is
done.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Contacted, Evidence, Frame, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.endings import Ending, ending_of
from checks.runtime.failures import probe_of
from checks.runtime.observed import at, library, passed, seen, started, stopped
from checks.runtime.wording import seconds_of, titled

# Innermost frames that wait for somebody else, by the file they lie in or the line they run.
WAITS = (
    (r"\binput\(|getpass", "waits for somebody to type"),
    (r"devicelogin|device_code|interactive", "waits for somebody to sign in"),
    (r"\bsleep\(", "sleeps"),
    (r"\.acquire\(|\.wait\(|\.join\(|\.get\(|threading\.py|queue\.py", "waits for a lock, a thread or a queue"),
    (r"serve_forever|app\.run\(|run_simple|uvicorn|selectors\.py|socketserver", "serves requests of its own"),
    (r"socket\.py|ssl\.py|urllib|http/client|requests\.|connection\.py", "waits for a host"),
    (r"set_trace|breakpoint\(|pdb|debugpy", "waits for a debugger"),
    (r"\.fit\(", "trains a model"),
)


START = (
    "While the script is imported and init() runs, the container answers no probe. The deployment waits, restarts it "
    "or fails, often without a traceback: the log's last line is `Invoking user's init function`."
)
ANSWER = (
    "A managed endpoint waits `request_timeout_ms`, 5 seconds unless the deployment says otherwise, and gives the "
    "client 408. The worker goes on, and serves nobody else meanwhile."
)


BATCH = (
    "A batch deployment waits `retry_settings.timeout`, 30 seconds unless the deployment says otherwise, for a mini "
    "batch, and then tries it again, `max_retries` times."
)


@check(
    "runtime.timeout",
    needs=("probe",),
    stage=Stage.INIT,
    explains=("runtime.slow-start", "runtime.slow-answer", "runtime.network-at-start"),
)
def timeout(evidence: Evidence) -> Iterator[Finding]:
    """Show where it was when the time was over."""
    ending = ending_of(evidence)
    if ending is None or ending.exit.reason != "timeout":
        return
    spent = (ending.step.seconds if ending.step else 0.0) or ending.exit.seconds or 0.0
    doing = _doing(ending)
    hosts = tuple(
        Quote(source="probe", text=f"contacted {c.host}")
        for c in probe_of(evidence).contacted
        if c.phase is ending.exit.phase
    )
    yield ending.finding(
        titled(f"{ending.who} did not return within {seconds_of(spent)}{f': it {doing}' if doing else ''}", 88),
        why=_why(ending, batch=probe_of(evidence).is_batch),
        saw=(Quote(source="probe", text=f"stopped after {seconds_of(ending.exit.seconds or spent)}"), *hosts[:3]),
        fixes=(
            Fix(
                title="do without what waits here, or give it a limit of its own"
                if doing
                else "find out what takes long"
            ),
            Fix(
                title="if the work takes that long in earnest, give the rehearsal more time",
                safety=Safety.REVIEW,
                commands=(f"doctor check {evidence.target.name} --timeout {max(int(spent * 5), 300)}",),
            ),
        ),
    )


def _why(ending: Ending, *, batch: bool) -> str:
    if ending.exit.phase in (Phase.START, Phase.IMPORT, Phase.INIT):
        return START
    return BATCH if batch else ANSWER


def _doing(ending: Ending) -> str | None:
    """What the running line waits for, as far as its text and the innermost frames tell."""
    frames: list[Frame] = [f for f in (ending.own, *reversed(ending.stack[-4:])) if f]
    for pattern, doing in WAITS:
        if any(re.search(pattern, f"{f.path if not f.own else ''} {f.code}") for f in frames):
            return doing
    return None


SCRIPT = """import time

def init():
    wait_for("flag")

def wait_for(path):
    while True:
        time.sleep(1)

def run(data): return 1
"""
STACK = (at(SCRIPT, "wait_for("), at(SCRIPT, "sleep"))
STEP, EXIT = stopped(Phase.INIT, "timeout", *STACK, seconds=60.0)
LATE, LATE_EXIT = stopped(Phase.RUN, "timeout", at(SCRIPT, "def run"), library("torch/nn/a.py"), seconds=60.0)

CASES = (
    fires(
        seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT),
        saw="init() did not return within 60 s: it sleeps",
        line=8,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            passed(Phase.IMPORT),
            STEP,
            exit=EXIT,
            contacted=(Contacted(host="models.example.com", port=443, phase=Phase.INIT),),
        ),
        saw="contacted models.example.com",
    ),
    fires(seen(SCRIPT, *started(LATE), exit=LATE_EXIT), saw="run() did not return"),
    fires(
        seen(
            SCRIPT,
            *started(passed(Phase.RUN), stopped(Phase.CONCURRENT, "timeout")[0]),
            exit=stopped(Phase.CONCURRENT, "timeout")[1],
        ),
        saw="run(), called several times at once, did not return",
    ),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), passed(Phase.INIT, seconds=50.0)), name="slow, and done"),
    quiet(
        seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=stopped(Phase.INIT, "memory", *STACK)[1]),
        name="ended for its memory",
    ),
    quiet(seen(SCRIPT, *started())),
)
