"""A readiness gate of the pod is set by nobody.

What it finds
-------------
A pod whose containers are all ready, and which waits for a condition (`readinessGates`) that is missing or false.

Why it breaks
-------------
A gate is a promise that some controller (of a load balancer, a mesh, a rollout) sets a condition of the pod. Where that
controller is not installed, or does not know the pod, the pod is never ready, and its services send it nothing.

How to fix
----------
Install or repair the controller that sets the condition, or take the gate away.

Learn more
----------
Kubernetes documentation, "Pod Lifecycle": pod readiness. Source: kubelet, reason `ReadinessGatesNotReady`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import deployment, pod, running, scene
from checks.kubernetes.seen import age, cut, quote_field, workload_of
from checks.runtime.wording import titled

SETTLED = 60.0  # seconds after which a controller that is there would have set its condition


@check(
    "kubernetes.readiness-gate-unset",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.not-ready", "kubernetes.no-ready-endpoint", "kubernetes.progress-deadline"),
)
def readiness_gate_unset(evidence: Evidence) -> Iterator[Finding]:
    """Compare the gates with the conditions of one pod; its replicas wait for the same."""
    workload = workload_of(evidence)
    for one in workload.pods:
        ready = one.status.condition("ContainersReady")
        if ready is None or ready.status != "True" or one.is_ready:
            continue
        since = age(workload, ready.last_transition_time)
        if since is not None and since < SETTLED:
            continue
        for gate in one.spec.readiness_gates:
            condition = one.status.condition(gate.condition_type)
            if condition and condition.status == "True":
                continue
            said = "missing" if condition is None else f"{condition.status} {condition.reason} {condition.message}"
            yield Finding(
                title=titled(f"nobody sets the readiness gate {gate.condition_type}", 88),
                evidence=(
                    quote_field(workload.shown, "spec.template.spec.readinessGates", gate.condition_type),
                    quote_field(f"pod/{one.name}", f"status.conditions[{gate.condition_type}]", cut(said.strip())),
                ),
                about=(f"gate:{gate.condition_type}",),
                fixes=(
                    of_template(
                        "take the gate away, where its controller is not meant to be there",
                        workload,
                        {"readinessGates": None},
                    ),
                ),
                confirm=f"kubectl get pod {one.name} -n {workload.namespace} -o wide",
            )
        return


GATE = [{"conditionType": "target-health.example.com/score"}]
READY = {"type": "ContainersReady", "status": "True", "lastTransitionTime": "2026-11-20T18:08:00Z"}
SET = {"type": "target-health.example.com/score", "status": "True"}
UNSET = {"type": "Ready", "status": "False", "reason": "ReadinessGatesNotReady"}
WAITS = pod(running(), readinessGates=GATE, status={"conditions": [READY, UNSET]})
CASES = (
    fires(
        scene(controller=deployment(readinessGates=GATE), pods=(WAITS, WAITS)),
        saw="target-health.example.com/score",
        findings=1,
    ),
    quiet(scene(pods=(pod(running(), readinessGates=GATE, conditions=(READY, SET)),))),
    quiet(
        scene(
            pods=(
                pod(
                    running(),
                    readinessGates=GATE,
                    status={"conditions": [{**READY, "lastTransitionTime": "2026-11-20T18:17:00Z"}, UNSET]},
                ),
            )
        ),
        name="for a few seconds",
    ),
    quiet(scene(pods=(pod(running()),)), name="no gate"),
)
