"""Pods that doctor makes for a moment: labelled, deleted at the end, and by the next run after a crash."""

import contextlib
import dataclasses
import json
import threading
import time
from datetime import datetime
from types import TracebackType
from typing import Any

from doctor.cluster.api import Api, Refused
from doctor.cluster.copies import PURPOSE
from doctor.cluster.handed_over import EXEC_RULE
from doctor.cluster.rights import rule
from doctor.containers.owned import LABEL, OWNER, is_over
from doctor.errors import CannotExamine
from doctor.probe.guard import Guard, undisturbed
from doctor.redact import redact

CREATE_RULE = rule("pods", "get", "list", "create", "delete")
_GONE, _FORBIDDEN, _BROKEN = 404, 403, 500
DELETING = 30.0  # seconds that a deletion may take
_LOST = 3.0  # seconds in which a pod may still appear whose creation was not answered
_TRIES = 3
_AT_ONCE = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0, "propagationPolicy": "Background"}


class Owned:
    """A context manager that makes a pod and deletes it, whatever happens. `left` says why it could not be deleted.

    Raises Refused where the server does not make it, CannotExamine where it could not be deleted.
    """

    def __init__(self, api: Api, namespace: str, name: str, body: dict[str, Any]) -> None:
        self.left: str | None = None
        self._api, self._namespace, self._name, self._body = api, namespace, name, body
        self._state = "planned"  # then sent, made, deleted
        self._lock = threading.RLock()  # a signal handler comes in the middle of the same thread

    def __enter__(self) -> "Owned":
        Guard.add(self)
        try:
            with undisturbed():
                self._state = "sent"
                try:
                    self._api.send("POST", f"/api/v1/namespaces/{self._namespace}/pods", self._body)
                except Refused as error:
                    if error.status < _BROKEN:  # a clear answer: nothing was made
                        self._state = "planned"
                    raise
                self._state = "made"
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self.left and error is None:
            raise CannotExamine(f"{self.left}; delete it with kubectl delete pod {self._name} -n {self._namespace}")

    def stop(self) -> None:
        """Delete it. May be called again, also by a signal handler in the middle of itself."""
        try:
            with undisturbed(), self._lock:
                if self._state in {"sent", "made"}:
                    self._delete()
        finally:
            Guard.remove(self)

    def _delete(self) -> None:
        """By a connection of its own: the other one may be interrupted, closed, or at the end of its time."""
        with Api(self._api.settings, dataclasses.replace(self._api.access, seconds=DELETING), time.monotonic()) as api:
            self._delete_by(api)

    def _delete_by(self, api: Api) -> None:
        for trial in range(1, _TRIES + 1):
            try:
                began = time.monotonic()
                while not delete(api, self._namespace, self._name):
                    if self._state == "made" or time.monotonic() - began >= _LOST:
                        break
                    time.sleep(0.2)
                self._state, self.left = "deleted", None
                return
            except (Refused, CannotExamine) as error:
                self.left = f"the pod {self._name} could not be deleted: {redact(str(error)[:300])}"
                if trial < _TRIES:
                    time.sleep(0.3 * trial)


def delete(api: Api, namespace: str, name: str) -> bool:
    """Delete a pod at once. False when there is none. Raises Refused, CannotExamine."""
    try:
        api.send("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}", _AT_ONCE)
    except Refused as error:
        if error.status == _GONE:
            return False
        raise
    return True


def sweep(api: Api, namespace: str) -> int:
    """Delete what an earlier run of doctor left behind in a namespace, and say how much; 0 where rights are missing.

    Left behind is a pod whose time is over, or whose run is: told by host, process and start, as for containers.
    """
    removed = 0
    with contextlib.suppress(Refused, CannotExamine, ValueError):
        query: dict[str, str | int | bool] = {"labelSelector": f"{LABEL}={PURPOSE}", "limit": 200}
        answer = json.loads(api.get(f"/api/v1/namespaces/{namespace}/pods", query))
        for one in answer.get("items") or ():
            metadata, phase = one.get("metadata") or {}, (one.get("status") or {}).get("phase")
            owner = (metadata.get("annotations") or {}).get(OWNER)
            if owner is None or metadata.get("deletionTimestamp"):
                continue  # somebody else's label, or on its way out
            if phase in {"Failed", "Succeeded"} or is_over(owner, _seconds(metadata.get("creationTimestamp"))):
                removed += delete(api, namespace, str(metadata.get("name")))
    return removed


def prevented_by(error: Refused, namespace: str) -> str:
    """Why a copy of a pod could not be made or entered, with the rule where rights are what is missing."""
    said = redact(" ".join(str(error).split())[:400])
    if error.status == _FORBIDDEN and "exceeded quota" in said:
        return f"a quota of {namespace} leaves no room for a copy of the pod: {said}"
    if error.status == _FORBIDDEN and "cannot " in said:
        missing = EXEC_RULE if "pods/exec" in said else CREATE_RULE
        return f"no right to make and enter a copy of the pod in {namespace}; the rule {missing} gives it: {said}"
    if error.status == _FORBIDDEN:
        return f"a policy of the cluster refuses a copy of the pod: {said}"
    return f"the cluster refuses a copy of the pod: {said}"


def _seconds(time_: object) -> float:
    try:
        return datetime.fromisoformat(str(time_)).timestamp()
    except ValueError:
        return time.time()
