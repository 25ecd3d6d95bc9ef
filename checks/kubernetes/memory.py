"""Memory of containers in a cluster: what they may use, what they are known to need, and what to give them next."""

from checks.cluster.quantities import amount, size
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing, ModelFolder, Probe
from checks.finding import Fix, Quote
from checks.kubernetes.patching import of_container
from checks.kubernetes.seen import PodContainer, quote_field

SMALLEST = 512 * 1024**2  # bytes; what a scoring server needs before any model
STEP = 256 * 1024**2


def limit_of(one: PodContainer) -> float | None:
    """The memory limit in bytes; None where there is none."""
    return amount(one.spec.resources.limits.get("memory"))


def quote_limit(one: PodContainer) -> Quote:
    """The memory limit as evidence."""
    written = one.spec.resources.limits.get("memory")
    return quote_field(one.shown, "resources.limits.memory", written if written is not None else "not set")


def quote_use(evidence: Evidence, workload: Workload, one: PodContainer) -> tuple[Quote, ...]:
    """What it is known to use or need: metrics, the rehearsal's peak, the model's files."""
    found = []
    used = usage_of(workload, one)
    if used is not None:
        found.append(Quote(source="metrics", text=f"container {one.name} uses {size(used)} of memory"))
    if isinstance(evidence.probe, Probe) and evidence.probe.peak_memory:
        found.append(Quote(source="probe", text=f"the rehearsal held {size(evidence.probe.peak_memory)} at its peak"))
    if isinstance(evidence.models, ModelFolder):
        files = sum(file.size for file in evidence.models.files)
        if files:
            found.append(Quote(source=evidence.models.path, text=f"the model files have {size(files)}"))
    return tuple(found)


def usage_of(workload: Workload, one: PodContainer) -> float | None:
    """Bytes that the container used when metrics were taken."""
    if isinstance(workload.usage, Missing):
        return None
    for pod in workload.usage:
        if pod.metadata.name == one.pod.name:
            return next((amount(each.usage.get("memory")) for each in pod.containers if each.name == one.name), None)
    return None


def next_limit(evidence: Evidence, workload: Workload, one: PodContainer) -> str:
    """The limit to try next: twice what was not enough, and more than what is known to be needed."""
    peak = evidence.probe.peak_memory if isinstance(evidence.probe, Probe) else None
    models = sum(file.size for file in evidence.models.files) if isinstance(evidence.models, ModelFolder) else 0
    needs = max((peak or 0) * 1.25, models * 2.0, (usage_of(workload, one) or 0) * 1.25)
    most = max(2 * (limit_of(one) or 0), needs, SMALLEST)
    return size(-(-most // STEP) * STEP)


def more_memory(evidence: Evidence, workload: Workload, one: PodContainer) -> Fix:
    """The fix that raises the limit, and the request with it where there is one."""
    wanted = next_limit(evidence, workload, one)
    resources = {"limits": {"memory": wanted}}
    if "memory" in one.spec.resources.requests:
        resources["requests"] = {"memory": wanted}
    return of_container(
        f"give it more memory, {wanted} to begin with", workload, one.name, {"resources": resources}, init=one.init
    )


def fewer_workers(workload: Workload, one: PodContainer) -> tuple[Fix, ...]:
    """The fix that starts one worker, where more are asked for."""
    asked = one.spec.variable("WORKER_COUNT")
    if asked is None or not (asked.value or "").isdigit() or int(asked.value or "1") < 2:
        return ()
    variables = {"env": [{"name": "WORKER_COUNT", "value": "1"}]}
    return (of_container(f"run one worker instead of {asked.value}", workload, one.name, variables),)


LOAD_LESS = Fix(
    title="load less at once: a smaller type (float32), a memory map (mmap_mode), no second copy of the model"
)
