"""A pull secret that the pods name does not exist, or is no pull secret.

What it finds
-------------
An entry of `imagePullSecrets` whose secret is not in the namespace, or is of another type than the kubelet reads.

Why it breaks
-------------
The kubelet passes over such an entry without an error and pulls without credentials, so that the registry's answer
(401, or "does not exist") says nothing of the secret. Secrets are not shared between namespaces.

How to fix
----------
Make the secret in the namespace of the pods with `kubectl create secret docker-registry`.

Learn more
----------
Kubernetes documentation, "Pull an Image from a Private Registry". Source: kubelet `getPullSecretsForPod`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import PodSpec
from checks.cluster.supplies import Keys
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.pull_cures import new_secret
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import Made, deployment, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import events, quote_event, quote_field, workload_of
from checks.kubernetes.stuck import live
from checks.logs.image_pulls import registry_of
from checks.runtime.wording import titled
from checks.text import listed

TYPES = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}
"""Types of secrets that the kubelet reads, and the key of each."""


@check(
    "kubernetes.pull-secret-unusable",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.image-pull-unauthorized",
        "kubernetes.image-denied",
        "logs.image-pull-secret-missing",
        "logs.image-pull-unauthorized",
        "logs.image-pull-denied",
    ),
)
def pull_secret_unusable(evidence: Evidence) -> Iterator[Finding]:
    """An error where a pull was refused; a warning where the images came without it."""
    workload = workload_of(evidence)
    spec_ = next((one.spec for one in live(workload)), workload.spec)
    if spec_ is None or isinstance(workload.secrets, Missing) or workload.from_files:
        return
    there = {one.name: one for one in workload.secrets}
    refused = failed_pulls(workload, "unauthorized", "forbidden", "denied")
    said = events(workload, "FailedToRetrieveImagePullSecret")[-1:]
    for name in dict.fromkeys(one.name for one in spec_.image_pull_secrets if one.name):
        wrong = _wrong(there.get(name))
        if not wrong or (not refused and _has_other(spec_, name, there)):
            continue
        registry = refused[0].registry if refused else registry_of(spec_.containers[0].image)
        seen = tuple(sorted(one.name for one in workload.secrets if one.type in TYPES))
        beside = Quote(source=f"secrets of {workload.namespace}", text=f"pull secrets: {listed(seen)}")
        yield Finding(
            title=titled(f"the pull secret `{name}` {wrong}", 88),
            evidence=(
                quote_field(workload.shown, "imagePullSecrets", name),
                *(pull.quotes[0] for pull in refused[:1]),
                *(quote_event(one) for one in said),
                beside,
            ),
            severity=Severity.ERROR if refused else Severity.WARNING,
            about=(f"secret:{name}", *(f"image:{pull.image}" for pull in refused)),
            fixes=new_secret(workload, registry, name, named=True),
            confirm=f"kubectl get secret {name} -n {workload.namespace} -o jsonpath='{{.type}}'",
        )


def _wrong(secret: Keys | None) -> str:
    if secret is None:
        return "does not exist in the namespace"
    if secret.type not in TYPES:
        return f"has the type {secret.type or 'Opaque'}, which the kubelet does not read"
    return "" if TYPES[secret.type] in secret.keys else f"lacks the key {TYPES[secret.type]}"


def _has_other(spec_: PodSpec, name: str, there: dict[str, Keys]) -> bool:
    """True when nothing was refused and another entry does the work."""
    return any(one.name != name and not _wrong(there.get(one.name)) for one in spec_.image_pull_secrets)


DENIED = waiting("ErrImagePull", "unauthorized: authentication required")
ONE = spec(image="x.azurecr.io/a:1")
NAMED: Made = {"imagePullSecrets": [{"name": "acr"}]}
GOOD = keys("acr", ".dockerconfigjson", type="kubernetes.io/dockerconfigjson")
CASES = (
    fires(
        scene(pods=(pod(DENIED, ONE, **NAMED),), secrets=(keys("db", "password", type="Opaque"),)),
        saw="the pull secret `acr` does not exist in the namespace",
        findings=1,
    ),
    fires(
        scene(pods=(pod(DENIED, ONE, **NAMED),), secrets=(keys("acr", "password", type="Opaque"),)),
        saw="has the type Opaque",
    ),
    fires(scene(pods=(pod(running(), ONE, **NAMED),), secrets=()), findings=1, name="the images came: a warning"),
    quiet(scene(pods=(pod(DENIED, ONE, **NAMED),), secrets=(GOOD,)), name="it exists: its content may be wrong"),
    quiet(scene(pods=(pod(DENIED, ONE, **NAMED),)), name="the secrets were not read"),
    quiet(scene(controller=deployment(ONE, **NAMED), secrets=(), from_files=True), name="it may be in the cluster"),
    quiet(scene(pods=(pod(running(), ONE),), secrets=())),
)
