"""A large cluster: thousands of healthy pods, and some broken ones made after recordings."""

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cluster.api_server import ApiServer
from cluster.pod_logs import Which
from cluster.recordings import Recording, recording, refusal

Item = dict[str, Any]
Objects = dict[str, list[Item]]

WAYS = (
    *("command-not-found", "configmap-missing", "image-missing", "image-never", "import-error", "init-container-fails"),
    *("init-typo", "insufficient-memory", "liveness-kills-slow-init", "model-missing", "no-run"),
    "readiness-wrong-port",
)
NAMESPACES = 40
REPLICAS = 5
NODES = 100
_COUNTS = ("replicas", "readyReplicas", "availableReplicas")
READY = {"deployments": (*_COUNTS, "updatedReplicas"), "replicasets": (*_COUNTS, "fullyLabeledReplicas")}
_UID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_NAME = re.compile(r"\bscore(?=[\"-]|$)")  # and not score.py


def fill(server: ApiServer, *, pods: int = 5000, broken: int = 60) -> None:
    """Put `pods` pods into a server, `broken` of them in as many deployments of their own, each way equally often."""
    objects: Objects = defaultdict(list)
    made = [recording(way) for way in WAYS]
    for number in range(broken):
        _add_broken(server, objects, made[number % len(made)], number)
    healthy = recording("healthy")
    template = {plural: items for plural, items in healthy.lists.items() if plural != "nodes"}
    left, number = pods - broken, 0
    while left:
        count = min(REPLICAS + (number % 4 == 0), left)
        _add_healthy(objects, template, number, count)
        left, number = left - count, number + 1
    objects["nodes"] = [_node(node, number) for node in healthy.lists["nodes"] for number in range(NODES)]
    for space in map(_space, range(NAMESPACES)):
        objects["serviceaccounts"].append({"metadata": {"name": "default", "namespace": space}})
        for one in template["configmaps"]:  # the same code for all of a namespace; nobody reads it
            objects["configmaps"].append(one | {"metadata": {"name": one["metadata"]["name"], "namespace": space}})
    for plural, items in objects.items():
        server.add(plural, *items)
    server.clock = healthy.end


def _add_broken(server: ApiServer, objects: Objects, made: Recording, number: int) -> None:
    space, name = _space(number), f"broken-{number}"

    def renamed(text: str) -> str:
        text = text.replace(f'"{made.name}"', f'"{space}"').replace(f"{made.name}/", f"{space}/")
        return _NAME.sub(name, _UID.sub(lambda uid: _uid(uid[0], 1 + number), text))

    for plural, items in made.lists.items():
        if plural not in ("nodes", "configmaps"):
            objects[plural] += json.loads(renamed(json.dumps(items)))
    for which, log in made.logs.items():
        where = Which(space, renamed(which.pod), which.container, which.previous)
        words = refusal(log)
        if words is None:
            server.add_log(where, log)
        else:
            server.logs.refused[where] = renamed(words)


def _add_healthy(objects: Objects, template: Objects, number: int, count: int) -> None:
    space, name = _space(number), f"model-{number}"

    def renamed(one: Item, part: int = 0) -> Item:
        text = json.dumps(one).replace('"healthy"', f'"{space}"').replace("healthy/", f"{space}/")
        text = _UID.sub(lambda uid: _uid(uid[0], 1000 + number * 10 + part), _NAME.sub(name, text))
        if part:
            text = text.replace("-2dncb", f"-2dnc{part}")
        return json.loads(text)  # type: ignore[no-any-return]

    for plural in ("deployments", "replicasets", "services", "endpoints"):
        for one in template[plural]:
            copied = renamed(one)
            if plural in ("deployments", "replicasets"):
                copied["spec"]["replicas"] = count
                copied["status"] |= dict.fromkeys(READY[plural], count)
            if plural == "replicasets":  # the one before it, which is kept
                old = copy.deepcopy(copied)
                old["metadata"] |= {"name": f"{name}-5c9d8f7b6d", "uid": _uid(old["metadata"]["uid"], 7)}
                old["spec"]["replicas"] = 0
                old["status"] = {"replicas": 0, "observedGeneration": 2}
                objects[plural].append(old)
            objects[plural].append(copied)
    for part in range(1, count + 1):
        (pod,) = (renamed(one, part) for one in template["pods"])
        pod["spec"]["nodeName"] = f"node{(number * 7 + part) % NODES + 1}"
        pod["spec"]["containers"][0]["env"] += [
            {"name": f"SETTING_OF_THE_MODEL_{index}", "value": f"a value as long as they usually are, {index}"}
            for index in range(14)
        ]
        pod["metadata"]["annotations"] = {f"team.example/note-{index}": "x" * 60 for index in range(8)}
        objects["pods"].append(pod)
        if part == 1:
            objects["events"] += _events([renamed(one, part) for one in template["events"]])


def _events(items: list[Item]) -> Iterator[Item]:
    return (one for one in items if one["type"] == "Normal")


def _node(node: Item, number: int) -> Item:
    text = json.dumps(node).replace('"node1"', f'"node{number + 1}"')
    return json.loads(_UID.sub(lambda uid: _uid(uid[0], 100 + number), text))  # type: ignore[no-any-return]


def _space(number: int) -> str:
    return f"team-{number % NAMESPACES}"


def _uid(uid: str, number: int) -> str:
    return str(UUID(int=(UUID(uid).int + (number << 64)) % (1 << 128)))
