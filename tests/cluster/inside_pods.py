"""Pods whose containers are folders of this machine: what tests of looks and rehearsals share."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from cluster.api_server import ApiServer
from cluster.executing import Exec, Process, on_this_machine

from checks.cluster.pods import Pod

NAMESPACE, NAME, CONTAINER = "team-a", "score-6b5496fd48-bmztd", "inference-server"
RUNNING = {"running": {"startedAt": "2026-11-20T18:07:36Z"}}
FAILED = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed container"}}


class Place:
    """A folder that stands for the file system of a container, with the variables of its pod."""

    def __init__(self, folder: Path) -> None:
        self.code, self.models = folder / "app", folder / "models"
        self.code.mkdir()
        self.models.mkdir()
        self.variables = {
            "AML_APP_ROOT": str(self.code),
            "AZUREML_ENTRY_SCRIPT": "score.py",
            "AZUREML_MODEL_DIR": str(self.models),
        }
        self.secrets = {"STORE": "not for anybody"}
        self.asked: list[Exec] = []

    def pod(self, state: Mapping[str, Any], last: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A pod of a deployment, as the API gives it; `more` are fields of its container."""
        env = [{"name": name, "value": value} for name, value in self.variables.items()]
        env += [{"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": name}}} for name in self.secrets]
        spec = {"name": CONTAINER, "image": "registry.example/score:1", "env": env, "command": [sys.executable], **more}
        return {
            "metadata": {
                "name": NAME,
                "namespace": NAMESPACE,
                "labels": {"app": "score", "pod-template-hash": "6b5496fd48"},
                "annotations": {"prometheus.io/scrape": "true"},
                "creationTimestamp": "2026-11-20T18:07:07Z",
                "ownerReferences": [
                    {"kind": "ReplicaSet", "name": "score-6b5496fd48", "apiVersion": "apps/v1", "controller": True}
                ],
            },
            "spec": {"containers": [spec], "nodeName": "node1", "restartPolicy": "Always"},
            "status": {
                "phase": "Running",
                "containerStatuses": [
                    {"name": CONTAINER, "state": state, "lastState": last or {}, "restartCount": 0, "image": "i"}
                ],
            },
        }

    def execute(self, asked: Exec) -> Process:
        """Run a command as it would run in there."""
        self.asked.append(asked)
        environment = {"PATH": os.environ["PATH"], **self.variables, **self.secrets}
        return on_this_machine(environment, self.code)(asked)


def served(server: ApiServer, place: Place, pod: dict[str, Any]) -> Pod:
    """Let a server have the pod and run its commands; gives the pod as checks see it."""
    server.add("namespaces", {"metadata": {"name": NAMESPACE}})
    server.add("pods", pod)
    server.execute = place.execute
    return msgspec.convert(pod, Pod)
