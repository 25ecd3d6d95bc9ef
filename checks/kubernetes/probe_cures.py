"""What to change where a probe has a container killed: time for the start, patience under load, a whole core."""

from typing import Any

import msgspec

from checks.cluster.pods import Probe
from checks.cluster.quantities import amount
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Phase
from checks.evidence import Probe as Rehearsal
from checks.finding import Fix, Quote
from checks.kubernetes.patching import of_container
from checks.kubernetes.seen import PodContainer, quote_field

WITH_STARTUP_PROBE = 18  # minor version from which startup probes work without a feature gate
LEAST_START = 300  # seconds that a start gets where nothing tells how long it takes
EVERY = 10  # seconds between two tries of a startup probe
FEW_CORES = 0.5  # below this the imports of a scoring script alone take tens of seconds


def for_start(evidence: Evidence, workload: Workload, one: PodContainer, probe: Probe) -> tuple[Fix, ...]:
    """More time for a start that a probe ends: a startup probe where the server knows them, a later begin, more CPU."""
    needs = _needed(evidence)
    minor = workload.server.minor
    delay = of_container(
        f"let the liveness probe begin after {needs} s",
        workload,
        one.name,
        {"livenessProbe": {"initialDelaySeconds": needs}},
    )
    if (minor is not None and minor < WITH_STARTUP_PROBE) or one.spec.startup_probe:
        return (delay, *more_cpu(workload, one))
    startup = {**handler_of(probe), "periodSeconds": EVERY, "failureThreshold": -(-needs // EVERY)}
    startup["timeoutSeconds"] = max(probe.timeout_seconds, 2)
    title = f"give the start {needs} s with a startup probe, for which the liveness probe waits"
    return (of_container(title, workload, one.name, {"startupProbe": startup}), delay, *more_cpu(workload, one))


def _needed(evidence: Evidence) -> int:
    """Seconds for a start: three times what the rehearsal took, LEAST_START at least."""
    return max(LEAST_START, -(-int(3 * rehearsed(evidence)) // EVERY) * EVERY)


def rehearsed(evidence: Evidence) -> float:
    """Seconds that the rehearsal took to import the script and to run init(); 0 where there was none."""
    if not isinstance(evidence.probe, Rehearsal):
        return 0.0
    steps = (evidence.probe.step(Phase.IMPORT), evidence.probe.step(Phase.INIT))
    return sum(step.seconds for step in steps if step)


def for_load(workload: Workload, one: PodContainer, probe: Probe) -> tuple[Fix, ...]:
    """More patience with a server that is at work and answers late."""
    patient = {
        "timeoutSeconds": max(10, 2 * probe.timeout_seconds),
        "failureThreshold": max(6, probe.failure_threshold),
    }
    return (
        of_container("let the probe wait longer for its answer", workload, one.name, {"livenessProbe": patient}),
        Fix(title="give what run() waits for a time limit, or the server a second worker: one request holds a worker"),
        Fix(
            title="see what the server did before it was killed",
            commands=(f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",),
        ),
    )


def little_cpu(one: PodContainer) -> tuple[Quote, ...]:
    """A limit of the processor that makes a start slow, as evidence; empty for none, and for a larger one."""
    written = one.spec.resources.limits.get("cpu")
    cores = amount(written)
    return (quote_field(one.shown, "resources.limits.cpu", written),) if cores is not None and cores < FEW_CORES else ()


def more_cpu(workload: Workload, one: PodContainer) -> tuple[Fix, ...]:
    """The fix that raises such a limit."""
    if not little_cpu(one):
        return ()
    more = {"resources": {"limits": {"cpu": "1"}}}
    return (of_container("let it use a whole core, for a quicker start", workload, one.name, more, init=one.init),)


def handler_of(probe: Probe) -> dict[str, Any]:
    """What a probe asks, as the API writes it."""
    fields = ("http_get", "tcp_socket", "exec", "grpc")
    made: dict[str, Any] = msgspec.to_builtins(
        Probe(**{name: value for name in fields if (value := getattr(probe, name))})
    )
    if isinstance(made.get("httpGet"), dict):
        made["httpGet"].setdefault("path", "/")
    return made
