"""The ways in which the live suite breaks a service: files of `ways`, each a mapping of names to what differs.

All start from the same service: a deployment `score` with one container `inference-server`, the config map `code` that
holds its score.py, and a service `score`. README.md explains the keys.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
NAME = "score"
LABELS = {"app": NAME}
PORT = 5001
HEALTHY = 'def init():\n    print("model loaded")\n\n\ndef run(data):\n    return data\n'
API_OF = {"Job": "batch/v1", "Pod": "v1"}


@dataclass(frozen=True)
class Way:
    """One way of being broken. `until` maps a kind (or `log`) to a pattern that its list holds once it shows."""

    name: str
    cause: str
    mention: tuple[tuple[str, ...], ...] = ()
    verdict: Literal["failing", "healthy", "any"] = "failing"
    among: Literal["first cause", "findings"] = "first cause"
    until: dict[str, str] = field(default_factory=dict)
    seconds: int = 150
    kind: str = "Deployment"
    code: str = HEALTHY
    container: dict[str, Any] = field(default_factory=dict)
    pod: dict[str, Any] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    service: dict[str, Any] | None = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()
    starts_healthy: bool = False
    labels_of_namespace: dict[str, str] = field(default_factory=dict)
    as_reader: bool = False
    since_minor: int = 0

    @property
    def target(self) -> str:
        """How doctor is told of it."""
        return f"{self.kind.lower()}/{NAME}"

    def truth(self) -> dict[str, Any]:
        """The truth in the words of a recording's truth.json."""
        return {
            "cause": self.cause,
            "verdict": self.verdict,
            "cause_must_mention": [list(any_of) for any_of in self.mention],
        }

    def supplies(self, image: str, node: str) -> list[dict[str, Any]]:
        """What stands in the namespace before the workload."""
        made: list[dict[str, Any]] = [
            {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "code"}, "data": {"score.py": self.code}}
        ]
        if self.service is not None:
            ports = [{"port": 80, "targetPort": PORT}]
            service = {"kind": "Service", "apiVersion": "v1", "metadata": {"name": NAME}}
            made.append(service | {"spec": merged({"selector": LABELS, "ports": ports}, self.service)})
        return filled([*made, *self.objects], image, node)

    def workload(self, image: str, node: str) -> dict[str, Any]:
        """The workload, broken."""
        made = merged(self._plain(), {"spec": self.spec})
        of_pod = made["spec"] if self.kind == "Pod" else made["spec"]["template"]["spec"]
        of_pod.update(merged(of_pod, self.pod))
        of_pod["containers"][0] = merged(of_pod["containers"][0], self.container)
        if self.labels:
            (made if self.kind == "Pod" else made["spec"]["template"])["metadata"]["labels"] = self.labels
        return filled([made], image, node)[0]

    def healthy_workload(self, image: str, node: str) -> dict[str, Any]:
        """The workload before it was broken."""
        return filled([self._plain()], image, node)[0]

    def _plain(self) -> dict[str, Any]:
        pod: dict[str, Any] = {
            "containers": [_container()],
            "volumes": [{"name": "code", "configMap": {"name": "code"}}],
        }
        pod |= {"dnsPolicy": "Default", "terminationGracePeriodSeconds": 1}
        template: dict[str, Any] = {"metadata": {"labels": LABELS}, "spec": pod}
        made: dict[str, Any] = {"kind": self.kind, "apiVersion": API_OF.get(self.kind, "apps/v1")}
        made["metadata"] = {"name": NAME, "labels": LABELS}
        match self.kind:
            case "Pod":
                made["spec"] = pod
            case "Job":
                made["spec"] = {"template": merged(template, {"spec": {"restartPolicy": "Never"}})}
                del made["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
            case "StatefulSet":
                made["spec"] = {"serviceName": NAME, "selector": {"matchLabels": LABELS}, "template": template}
            case _:
                made["spec"] = {"selector": {"matchLabels": LABELS}, "template": template}
        return made


def _container() -> dict[str, Any]:
    command = ["azmlinfsrv", "--entry_script", "/var/azureml-app/score.py", "--port", str(PORT)]
    return {
        "name": "inference-server",
        "image": "$IMAGE",
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "ports": [{"containerPort": PORT}],
        "readinessProbe": {"httpGet": {"path": "/", "port": PORT}, "initialDelaySeconds": 3, "periodSeconds": 3},
        "volumeMounts": [{"name": "code", "mountPath": "/var/azureml-app"}],
    }


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Mappings merged, everything else replaced; null takes a key away."""
    made = deepcopy(old)
    for key, value in new.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = merged(made[key], value)
        else:
            made[key] = deepcopy(value)
    return made


def filled(things: list[dict[str, Any]], image: str, node: str) -> list[dict[str, Any]]:
    """The objects with the image and the node's name in their places."""
    made: list[dict[str, Any]] = json.loads(json.dumps(things).replace("$IMAGE", image).replace("$NODE", node))
    return made


def all_ways() -> list[Way]:
    """Every way, by file and in the order written. Raises TypeError for a key that does not exist."""
    found: list[Way] = []
    for path in sorted((HERE / "ways").glob("*.yaml")):
        for name, given in YAML(typ="safe").load(path).items():
            lists = {
                "mention": tuple(tuple(map(str, words)) for words in given.get("mention", ())),
                "objects": tuple(given.get("objects", ())),
            }
            found.append(Way(name=name, **{**given, **lists}))
    return found
