"""Lists of the API: which resource is served where, pages, and records with only the fields that matter."""

from dataclasses import dataclass
from typing import Any

from checks.cluster.subject import Unseen
from doctor.cluster.api import Api

PAGE = 500
"""Objects of one answer, as kubectl asks."""

KINDS = (
    *("pods", "events", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "services"),
    *("endpointslices", "ingresses", "ingressclasses", "networkpolicies", "horizontalpodautoscalers"),
    *("poddisruptionbudgets", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"),
    *("storageclasses", "resourcequotas", "limitranges", "nodes", "podmetrics"),
)
"""Plural names of what can be listed. `events` come of whichever API serves them, `endpointslices` also of
endpoints."""


@dataclass(frozen=True)
class Listed:
    """The records of one kind, in the types of `checks.cluster`, and why some or all are missing."""

    items: tuple[Any, ...] = ()
    unseen: Unseen | None = None

    @property
    def is_whole(self) -> bool:
        """True when everything was read."""
        return self.unseen is None


def fetch(api: Api, kind: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> Listed:
    """All objects of a kind (one of KINDS) in a namespace, or everywhere, in pages.

    A right that is missing, an API that is not served, a page that cannot be read end up in `unseen`, with what was
    read before. `continue` that has expired (410) starts once more. Raises CannotExamine where no server answers.
    """
    raise NotImplementedError


def fetch_one(api: Api, kind: str, namespace: str, name: str) -> Any | None:
    """One object, None when there is none of that name. Raises Refused, CannotExamine."""
    raise NotImplementedError
