"""A liveness probe leaves a model service too little time to start.

What it finds
-------------
A liveness probe without a startup probe whose first failures come before the start is over: before the rehearsal of
the entry script was done, where there was one, else within a minute.

Why it breaks
-------------
A model service loads its model before it listens. The kubelet asks from the container's start on, after
`initialDelaySeconds`, and kills the container when `failureThreshold` answers in a row are missing; the next one starts
from the beginning, so a slow start becomes an endless one.

How to fix
----------
Add a startup probe with room for the slowest start; the liveness probe waits until it has passed.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": protect slow starting containers.
"""

from collections.abc import Iterator
from math import ceil

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.evidence import Evidence, Phase, Probe, Script, Step
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, serving_container

SOON = 60  # seconds; what a start takes on a cold node with a model of usual size
ROOM = 4  # how many times the measured start a startup probe should allow


@check("kubernetes.start-not-allowed-for", needs=("workload",), stage=Stage.INIT, severity=Severity.INFO)
def start_not_allowed_for(evidence: Evidence) -> Iterator[Finding]:
    """Hold the probe's patience against the start."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    name = evidence.script.name if isinstance(evidence.script, Script) else "score.py"
    serving = serving_container(workload, name)
    for container, path, init in containers_with_path(workload):
        probe = container.liveness_probe
        if init or probe is None or container.startup_probe is not None:
            continue
        measured = _start(evidence) if container == serving else None
        late = measured is not None and measured > probe.budget
        if not late and (probe.budget >= SOON or measured is not None):
            continue
        need = max(ROOM * (measured or 0), 2 * SOON)
        period = max(probe.period_seconds, 1)
        fields = {
            "startupProbe": {**_action(container), "periodSeconds": period, "failureThreshold": ceil(need / period)}
        }
        start = Quote(source="rehearsal", text=f"import and init() took {measured:.1f} s") if measured else None
        yield Finding(
            title=f"the liveness probe of `{container.name}` gives up {probe.budget} s after the start"[:88],
            severity=Severity.ERROR if late else Severity.INFO,
            confidence=Confidence.LIKELY if late else Confidence.POSSIBLE,
            evidence=(
                quote_field(workload.shown, f"{path}.livenessProbe", f"{probe.budget} s until the first kill"),
                *((start,) if start else ()),
            ),
            about=(f"container:{container.name}", "phase:init"),
            fixes=(of_container(f"allow {ceil(need)} s for the start", workload, container.name, fields),),
        )


def _start(evidence: Evidence) -> float | None:
    """Seconds that import and init() took in a rehearsal that went well; None where there was none."""
    if not isinstance(evidence.probe, Probe):
        return None
    steps = [one for one in evidence.probe.steps if one.phase in {Phase.IMPORT, Phase.INIT}]
    passed = any(one.phase is Phase.INIT and one.outcome == "passed" for one in steps)
    return sum(one.seconds for one in steps) if passed else None


def _action(container: Container) -> dict[str, object]:
    """What the startup probe should ask: the same as the liveness probe."""
    probe = container.liveness_probe
    if probe and probe.http_get:
        return {"httpGet": {"path": probe.http_get.path, "port": probe.http_get.port}}
    if probe and probe.tcp_socket:
        return {"tcpSocket": {"port": probe.tcp_socket.port}}
    return {"exec": {"command": list(probe.exec.command)}} if probe and probe.exec else {}


def _probe(**more: object) -> dict[str, object]:
    return spec(livenessProbe={"httpGet": {"path": "/", "port": 5001}, **more})


_SLOW = {
    "probe": Probe(
        interpreter="python", python="3.11.4", steps=(Step(phase=Phase.INIT, outcome="passed", seconds=95.0),)
    )
}

CASES = (
    fires(scene(controller=deployment(_probe()), from_files=True), saw="gives up 20 s after the start"),
    fires(scene(controller=deployment(_probe(initialDelaySeconds=60)), from_files=True, seen=_SLOW), saw="took 95.0 s"),
    quiet(scene(controller=deployment(_probe(initialDelaySeconds=120)), from_files=True, seen=_SLOW)),
    quiet(scene(controller=deployment({**_probe(), "startupProbe": {"failureThreshold": 30}}), from_files=True)),
    quiet(scene(controller=deployment(_probe())), name="a cluster shows itself who is killed"),
)
