"""The secrets of a vault cannot be mounted (SecretProviderClass).

What it finds
-------------
A mount by the secrets-store driver that failed: the class does not exist, or the vault did not give what it lists.

Why it breaks
-------------
The driver reads the secrets from the vault while it mounts, with the identity that the class names. An object that is
not in the vault, an identity without the right to read, or a vault whose network refuses the node ends the mount, and
the pod stays in ContainerCreating.

How to fix
----------
Create the class in the pods' namespace; give the identity the right to read; compare the names of the objects.

Learn more
----------
Azure documentation, "Troubleshoot Azure Key Vault Provider for Secrets Store CSI Driver".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

_CLASS = re.compile(
    r"secretproviderclass(?:es\S*)? (?:\\?\"(?P<name>[\w.-]+)\\?\" not found|[\w-]+/(?P<named>[\w.-]+))"
)
_OBJECT = re.compile(r"objectName: ?\"?(?P<object>[\w-]+)|SecretNotFound|secret with \(name/id\) (?P<id>[\w-]+)")


@check(
    "kubernetes.volume-provider-failed",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*(one for one in VOLUME_WAITS if "provider" not in one), "logs.secret-provider-failed"),
)
def volume_provider_failed(evidence: Evidence) -> Iterator[Finding]:
    """Tell a class, an object and a right apart."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "provider"):
        attributes = mount.volume.csi.volume_attributes if mount.volume and mount.volume.csi else {}
        found = _CLASS.search(mount.words)
        name = attributes.get("secretProviderClass") or (found["name"] or found["named"] if found else "") or "<class>"
        lost = _OBJECT.search(mount.words)
        if "secretproviderclass" in mount.words.lower() and "not found" in mount.words:
            title = f"the SecretProviderClass `{name}` does not exist in namespace {workload.namespace}"
            cure = Fix(title=f"create the class `{name}`, or correct its name in volume {mount.name}")
        elif "403" in mount.words or "Forbidden" in mount.words:
            title = f"the vault of `{name}` refuses the identity or the network of the node (403)"
            cure = Fix(
                title="give the identity the right to read secrets, and its network access to the vault",
                safety=Safety.PLACEHOLDER,
                commands=(
                    (
                        "az role assignment create --assignee <identity> --role 'Key Vault Secrets User' "
                        "--scope <vault id>"
                    ),
                ),
            )
        else:
            what = (lost["object"] or lost["id"] or "an object") if lost else "what it lists"
            title = f"the vault of `{name}` does not give {what}"
            cure = Fix(
                title="compare the objects of the class with those of the vault",
                safety=Safety.PLACEHOLDER,
                commands=("az keyvault secret list --vault-name <vault> -o table",),
            )
        look = Fix(title="look at the class", commands=(_look(name, workload.namespace),))
        yield Finding(
            title=titled(title, 88),
            evidence=(*mount.quotes, mount.asked),
            about=mount.about,
            fixes=(cure, look),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _look(name: str, namespace: str) -> str:
    return f"kubectl get secretproviderclass {name} -n {namespace} -o yaml"


VAULT: Made = {
    "volumes": [
        {"name": "kv", "csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": "kv"}}}
    ]
}
START = 'MountVolume.SetUp failed for volume "kv" : rpc error: code = Unknown desc = failed to '
GONE = (
    START + 'get secretproviderclass team-a/kv, error: secretproviderclasses.secrets-store.csi.x-k8s.io "kv" not found'
)
RIGHT = (
    START + "mount secrets store objects for pod team-a/score-1, err: rpc error: failed to get secret: StatusCode=403"
)
LOST = START + "mount secrets store objects for pod team-a/score-1, err: StatusCode=404 SecretNotFound"
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, **VAULT),), events=(event("FailedMount", GONE),)),
        saw="the SecretProviderClass `kv` does not exist",
        findings=1,
    ),
    fires(scene(pods=(pod(CREATING, **VAULT),), events=(event("FailedMount", RIGHT),)), saw="refuses the identity"),
    fires(scene(pods=(pod(CREATING, **VAULT),), events=(event("FailedMount", LOST),)), saw="does not give an object"),
    quiet(scene(pods=(pod(running(), **VAULT),), events=(event("FailedMount", GONE),)), name="it passed"),
)
