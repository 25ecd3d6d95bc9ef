"""The storage does not let the node mount the volume.

What it finds
-------------
A mount that the server refused: a wrong or missing account key, a role that is missing, an address that its firewall or
its list of exports does not admit.

Why it breaks
-------------
The node (not the pod) mounts the volume before any container starts, with the key in the volume's secret or with the
identity of the cluster. The server knows neither, so the pod stays in ContainerCreating.

How to fix
----------
Renew the key in the secret, give the identity its role, or admit the cluster's network in the storage's firewall.

Learn more
----------
Azure documentation, "Troubleshoot Azure Files mount errors in AKS" and "Troubleshoot Azure Blob mount errors in AKS".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import FailedMount, failed_mounts
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.volume-denied",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.blob-mount-unauthorized", "logs.storage-key-missing"),
)
def volume_denied(evidence: Evidence) -> Iterator[Finding]:
    """Tell a key that is missing from one that is refused."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "denied"):
        keyless = "key" in mount.words.lower() and "not " in mount.words.lower() and "account" in mount.words.lower()
        title = (
            f"the driver of volume {mount.name} has no account key for {mount.shown}"
            if keyless
            else f"the storage of volume {mount.name} refuses the mount: {mount.shown}"
        )
        yield Finding(
            title=titled(title, 88),
            evidence=(*mount.quotes, mount.asked),
            about=(*mount.about, *((f"secret:{_secret(mount)}",) if _secret(mount) else ())),
            fixes=_fixes(workload.namespace, mount),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _secret(mount: FailedMount) -> str:
    return mount.volume.azure_file.secret_name if mount.volume and mount.volume.azure_file else ""


def _fixes(namespace: str, mount: FailedMount) -> tuple[Fix, ...]:
    if mount.volume and mount.volume.nfs:
        command = f"showmount -e {mount.volume.nfs.server}"
        return (Fix(title="admit the nodes' addresses in the list of exports", commands=(command,)),)
    name = _secret(mount) or "<secret>"
    values = "--from-literal=azurestorageaccountname=<account> --from-literal=azurestorageaccountkey=<key>"
    renew = Fix(
        title="renew the account name and key in the volume's secret",
        safety=Safety.PLACEHOLDER,
        commands=(
            (
                f"kubectl create secret generic {name} -n {namespace} {values} --dry-run=client -o yaml"
                " | kubectl apply -f -"
            ),
        ),
    )
    role = Fix(
        title="give the nodes' identity a role on the account, and their network a rule in its firewall",
        safety=Safety.PLACEHOLDER,
        commands=(
            (
                "az role assignment create --assignee <kubelet identity> --role 'Storage Account Contributor' "
                "--scope <storage account id>"
            ),
            "az storage account network-rule add -n <account> --subnet <subnet id>",
        ),
    )
    return renew, role


SHARE: Made = {"volumes": [{"name": "models", "azureFile": {"secretName": "storage", "shareName": "models"}}]}
NFS: Made = {"volumes": [{"name": "models", "nfs": {"server": "10.0.0.9", "path": "/models"}}]}
REFUSED = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: Output: mount error(13): Permission denied',
)
NO_KEY = event(
    "FailedMount",
    'MountVolume.MountDevice failed for volume "models" : rpc error: code = InvalidArgument desc = GetAccountInfo '
    "failed with error: could not get account key from secret(azure-storage-account-x-secret)",
)
EXPORT = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: exit status 32 Output: mount.nfs: access denied by '
    "server while mounting 10.0.0.9:/models",
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, **SHARE),), events=(REFUSED,)),
        saw="the storage of volume models refuses the mount: Azure file share models",
        findings=1,
    ),
    fires(scene(pods=(pod(CREATING, **SHARE),), events=(NO_KEY,)), saw="has no account key", findings=1),
    fires(scene(pods=(pod(CREATING, **NFS),), events=(EXPORT,)), saw="NFS 10.0.0.9:/models"),
    quiet(scene(pods=(pod(running(), **SHARE),), events=(REFUSED,)), name="it passed"),
)
