"""The same facts of pods: where variables come from, what is reserved, which health checks the kubelet makes."""

from collections.abc import Iterator

from checks.cluster.pods import Container, Pod, PodSpec, Probe, Variable, Volume
from checks.cluster.subject import Workload
from checks.kubernetes.seen import templates
from doctor.exploring.table import Row, shown
from doctor.redact import MASK, is_secret_name
from doctor.reports.common import plural


def rows_of_pods(workload: Workload, *, whole: bool) -> Iterator[Row]:
    """Facts of the pod template. `whole`: variables and mounts too, where no container tells them."""
    spec = workload.spec
    if spec is None:
        return
    several = len(templates(workload)) > 1
    for container, _ in templates(workload):
        of = f"{shown(container.name)}: " if several else ""
        yield from _variables(container, of, whole=whole)
        yield from _resources(container, of)
        yield from _probes(container, of)
        if whole:
            yield from _declared(container, of, spec)
    yield from _pod(spec, workload)
    for pod in workload.pods:
        yield _placed(pod)


def _variables(container: Container, of: str, *, whole: bool) -> Iterator[Row]:
    for one in container.env:
        if source := _source(one):
            yield Row(("variable", of + shown(one.name), source, "from the cluster"))
        elif whole:
            value = MASK if one.value and is_secret_name(one.name) else shown(one.value or "")
            yield Row(("variable", of + shown(one.name), value or '""', "of the pod"))
    for many in container.env_from:
        reference, kind = (many.config_map_ref, "config map") if many.config_map_ref else (many.secret_ref, "secret")
        if reference:
            optional = "optional" if reference.optional else ""
            yield Row(
                ("variable", f"{of}{shown(many.prefix)}*", f"all keys of {kind} {shown(reference.name)}", optional)
            )


def _source(one: Variable) -> str:
    source = one.value_from
    if source is None:
        return ""
    for kind, selector in (("config map", source.config_map_key_ref), ("secret", source.secret_key_ref)):
        if selector:
            return f"key {shown(selector.key)} of {kind} {shown(selector.name)}"
    return f"field {shown(source.field_ref.field_path)}" if source.field_ref else "the cluster"


def _resources(container: Container, of: str) -> Iterator[Row]:
    resources = container.resources
    for name in sorted({*resources.requests, *resources.limits}):
        reserved, limit = resources.requests.get(name), resources.limits.get(name)
        told = f"limit {limit if limit is not None else 'none'}"
        kept = f"reserved {reserved if reserved is not None else 'the limit'}"
        yield Row(("limit", of + shown(name), shown(told), shown(kept)))
    if not resources.requests and not resources.limits:
        yield Row(("limit", f"{of}resources", "none", "nothing is reserved and nothing limited"))


def _probes(container: Container, of: str) -> Iterator[Row]:
    probes = {"startup": container.startup_probe, "liveness": container.liveness_probe}
    for name, probe in {**probes, "readiness": container.readiness_probe}.items():
        if probe:
            times = (
                f"after {probe.initial_delay_seconds} s, every {probe.period_seconds} s, "
                f"at most {probe.timeout_seconds} s, {probe.failure_threshold} failures"
            )
            yield Row(("health check", f"{of}{name} probe", shown(_asked(probe)), times))


def _asked(probe: Probe) -> str:
    if probe.http_get:
        return f"GET :{probe.http_get.port}{probe.http_get.path}"
    if probe.tcp_socket:
        return f"connection to :{probe.tcp_socket.port}"
    if probe.exec:
        return " ".join(probe.exec.command)
    return f"gRPC :{probe.grpc.port}" if probe.grpc else "nothing"


def _declared(container: Container, of: str, spec: PodSpec) -> Iterator[Row]:
    for port in container.ports:
        yield Row(("port", f"{of}{port.container_port}/{port.protocol}", shown(port.name), "declared"))
    for mount in container.volume_mounts:
        volume = spec.volume(mount.name)
        told = "read-only" if mount.read_only else "writable"
        yield Row(("mount", of + shown(mount.mount_path), shown(_kind(volume, mount.name)), told))
    yield Row(("image", f"{of}name", shown(container.image), shown(container.image_pull_policy)))
    command = " ".join((*container.command, *container.args))
    yield Row(("service", f"{of}command", shown(command) or "that of the image", ""))


def _kind(volume: Volume | None, name: str) -> str:
    if volume is None:
        return f"volume {name}, which the pod has not"
    if volume.config_map:
        return f"config map {volume.config_map.name}"
    if volume.secret:
        return f"secret {volume.secret.secret_name}"
    if volume.persistent_volume_claim:
        return f"claim {volume.persistent_volume_claim.claim_name}"
    if volume.host_path:
        return f"{volume.host_path.path} of the node"
    return "empty folder of the pod" if volume.empty_dir else f"volume {name}"


def _pod(spec: PodSpec, workload: Workload) -> Iterator[Row]:
    if spec.service_account_name:
        yield Row(("pod", "service account", shown(spec.service_account_name), ""))
    if spec.node_selector:
        wanted = ", ".join(f"{k}={v}" for k, v in spec.node_selector.items())
        yield Row(("pod", "node selector", shown(wanted), ""))
    user = spec.security_context.run_as_user if spec.security_context else None
    if user is not None:
        yield Row(("pod", "user", str(user), ""))
    if workload.server.version:
        yield Row(("pod", "cluster", shown(workload.server.version), shown(workload.server.address)))


def _placed(pod: Pod) -> Row:
    restarts = sum(one.restart_count for one in pod.status.container_statuses)
    told = ", ".join(
        part
        for part in ("ready" if pod.is_ready else "not ready", plural(restarts, "restart") if restarts else "")
        if part
    )
    where = f"{pod.status.phase} on {pod.spec.node_name or 'no node'}"
    return Row(("pod", shown(pod.name), shown(where), told), "" if pod.is_ready else "warning")
