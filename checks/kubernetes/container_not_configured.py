"""The kubelet cannot make the configuration of a container.

What it finds
-------------
A container in CreateContainerConfigError. What it refers to and what is missing is told by other checks, where they
read the words; this one tells the rest.

Why it breaks
-------------
Before it asks the runtime, the kubelet collects variables, mounts and the user. One of them cannot be had, and nothing
is started until it can.

How to fix
----------
Cure what the message says.

Learn more
----------
Kubernetes documentation, "Debug Pods".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.begins import config_errors
from checks.kubernetes.scenes import deployment, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.runtime.wording import one_line, titled


@check(
    "kubernetes.container-not-configured",
    needs=("workload",),
    stage=Stage.START,
    explains=(*UPSHOT, "logs.container-not-created"),
)
def container_not_configured(evidence: Evidence) -> Iterator[Finding]:
    """A symptom where another check names what is missing."""
    workload = workload_of(evidence)
    for one, words, quotes in config_errors(workload):
        if one.waiting is None or one.waiting.reason != "CreateContainerConfigError":
            continue
        told = one_line(words.split("(pod:")[0], 60) or "no reason"
        yield Finding(
            title=titled(f"container {one.name} cannot be configured: {told}", 88),
            evidence=quotes,
            about=(f"container:{one.name}",),
            fixes=(
                Fix(
                    title="cure what the message says; the events repeat it",
                    commands=(f"kubectl describe pod {one.pod.name} -n {workload.namespace}",),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


ODD = waiting("CreateContainerConfigError", "services have not yet been read at least once, cannot construct envvars")
ENV = spec(envFrom=[{"configMapRef": {"name": "a"}}])
CASES = (
    fires(scene(pods=(pod(ODD),)), saw="services have not yet been read", findings=1),
    fires(
        scene(
            controller=deployment(ENV),
            pods=(pod(waiting("CreateContainerConfigError", 'configmap "a" not found'), ENV),),
            config_maps=(keys("b"),),
        ),
        findings=1,
        name="a symptom of the config map that is missing",
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(pods=(pod(waiting("CreateContainerError", "no command specified")),))),
)
