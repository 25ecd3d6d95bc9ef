"""A variable is taken from a label or annotation that the pod does not have.

What it finds
-------------
`valueFrom.fieldRef` with `metadata.annotations['x']` or `metadata.labels['x']`, and a pod without that entry.

Why it breaks
-------------
Kubernetes refuses nothing: the variable is there and holds an empty text. Programs that expect a number or an address
fail on it (`invalid literal for int() with base 10: ''`), others go on with a default that nobody meant.

How to fix
----------
Give the pod's template the entry (under `spec.template.metadata`, not that of the deployment), or correct its name.

Learn more
----------
Kubernetes documentation, "Expose Pod Information to Containers Through Environment Variables".
"""

import re
from collections.abc import Iterator, Mapping

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.cluster.subject import Workload
from checks.container.seen import all_lines
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.kubernetes.patching import MANAGED, patched
from checks.kubernetes.references import near
from checks.kubernetes.scenes import Made, Scene, deployment, ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, templates, workload_of
from checks.runtime.wording import titled
from checks.text import listed

_FIELD = re.compile(r"metadata\.(?P<kind>labels|annotations)\[['\"](?P<key>[^'\"]+)['\"]\]")
_EMPTY = re.compile(r"with base \d+: (?:''|\"\")|convert string to (?:float|int): ?(?:''|\"\")?\s*$|Invalid URL ''")
_LATER = re.compile(r"pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io|kubernetes\.io/")
FOLLOWS = ("logs.value-error", "logs.unrecognised-exception", "logs.key-error")


@check(
    "kubernetes.field-ref-empty",
    needs=("workload",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.env-variable-missing", "logs.env-variable-none", "logs.env-variable-named"),
)
def field_ref_empty(evidence: Evidence) -> Iterator[Finding]:
    """Look each entry up in the pods, or in their template where there is none."""
    workload = workload_of(evidence)
    lines = all_lines(evidence)
    for container, _init in templates(workload):
        for variable, kind, key in _taken(container):
            there = _entries(workload, kind)
            if there is None or key in there or _LATER.search(key):
                continue
            close = near(key, tuple(there))
            met = next((line for line in lines if variable in line.text or _EMPTY.search(line.text)), None)
            yield Finding(
                title=titled(f"variable {variable} is empty: the pod has no {kind[:-1]} `{key}`", 88),
                evidence=(
                    quote_field(
                        f"{workload.shown} container {container.name}",
                        f"env[{variable}].valueFrom.fieldRef.fieldPath",
                        f"metadata.{kind}['{key}']",
                    ),
                    Quote(source="spec.template.metadata", text=f"{kind}: {listed(sorted(there)) or 'none'}"),
                    *((met.quote,) if met else ()),
                ),
                about=() if met else (f"container:{container.name}", f"variable:{variable}"),
                fixes=tuple(_fixes(workload, container, variable, kind, key, close)),
                confirm=f"kubectl exec {workload.shown} -n {workload.namespace} -c {container.name} -- env",
            )


def _taken(container: Container) -> Iterator[tuple[str, str, str]]:
    """(variable, labels or annotations, key) of each variable that is taken from an entry of the pod."""
    for one in container.env:
        source = one.value_from.field_ref if one.value_from else None
        found = _FIELD.fullmatch(source.field_path.strip()) if source else None
        if found:
            yield one.name, found["kind"], found["key"]


def _entries(workload: Workload, kind: str) -> Mapping[str, str] | None:
    """The labels or annotations of its pods; admission may have added to those of the template."""
    of = workload.pods[0].metadata if workload.pods else None
    if of is None and workload.controller is not None:
        of = workload.controller.spec.template.metadata
    return getattr(of, kind) if of else None


def _fixes(
    workload: Workload, container: Container, variable: str, kind: str, key: str, close: tuple[str, ...]
) -> Iterator[Fix]:
    if close:
        yield Fix(title=f"let {variable} of container {container.name} name the {kind[:-1]} `{close[0]}`, which it has")
    title = f"give the pod's template the {kind[:-1]} `{key}`"
    if workload.from_files or workload.kind.lower() not in MANAGED:
        yield Fix(title=title, safety=Safety.PLACEHOLDER)
        return
    body = {"spec": {"template": {"metadata": {kind: {key: "<value>"}}}}}
    yield patched(title, workload.kind, workload.name, workload.namespace, body, safety=Safety.PLACEHOLDER)


def _asked(path: str) -> Made:
    return spec(env=[{"name": "WORKER_COUNT", "valueFrom": {"fieldRef": {"fieldPath": path}}}])


def _runs(path: str) -> Scene:
    return scene(controller=deployment(_asked(path)), pods=(pod(running(), _asked(path)),))


LOG = "ValueError: invalid literal for int() with base 10: ''"
WORKERS = _asked("metadata.annotations['workers']")
LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=2)
CASES = (
    fires(
        scene(LOG, controller=deployment(WORKERS), pods=(pod(LOOP, WORKERS),)),
        saw="variable WORKER_COUNT is empty: the pod has no annotation `workers`",
        findings=1,
    ),
    fires(scene(controller=deployment(WORKERS)), name="no pod exists"),
    fires(_runs("metadata.labels['tier']"), saw="no label `tier`"),
    quiet(_runs("metadata.labels['app']"), name="the label is there"),
    quiet(_runs("status.podIP"), name="another field"),
    quiet(scene(LOG, controller=deployment(), pods=(pod(LOOP),))),
)
