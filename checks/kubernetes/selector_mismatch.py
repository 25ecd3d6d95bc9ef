"""A service selects labels that no pod carries.

What it finds
-------------
A service whose selector fits no pod of its namespace, the pods that it seems meant for, and which label differs.

Why it breaks
-------------
A service sends requests to the pods that carry all labels of its selector. None does, so it has no endpoint: clients
get "connection refused" or a time-out, an ingress answers 503, while the pods themselves are ready.

How to fix
----------
Let the service select the labels that the pods carry, or give the pods the label.

Learn more
----------
Kubernetes documentation, "Service": services without matching pods; "Debug Services".
"""

from collections.abc import Iterator, Mapping

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.patching import MANAGED, patched
from checks.kubernetes.scenes import Made, deployment, pod, running, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import (
    ALIKE,
    confirming,
    likeness,
    nearest,
    of_object,
    selects,
    services_of,
    shown,
    slices_of,
)
from checks.runtime.wording import titled

_ADDED = frozenset(
    {
        *("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-revision-hash"),
        *("pod-template-hash", "job-name", "batch.kubernetes.io/job-name", "rollouts-pod-template-hash"),
    }
)
"""Labels that controllers add to pods, and no template has."""


@check(
    "kubernetes.selector-mismatch",
    needs=("workload",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-ready-endpoint", "logs.service-without-endpoints", "logs.selector-without-pods"),
)
def selector_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Compare each selector with the labels of the pods that are, and that shall be."""
    workload = workload_of(evidence)
    for one in services_of(workload):
        selector = one.spec.selector
        if not selector or one.spec.type == "ExternalName" or _selects_any(workload, one):
            continue
        labels, owner = _meant(workload, one)
        close = likeness(selector, labels) >= ALIKE or bool(workload.labels and one.name == workload.name)
        yield Finding(
            title=_title(one, labels),
            evidence=(
                quote_field(f"service/{one.name}", "spec.selector", shown(selector)),
                *((quote_field(owner, _path(workload), shown(labels, 6)),) if labels else ()),
                *_endpoints(workload, one),
            ),
            severity=Severity.WARNING if workload.from_files and not close else Severity.ERROR,
            about=(f"service:{one.name}", *(f"label:{key}" for key in selector)),
            fixes=tuple(_fixes(workload, one, labels)),
            confirm=confirming(workload, f"kubectl get endpoints {one.name} -n {workload.namespace}"),
        )


def _selects_any(workload: Workload, one: Service) -> bool:
    every = (*(each.metadata.labels for each in workload.pods), *(each.labels for each in workload.others))
    if selects(one, workload.labels) or any(selects(one, labels) for labels in every):
        return True
    rest = {key: value for key, value in one.spec.selector.items() if key not in _ADDED}
    unseen = workload.pod_count > len(workload.pods) or not workload.pods
    return unseen and rest != one.spec.selector and rest.items() <= workload.labels.items()


def _meant(workload: Workload, one: Service) -> tuple[Mapping[str, str], str]:
    """The labels that it seems meant for, and who carries them."""
    if workload.labels:
        return workload.labels, workload.shown
    near = nearest(one.spec.selector, workload.others)
    return (near.labels, f"pod/{near.name}") if near else ({}, "")


def _path(workload: Workload) -> str:
    return "spec.template.metadata.labels" if workload.controller else "metadata.labels"


def _title(one: Service, labels: Mapping[str, str]) -> str:
    """Only the labels that differ."""
    wrong = {key: value for key, value in one.spec.selector.items() if labels.get(key) != value}
    if not labels:
        return titled(f"service/{one.name} selects {shown(wrong, 2)}, which no pod carries", 88)
    theirs = {key: labels[key] for key in wrong if key in labels} or {
        key: value for key, value in labels.items() if value in wrong.values()
    }
    carried = f"carry {shown(theirs, 2)}" if theirs else f"carry no label {' or '.join(list(wrong)[:2])}"
    return titled(f"service/{one.name} selects {shown(wrong, 2)}, the pods {carried}", 88)


def _endpoints(workload: Workload, one: Service) -> tuple[Quote, ...]:
    slices = slices_of(workload, one)
    empty = slices is not None and not any(each.endpoints for each in slices)
    return (Quote(source=f"endpoints/{one.name}", text="no address"),) if empty else ()


def _fixes(workload: Workload, one: Service, labels: Mapping[str, str]) -> Iterator[Fix]:
    selector, controller = one.spec.selector, workload.controller
    if not labels:
        text = {"spec": {"selector": dict.fromkeys(selector, "<value of the pods>")}}
        yield of_object("select labels that the pods of the service carry", workload, "service", one.name, text)
        return
    own = dict(controller.spec.selector.match_labels) if controller and controller.spec.selector else {}
    keep = {key: value for key, value in selector.items() if labels.get(key) == value}
    wanted = {**keep, **{key: labels[key] for key in selector if key in labels}} or own or dict(labels)
    gone = {key: None for key in selector if key not in wanted}
    yield of_object(
        f"let the service select {shown(wanted)}",
        workload,
        "service",
        one.name,
        {"spec": {"selector": {**wanted, **({} if workload.from_files else gone)}}},
    )
    added = {key: value for key, value in selector.items() if key not in labels}
    if added and added.keys() | keep.keys() == selector.keys() and workload.kind.lower() in MANAGED:
        title = f"give the pods {shown(added)}"
        if workload.from_files:
            yield of_object(title, workload, workload.kind, workload.name, {"labels": added})
        else:
            body = {"spec": {"template": {"metadata": {"labels": added}}}}
            yield patched(title, workload.kind, workload.name, workload.namespace, body)


OTHER: Made = {"name": "other-1", "labels": {"app": "scoring"}}
ALONE: Made = {"kind": "Service", "name": "score", "controller": None, "pods": ()}
CASES = (
    fires(
        scene(pods=(pod(running()),), services=(service({"app": "scoring"}),), slices=()),
        saw="service/score selects app=scoring, the pods carry app=score",
        findings=1,
    ),
    fires(scene(services=(service({"app": "score", "tier": "web"}),)), saw="the pods carry no label tier"),
    fires(scene(services=(service({"name": "score"}),)), saw="the pods carry app=score", name="another key"),
    fires(
        scene(**ALONE, services=(service({"app": "skoring"}),), others=(OTHER,)),
        saw="the pods carry app=scoring",
        name="a service alone: the nearest pod",
    ),
    fires(scene(**ALONE, services=(service({"app": "x"}),), others=()), saw="which no pod carries"),
    quiet(scene(pods=(pod(running()),), services=(service(),))),
    quiet(scene(services=(service({"app": "scoring"}),), others=(OTHER,)), name="it selects other pods"),
    quiet(scene(services=(service({}),)), name="no selector"),
    quiet(
        scene(services=(service({"statefulset.kubernetes.io/pod-name": "score-0"}),)),
        name="a label that the controller will add",
    ),
    quiet(scene(controller=deployment(replicas=0), services=(service(),), slices=()), name="scaled to zero"),
)
