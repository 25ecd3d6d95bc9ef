"""The patches that a server takes: strategic merge, merge, and JSON patch."""

import copy
from typing import Any

from cluster.answers import Refusal

KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "ports": ("containerPort", "port"),
    "conditions": ("type",),
    "ownerReferences": ("uid",),
    "hostAliases": ("ip",),
}
"""By which field the entries of a list are merged. Source: `x-kubernetes-patch-merge-key` of the API's OpenAPI."""


_KNOWN = (
    "accepted media types include: application/json-patch+json, application/merge-patch+json, "
    "application/strategic-merge-patch+json"
)


def patched(content: str, held: Any, patch: Any) -> Any:
    """The object with a patch of this content type applied; `held` stays as it is."""
    held = copy.deepcopy(held)
    match content.partition(";")[0]:
        case "application/strategic-merge-patch+json":
            return _merge(held, patch, strategic=True)
        case "application/merge-patch+json":
            return _merge(held, patch, strategic=False)
        case "application/json-patch+json":
            return _json_patch(held, patch)
    raise Refusal(415, f"the body of the request was in an unknown format - {_KNOWN}")


def _merge(held: Any, patch: Any, *, strategic: bool, name: str = "") -> Any:
    if strategic and isinstance(patch, list) and isinstance(held, list):
        return _merge_list(held, patch, name)
    if not isinstance(patch, dict):
        return patch
    if strategic and patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    result = dict(held) if isinstance(held, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif not key.startswith("$"):
            result[key] = _merge(result.get(key), value, strategic=strategic, name=key)
    return result


def _merge_list(held: list[Any], patch: list[Any], name: str) -> list[Any]:
    entries = [one for one in patch if isinstance(one, dict)]
    key = next((key for key in KEYS.get(name, ()) if all(key in one for one in entries if "$patch" not in one)), None)
    if key is None or len(entries) < len(patch):
        return patch
    if any(one == {"$patch": "replace"} for one in entries):
        return [one for one in entries if "$patch" not in one]
    result = list(held)
    for one in entries:
        place = next((index for index, old in enumerate(result) if old.get(key) == one.get(key)), None)
        if one.get("$patch") == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(_merge({}, one, strategic=True))
        else:
            result[place] = _merge(result[place], one, strategic=True)
    return result


def _json_patch(held: Any, operations: Any) -> Any:
    for one in operations:
        *above, last = [part.replace("~1", "/").replace("~0", "~") for part in one["path"].split("/")[1:]]
        try:
            place = held
            for part in above:
                place = place[int(part)] if isinstance(place, list) else place[part]
            _operate(one, place, last)
        except (KeyError, IndexError, ValueError, TypeError):
            raise Refusal(
                422, f"the server rejected our request due to an error in our request: {one['op']} {one['path']}"
            ) from None
    return held


def _operate(one: Any, place: Any, last: str) -> None:
    key: Any = last
    if isinstance(place, list):
        key = len(place) if last == "-" else int(last)
    match one["op"]:
        case "add" if isinstance(place, list):
            place.insert(key, one["value"])
        case "add":
            place[key] = one["value"]
        case "replace":
            _ = place[key]
            place[key] = one["value"]
        case "remove":
            del place[key]
        case "test":
            if place[key] != one["value"]:
                raise ValueError(one["path"])
        case other:
            raise ValueError(other)
