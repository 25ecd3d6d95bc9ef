"""What the API server refuses of a pod's specification, beyond what the schema says.

Source: kubernetes/pkg/apis/core/validation of 1.20; each rule was held against a server of that version.
"""

import re
from collections.abc import Iterable, Iterator

from checks.cluster.pods import Container, Probe, Volume
from checks.cluster.quantities import amount
from checks.cluster.subject import Workload
from checks.kubernetes.specs import containers_with_path, pod_path

Refused = tuple[str, str, object, str]
"""Object, path, what stands there, what is allowed."""

_Inner = Iterator[tuple[str, object, str]]
_PULL = ("Always", "IfNotPresent", "Never")
_PROTOCOL = ("TCP", "UDP", "SCTP")
_RESTART = {"Job": ("Never", "OnFailure"), "CronJob": ("Never", "OnFailure"), "Pod": ("Always", "OnFailure", "Never")}
_RESOURCES = re.compile(r"cpu|memory|ephemeral-storage|hugepages-.+|.*/.*")
_PORT = "1 to 65535"
NOT_SET = "not set"


class Remark(str):
    """What is wrong with a field where no value of it is to be shown: `without names`."""


def of_pods(workload: Workload) -> Iterator[Refused]:
    """Everything refused of the pods that a workload would make."""
    if workload.spec is None:
        return
    allowed = _RESTART.get(workload.kind, ("Always",))
    shown, restart = workload.shown, workload.spec.restart_policy
    if restart not in allowed:
        unset = "; it is Always where nothing is written" if restart == "Always" else ""
        yield shown, f"{pod_path(workload)}.restartPolicy", restart, f"{either(allowed)}{unset}"
    for volume in workload.spec.volumes:
        sources = _sources(volume)
        if len(sources) > 1:
            path = f"{pod_path(workload)}.volumes[{volume.name}]"
            yield shown, path, " and ".join(sources), "one source for a volume"
    for container, path, init in containers_with_path(workload):
        parts = (*_of_container(container), *_of_probes(container, init=init), *_of_resources(container))
        for inner, seen, good in parts:
            yield shown, f"{path}.{inner}", seen, good


def either(words: Iterable[str]) -> str:
    """Several words of which one is meant."""
    return " or ".join(words)


def _sources(volume: Volume) -> list[str]:
    known = {
        "configMap": volume.config_map,
        "secret": volume.secret,
        "persistentVolumeClaim": volume.persistent_volume_claim,
        "emptyDir": volume.empty_dir,
        "hostPath": volume.host_path,
        "nfs": volume.nfs,
        "azureFile": volume.azure_file,
        "csi": volume.csi,
        "projected": volume.projected,
    }
    return [name for name, source in known.items() if source is not None]


def _of_container(container: Container) -> _Inner:
    if not container.image.strip():
        yield "image", NOT_SET, "an image"
    if container.image_pull_policy not in ("", *_PULL):
        yield "imagePullPolicy", container.image_pull_policy, either(_PULL)
    for number, port in enumerate(container.ports):
        at = f"ports[{port.name or number}]"
        if not 0 < port.container_port < 65536:
            yield f"{at}.containerPort", port.container_port, _PORT
        if port.protocol not in _PROTOCOL:
            yield f"{at}.protocol", port.protocol, either(_PROTOCOL)
    for mount in container.volume_mounts:
        if not mount.mount_path:
            yield f"volumeMounts[{mount.name}].mountPath", NOT_SET, "a path in the container"
    for variable in container.env:
        if variable.value and variable.value_from:
            yield f"env[{variable.name}].valueFrom", Remark("beside `value`"), "a value or a source, not both"


def _of_probes(container: Container, *, init: bool) -> _Inner:
    probes = (container.startup_probe, container.readiness_probe, container.liveness_probe)
    for name, probe in zip(("startupProbe", "readinessProbe", "livenessProbe"), probes, strict=True):
        if probe is None:
            continue
        yield from ((f"{name}{inner}", seen, good) for inner, seen, good in _of_probe(name, probe))
        if init and container.restart_policy != "Always":
            yield name, Remark("in an init container"), "no probe: an init container ends before it could be asked"


def _of_probe(name: str, probe: Probe) -> _Inner:
    actions = [one for one in (probe.http_get, probe.exec, probe.tcp_socket, probe.grpc) if one is not None]
    if len(actions) != 1:
        yield "", Remark(f"with {len(actions)} actions"), "one of httpGet, exec, tcpSocket, grpc"
    if name != "readinessProbe" and probe.success_threshold not in {0, 1}:  # 0 is taken as not set
        yield ".successThreshold", probe.success_threshold, "1"
    numbers = {
        "initialDelaySeconds": probe.initial_delay_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "periodSeconds": probe.period_seconds,
        "failureThreshold": probe.failure_threshold,
    }
    yield from ((f".{field}", number, "no negative number") for field, number in numbers.items() if number < 0)
    for field, action in (("httpGet", probe.http_get), ("tcpSocket", probe.tcp_socket)):
        if action is None:
            continue
        if isinstance(action.port, str) and action.port.isdigit():
            yield f".{field}.port", f"'{action.port}'", "a number without quotes, or the name of a port"
        elif isinstance(action.port, int) and not 0 <= action.port < 65536:  # 0 is what a missing one is read as
            yield f".{field}.port", action.port, _PORT
    if probe.http_get and probe.http_get.scheme not in {"", "HTTP", "HTTPS"}:
        yield ".httpGet.scheme", probe.http_get.scheme, "HTTP or HTTPS"


def _of_resources(container: Container) -> _Inner:
    limits, requests = container.resources.limits, container.resources.requests
    for part, found in (("limits", limits), ("requests", requests)):
        for resource, quantity in found.items():
            at, number = f"resources.{part}[{resource}]", amount(quantity)
            if not _RESOURCES.fullmatch(resource):
                yield at, quantity, "cpu, memory, or a name with its domain, as nvidia.com/gpu"
            elif _is_device(resource) and number is not None and number != int(number):
                yield at, quantity, "a whole number"
    for resource, quantity in requests.items():
        if _is_device(resource) and str(limits.get(resource)) != str(quantity):
            yield f"resources.requests[{resource}]", quantity, "the same amount under limits: it cannot be shared"


def _is_device(resource: str) -> bool:
    """True for what a plugin of the node offers, which is counted and never shared."""
    domain = resource.partition("/")[0]
    return "/" in resource and not (domain == "kubernetes.io" or domain.endswith(".kubernetes.io"))
