"""Failed probes: what they asked, what the server says it listens on, and whether it came to harm."""

import re
from collections.abc import Mapping

from checks.logs.kubernetes_text import LONGEST, pod_at, ready_later, said, text_of
from checks.logs.place import Place, Reader

_KIND = re.compile(r"(Liveness|Readiness|Startup)\b", re.IGNORECASE)
_PORT = re.compile(r"(?:https?://[^/\s\"]*?|dial tcp \S*?|localhost|service \\*\")(?::)(?P<port>\d{2,5})\b")
_TIMES = re.compile(r"\(x(\d+) over ")
_COUNT = re.compile(r"^\s*\"?count\"?:\s*(\d+),?\s*$")
_SETTINGS = re.compile(
    r"(?P<kind>Liveness|Readiness|Startup):\s+\S.*?delay=(?P<delay>\w+) timeout=(?P<timeout>\w+) period=(?P<period>\w+)"
    r".*?#failure=(?P<failures>\d+)"
)
_ANSWERED = re.compile(r"Name: ContainerReady\b|\" 200 .*kube-probe/|\bPOST /\S* 2\d\d \d+(?:\.\d+)?ms")
ENOUGH = 3  # failures after which a probe is no longer what every start shows


def probe(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Fields `kind`, `port`, `settings` of a probe that fails again and again. None when it did no harm.

    It did none when its pod is shown ready, or when it failed less than three times and killed nothing.
    """
    if ready_later(place) or not (_often(place) or text_of(place).killed):
        return None
    return _read(place, fields)


def any_probe(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """As `probe`, however often it failed: for reasons that waiting does not cure."""
    return None if ready_later(place) else _read(place, fields)


def kills(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """As `probe`, when the kubelet is seen to kill a container for it."""
    return _read(place, fields) if text_of(place).killed and not ready_later(place) else None


def other_port(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Fields `port` and `listens` when the server says that it listens on other ports than the one that is probed."""
    read = _read(place, fields)
    listens = text_of(place).listens
    if not read["port"] or not listens or read["port"] in listens or ready_later(place):
        return None
    if not _often(place) and any(_ANSWERED.search(line.raw[:LONGEST]) for line in place.lines[place.position + 1 :]):
        return None  # it failed while the server started, which something in front of it hides
    return {**read, "listens": " and ".join(f"{port}" for port in list(listens)[:2])}


def _read(place: Place, fields: Mapping[str, str]) -> dict[str, str]:
    raw = said(place.lines[place.position])[:LONGEST]
    kind = _KIND.search(raw)
    port = _PORT.search(raw)
    name = (fields.get("kind") or (kind[1] if kind else "health")).lower()
    return {
        "kind": name,
        "port": fields.get("port") or (port["port"] if port else ""),
        "settings": _settings(place, name),
    }


def _settings(place: Place, name: str) -> str:
    """Delay, timeout and period of the probe, where the pod is described, as a sentence with a space before."""
    for line in place.lines[max(0, place.position - 120) : place.position + 10]:
        found = _SETTINGS.search(line.raw[:500]) if " delay=" in line.raw else None
        if found and found["kind"].lower() == name:
            return (
                f" It begins after {found['delay']}, asks every {found['period']},"
                f" waits {found['timeout']} for an answer and gives up after {found['failures']} failures."
            )
    return ""


def _often(place: Place) -> bool:
    raw = said(place.lines[place.position])
    row = text_of(place).rows.get(pod_at(place))
    if row and row[2] == "Running":  # callers asked whether it is ready
        return True
    times = _TIMES.search(raw)
    if times and int(times[1]) >= ENOUGH:
        return True
    beside = place.lines[max(0, place.position - 12) : place.position + 12]
    if any((found := _COUNT.search(line.raw[:LONGEST])) and int(found[1]) >= ENOUGH for line in beside):
        return True
    near = place.lines[max(0, place.position - 200) : place.position + 200]
    return sum(" probe failed: " in line.raw or " probe errored: " in line.raw for line in near) >= ENOUGH


READERS: Mapping[str, Reader] = {
    "probe": probe,
    "any-probe": any_probe,
    "probe-kills": kills,
    "probe-other-port": other_port,
}
