"""run() takes longer than an endpoint waits.

What it finds
-------------
A call of run() of more than five seconds, the shorter one of two equal calls; of a batch script, of more than thirty.

Why it breaks
-------------
A managed endpoint waits `request_timeout_ms`, 5000 unless the deployment says otherwise and 180000 at most, and
answers 408; a Kubernetes endpoint answers 504. The worker goes on with a request that nobody waits for. A batch
deployment waits `retry_settings.timeout`, 30 seconds unless told otherwise, for a mini batch, and tries it again.

How to fix
----------
Make the work shorter, raise the limit, or score in batches with a batch endpoint.

Learn more
----------
Product documentation, managed online deployment YAML schema, `request_settings`; batch deployment YAML schema,
`retry_settings`.
"""

from collections.abc import Iterator
from typing import Literal

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Signature
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import again, first_calls, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import passed, seen, started
from checks.runtime.wording import seconds_of

DEFAULT, MOST = 5.0, 180.0  # seconds
MINI_BATCH = 30.0  # seconds


@check("runtime.slow-answer", needs=("probe",), stage=Stage.OPERATE, severity=Severity.WARNING)
def slow_answer(evidence: Evidence) -> Iterator[Finding]:
    """Take the faster call: the first one may load what later ones have."""
    probe = probe_of(evidence)
    limit = MINI_BATCH if probe.is_batch else DEFAULT
    waits = "a batch job" if probe.is_batch else "an endpoint"
    for step in first_calls(probe):
        second = again(probe, step, Phase.REPEAT)
        calls = [s for s in (step, second) if s and s.outcome == "passed"]
        if not calls or (spent := min(s.seconds for s in calls)) < limit:
            continue
        yield Finding(
            title=f"run() takes {seconds_of(spent)}, and {waits} waits {limit:.0f} s unless told otherwise",
            evidence=(
                *run_quote(evidence),
                *(Quote(source=f"probe: {place(s)}", text=f"took {seconds_of(s.seconds)}") for s in calls),
            ),
            about=run_about(evidence),
            fixes=(_batch_fix(spent) if probe.is_batch else _fix(spent),),
        )
        return


def _fix(spent: float) -> Fix:
    if spent >= MOST:
        return Fix(title="score in batches, with a batch endpoint: no online endpoint waits that long")
    return Fix(
        title="raise the deployment's time limit for a request",
        commands=("request_settings:", f"  request_timeout_ms: {min(int(spent * 3000), 180000)}"),
    )


def _batch_fix(spent: float) -> Fix:
    return Fix(
        title="raise the deployment's time limit for a mini batch, or give it fewer files",
        commands=("settings:", "  retry_settings:", f"    timeout: {int(spent * 3)}"),
    )


SCRIPT = "def init(): ...\n\ndef run(data):\n    return 1\n"


def _took(*seconds: float, kind: Literal["undecorated", "batch"] = "undecorated") -> Evidence:
    steps = [passed(p, seconds=s) for p, s in zip((Phase.RUN, Phase.REPEAT), seconds, strict=False)]
    return seen(SCRIPT, *started(*steps), signature=Signature(kind=kind))


CASES = (
    fires(_took(9.0, 8.0), saw="run() takes 8.0 s", line=3, findings=1),
    fires(_took(200.0), saw="run() takes 200 s"),
    fires(_took(45.0, kind="batch"), saw="a batch job waits 30 s"),
    quiet(_took(9.0, 8.0, kind="batch"), name="a mini batch has more time than a request"),
    quiet(_took(9.0, 0.1), name="the first call warmed up"),
    quiet(_took(1.0, 1.0)),
    quiet(seen(SCRIPT, *started())),
)
