"""Logs of containers, as the kubelet hands them out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cluster.answers import Answer, Refusal, as_text

_STAMP = re.compile(rb"^(\d{4}-\d\d-\d\dT[\d:.]+Z) ", re.MULTILINE)


@dataclass(frozen=True)
class Which:
    """One log of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool = False


@dataclass
class Logs:
    """What is known of logs: their bytes, each line with its time in front, or the words of the server's refusal."""

    held: dict[Which, bytes] = field(default_factory=dict)
    refused: dict[Which, str] = field(default_factory=dict)

    def answer(self, pod: Mapping[str, Any], query: Mapping[str, str], now: datetime) -> Answer:
        """The log that is asked for."""
        if query.get("follow") in ("true", "1"):
            raise Refusal(405, "following a log is not part of this server")
        name = container_of(pod, query.get("container", ""))
        metadata = pod["metadata"]
        which = Which(metadata["namespace"], metadata["name"], name, query.get("previous") in ("true", "1"))
        if which in self.refused:
            raise Refusal(400, self.refused[which])
        if which not in self.held:
            _refuse_unknown(pod, which)
        text = self.held.get(which, b"")
        if seconds := query.get("sinceSeconds"):
            text = _since(text, now - timedelta(seconds=int(seconds)))
        if moment := query.get("sinceTime"):
            text = _since(text, datetime.fromisoformat(moment))
        if query.get("tailLines"):
            lines = text.splitlines(keepends=True)
            text = b"".join(lines[max(len(lines) - int(query["tailLines"]), 0) :])
        if query.get("timestamps") not in ("true", "1"):
            text = _STAMP.sub(b"", text)
        if query.get("limitBytes"):
            text = text[: int(query["limitBytes"])]  # of what the tail leaves, the beginning
        return as_text(text)


def container_of(pod: Mapping[str, Any], asked: str) -> str:
    """The container that is meant. Refused as the server does when that is not clear, or when there is none."""
    spec, name = pod["spec"], pod["metadata"]["name"]
    usual = [one["name"] for one in spec.get("containers", ())]
    init = [one["name"] for one in spec.get("initContainers", ())]
    later = [one["name"] for one in spec.get("ephemeralContainers", ())]
    if asked:
        if asked not in (*usual, *init, *later):
            raise Refusal(400, f"container {asked} is not valid for pod {name}")
        return asked
    if len(usual) == 1 and not init:
        return str(usual[0])
    if len(usual) == 1 and "kubectl.kubernetes.io/default-container" not in pod["metadata"].get("annotations", {}):
        listed = f"[{usual[0]}] or one of the init containers: [{' '.join(init)}]"
    else:
        listed = f"[{' '.join(usual)}]" + (f" or one of the init containers: [{' '.join(init)}]" if init else "")
    raise Refusal(400, f"a container name must be specified for pod {name}, choose one of: {listed}")


def status_of(pod: Mapping[str, Any], container: str) -> dict[str, Any]:
    """The status of a container, empty when the kubelet has told none."""
    status = pod.get("status", {})
    every = [
        one
        for name in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
        for one in status.get(name) or ()
    ]
    return next((one for one in every if one["name"] == container), {})


def _refuse_unknown(pod: Mapping[str, Any], which: Which) -> None:
    """Of a pod on no node the log is empty; else the kubelet says why there is none."""
    if not pod["spec"].get("nodeName"):
        return
    status = status_of(pod, which.container)
    shown = f'container "{which.container}" in pod "{which.pod}"'
    if which.previous and not status.get("lastState", {}).get("terminated"):
        raise Refusal(400, f"previous terminated {shown} not found")
    if not status:
        raise Refusal(400, f"{shown} is not available")
    waiting = status.get("state", {}).get("waiting")
    if waiting and not status.get("lastState", {}).get("terminated"):
        reason = waiting.get("reason", "")
        if reason in ("ImagePullBackOff", "ErrImagePull"):
            reason = {"ErrImagePull": "image can't be pulled"}.get(reason, "trying and failing to pull image")
        raise Refusal(400, f"{shown} is waiting to start: {reason}")


def _since(text: bytes, moment: datetime) -> bytes:
    stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").encode()
    kept, keep = [], False
    for line in text.splitlines(keepends=True):
        if found := _STAMP.match(line):
            keep = found[1] >= stamp
        if keep:
            kept.append(line)
    return b"".join(kept)
