"""Objects as they are written, as the records that checks see: what does not fit a type is left out, not refused."""

from collections.abc import Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from checks.cluster.metadata import Metadata
from checks.cluster.pods import Pod
from checks.cluster.supplies import Claim, Keys, LimitRange, ServiceAccount, StorageClass
from checks.cluster.traffic import Backend, Ingress, IngressRule, IngressTls, NetworkPolicy, Service
from checks.cluster.workloads import Autoscaler, Controller, DisruptionBudget
from doctor.containers.variables import arguments_of, without_secret
from doctor.redact import remember

Json = dict[str, Any]

PLURALS: dict[str, tuple[str, Any]] = {
    "Deployment": ("deployments", Controller),
    "ReplicaSet": ("replicasets", Controller),
    "StatefulSet": ("statefulsets", Controller),
    "DaemonSet": ("daemonsets", Controller),
    "Job": ("jobs", Controller),
    "CronJob": ("jobs", Controller),
    "Pod": ("pods", Pod),
    "Service": ("services", Service),
    "Ingress": ("ingresses", Ingress),
    "NetworkPolicy": ("networkpolicies", NetworkPolicy),
    "HorizontalPodAutoscaler": ("horizontalpodautoscalers", Autoscaler),
    "PodDisruptionBudget": ("poddisruptionbudgets", DisruptionBudget),
    "ConfigMap": ("configmaps", Keys),
    "Secret": ("secrets", Keys),
    "ServiceAccount": ("serviceaccounts", ServiceAccount),
    "PersistentVolumeClaim": ("persistentvolumeclaims", Claim),
    "StorageClass": ("storageclasses", StorageClass),
    "LimitRange": ("limitranges", LimitRange),
}
"""The kinds that bear on a workload: their lists, and their records."""

WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"})

ENDING = frozenset({"Job", "CronJob"})
"""Those whose pods end by themselves: no service leads to them."""

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps the whole object once more."""

_NOTHING = object()


def record_of(data: Json, namespace: str) -> Any:
    """The record of one object whose kind is in PLURALS; `namespace` where it names none."""
    kind = data["kind"]
    metadata = _mapping(data.get("metadata"))
    data = {**data, "metadata": {**metadata, "namespace": metadata.get("namespace") or namespace}}
    if kind in {"ConfigMap", "Secret"}:
        return _keys(data)
    if kind == "Ingress":
        return _ingress(data)
    spec = _mapping(data.get("spec"))
    if kind == "CronJob":
        inner = _mapping(_mapping(spec.get("jobTemplate")).get("spec"))
        data = {**data, "spec": {**inner, "schedule": spec.get("schedule")}}
    elif kind == "StatefulSet":
        data = {**data, "spec": _with_claims(spec)}
    return fitted(_without_secrets(data), PLURALS[kind][1])


def fitted(value: Any, type_: Any) -> Any:
    """A value as a type, with whatever does not fit left out."""
    made = _fitted(value, type_)
    return made if made is not _NOTHING else type_()


def _fitted(value: Any, type_: Any) -> Any:
    origin = get_origin(type_)
    if origin in {Union, UnionType}:
        made = (_fitted(value, one) for one in get_args(type_))
        return next((one for one in made if one is not _NOTHING), _NOTHING)
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return _struct(value, type_)
    if origin is tuple:
        if not isinstance(value, list):
            return _NOTHING
        made = (_fitted(item, get_args(type_)[0]) for item in value)
        return tuple(item for item in made if item is not _NOTHING)
    if origin is dict:
        if not isinstance(value, dict):
            return _NOTHING
        pairs = ((key, _fitted(inner, get_args(type_)[1])) for key, inner in value.items())
        return {key: inner for key, inner in pairs if inner is not _NOTHING}
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return _NOTHING


def _struct(value: Any, type_: type[msgspec.Struct]) -> Any:
    if not isinstance(value, dict):
        return _NOTHING
    hints = get_type_hints(type_)
    given: Json = {}
    for one in msgspec.structs.fields(type_):
        if value.get(one.encode_name) is None:
            continue
        made = _fitted(value[one.encode_name], hints[one.name])
        if made is not _NOTHING:
            given[one.name] = made
    try:
        return type_(**given)
    except TypeError:  # a field without which the record says nothing
        return _NOTHING


def _keys(data: Json) -> Keys:
    parts = (_mapping(data.get(part)) for part in ("data", "binaryData", "stringData"))
    return Keys(
        metadata=fitted(data["metadata"], Metadata),
        keys=tuple(dict.fromkeys(key for part in parts for key in part)),
        type=_text(data.get("type")),
    )


def _ingress(data: Json) -> Ingress:
    """Both forms of a backend: `serviceName` and `servicePort` are those of v1beta1."""
    metadata = fitted(data["metadata"], Metadata)
    spec = _mapping(data.get("spec"))
    rules = [
        IngressRule(
            host=_text(rule.get("host")),
            path=_text(path.get("path")) or "/",
            path_type=_text(path.get("pathType")),
            backend=_backend(_mapping(path.get("backend"))),
        )
        for rule in _mappings(spec.get("rules"))
        for path in _mappings(_mapping(rule.get("http")).get("paths"))
    ]
    default = _mapping(spec.get("defaultBackend") or spec.get("backend"))
    return Ingress(
        metadata=metadata,
        ingress_class=_text(spec.get("ingressClassName"))
        or metadata.annotations.get("kubernetes.io/ingress.class", ""),
        rules=tuple(rules),
        tls=tuple(fitted(one, IngressTls) for one in _mappings(spec.get("tls"))),
        default_backend=_backend(default) if default else None,
    )


def _backend(data: Json) -> Backend:
    service = _mapping(data.get("service"))
    port = _mapping(service.get("port"))
    found = port.get("number") or port.get("name") or data.get("servicePort")
    name = _text(service.get("name")) or _text(data.get("serviceName"))
    return Backend(service=name, port=found if isinstance(found, int | str) else None)


def _with_claims(spec: Json) -> Json:
    """The volumes that a stateful set makes from its claim templates, as its controller adds them."""
    names = [_text(_mapping(one.get("metadata")).get("name")) for one in _mappings(spec.get("volumeClaimTemplates"))]
    template = _mapping(spec.get("template"))
    inner = _mapping(template.get("spec"))
    own = [one for one in _mappings(inner.get("volumes")) if one.get("name") not in names]
    made = [{"name": name, "emptyDir": {}} for name in names if name]
    return {**spec, "template": {**template, "spec": {**inner, "volumes": [*own, *made]}}}


def _without_secrets(value: Any) -> Any:
    """Values of variables, and words of commands, without secrets."""
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _without_secrets(inner) for key, inner in value.items() if key != APPLIED}
    for part in ("command", "args"):
        if isinstance(words := value.get(part), list) and all(isinstance(one, str) for one in words):
            made[part] = list(arguments_of(words))
    if isinstance(name := value.get("name"), str) and isinstance(text := value.get("value"), str):
        remember({name: text})
        made["value"] = without_secret(name, text)
    return made


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def namespace_of(objects: Iterable[Json]) -> str:
    """The namespace that objects without one go to: the only one that the others name, else `default`."""
    named = {_text(_mapping(one.get("metadata")).get("namespace")) for one in objects} - {""}
    return named.pop() if len(named) == 1 else "default"


def template_path(kind: str) -> str:
    """Where the pod's spec stands in an object of a kind."""
    if kind == "Pod":
        return "spec"
    return "spec.jobTemplate.spec.template.spec" if kind == "CronJob" else "spec.template.spec"
