"""What the API server refuses of deployments, services, claims and ingresses, beyond what the schema says.

Source: kubernetes/pkg/apis of 1.20; each rule was held against a server of that version.
"""

from collections.abc import Iterator

from checks.cluster.subject import Workload
from checks.cluster.workloads import Controller
from checks.evidence import Missing
from checks.kubernetes.cron import is_schedule
from checks.kubernetes.refusals_of_pods import NOT_SET, Refused, Remark, either
from checks.kubernetes.scaling import autoscalers_of

_SERVICE = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_ACCESS = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_PATH = ("Exact", "Prefix", "ImplementationSpecific")
_STRATEGY = ("RollingUpdate", "Recreate")
_KEYS_OF = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
"""What a secret of a type must hold."""


def of_objects(workload: Workload) -> Iterator[Refused]:
    """Everything refused of the objects beside the pods."""
    if workload.controller is not None and workload.controller.kind == "Deployment":
        yield from _of_strategy(workload.shown, workload.controller)
    if workload.kind == "CronJob" and workload.controller is not None:
        schedule = workload.controller.spec.schedule
        if schedule and not is_schedule(schedule):
            yield workload.shown, "spec.schedule", schedule, "five fields, as `0 3 * * *`, or @daily"
    yield from _of_services(workload)
    yield from _of_claims(workload)
    yield from _of_ingresses(workload)
    yield from _of_autoscalers(workload)
    yield from _of_secrets(workload)


def _of_strategy(shown: str, controller: Controller) -> Iterator[Refused]:
    strategy = controller.spec.strategy
    if strategy is None:
        return
    rolling = strategy.rolling_update
    if strategy.type not in ("", *_STRATEGY):
        yield shown, "spec.strategy.type", strategy.type, either(_STRATEGY)
    if strategy.type == "Recreate" and rolling is not None:
        yield shown, "spec.strategy.rollingUpdate", Remark("beside Recreate"), "no rollingUpdate with Recreate"
    elif rolling is not None and _is_zero(rolling.max_surge) and _is_zero(rolling.max_unavailable):
        yield (
            shown,
            "spec.strategy.rollingUpdate.maxUnavailable",
            rolling.max_unavailable,
            "1 or more where maxSurge is 0",
        )


def _is_zero(number: int | str | None) -> bool:
    return number in {0, "0", "0%"}


def _of_services(workload: Workload) -> Iterator[Refused]:
    for one in () if isinstance(workload.services, Missing) else workload.services:
        shown = f"service/{one.name}"
        if one.spec.type not in _SERVICE:
            yield shown, "spec.type", one.spec.type, either(_SERVICE)
        if len(one.spec.ports) > 1 and any(not port.name for port in one.spec.ports):
            yield shown, "spec.ports", Remark("without names"), "a name for each port where there are several"
        for number, port in enumerate(one.spec.ports):
            if not 0 < port.port < 65536:
                yield shown, f"spec.ports[{port.name or number}].port", port.port, "1 to 65535"


def _of_claims(workload: Workload) -> Iterator[Refused]:
    for one in () if isinstance(workload.claims, Missing) else workload.claims:
        shown = f"persistentvolumeclaim/{one.name}"
        for mode in one.spec.access_modes:
            if mode not in _ACCESS:
                yield shown, "spec.accessModes", mode, either(_ACCESS)
        if "storage" not in one.spec.resources.requests:
            yield shown, "spec.resources.requests.storage", NOT_SET, "a size, as 5Gi"


def _of_ingresses(workload: Workload) -> Iterator[Refused]:
    for one in () if isinstance(workload.ingresses, Missing) else workload.ingresses:
        shown = f"ingress/{one.metadata.name}"
        for rule in one.rules:
            if rule.path_type not in ("", *_PATH):
                yield shown, "spec.rules[0].http.paths[0].pathType", rule.path_type, either(_PATH)
            if not rule.path.startswith("/") and rule.path_type != "ImplementationSpecific":
                yield shown, "spec.rules[0].http.paths[0].path", rule.path, "a path that begins with `/`"


def _of_autoscalers(workload: Workload) -> Iterator[Refused]:
    for one in autoscalers_of(workload):
        shown, least, most = f"hpa/{one.metadata.name}", one.spec.min_replicas, one.spec.max_replicas
        if most and least is not None and least > most:
            yield shown, "spec.maxReplicas", most, f"{least} or more: minReplicas is {least}"


def _of_secrets(workload: Workload) -> Iterator[Refused]:
    for one in () if isinstance(workload.secrets, Missing) else workload.secrets:
        for key in _KEYS_OF.get(one.type, ()):
            if key not in one.keys:
                yield f"secret/{one.name}", f"data[{key}]", NOT_SET, f"the key {key}, as {one.type} asks"
