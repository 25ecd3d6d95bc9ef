"""From lists to workloads: which pods, services, events belong together, and which of them is in trouble."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from checks.cluster.events import Event
from checks.cluster.health import badness, troubled
from checks.cluster.pods import Pod
from checks.cluster.subject import Server, Unseen, Workload
from checks.cluster.traffic import Ingress, Service
from checks.cluster.workloads import Autoscaler, Controller
from checks.evidence import Missing
from doctor.cluster.scope import Named
from doctor.cluster.snapshot import Snapshot
from doctor.near import nearest

There = tuple[Any, ...] | Missing

MOST_PODS = 20  # of one workload that are kept
MOST_SETS = 4  # replica sets of one deployment
MOST_OTHERS = 500  # pods of the namespace whose labels are kept


@dataclass
class Subject:
    """A workload in the making."""

    kind: str
    name: str
    namespace: str
    controller: Controller | None = None
    sets: list[Controller] = field(default_factory=list)
    pods: list[Pod] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    ingresses: list[Ingress] = field(default_factory=list)
    scalers: list[Autoscaler] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        if self.controller:
            return self.controller.spec.template.metadata.labels
        return self.pods[0].metadata.labels if self.pods else {}


def subjects_of(snapshot: Snapshot, *, done: bool = False) -> list[Subject]:
    """Everything that somebody deployed in the scope: workloads, and services and ingresses that lead nowhere.

    `done`: also what has ended well.
    """
    found = {key: Subject(key[1], key[2], key[0]) for key in _keys(snapshot)}
    for key, controller in snapshot.controllers.items():
        owner = controller.metadata.controller
        if owner is None or owner.kind not in {"Deployment", "CronJob"}:
            found[key].controller = controller
        elif (upper := found.get((key[0], owner.kind, owner.name))) is not None:
            upper.sets.append(controller)
        elif key in found:
            found[key].controller = controller
    for pod in snapshot.items("pods"):
        key = (pod.metadata.namespace, *snapshot.owner(pod))
        found.setdefault(key, Subject(key[1], key[2], key[0])).pods.append(pod)
    _attach(snapshot, found)
    return [subject for subject in found.values() if done or not _is_done(subject)]


def _keys(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    for key, controller in snapshot.controllers.items():
        owner = controller.metadata.controller
        if owner is None or owner.kind != "Deployment":
            yield key


def _is_done(subject: Subject) -> bool:
    """True for what has ended well, and for what a cluster keeps only to be able to go back."""
    controller = subject.controller
    if subject.kind == "Pod":
        return all(pod.status.phase == "Succeeded" for pod in subject.pods)
    if controller is None:
        return False
    if controller.kind == "Job":
        complete = controller.status.condition("Complete")
        return complete is not None and complete.status == "True"
    return controller.kind == "ReplicaSet" and not controller.wanted and not subject.pods


def _attach(snapshot: Snapshot, found: dict[tuple[str, str, str], Subject]) -> None:
    """Bring services to what they select or seem meant for, and ingresses to their services."""
    by_namespace: dict[str, list[Subject]] = {}
    for subject in list(found.values()):
        by_namespace.setdefault(subject.namespace, []).append(subject)
    homes: dict[tuple[str, str], list[Subject]] = {}
    for service in snapshot.items("services"):
        namespace, selector = service.metadata.namespace, service.spec.selector
        beside = by_namespace.get(namespace, [])
        mine = [one for one in beside if selector and selector.items() <= one.labels.items()]
        if not mine and selector:  # controllers add labels to pods that no template has
            some = snapshot.selects_any(namespace, selector)
            mine = [one for one in beside if _has_pod_with(one, selector)] if some else _meant(service, beside)
        if not mine and (selector or _is_named_like_one(service, beside)):
            mine = [found.setdefault((namespace, "Service", service.name), Subject("Service", service.name, namespace))]
        for one in mine:
            one.services.append(service)
        homes[namespace, service.name] = mine
    for ingress in snapshot.items("ingresses"):
        namespace = ingress.metadata.namespace
        backends = {rule.backend.service for rule in ingress.rules} | (
            {ingress.default_backend.service} if ingress.default_backend else set()
        )
        known = [one for name in backends for one in homes.get((namespace, name), ())]
        if not known:
            known = [one for one in by_namespace.get(namespace, []) if one.name == ingress.metadata.name]
        if not known:
            key = (namespace, "Ingress", ingress.metadata.name)
            known = [found.setdefault(key, Subject("Ingress", ingress.metadata.name, namespace))]
        for one in {id(one): one for one in known}.values():
            one.ingresses.append(ingress)
    for scaler in snapshot.items("horizontalpodautoscalers"):
        if (home := _scaled(scaler, by_namespace.get(scaler.metadata.namespace, []))) is not None:
            home.scalers.append(scaler)


def _scaled(scaler: Autoscaler, beside: list[Subject]) -> Subject | None:
    """What an autoscaler scales; where there is no such thing, what its target's name resembles."""
    kind, name = scaler.spec.scale_target_ref.kind, scaler.spec.scale_target_ref.name
    exact = next((one for one in beside if (one.kind, one.name) == (kind, name)), None)
    own = exact or next((one for one in beside if one.name == scaler.metadata.name), None)
    if own is not None:
        return own
    alike = nearest(name, (one.name for one in beside))
    return next((one for one in beside if one.name in alike), None)


def _meant(service: Service, beside: Iterable[Subject]) -> list[Subject]:
    """The workload that a service which selects nothing seems meant for, by names, labels and ports."""

    def likeness(subject: Subject) -> int:
        labels, selector = subject.labels, service.spec.selector
        same = sum(2 for key, value in selector.items() if labels.get(key) == value)
        close = sum(1 for key in selector if key in labels)
        values = set(selector.values()) & {subject.name, *labels.values()}
        named = 4 if service.name == subject.name else 2 if _alike(service.name, subject.name) else 0
        return same + close + 2 * len(values) + named

    ranked = sorted(beside, key=likeness, reverse=True)
    return ranked[:1] if ranked and likeness(ranked[0]) >= 2 else []


def _has_pod_with(subject: Subject, selector: dict[str, str]) -> bool:
    return any(selector.items() <= pod.metadata.labels.items() for pod in subject.pods)


def _alike(one: str, other: str) -> bool:
    return one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _is_named_like_one(service: Service, beside: Iterable[Subject]) -> bool:
    """True for a service without a selector that bears a workload's name: somebody forgot it."""
    return service.spec.type != "ExternalName" and any(service.name == one.name for one in beside)


def chosen(subjects: Iterable[Subject], named: Named) -> list[Subject]:
    """The subjects that a person means. Of a pod or a replica set, its workload with only those pods."""
    everything = list(subjects)
    found = [one for one in everything if one.name == named.name and named.kind in {None, one.kind}]
    if found and named.kind is None:
        ranked = [one for one in found if one.kind not in {"Service", "Ingress"}]
        return ranked[:1] or found[:1]
    if found:
        return found
    for one in everything:
        pods = [pod for pod in one.pods if pod.name == named.name] if named.kind in {None, "Pod"} else []
        if not pods and named.kind in {None, "ReplicaSet"} and any(s.name == named.name for s in one.sets):
            pods = [pod for pod in one.pods if pod.metadata.controller and pod.metadata.controller.name == named.name]
            sets = [s for s in one.sets if s.name == named.name]
            return [_narrowed(one, pods, sets)]
        if pods:
            return [_narrowed(one, pods, one.sets)]
    if named.kind in {None, "Service"}:
        found = [one for one in everything if any(service.name == named.name for service in one.services)]
    if not found and named.kind in {None, "Ingress"}:
        found = [one for one in everything if any(i.metadata.name == named.name for i in one.ingresses)]
    return found


def service_alone(snapshot: Snapshot, named: Named) -> list[Subject]:
    """The service of that name that is no workload's: an alias, or one whose endpoints somebody writes by hand."""
    return [
        Subject("Service", one.name, one.metadata.namespace, services=[one])
        for one in snapshot.items("services")
        if one.name == named.name and named.kind in {None, "Service"}
    ]


def container_names(subject: Subject) -> set[str]:
    """The names of its containers, as they shall be and as they are."""
    specs = [pod.spec for pod in subject.pods]
    specs += [subject.controller.spec.template.spec] if subject.controller else []
    return {one.name for spec in specs for one in (*spec.init_containers, *spec.containers)}


def _narrowed(subject: Subject, pods: list[Pod], sets: list[Controller]) -> Subject:
    return Subject(
        subject.kind,
        subject.name,
        subject.namespace,
        subject.controller,
        sets,
        pods,
        subject.services,
        subject.ingresses,
    )


def names_of(subjects: Iterable[Subject]) -> list[str]:
    """What can be named, for errors and completion."""
    return sorted({f"{one.kind.lower()}/{one.name}" for one in subjects})


def in_trouble(subject: Subject, snapshot: Snapshot, taken: str) -> bool:
    """True when something of a workload is not as it is wished."""
    controller = subject.controller
    if controller is not None and controller.kind != "Job":
        status = controller.status
        ready = status.number_ready if controller.kind == "DaemonSet" else status.ready_replicas
        if ready < controller.wanted or (
            status.updated_replicas < controller.wanted and controller.kind == "Deployment"
        ):
            return True
    if controller is not None and controller.kind == "Job" and (controller.status.failed or not subject.pods):
        return True
    if not subject.pods and not (controller and not controller.wanted):
        return True
    return any(troubled(pod, _events_of_pod(snapshot, pod), taken) for pod in subject.pods)


def _events_of_pod(snapshot: Snapshot, pod: Pod) -> tuple[Event, ...]:
    return tuple(snapshot.events_of.get((pod.metadata.namespace, "Pod", pod.name), ()))


def workload_of(
    subject: Subject, snapshot: Snapshot, server: Server, taken: str, unseen: tuple[Unseen, ...]
) -> Workload:
    """The evidence of one subject."""
    namespace = subject.namespace
    pods = sorted(subject.pods, key=badness)[:MOST_PODS]
    sets = sorted(subject.sets, key=lambda one: one.metadata.creation_timestamp or "", reverse=True)
    kept = [one for one in sets if one.wanted or one.status.replicas][: MOST_SETS - 1]
    kept = list({id(one): one for one in (*sets[:1], *kept)}.values())
    pods_there = snapshot.of("pods", namespace)
    others = () if isinstance(pods_there, Missing) else pods_there
    own = {id(pod) for pod in subject.pods}
    services = snapshot.of("services", namespace)
    slices = _about_services(snapshot.of("endpointslices", namespace), subject.services)
    return Workload(
        kind=subject.kind,
        name=subject.name,
        namespace=namespace,
        taken=taken,
        server=server,
        controller=subject.controller,
        replica_sets=tuple(kept),
        pods=tuple(pods),
        pod_count=len(subject.pods),
        others=tuple(pod.metadata for pod in others[: MOST_OTHERS + len(own)] if id(pod) not in own)[:MOST_OTHERS],
        events=_events(subject, kept, pods, snapshot),
        services=_kept(services, subject.services),
        service_names=services if isinstance(services, Missing) else tuple(one.name for one in services),
        slices=slices,
        ingresses=_kept(snapshot.of("ingresses", namespace), subject.ingresses),
        ingress_classes=_names(snapshot.of("ingressclasses", namespace)),
        policies=snapshot.of("networkpolicies", namespace),
        autoscalers=_kept(snapshot.of("horizontalpodautoscalers", namespace), subject.scalers),
        budgets=snapshot.of("poddisruptionbudgets", namespace),
        config_maps=snapshot.of("configmaps", namespace),
        secrets=snapshot.of("secrets", namespace),
        accounts=snapshot.of("serviceaccounts", namespace),
        claims=snapshot.of("persistentvolumeclaims", namespace),
        storage_classes=snapshot.of("storageclasses", namespace),
        quotas=snapshot.of("resourcequotas", namespace),
        limit_ranges=snapshot.of("limitranges", namespace),
        nodes=snapshot.of("nodes", namespace),
        usage=_used(snapshot.of("podmetrics", namespace), pods),
        unseen=unseen,
    )


def _events(
    subject: Subject, sets: list[Controller], pods: list[Pod], snapshot: Snapshot
) -> tuple[Event, ...] | Missing:
    """What was said of the subject and all that belongs to it, oldest first."""
    there = snapshot.of("events", subject.namespace)
    if isinstance(there, Missing):
        return there
    about = [(subject.kind, subject.name), *(("ReplicaSet", one.name) for one in sets)]
    about += [("Pod", pod.name) for pod in pods]
    about += [("Service", one.name) for one in subject.services]
    about += [("Ingress", one.metadata.name) for one in subject.ingresses]
    about += [("Endpoints", one.name) for one in subject.services]
    about += [("PersistentVolumeClaim", name) for name in _claims(pods)]
    about += [("HorizontalPodAutoscaler", one.metadata.name) for one in subject.scalers]
    there_of = snapshot.events_of
    found = [event for key in dict.fromkeys(about) for event in there_of.get((subject.namespace, *key), ())]
    return tuple(sorted(found, key=lambda event: event.last or ""))


def _claims(pods: Iterable[Pod]) -> Iterator[str]:
    for pod in pods:
        for volume in pod.spec.volumes:
            if volume.persistent_volume_claim:
                yield volume.persistent_volume_claim.claim_name


def _about_services(slices: There, services: Iterable[Service]) -> There:
    names = {service.name for service in services}
    return slices if isinstance(slices, Missing) else tuple(one for one in slices if one.service in names)


def _kept(there: There, mine: list[Any]) -> There:
    return there if isinstance(there, Missing) else tuple(mine)


def _names(classes: There) -> tuple[str, ...] | Missing:
    return classes if isinstance(classes, Missing) else tuple(map(str, classes))


def _used(usage: There, pods: Iterable[Pod]) -> There:
    names = {pod.name for pod in pods}
    return usage if isinstance(usage, Missing) else tuple(one for one in usage if one.metadata.name in names)
