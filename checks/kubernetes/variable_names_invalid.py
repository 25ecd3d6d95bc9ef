"""Keys of a config map or secret are no names of variables, and were left out.

What it finds
-------------
`envFrom` over an object with keys that the kubelet skips, such as `2fa` or `a b`.

Why it breaks
-------------
Before 1.32 the name of a variable is letters, digits, `_`, `-` and `.`, and begins with no digit; the kubelet leaves
other keys out, says so in an event, and starts the container without them. The script then misses the variable.

How to fix
----------
Rename the keys, or take each one with `valueFrom` under a valid name.

Learn more
----------
Kubernetes documentation, "Configure a Pod to Use a ConfigMap": envFrom.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.kubernetes.scenes import event, pod, running, scene
from checks.kubernetes.seen import events, is_about, quote_event, workload_of
from checks.kubernetes.stuck import live
from checks.runtime.wording import titled
from checks.text import listed

_SAID = re.compile(
    r"Keys \[(?P<keys>[^\]]*)\] from the EnvFrom (?P<kind>configMap|secret) \S+?/(?P<name>\S+) were skipped"
)


@check(
    "kubernetes.variable-names-invalid",
    needs=("workload",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=(
        "runtime.variable-absent",
        "logs.env-variable-missing",
        "logs.env-variable-named",
        "container.variable-not-set",
    ),
)
def variable_names_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Read the kubelet's event of pods that are still there."""
    workload = workload_of(evidence)
    told: set[tuple[str, str]] = set()
    for said in events(workload, "InvalidEnvironmentVariableNames"):
        found = _SAID.search(said.message)
        if not found or not any(is_about(said.about, pod_) for pod_ in live(workload)):
            continue
        keys = tuple(key.strip() for key in found["keys"].split(",") if key.strip())
        kind = "config map" if found["kind"] == "configMap" else "secret"
        if (kind, found["name"]) in told:
            continue
        told.add((kind, found["name"]))
        shown = listed([f"`{key}`" for key in keys], 3)
        valid = re.sub(r"\W", "_", keys[0] if keys else "KEY").upper()
        are = "are no names" if len(keys) > 1 else "is no name"
        yield Finding(
            title=titled(f"{shown} of {kind} {found['name']} {are} of variables: left out", 88),
            evidence=(quote_event(said),),
            about=(*(f"variable:{key}" for key in keys), f"{kind.replace(' ', '')}:{found['name']}"),
            fixes=(Fix(title=f"rename the keys, for example to `{valid.lstrip('0123456789') or 'KEY'}`"),),
            confirm=f"kubectl get events -n {workload.namespace} --field-selector reason={said.reason}",
        )


SKIPPED = event(
    "InvalidEnvironmentVariableNames",
    "Keys [2fa, a b] from the EnvFrom configMap team-a/app were skipped since they are considered invalid environment "
    "variable names.",
)
CASES = (
    fires(scene(pods=(pod(running()),), events=(SKIPPED,)), saw="`2fa` and `a b` of config map app", findings=1),
    quiet(scene(pods=(pod(running(), name="other"),), events=(SKIPPED,)), name="of an earlier pod"),
    quiet(scene(pods=(pod(running()),))),
)
