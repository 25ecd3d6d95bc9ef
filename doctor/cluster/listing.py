"""Lists of the API: which resource is served where, pages, and records with only the fields that matter."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec

from checks.cluster.subject import Unseen
from doctor.cluster.api import Api, Refused, Unanswered
from doctor.cluster.cleaning import Cleaner
from doctor.cluster.resources import RESOURCES, Kind, Place
from doctor.cluster.rights import rule, rule_in

PAGE = 500
"""Objects of one answer, as kubectl asks."""

KINDS = (
    *("pods", "events", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "services"),
    *("endpointslices", "ingresses", "ingressclasses", "networkpolicies", "horizontalpodautoscalers"),
    *("poddisruptionbudgets", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"),
    *("storageclasses", "resourcequotas", "limitranges", "nodes", "podmetrics"),
)
"""Plural names of what can be listed. `events` come of whichever API serves them, `endpointslices` also of
endpoints; of `ingressclasses` only the names are kept."""

NAMED = 3  # objects that could not be read and are named
ELSEWHERE = frozenset({403, 404, 405})
"""Refusals behind which another version of the API may still answer."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Listed:
    """The records of one kind, in the types of `checks.cluster`, and why some or all are missing.

    `served` is false for what a cluster may do without (metrics) and this one does.
    """

    items: tuple[Any, ...] = ()
    unseen: Unseen | None = None
    served: bool = True

    @property
    def is_whole(self) -> bool:
        """True when everything was read."""
        return self.unseen is None


class _ListMeta(msgspec.Struct):
    """Where the next page begins, empty at the end."""

    next: str | None = msgspec.field(default=None, name="continue")


class _Page(msgspec.Struct, Generic[Item]):
    """One answer to a list call. Go writes an empty list as null here and there."""

    items: list[Item] | None
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


def fetch(
    api: Api,
    kind: str,
    namespace: str | None = None,
    *,
    labels: str = "",
    fields: str = "",
    keep: Callable[[Any], bool] | None = None,
) -> Listed:
    """All objects of a kind (one of KINDS) in a namespace, or everywhere, in pages; `keep` drops some as they come.

    A right that is missing, an API that is not served, a page that cannot be read end up in `unseen`, with what was
    read before. `continue` that has expired (410) starts once more. Raises CannotExamine where no server answers.
    """
    resource = RESOURCES[kind]
    space = None if resource.is_of_cluster else namespace
    selectors = {"labelSelector": labels, "fieldSelector": ",".join(one for one in (resource.fields, fields) if one)}
    query = {name: value for name, value in selectors.items() if value}
    refusals: list[tuple[Place, Refused]] = []
    try:
        for place in resource.served(_minor(api, resource)):
            try:
                return _Reading(api, kind, resource, place, space, query, keep).all()
            except Refused as error:
                refusals.append((place, error))
                if error.status not in ELSEWHERE:
                    break
    except Unanswered as error:
        if not api.answered:
            raise
        return Listed(unseen=Unseen(what=_what(kind, space), reason=str(error)))
    if resource.is_optional and refusals[-1][1].status in {404, 503}:
        return Listed(served=False)
    return Listed(unseen=_refused(kind, space, refusals))


def fetch_one(api: Api, kind: str, namespace: str, name: str) -> Any | None:
    """One object, None when there is none of that name. Raises Refused, CannotExamine."""
    resource = RESOURCES[kind]
    space = None if resource.is_of_cluster else namespace
    refused: Refused | None = None
    for place in resource.served(_minor(api, resource)):
        try:
            body = api.get(place.path(space, name))
        except Refused as error:
            if error.status == 404 and name in str(error):
                return None
            if error.status not in ELSEWHERE:
                raise
            refused = refused if refused and refused.status == 403 else error
            continue
        try:
            item = _read(msgspec.Raw(body), place.wire)
        except msgspec.DecodeError as error:
            raise Unanswered(f"{kind} {name} of {api.address} cannot be read: {error}") from error
        cleaner = Cleaner()
        return next((cleaner.clean(one) for one in place.made(item)), None)
    if refused is not None and refused.status == 403:
        raise refused
    return None


@dataclass
class _Reading:
    """One list from one place, page by page."""

    api: Api
    kind: str
    resource: Kind
    place: Place
    namespace: str | None
    query: dict[str, str]
    keep: Callable[[Any], bool] | None

    def __post_init__(self) -> None:
        self.cleaner = Cleaner()
        self.items: list[Any] = []
        self.lost: list[str] = []
        self.read = 0

    def all(self) -> Listed:
        """Every page. Raises Refused, and CannotExamine, where the very first cannot be had."""
        token: str | None = ""
        restarted = False
        while token is not None:
            try:
                token = self._page(token)
            except Refused as error:
                if error.status == 410 and not restarted:
                    token, restarted = "", True
                    self.__post_init__()
                elif not self.read:
                    raise
                else:
                    return Listed(tuple(self.items), self._unseen(f"the rest was not read: {error}"))
            except Unanswered as error:
                if not self.read:
                    raise
                return Listed(tuple(self.items), self._unseen(f"the rest was not read: {error}"))
        if self.lost:
            named = "; ".join(self.lost[:NAMED])
            return Listed(
                tuple(self.items), self._unseen(f"{len(self.lost)} of {self.read} could not be read: {named}")
            )
        return Listed(tuple(self.items))

    def _page(self, token: str) -> str | None:
        """Read one page; where the next begins, None behind the last."""
        query: dict[str, str | int | bool] = {
            "limit": self.resource.page,
            **self.query,
            **({"continue": token} if token else {}),
        }
        tries = 1 if self.resource.is_optional else None
        for attempt in (1, 2):
            body = self.api.get(self.place.path(self.namespace), query, tries=tries)
            try:
                return self._take(body)
            except msgspec.DecodeError as error:
                if attempt == 2:
                    raise Unanswered(
                        f"the list of {self.kind} of {self.api.address} cannot be read: {_malformed(body, error)}"
                    ) from error
        raise AssertionError("unreachable")

    def _take(self, body: bytes) -> str | None:
        """The records of one page, made and cleaned."""
        wire: Any = self.place.wire
        try:
            page = _decoder(wire).decode(body)
            items: list[Any] = page.items or []
        except msgspec.ValidationError:
            page = _decoder(msgspec.Raw).decode(body)
            items = [item for raw in page.items or [] if (item := self._alone(raw)) is not None]
        self.read += len(page.items or ())
        for item in items:
            for record in self.place.made(item):
                if self.keep is None or self.keep(record):
                    self.items.append(self.cleaner.clean(record))
        return page.metadata.next or None

    def _alone(self, raw: msgspec.Raw) -> Any | None:
        """One object of a page in which something is odd."""
        try:
            return _read(raw, self.place.wire)
        except msgspec.ValidationError as error:
            self.lost.append(f"{_name(raw)} ({error})")
            return None

    def _unseen(self, reason: str) -> Unseen:
        return Unseen(what=_what(self.kind, self.namespace), reason=reason)


_building = Lock()


def _decoder(wire: Any) -> msgspec.json.Decoder[_Page[Any]]:
    """The decoder of a kind's pages. One is built at a time: msgspec lets others see types that are half built."""
    with _building:
        return _built(wire)


@cache
def _built(wire: Any) -> msgspec.json.Decoder[_Page[Any]]:
    return msgspec.json.Decoder(_Page[wire])


def _read(raw: msgspec.Raw, wire: Any) -> Any:
    """One object; where it does not fit, without its nulls, which Go writes for what is empty."""
    try:
        return msgspec.json.decode(raw, type=wire)
    except msgspec.ValidationError:
        return msgspec.convert(_without_nulls(msgspec.json.decode(raw)), wire, strict=False)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value


def _name(raw: msgspec.Raw) -> str:
    found = msgspec.json.decode(raw)
    metadata = found.get("metadata") if isinstance(found, dict) else None
    return str(metadata.get("name", "without a name")) if isinstance(metadata, dict) else "without a name"


def _malformed(body: bytes, error: msgspec.DecodeError) -> str:
    return f"{error} in an answer of {len(body)} bytes" if body else "the answer was empty"


def _minor(api: Api, resource: Kind) -> int | None:
    return api.version[1] if len(resource.places) > 1 else None


def _what(kind: str, namespace: str | None) -> str:
    if RESOURCES[kind].is_of_cluster:
        return kind
    return f"{kind} in namespace {namespace}" if namespace else f"{kind} in all namespaces"


def _refused(kind: str, namespace: str | None, refusals: list[tuple[Place, Refused]]) -> Unseen:
    """Why nothing was read: a missing right before an API that is not there."""
    place, error = next((one for one in refusals if one[1].status == 403), refusals[-1])
    what = _what(kind, namespace)
    if error.status == 403:
        wanted = rule_in(str(error)) or rule(place.plural, "list", group=place.group)
        return Unseen(what=what, reason=str(error), rule=wanted)
    if error.status == 404:
        return Unseen(what=what, reason=f"this server does not serve {place.plural} ({place.api.partition('/')[2]})")
    return Unseen(what=what, reason=str(error))
