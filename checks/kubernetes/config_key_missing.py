"""A config map or secret lacks a key that the pods need.

What it finds
-------------
A variable or a volume that takes one key of a config map or secret, not optional, where the object exists without it.

Why it breaks
-------------
The kubelet cannot fill the variable (CreateContainerConfigError) or the file (FailedMount), and starts nothing until
the key is there. Keys are told apart by case, and by every dot and dash.

How to fix
----------
Add the key, or name one that the object has.

Learn more
----------
Kubernetes documentation, "ConfigMaps" and "Secrets".
"""

import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.references import Reference, find, near
from checks.kubernetes.scenes import Made, deployment, event, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.unmet import unmet
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "kubernetes.config-key-missing",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.config-key-missing"),
)
def config_key_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the keys that are there; values are never read."""
    workload = workload_of(evidence)
    for one in unmet(workload, keys=True):
        reference = one.reference
        there = find(workload, reference)
        known = there.keys if there else ()
        close = near(reference.key, known)
        place = f"volume:{reference.volume}" if reference.volume else f"container:{reference.container}"
        have = (Quote(source=f"{reference.kind} {reference.name}", text=f"keys: {listed(sorted(known), 12)}"),)
        yield Finding(
            title=titled(f"the {reference.kind} `{reference.name}` has no key `{reference.key}`", 88),
            evidence=(
                *one.quotes,
                quote_field(workload.shown, reference.where, f"key {reference.key} of {reference.name}"),
                *(have if there else ()),
            ),
            severity=Severity.ERROR if one.stuck or workload.from_files else Severity.WARNING,
            about=(reference.about, place, f"key:{reference.key}"),
            fixes=(*(_other(workload, reference, key) for key in close[:1]), _added(workload, reference)),
            confirm=f"kubectl describe {reference.resource} {reference.name} -n {workload.namespace}",
        )


def _other(workload: Workload, reference: Reference, key: str) -> Fix:
    title = f"name the key `{key}`, which it has"
    if reference.variable:
        source = "configMapKeyRef" if reference.kind == "config map" else "secretKeyRef"
        entry = {"name": reference.variable, "valueFrom": {source: {"name": reference.name, "key": key}}}
        return of_container(title, workload, reference.container, {"env": [entry]}, init=reference.init)
    kind = "configMap" if reference.kind == "config map" else "secret"
    named = "name" if kind == "configMap" else "secretName"
    volume = workload.spec.volume(reference.volume) if workload.spec else None
    plain = volume and (volume.config_map or volume.secret)
    if not plain:
        return Fix(title=f"{title}, in {reference.where}")
    items = [{"key": key if item.key == reference.key else item.key, "path": item.path} for item in plain.items]
    body = {"volumes": [{"name": reference.volume, kind: {named: reference.name, "items": items}}]}
    return of_template(title, workload, body)


def _added(workload: Workload, reference: Reference) -> Fix:
    field = "stringData" if reference.kind == "secret" else "data"
    body = f'{{"{field}": {{"{reference.key}": "<value>"}}}}'
    words = [
        "kubectl",
        "patch",
        reference.resource,
        reference.name,
        "-n",
        workload.namespace,
        "--type=merge",
        "-p",
        body,
    ]
    return Fix(title=f"add the key `{reference.key}`", safety=Safety.PLACEHOLDER, commands=(shlex.join(words),))


ENV = spec(env=[{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}])
WAITS = waiting("CreateContainerConfigError", "couldn't find key password in Secret team-a/db")
ITEMS: Made = {
    "volumes": [{"name": "cfg", "configMap": {"name": "app", "items": [{"key": "app.yml", "path": "app.yml"}]}}]
}
FAILED = event(
    "FailedMount", 'MountVolume.SetUp failed for volume "cfg" : configmap references non-existent config key: app.yml'
)
CASES = (
    fires(
        scene(
            controller=deployment(ENV),
            pods=(pod(WAITS, ENV),),
            secrets=(keys("db", "PASSWORD", "user", type="Opaque"),),
        ),
        saw="the secret `db` has no key `password`",
        findings=1,
    ),
    fires(scene(controller=deployment(ENV), pods=(pod(WAITS, ENV),)), saw="password", name="secrets were not read"),
    fires(
        scene(controller=deployment(ENV), pods=(pod(WAITS, ENV),), secrets=()),
        saw="password",
        name="the list holds no secret, and the kubelet knows better",
    ),
    fires(
        scene(
            controller=deployment(**ITEMS),
            pods=(pod(waiting("ContainerCreating"), **ITEMS),),
            events=(FAILED,),
            config_maps=(keys("app", "app.yaml"),),
        ),
        saw="keys: app.yaml",
        findings=1,
    ),
    fires(
        scene(controller=deployment(ENV), secrets=(keys("db", "user"),), from_files=True),
        findings=1,
        name="within the given files",
    ),
    quiet(scene(controller=deployment(ENV), pods=(pod(WAITS, ENV),), secrets=(keys("db", "password"),))),
    quiet(scene(controller=deployment(ENV), pods=(pod(running(), ENV),)), name="it runs, and secrets were not read"),
    quiet(scene(controller=deployment(ENV), secrets=()), name="the secret itself is missing"),
)
