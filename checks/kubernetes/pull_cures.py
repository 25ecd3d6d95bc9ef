"""Fixes of what cannot be pulled: another image, credentials of a registry, the right to pull."""

import shlex

from checks.cluster.subject import Workload
from checks.finding import Fix, Safety
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.pulling import FailedPull
from checks.kubernetes.stuck import UPSHOT

FOLLOWS = (
    "kubernetes.image-not-pulled",
    *UPSHOT,
    "logs.image-pull-waiting",
    "logs.image-pull-reason-unknown",
)
"""Symptoms of every image that does not arrive."""


def other_image(workload: Workload, pull: FailedPull, title: str, image: str = "<registry>/<name>:<tag>") -> Fix:
    """Name another image, in the container or in the volume that is made of it."""
    if pull.volume:
        volume = {"name": pull.volume.name, "image": {"reference": image}}
        return of_template(f"{title}, in volume {pull.volume.name}", workload, {"volumes": [volume]})
    return of_container(title, workload, pull.one.name, {"image": image}, init=pull.one.init)


def credentials(workload: Workload, pull: FailedPull) -> tuple[Fix, ...]:
    """Credentials for the registry: the role of the cluster's identity for one of Azure, else a pull secret."""
    azure = (
        (
            *(_admission(pull.acr) if pull.kind == "forbidden" else ()),
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
    use = of_template("", workload, {"imagePullSecrets": [{"name": name}]})
    return (
        Fix(
            title=f"make the pull secret `{name}` for {registry}{'' if named else ', and let the pods use it'}",
            safety=Safety.PLACEHOLDER,
            commands=(command, *(() if named else use.commands)),
        ),
    )


def _admission(registry: str) -> tuple[Fix, ...]:
    """Look at the network rules of an Azure registry, and admit an address."""
    return (
        Fix(
            title=f"admit the address by which the cluster goes out, where `{registry}` is closed to the network",
            safety=Safety.PLACEHOLDER,
            commands=(
                f"az acr show -n {registry} --query '[publicNetworkAccess, networkRuleSet.defaultAction]'",
                f"az acr network-rule add -n {registry} --ip-address <address>",
            ),
        ),
    )
