"""Apply patches of fixes to the cluster, only when --apply was given and each was confirmed.

What a patch would change is asked of the server (`dryRun=All`, Kubernetes API reference, "Dry-run"), so that admission
and defaults have had their say before anybody agrees.
"""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from checks.finding import Fix, Patch, Safety
from checks.kubernetes.patching import yaml_lines
from doctor.cluster.api import Api, Refused
from doctor.cluster.resources import RESOURCES, Place
from doctor.containers.variables import arguments_of, without_secret
from doctor.redact import MASK, redact

CONTENT = {
    "strategic": "application/strategic-merge-patch+json",
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
}
_NOT_SHOWN = frozenset({"managedFields", "resourceVersion", "generation", "uid", "selfLink", "creationTimestamp"})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NOT_FOUND = 404
_CONTEXT = 3  # lines around a change
_OF_SECRETS = ("data", "stringData")


def applicable(fixes: Iterable[Fix]) -> list[tuple[Fix, Patch]]:
    """The fixes that doctor can apply itself: whole patches of objects, without a value to be filled in."""
    return [
        (fix, fix.patches[0])
        for fix in fixes
        if fix.safety is not Safety.PLACEHOLDER and len(fix.patches) == 1 and _places(fix.patches[0].kind)
    ]


def apply(api: Api, patch: Patch, confirm: Callable[[str], bool]) -> str:
    """Show what a patch changes (server-side dry run, as a diff), ask, and apply it. Returns what was done, in words.

    Raises Refused where the server says no, CannotExamine where none answers.
    """
    shown = f"{patch.kind.lower()}/{patch.name}" + (f" in {patch.namespace}" if patch.namespace else "")
    path, before = _found(api, patch)
    then = _sent(api, path, patch, dry=True)
    diff = _diff(before, then, shown)
    if not diff:
        return f"nothing to change: {shown} is as the patch wants it"
    if not confirm(diff):
        return f"nothing was changed: the patch of {shown} was not agreed to"
    again = json.loads(api.get(path))
    if _diff(again, _sent(api, path, patch, dry=True), shown) != diff:
        return f"nothing was changed: somebody else changed {shown} meanwhile; run it again to see what is left to do"
    done = _sent(api, path, patch, dry=False)
    count = sum(line[:1] in {"+", "-"} for line in diff.splitlines()[2:])
    lines = f"{count} lines" if count > 1 else "one line"
    return f"patched {shown}: {lines} changed{_further(patch, done)}"


def _found(api: Api, patch: Patch) -> tuple[str, dict[str, Any]]:
    """Where the object is served, and what it is now."""
    places = _places(patch.kind)
    if not places:
        raise Refused(_NOT_FOUND, "NotFound", f"doctor knows no kind {patch.kind} that it may patch")
    missing: Refused | None = None
    for place in places:
        path = place.path(patch.namespace or None, patch.name)
        try:
            return path, json.loads(api.get(path))
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise
            missing = missing or error
    assert missing is not None
    raise missing


def _places(kind: str) -> tuple[Place, ...]:
    """The versions of the API that may serve a kind, written as in manifests (`Deployment`) or as by kubectl."""
    name = kind.lower()
    plural = f"{name[:-1]}ies" if name.endswith("y") else f"{name}es" if name.endswith(("s", "x")) else f"{name}s"
    found = RESOURCES.get(plural)
    return tuple(place for place in found.places if place.plural == plural) if found else ()


def _sent(api: Api, path: str, patch: Patch, *, dry: bool) -> dict[str, Any]:
    query: dict[str, str | int | bool] = {"fieldManager": "doctor", **({"dryRun": "All"} if dry else {})}
    body = api.send("PATCH", path, json.loads(patch.body), content=CONTENT[patch.type], query=query)
    found = json.loads(body)
    return found if isinstance(found, dict) else {}


def _further(patch: Patch, done: Mapping[str, Any]) -> str:
    """What comes of it, and where to watch."""
    kind = patch.kind.lower()
    spec = done.get("spec") or {}
    if kind in {"deployment", "statefulset", "daemonset"} and "template" in json.loads(patch.body).get("spec", {}):
        if spec.get("paused"):
            return f"; its rollout is paused: kubectl rollout resume {kind}/{patch.name} -n {patch.namespace}"
        return f"; watch it with kubectl rollout status {kind}/{patch.name} -n {patch.namespace}"
    return ""


def _diff(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    """A unified diff of two states of an object, without what the server counts, and without secrets."""
    old, new = (list(_lines(one)) for one in (before, after))
    if old == new:
        # What was hidden may differ all the same; that is said, and not shown.
        return "" if _bare(before) == _bare(after) else f"--- {name}\n+++ {name}\n a value that is not shown changes"
    return "\n".join(difflib.unified_diff(old, new, name, f"{name} (patched)", lineterm="", n=_CONTEXT))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    for line in yaml_lines(_shown(_bare(found), is_secret=str(found.get("kind")) == "Secret")):
        yield from redact(line).splitlines() or [""]


def _bare(found: Mapping[str, Any]) -> dict[str, Any]:
    """An object without its status, and without what the server writes by itself."""
    metadata = {name: value for name, value in (found.get("metadata") or {}).items() if name not in _NOT_SHOWN}
    if "annotations" in metadata:
        kept = {name: value for name, value in (metadata["annotations"] or {}).items() if name != _LAST_APPLIED}
        metadata["annotations"] = kept
    rest = {name: value for name, value in found.items() if name not in {"status", "metadata"}}
    return {**rest, "metadata": metadata}


def _shown(value: Any, *, is_secret: bool) -> Any:
    """The same without values of secrets, and of variables and arguments that are named like one."""
    if isinstance(value, Mapping):
        if "name" in value and isinstance(value.get("value"), str):
            return {**value, "value": without_secret(str(value["name"]), value["value"])}
        made = {name: _shown(inner, is_secret=is_secret) for name, inner in value.items()}
        for name in ("command", "args"):
            if isinstance(value.get(name), list):
                made[name] = list(arguments_of(map(str, value[name])))
        for name in _OF_SECRETS if is_secret else ():
            if isinstance(value.get(name), Mapping):
                made[name] = dict.fromkeys(value[name], MASK)
        return made
    return [_shown(inner, is_secret=is_secret) for inner in value] if isinstance(value, list) else value
