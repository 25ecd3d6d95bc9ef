"""The memory limit is below what the entry script used when it was rehearsed.

What it finds
-------------
A container of a manifest whose `limits.memory` is less than the peak memory of the rehearsed entry script, or hardly
more, or not enough for the workers that its variables ask for.

Why it breaks
-------------
The kernel kills a process that goes beyond the limit, without a word in the log: the container ends with 137 and
OOMKilled while it loads the model, and starts again. Each worker process loads a model of its own.

How to fix
----------
Raise the limit to what the rehearsal used, times the workers, and half as much again.

Learn more
----------
Kubernetes documentation, "Assign Memory Resources to Containers and Pods": exceed a container's memory limit.
"""

from collections.abc import Iterator
from math import ceil

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.cluster.quantities import amount, size
from checks.evidence import Evidence, Probe, Script
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, serving_container

SPARE = 1.1  # the server itself, and what the image's own packages hold
ROOM = 1.5
_MIB = 1 << 20
_WORKERS = ("WORKER_COUNT", "AZUREML_WORKER_COUNT", "WEB_CONCURRENCY", "GUNICORN_WORKERS")


@check("kubernetes.memory-limit-small", needs=("workload", "probe"), stage=Stage.INIT)
def memory_limit_small(evidence: Evidence) -> Iterator[Finding]:
    """Hold the limit against the rehearsal."""
    workload, probe = workload_of(evidence), evidence.probe
    if not workload.from_files or not isinstance(probe, Probe) or not probe.peak_memory:
        return
    name = evidence.script.name if isinstance(evidence.script, Script) else "score.py"
    serving = serving_container(workload, name)
    for container, path, init in containers_with_path(workload):
        limit = amount(container.resources.limits.get("memory"))
        workers, variable = _workers(container)
        need = probe.peak_memory * workers
        if init or container != serving or limit is None or limit < _MIB or limit >= need * SPARE:
            continue
        wanted = f"{ceil(need * ROOM / _MIB / 64) * 64}Mi"
        fields = {"resources": {"limits": {"memory": wanted}}}
        each = f" for each of {workers} workers ({variable})" if workers > 1 else ""
        yield Finding(
            title=f"`{container.name}` may use {size(limit)}, its script needs {size(need)}"[:88],
            severity=Severity.ERROR if limit < need else Severity.WARNING,
            confidence=Confidence.LIKELY,
            evidence=(
                quote_field(
                    workload.shown,
                    f"{path}.resources.limits.memory",
                    container.resources.limits["memory"],
                ),
                Quote(source="rehearsal", text=f"{size(probe.peak_memory)} of memory at most{each}"),
            ),
            about=(f"container:{container.name}",),
            fixes=(of_container(f"allow {wanted}", workload, container.name, fields),),
        )


def _workers(container: Container) -> tuple[int, str]:
    for name in _WORKERS:
        variable = container.variable(name)
        if variable is not None and (variable.value or "").isdigit() and int(variable.value or 0) > 1:
            return int(variable.value or 0), name
    return 1, ""


def _limited(limit: str, **more: object) -> dict[str, object]:
    return deployment(spec(resources={"limits": {"memory": limit}}, **more))


_USED = {"probe": Probe(interpreter="python", python="3.11.4", steps=(), peak_memory=600 * _MIB)}
_TWO = [{"name": "WORKER_COUNT", "value": "2"}]

CASES = (
    fires(
        scene(controller=_limited("512Mi"), from_files=True, seen=_USED), saw="may use 512Mi, its script needs 600Mi"
    ),
    fires(scene(controller=_limited("1Gi", env=_TWO), from_files=True, seen=_USED), saw="for each of 2 workers"),
    quiet(scene(controller=_limited("1Gi"), from_files=True, seen=_USED)),
    quiet(
        scene(
            controller=deployment(spec(resources={"limits": {"memory": "64Mi"}}), spec(name="other")),
            from_files=True,
            seen=_USED,
        ),
        name="nobody knows which container runs the script",
    ),
    quiet(scene(controller=_limited("512Mi"), seen=_USED), name="a cluster shows itself what it uses"),
)
