"""Whose logs are read: of each workload the pods that fail in different ways, of each way the worst one."""

from collections.abc import Hashable, Iterable

from checks.cluster.health import badness, same_trouble, unproved, worth_reading
from checks.cluster.pods import Pod, PodSpec
from checks.cluster.subject import Workload
from checks.kubernetes.seen import events
from doctor.cluster.pod_logs import Wanted
from doctor.cluster.subjects import Subject

MOST_WAYS = 3  # in which the pods of one workload fail
IN_A_SCAN = 2  # logs of one workload, where many are examined


def wanted_logs(workload: Workload, *, container: str | None, scan: bool) -> list[Wanted]:
    """The logs that may tell why, the most telling first."""
    found: list[Wanted] = []
    for pod in representatives(workload.pods):
        pairs = worth_reading(pod, events(workload, pod=pod), workload.taken)
        found += [
            Wanted(workload.namespace, pod.name, name, previous)
            for name, previous in pairs
            if container is None or name == container
        ]
    return found[:IN_A_SCAN] if scan else found


def representatives(pods: Iterable[Pod]) -> list[Pod]:
    """One pod for each way in which pods fail, the worst first."""
    ways: dict[Hashable, Pod] = {}
    for pod in sorted(pods, key=badness):
        ways.setdefault(same_trouble(pod), pod)
    return list(ways.values())[:MOST_WAYS]


def is_unproved(workload: Workload) -> bool:
    """True for a workload whose pods are ready because nothing asks them."""
    return any(unproved(pod) for pod in workload.pods)


def needs_secrets(subject: Subject) -> bool:
    """True where a pod has not begun to run and names a secret that may be why, and where an ingress names one."""
    certificates = any(tls.secret_name for ingress in subject.ingresses for tls in ingress.tls)
    return certificates or any(_names_a_secret(pod.spec) for pod in subject.pods if _has_not_begun(pod))


def _has_not_begun(pod: Pod) -> bool:
    states = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    return not states or any(one.state.waiting and not one.last_state.terminated for one in states)


def _names_a_secret(spec: PodSpec) -> bool:
    """True for a secret that somebody named; an account's token is mounted into every pod."""
    containers = (*spec.init_containers, *spec.containers)
    tokens = {
        mount.name
        for container in containers
        for mount in container.volume_mounts
        if mount.mount_path == "/var/run/secrets/kubernetes.io/serviceaccount"
    }
    volumes = [volume for volume in spec.volumes if volume.name not in tokens]
    return bool(
        spec.image_pull_secrets
        or any(volume.secret or volume.projected or volume.azure_file for volume in volumes)
        or any(source.secret_ref for container in containers for source in container.env_from)
        or any(one.value_from and one.value_from.secret_key_ref for container in containers for one in container.env)
    )
