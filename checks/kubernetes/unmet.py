"""References of pods to config maps and secrets that are not met: what the namespace has, and what the kubelet says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.finding import Quote
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.references import Kind, Reference, find, held, required
from checks.kubernetes.seen import containers_of, quote_waiting
from checks.kubernetes.stuck import alike, live, not_begun

_MISSING = re.compile(
    r"(?P<kind>configmap|secret)s? \\?\"(?P<name>[^\"\\]+)\\?\" not found"
    r"|(?i:couldn't) get secret [^/\s]+/(?P<secret>\S+)|references non-existent secret: ?(?P<old>\S+)"
)
MOUNTING = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons of containers whose volumes may still be missing."""
_KEY = re.compile(
    r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) [^/\s]+/(?P<name>[^\s,]+)"
    r"|references non-existent (?P<of>secret|config) key: ?(?P<path>\S+)"
)


@dataclass(frozen=True)
class Unmet:
    """A reference whose object (or, with a key, whose key) is not there.

    `stuck`: a pod waits for it now; else only the next pod will. `quotes` are what the kubelet says of it.
    """

    reference: Reference
    stuck: bool
    quotes: tuple[Quote, ...]


def unmet(workload: Workload, *, keys: bool) -> tuple[Unmet, ...]:
    """Objects that are missing, or with `keys` keys that are missing in objects that exist; each told once.

    What was read of the namespace decides; where it was not read, or the kubelet knows better, its words do.
    """
    # webhooks put volumes into pods of which the template knows nothing
    waiting = [pod.spec for pod in live(workload) if any(one.waiting for one in containers_of(pod))]
    specs = [*([workload.spec] if workload.spec else []), *waiting]
    waits = tuple(_waits(workload))
    found: dict[tuple[str, str, str], Unmet] = {}
    for reference in (one for spec in specs for one in required(spec)):
        if keys and not reference.key:
            continue
        said = tuple(wait for wait in waits if _speaks_of(wait, reference, keys=keys))
        lacking = _lacks(workload, reference, keys=keys)
        if lacking is False or (lacking is None and not said) or (not said and _was_found(workload, waits, reference)):
            continue
        identity = (reference.kind, reference.name, reference.key if keys else "")
        if identity not in found:
            pods = [pod for pod, _, _ in said]
            quotes = (*(quote for _, _, quote in said[:1]), *alike(workload, pods))
            found[identity] = Unmet(reference, bool(said) or _is_stuck(workload, reference), quotes)
    return tuple(found.values())


def _lacks(workload: Workload, reference: Reference, *, keys: bool) -> bool | None:
    """None where the namespace was not read. Files never prove that an object is missing."""
    if held(workload, reference.kind) is None or reference.of_driver:
        return None
    there = find(workload, reference)
    if keys:
        return None if there is None else reference.key not in there.keys
    return there is None and not workload.from_files


def _was_found(workload: Workload, waits: tuple[tuple[Pod, str, Quote], ...], reference: Reference) -> bool:
    """True when the kubelet has seen the object: it misses a key of it, or it has mounted all volumes and gone on."""
    if reference.volume:
        states = [one.waiting for pod in live(workload) for one in containers_of(pod)]
        return any(state is not None and state.reason not in MOUNTING for state in states)
    return any(
        found["name"] == reference.name and (found["kind"] == "Secret") == (reference.kind == "secret")
        for _, text, _ in waits
        for found in _KEY.finditer(text)
        if found["key"]
    )


def _waits(workload: Workload) -> Iterator[tuple[Pod, str, Quote]]:
    """What the kubelet says of pods that wait for variables and for volumes."""
    for pod in live(workload):
        for one in containers_of(pod):
            if one.waiting and one.waiting.reason == "CreateContainerConfigError":
                yield pod, f"container {one.name}\n{one.waiting.message}", quote_waiting(one)
    for mount in failed_mounts(workload):
        yield mount.pod, f"volume {mount.name}\n{mount.words}", mount.quotes[0]


def _speaks_of(wait: tuple[Pod, str, Quote], reference: Reference, *, keys: bool) -> bool:
    place, _, words = wait[1].partition("\n")
    if keys:
        return any(_is_key(found, place, reference) for found in _KEY.finditer(words))
    return any(
        (found["name"] or found["secret"] or found["old"] or "").strip("\"',.:").rsplit("/", 1)[-1] == reference.name
        and (found["kind"] != "configmap") == (reference.kind == "secret")
        for found in _MISSING.finditer(words)
    )


def _is_key(found: re.Match[str], place: str, reference: Reference) -> bool:
    if found["key"]:
        kind: Kind = "secret" if found["kind"] == "Secret" else "config map"
        return (kind, found["name"], found["key"]) == (reference.kind, reference.name, reference.key)
    kind = "secret" if found["of"] == "secret" else "config map"
    return (kind, found["path"], place) == (reference.kind, reference.key, f"volume {reference.volume}")


def _is_stuck(workload: Workload, reference: Reference) -> bool:
    """True when pods wait at the very point where the reference is needed, also where nobody says why (any more)."""
    if reference.volume:
        return bool(not_begun(workload))
    return any(
        one.name == reference.container and one.waiting and one.waiting.reason == "CreateContainerConfigError"
        for pod in live(workload)
        for one in containers_of(pod)
    )
