"""A secret that the pods need does not exist.

What it finds
-------------
A secret named by a variable, by `envFrom` or by a volume, not optional, that the namespace does not have.

Why it breaks
-------------
The kubelet cannot fill the variable (CreateContainerConfigError) or the volume (FailedMount, the pod stays in
ContainerCreating), and starts nothing until the secret is there. Secrets are not shared between namespaces.

How to fix
----------
Make the secret in the pods' namespace, correct its name, or mark the reference `optional: true`.

Learn more
----------
Kubernetes documentation, "Secrets".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.absent import VOLUME_WAITS, absent
from checks.kubernetes.scenes import Made, deployment, event, keys, pod, running, scene, spec, waiting


@check(
    "kubernetes.secret-missing",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.secret-missing"),
)
def secret_missing(evidence: Evidence) -> Iterator[Finding]:
    """An error where a pod waits for it; a warning where the next pod will."""
    yield from absent(evidence, "secret")


ONE_KEY = spec(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "a"}}}])
ENV = spec(envFrom=[{"secretRef": {"name": "db-credentials"}}])
SHARE: Made = {"volumes": [{"name": "models", "azureFile": {"secretName": "storage", "shareName": "models"}}]}
WAITS = waiting("CreateContainerConfigError", 'secret "db-credentials" not found')
AZURE_1_20 = 'MountVolume.SetUp failed for volume "models" : Couldn\'t get secret default/storage'
NO_KEY = 'MountVolume.SetUp failed for volume "models" : couldn\'t get secret team-a/storage'
CASES = (
    fires(
        scene(
            controller=deployment(ENV),
            pods=(pod(WAITS, ENV),),
            secrets=(keys("db-credential", "password", type="Opaque"),),
        ),
        saw="the secret `db-credentials` does not exist",
        findings=1,
    ),
    fires(scene(controller=deployment(ENV), pods=(pod(WAITS, ENV),)), findings=1, name="secrets were not read"),
    fires(
        scene(
            controller=deployment(**SHARE),
            pods=(pod(waiting("ContainerCreating"), **SHARE),),
            events=(event("FailedMount", NO_KEY),),
        ),
        saw="the secret `storage`",
        name="a share of Azure Files",
    ),
    fires(
        scene(
            controller=deployment(**SHARE),
            pods=(pod(waiting("ContainerCreating"), **SHARE),),
            events=(event("FailedMount", AZURE_1_20),),
            secrets=(keys("storage", "azurestorageaccountkey"),),
        ),
        saw="does not exist in namespace default",
        name="looked for in another namespace",
    ),
    fires(
        scene(controller=deployment(ENV, initContainers=[{**ENV, "name": "load"}]), secrets=()),
        findings=1,
        name="no pod yet: a warning",
    ),
    quiet(scene(controller=deployment(ENV), pods=(pod(WAITS, ENV),), secrets=(keys("db-credentials", "password"),))),
    quiet(
        scene(
            controller=deployment(ONE_KEY),
            pods=(pod(waiting("CreateContainerConfigError", "couldn't find key a in Secret team-a/db"), ONE_KEY),),
            secrets=(),
        ),
        name="the kubelet misses a key of it, so it is there",
    ),
    quiet(scene(controller=deployment(ENV), pods=(pod(running(), ENV),)), name="it runs, and secrets were not read"),
)
