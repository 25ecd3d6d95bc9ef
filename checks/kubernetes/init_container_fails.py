"""An init container fails, so that the server never starts.

What it finds
-------------
An init container that ends with an error, now or again and again, with the line of its log that says why.

Why it breaks
-------------
The containers of a pod start after all init containers have come to a good end. One that fails is started again for
ever (`Init:CrashLoopBackOff`), and the server's own container waits in `PodInitializing`, without a log. On Kubernetes
endpoints `storage-initializer` downloads model and code this way.

How to fix
----------
Read the log of the init container, and cure what it says: rights on the storage, a name, a host that it cannot reach.

Learn more
----------
Kubernetes documentation, "Debug init containers".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.seen import Told, all_lines
from checks.evidence import Evidence, Log, Logs
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.ends import NEVER_RAN, enders, meaning, more, with_logs_of
from checks.kubernetes.scenes import POD, Made, ended, pod, running, scene, spec, terminated, waiting
from checks.kubernetes.seen import PodContainer, containers, quote_ended, workload_of
from checks.runtime.wording import titled

_TELLING = re.compile(
    r"\w*(?:Error|Exception)\b|\b(?:denied|refused|[Ff]orbidden|[Uu]nauthorized|not (?:found|authorized)|[Ff]ailed"
    r"|fatal|FATAL|[Cc]annot|[Cc]ould not|unable to|no such)\b"
)


@check(
    "kubernetes.init-container-fails",
    needs=("workload",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "kubernetes.not-ready",
    ),
)
def init_container_fails(evidence: Evidence) -> Iterator[Finding]:
    """Quote the line of its log that says why. A symptom, where the log is understood."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        end = one.ended
        if (
            not one.init
            or one.is_sidecar
            or end is None
            or end.exit_code == 0
            or end.reason in {*NEVER_RAN, "OOMKilled"}
        ):
            continue
        line = _telling(all_lines(with_logs_of(evidence, one)))
        code = f", exit code {end.exit_code}"
        why = (
            f": {_short(line.text)}"
            if line
            else f"{code}: {meaning(end.exit_code)}"
            if meaning(end.exit_code)
            else code
        )
        waits = [each.name for each in one.pod.spec.containers]
        earlier = _earlier(evidence, one)
        yield Finding(
            title=titled(f"init container `{one.name}` fails{why}", 88),
            evidence=(
                quote_ended(one),
                *((line.quote,) if line else ()),
                *((earlier[1].quote,) if earlier else ()),
                Quote(source=f"pod/{one.pod.name}", text=f"waiting for it: {', '.join(waits)}"),
                *more(count),
            ),
            about=(f"container:{one.name}", f"exit:{end.exit_code}"),
            fixes=(
                *(
                    (Fix(title=f"mend what `{earlier[0]}` fails at: it ended with code 0 all the same"),)
                    if earlier
                    else ()
                ),
                Fix(
                    title="read its log",
                    commands=(f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",),
                ),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _earlier(evidence: Evidence, one: PodContainer) -> tuple[str, Told] | None:
    """The init container that ended well before this one, and a failure that its log tells of nevertheless."""
    names = [each.name for each in one.pod.spec.init_containers]
    before = names[: names.index(one.name)] if one.name in names else []
    done = [each for each in containers(workload_of(evidence)) if each.pod is one.pod and each.name in before]
    for each in reversed(done):
        line = _telling(all_lines(with_logs_of(evidence, each)))
        if line and _TELLING.search(line.text):
            return each.name, line
    return None


def _telling(lines: tuple[Told, ...]) -> Told | None:
    """The last line that speaks of a failure, else the last one; streams may arrive out of order."""
    spoken = [line for line in lines if line.text.strip()]
    return next((line for line in reversed(spoken) if _TELLING.search(line.text)), spoken[-1] if spoken else None)


def _short(text: str) -> str:
    """A message without its exception, which the quote shows."""
    return re.sub(r"^(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception): (?=\S)", "", text.strip())


GET: Made = {"initContainers": [spec(name="storage-initializer")]}
LOG = (
    "azure.core.exceptions.HttpResponseError: This request is not authorized to perform this operation.\n"
    "Downloading azureml-models/churn/3 ...\n"
)
READ = {"logs": Logs(items=(Log(source="kubectl logs score-6b5496fd48-bmztd -c storage-initializer", text=LOG),))}
LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=6)
TWO: Made = {
    "initContainers": [spec(name="copy"), spec(name="check")],
    "status": {
        "initContainerStatuses": [{"name": "copy", **terminated(ended(0, "Completed"))}, {"name": "check", **LOOP}]
    },
}
COPIED = Log(source=f"kubectl logs {POD} -c copy -n team-a", text="cp: cannot stat '/mnt/share/churn': No such file\n")
CHECKED = Log(source=f"kubectl logs {POD} -c check -n team-a", text="FileNotFoundError: /model/MLmodel\n")
CASES = (
    fires(
        scene(pods=(pod(waiting("PodInitializing"), init=LOOP, **GET),)),
        saw="init container `storage-initializer` fails, exit code 1",
        findings=1,
    ),
    fires(
        scene(pods=(pod(waiting("PodInitializing"), init=LOOP, **GET),), seen=READ),
        saw="`storage-initializer` fails: This request is not authorized",
    ),
    fires(
        scene(pods=(pod(waiting("PodInitializing"), init=terminated(ended(127)), restartPolicy="Never", **GET),)),
        saw="a command was not found",
    ),
    fires(
        scene(pods=(pod(waiting("PodInitializing"), **TWO),), seen={"logs": Logs(items=(COPIED, CHECKED))}),
        saw="cp: cannot stat '/mnt/share/churn'",
        findings=1,
    ),
    quiet(
        scene(pods=(pod(waiting("PodInitializing"), init=terminated(ended(137, "OOMKilled"), restarts=1), **GET),)),
        name="out of memory, which is said elsewhere",
    ),
    quiet(scene(pods=(pod(running(), init=terminated(ended(0, "Completed")), **GET),)), name="it did its work"),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(1), restarts=6)),)), name="the server itself"),
)
