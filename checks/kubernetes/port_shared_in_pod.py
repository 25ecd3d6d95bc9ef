"""Two containers of one pod want the same port, and the second one to start ends.

What it finds
-------------
A log that tells of a port in use, in a pod with another container which declares that port, or is started on it.

Why it breaks
-------------
The containers of a pod share one network, so a port can be had once. Whoever comes second gets "address already in
use", ends and is started again, while each of them works alone.

How to fix
----------
Let one of them listen on another port, and change what asks it there.

Learn more
----------
Kubernetes documentation, "Pods": resource sharing and communication.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.container.seen import Told, blamed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.listening import as_engined
from checks.kubernetes.scenes import ended, pod, scene, spec, waiting
from checks.kubernetes.seen import containers, workload_of
from checks.kubernetes.serving_commands import ports_of
from checks.runtime.wording import titled


@check(
    "kubernetes.port-shared-in-pod",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.LIKELY,
    explains=("logs.port-in-use", "kubernetes.crash-loop", "kubernetes.container-failed", "kubernetes.sidecar-dies"),
)
def port_shared_in_pod(evidence: Evidence) -> Iterator[Finding]:
    """Look for another container with the port that the log names."""
    workload = workload_of(evidence)
    told: set[tuple[str, ...]] = set()
    for one in containers(workload):
        if one.init and not one.is_sidecar:
            continue
        for line in blamed(with_logs_of(evidence, one), "port-in-use"):
            mine = {port for port, _ in _ports(one.spec)}
            theirs = (
                (each, *found) for each in one.pod.spec.containers if each.name != one.name for found in _ports(each)
            )
            found = next(((each, port, how) for each, port, how in theirs if _says(line, port, mine)), None)
            names = (one.name, found[0].name) if found else ()
            if found is None or tuple(sorted(names)) in told:
                continue
            told.add(tuple(sorted(names)))
            other, port, how = found
            yield Finding(
                title=titled(f"containers `{one.name}` and `{other.name}` of one pod both want port {port}", 88),
                evidence=(line.quote, Quote(source=f"{workload.shown} container {other.name}", text=how)),
                fixes=(
                    Fix(title=f"let `{other.name}` listen on another port, and change its probes and service ports"),
                    Fix(title=f"let `{one.name}` listen elsewhere, if nobody asks it on {port}"),
                ),
                confirm=f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",
            )


def _says(line: Told, port: int, mine: set[int]) -> bool:
    """True for the port that a line names; where it names none, for one that its own container has as well."""
    named = re.findall(r"(?:, |:)(\d{2,5})\b", line.text)
    return str(port) in named if named else port in mine


def _ports(container: Container) -> Iterator[tuple[int, str]]:
    """The ports that a container has by its command, its variables or its declaration, and what tells so."""
    engined = as_engined(container)
    words = [part for word in engined.words for part in (word.split("=", 1) if word.startswith("-") else [word])]
    for one in ports_of(words, engined.environment):
        by = f", env PORT: {one.port}" if one.is_guess and "PORT" in engined.environment else ""
        yield one.port, f"command: {' '.join(engined.command)[:200]}{by}"
    for port in container.ports:
        yield port.container_port, f"containerPort: {port.container_port}"


LOG = "[ERROR] Connection in use: ('0.0.0.0', 5001)"
BARE = "OSError: [Errno 98] Address already in use"
LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=3)
EXPORTER = spec(name="exporter", command=["exporter", "--port", "5001"])
OTHER = spec(name="exporter", command=["exporter", "--port", "9102"], ports=[{"containerPort": 9102}])
CASES = (
    fires(
        scene(LOG, pods=(pod(LOOP, spec(), EXPORTER),)),
        saw="containers `inference-server` and `exporter` of one pod both want port 5001",
        findings=1,
    ),
    fires(
        scene(BARE, pods=(pod(LOOP, spec(ports=[{"containerPort": 5001}]), EXPORTER),)),
        saw="both want port 5001",
        name="a message that names no port",
    ),
    quiet(scene(BARE, pods=(pod(LOOP, spec(ports=[{"containerPort": 8080}]), EXPORTER),)), name="of another port"),
    quiet(scene(LOG, pods=(pod(LOOP, spec(), OTHER),)), name="the other one has its own"),
    quiet(scene(LOG, pods=(pod(LOOP),)), name="it is alone"),
    quiet(scene(pods=(pod(LOOP, spec(), EXPORTER),))),
)
