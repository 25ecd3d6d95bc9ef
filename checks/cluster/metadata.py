"""What every object of the API has: name, labels, owners; and how labels are selected."""

from typing import Literal

import msgspec


class Object(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of the API's objects: fields in snake case here, in camel case on the wire; unknown ones are dropped.

    Source: the OpenAPI document of Kubernetes 1.20 to 1.34, `io.k8s.api.*`; optional there is optional here.
    """


Quantity = str | int | float
"""An amount as written: `500m`, `2Gi`, `1`. See `checks.cluster.quantities`."""


class OwnerReference(Object, frozen=True):
    """Who made an object."""

    kind: str
    name: str
    api_version: str = ""
    controller: bool = False
    uid: str = ""


class Metadata(Object, frozen=True):
    """Name, labels and owners. Times are UTC, as `2026-11-20T18:07:02Z`."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    generation: int = 0
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages the object, None when nobody does."""
        return next((owner for owner in self.owner_references if owner.controller), None)


class Requirement(Object, frozen=True):
    """One expression of a selector."""

    key: str
    operator: str = "In"
    values: tuple[str, ...] = ()

    def fits(self, labels: dict[str, str]) -> bool:
        """True when labels meet it. Source: `Requirement.Matches` of apimachinery."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
            case "Gt":
                return _number(value) > _number(self.values[0] if self.values else None)
            case "Lt":
                return _number(value) < _number(self.values[0] if self.values else None)
        return False


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


class LabelSelector(Object, frozen=True):
    """Labels that something must have. An empty one selects everything, a missing one (None) nothing."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    def fits(self, labels: dict[str, str]) -> bool:
        """True when labels meet all of it."""
        return self.match_labels.items() <= labels.items() and all(one.fits(labels) for one in self.match_expressions)


class Condition(Object, frozen=True):
    """One condition of a status. `status` is `True`, `False` or `Unknown`."""

    type: str
    status: str = "Unknown"
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class ObjectReference(Object, frozen=True):
    """What an event, an endpoint or a binding speaks of. `field_path` names the container: `spec.containers{score}`."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    uid: str = ""
    field_path: str = ""
    api_version: str = ""


class LocalReference(Object, frozen=True):
    """A name in the same namespace."""

    name: str = ""


Protocol = Literal["TCP", "UDP", "SCTP"]
