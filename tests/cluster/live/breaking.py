"""Break a service in a namespace of its own, and wait until it shows."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cluster.live.real_cluster import PATHS, Cluster, Refused
from cluster.live.ways import Way

LABEL = "doctor-live"
"""The label of what the suite makes, with the run's name as its value."""
STEP = 1.5


class NotBroken(Exception):
    """The breakage did not show in time."""


class Interrupted(Exception):
    """The run ends."""


@contextmanager
def namespace_for(cluster: Cluster, way: Way, run: str) -> Iterator[str]:
    """A namespace, removed afterwards whatever happens."""
    name = f"doctor-live-{run}-{way.name}"[:63].rstrip("-")
    labels = {LABEL: run, **way.labels_of_namespace}
    try:
        cluster.create({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "labels": labels}})
        yield name
    finally:
        cluster.delete("Namespace", name)


def break_service(cluster: Cluster, way: Way, namespace: str, image: str, stop: threading.Event) -> None:
    """Make the service, broken in this way. Raises NotBroken, Interrupted."""
    node = cluster.items("Node")[0]["metadata"]["labels"]["kubernetes.io/hostname"]
    _wait(cluster, namespace, {"ServiceAccount": '"name": "default"'}, 30, stop)
    for thing in way.supplies(image, node):
        cluster.create(thing, namespace)
    if way.starts_healthy:
        cluster.create(way.healthy_workload(image, node), namespace)
        _wait(cluster, namespace, {way.kind: r'"readyReplicas": 1'}, way.seconds, stop)
        cluster.patch(way.workload(image, node), namespace)
    else:
        _create(cluster, way, namespace, image, node)
    _wait(cluster, namespace, way.until, way.seconds, stop)


def _create(cluster: Cluster, way: Way, namespace: str, image: str, node: str) -> None:
    """Make the workload; a bare pod is refused until the namespace's account has its token."""
    tries = 10
    while True:
        try:
            return cluster.create(way.workload(image, node), namespace)
        except Refused as refused:
            tries -= 1
            if not tries or "token" not in refused.message:
                raise
            time.sleep(STEP)


def _wait(cluster: Cluster, namespace: str, until: dict[str, str], seconds: float, stop: threading.Event) -> None:
    give_up = time.monotonic() + seconds
    waiting = dict(until)
    while True:
        for what, pattern in until.items():
            if what in waiting and re.search(pattern, _seen(cluster, namespace, what)):
                del waiting[what]
        if not waiting:
            return
        if time.monotonic() > give_up:
            seen = {what: _seen(cluster, namespace, what)[-3000:] for what in waiting}
            raise NotBroken(f"not seen within {seconds:.0f} s: {waiting}, but {seen}")
        if stop.wait(STEP):
            raise Interrupted(namespace)


def _seen(cluster: Cluster, namespace: str, what: str) -> str:
    """The list of a kind as text, or all logs: those of now and those of before."""
    if what != "log":
        return json.dumps(cluster.items(what, namespace))
    return "\n".join(text for _, _, _, text in logs(cluster, namespace))


def logs(cluster: Cluster, namespace: str) -> Iterator[tuple[str, str, str, str]]:
    """Pod, container, `current` or `previous`, and the log or the server's refusal, of every container."""
    for pod in cluster.items("Pod", namespace):
        name = pod["metadata"]["name"]
        for container in [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]:
            for which in ("current", "previous"):
                try:
                    text = cluster.log(namespace, name, container["name"], previous=which == "previous")
                except Refused as refused:
                    text = f"ERROR Error from server ({refused.reason}): {refused.message}\n"
                yield name, container["name"], which, text


def remove_all(cluster: Cluster, run: str, seconds: float = 180) -> list[str]:
    """Remove what a run left, and wait until it is gone. Returns what is still there."""
    give_up = time.monotonic() + seconds
    while True:
        left = [
            one["metadata"] for one in cluster.items("Namespace") if one["metadata"].get("labels", {}).get(LABEL) == run
        ]
        for one in left:
            if "deletionTimestamp" not in one:
                cluster.delete("Namespace", one["name"])
        if not left or time.monotonic() > give_up:
            return [one["name"] for one in left]
        time.sleep(STEP)


def of_doctor(cluster: Cluster, namespace: str) -> list[str]:
    """Pods that doctor made and did not remove."""
    query = {"labelSelector": "doctor"}
    found = cluster.get(PATHS["Pod"].format(namespace), **query)["items"]
    return [pod["metadata"]["name"] for pod in found]
