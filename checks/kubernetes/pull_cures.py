"""Fixes of what cannot be pulled: another image, credentials of a registry, the right to pull."""

import shlex

from checks.cluster.subject import Workload
from checks.finding import Fix, Safety
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.pulling import FailedPull
from checks.kubernetes.seen import PodContainer
from checks.kubernetes.stuck import UPSHOT

FOLLOWS = (
    "kubernetes.image-not-pulled",
    *UPSHOT,
    "logs.image-pull-waiting",
    "logs.image-pull-reason-unknown",
)
"""Symptoms of every image that does not arrive."""


def other_image(workload: Workload, one: PodContainer, title: str, image: str = "<registry>/<name>:<tag>") -> Fix:
    """Name another image."""
    return of_container(title, workload, one.name, {"image": image}, init=one.init)


def credentials(workload: Workload, pull: FailedPull) -> tuple[Fix, ...]:
    """Credentials for the registry: the role of the cluster's identity for one of Azure, else a pull secret."""
    azure = (
        (
            Fix(
                title=f"attach the registry `{pull.acr}` to the cluster (gives its nodes the role AcrPull)",
                safety=Safety.PLACEHOLDER,
                commands=(f"az aks update -g <resource-group> -n <cluster> --attach-acr {pull.acr}",),
            ),
        )
        if pull.acr
        else ()
    )
    return (*azure, *new_secret(workload, pull.registry, "registry-login"))


def new_secret(workload: Workload, registry: str, name: str, *, named: bool = False) -> tuple[Fix, ...]:
    """Make a pull secret, and name it in the pods where they do not name it yet."""
    server = "https://index.docker.io/v1/" if registry == "docker.io" else registry
    words = ["kubectl", "create", "secret", "docker-registry", name, "-n", workload.namespace]
    command = f"{shlex.join(words)} --docker-server={server} --docker-username=<user> --docker-password=<password>"
    made = Fix(
        title=f"make the pull secret `{name}` for {registry}",
        safety=Safety.PLACEHOLDER,
        commands=(command,),
    )
    if named:
        return (made,)
    return (made, of_template(f"let the pods use `{name}`", workload, {"imagePullSecrets": [{"name": name}]}))
