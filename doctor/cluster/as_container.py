"""A container of a pod in the terms of an engine, so that the checks of containers can judge it.

Fields: Kubernetes API 1.20 to 1.34, `Pod`. What only the image says (its variables, its own command) the API does not
tell; `completed` adds what was read in the running container.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from checks.cluster.pods import Container as Spec
from checks.cluster.pods import Pod, SecurityContext, Volume
from checks.cluster.quantities import amount
from checks.containers import (
    OF_PODS,
    POD_LABELS,
    Container,
    ContainerState,
    Ended,
    EngineInfo,
    Limits,
    Mount,
    Port,
    Status,
)
from checks.kubernetes.seen import PodContainer, containers_of
from checks.missing import Missing
from doctor.containers.inspection import signal_of
from doctor.containers.variables import arguments_of, without_secret
from doctor.redact import MASK, redact

UNTOLD = "the API of Kubernetes tells nothing of what an image sets"


def container_of(pod: Pod, name: str, address: str = "") -> Container:
    """One container of a pod in the terms of an engine: command, variables, ports, mounts, limits, state.

    Its engine is named `kubernetes`, by which checks tell it from Docker's. Of variables whose values come from config
    maps, secrets and fields only the names are there. Raises KeyError for a name that the pod has not.
    """
    found = next((one for one in containers_of(pod) if one.name == name), None)
    if found is None:
        raise KeyError(name)
    spec, status = found.spec, found.status
    own, general = spec.security_context or SecurityContext(), pod.spec.security_context or SecurityContext()
    user = own.run_as_user if own.run_as_user is not None else general.run_as_user
    return Container(
        id=(status.container_id if status else "").rpartition("//")[2] or f"{pod.name}/{name}",
        name=name,
        engine=EngineInfo(address=f"{OF_PODS}{address}", remote=True),
        state=_state(found),
        image=Missing(reason=UNTOLD),
        created=pod.metadata.creation_timestamp,
        command=arguments_of(_expanded(word, spec) for word in (*spec.command, *spec.args)) if spec.command else (),
        user="" if user is None else str(user),
        working_dir=spec.working_dir,
        environment=_environment(spec),
        labels=dict(
            zip(POD_LABELS, (pod.name, pod.metadata.namespace, name, workload_of(pod), spec.image), strict=True)
        ),
        ports=tuple(
            Port(container=one.container_port, protocol=one.protocol.lower(), host_port=one.host_port)
            for one in spec.ports
        ),
        mounts=tuple(_mount(pod, one.name, one.mount_path, one.read_only) for one in spec.volume_mounts),
        limits=_limits(spec, own),
        restart_policy=_POLICIES.get(pod.spec.restart_policy, "always"),
        network_mode="host" if pod.spec.host_network else "pod",
        tty=spec.tty,
    )


def workload_of(pod: Pod) -> str:
    """What to change so that the pod changes, as `Deployment/score`: its controller, or the pod itself.

    The deployment of a replica set is known by name: the controller adds the hash that it also gives as a label.
    """
    owner = pod.metadata.controller
    if owner is None:
        return f"Pod/{pod.name}"
    mark = pod.metadata.labels.get("pod-template-hash", "")
    if owner.kind == "ReplicaSet" and mark and owner.name.endswith(f"-{mark}"):
        return f"Deployment/{owner.name.removesuffix(f'-{mark}')}"
    return f"{owner.kind}/{owner.name}"


def completed(container: Container, document: Mapping[str, Any]) -> Container:
    """The container with what a look inside told of it: variables and folder that the image sets, and its command."""
    variables = document.get("variables")
    found: dict[str, Any] = {}
    if isinstance(variables, dict):
        known = {name: value for name, value in container.environment.items() if value != MASK}
        told = {str(name): _told(str(name), value) for name, value in variables.items()}
        found["environment"] = {**container.environment, **told, **known}
    words = document.get("command")
    if isinstance(words, list) and words and not container.command:
        found["command"] = arguments_of(str(word) for word in words)
    if not container.working_dir and document.get("working_dir"):
        found["working_dir"] = str(document["working_dir"])
    return msgspec.structs.replace(container, **found) if found else container


def _told(name: str, value: object) -> str:
    """The value of a variable, where a look gave it."""
    return without_secret(name, value) if isinstance(value, str) else MASK


Kind = Literal["bind", "volume", "tmpfs", "other"]

_POLICIES = {"Always": "always", "OnFailure": "on-failure", "Never": "no"}
# A secret stays `other`: such mounts are not looked into.
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("bind", "host_path"),
    ("volume", "persistent_volume_claim"),
    ("volume", "nfs"),
    ("volume", "azure_file"),
    ("volume", "csi"),
    ("volume", "config_map"),
)


def _expanded(word: str, spec: Spec) -> str:
    """`$(NAME)` of command and args is replaced by the kubelet, where the pod itself gives the value."""
    for one in spec.env:
        if one.value is not None:
            word = word.replace(f"$({one.name})", one.value)
    return word


def _environment(spec: Spec) -> dict[str, str]:
    return {
        one.name: MASK if one.value_from is not None else without_secret(one.name, one.value or "") for one in spec.env
    }


def _mount(pod: Pod, volume: str, target: str, read_only: bool) -> Mount:
    found = pod.spec.volume(volume) or Volume(name=volume)
    if found.empty_dir is not None:
        kind: Kind = "tmpfs" if found.empty_dir.medium == "Memory" else "volume"
        limit = amount(found.empty_dir.size_limit)
        return Mount(
            kind=kind, target=target, source=volume, writable=not read_only, size=int(limit) if limit else None
        )
    kind = next((kind for kind, name in _KINDS if getattr(found, name) is not None), "other")
    fixed = any(one is not None for one in (found.config_map, found.secret, found.projected))
    return Mount(kind=kind, target=target, source=_source(found), writable=not (read_only or fixed))


def _source(volume: Volume) -> str:
    """What a person knows the volume by."""
    if volume.host_path:
        return volume.host_path.path
    if volume.persistent_volume_claim:
        return f"claim {volume.persistent_volume_claim.claim_name}"
    if volume.config_map:
        return f"configmap {volume.config_map.name}"
    if volume.secret:
        return f"secret {volume.secret.secret_name}"
    if volume.nfs:
        return f"{volume.nfs.server}:{volume.nfs.path}"
    return f"share {volume.azure_file.share_name}" if volume.azure_file else f"volume {volume.name}"


def _limits(spec: Spec, own: SecurityContext) -> Limits:
    limits = spec.resources.limits
    memory = amount(limits.get("memory"))
    gpus = sum(int(amount(value) or 0) for name, value in limits.items() if name.endswith("/gpu"))
    return Limits(
        memory=int(memory) if memory else None,
        memory_and_swap=int(memory) if memory else None,
        cpus=amount(limits.get("cpu")),
        read_only=bool(own.read_only_root_filesystem),
        privileged=bool(own.privileged),
        dropped_capabilities=own.capabilities.drop if own.capabilities else (),
        gpus=gpus,
    )


def _state(found: PodContainer) -> ContainerState:
    """How it stands. A container that waits for its next start after an end is `restarting`, as an engine calls it."""
    status, ended = found.status, found.ended
    if status is None:
        return ContainerState(status="created")
    state = status.state
    now: Status = "running" if state.running else "exited" if state.terminated else "restarting" if ended else "created"
    # A command that was never started has ended by the API's words, with 127 or 128 and the runtime's message.
    refused = ended.message if ended and ended.reason in {"ContainerCannotRun", "StartError"} else ""
    waits = state.waiting.message if state.waiting and state.waiting.reason == "RunContainerError" else ""
    began = state.running or state.terminated or ended
    killed = ended is not None and ended.reason == "OOMKilled"
    code = ended.exit_code if ended else None
    return ContainerState(
        status=now,
        exit_code=code,
        signal=signal_of(code),
        oom_killed=killed,
        error="" if state.running else redact(refused or waits),
        started=began.started_at if began else None,
        finished=ended.finished_at if ended else None,
        restarts=status.restart_count,
        ends=(Ended(at=ended.finished_at, exit_code=ended.exit_code, oom_killed=killed),)
        if ended and ended.finished_at
        else (),
    )
