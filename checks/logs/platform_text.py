"""Names of what an error of the platform speaks of (endpoint, deployment, service, group), so that commands fit.

They stand anywhere in a log: in resource ids, in the command that was typed, in progress lines. The first 20,000 lines
are read once for one log.
"""

import re
from collections.abc import Mapping, Sequence

from checks.logs.lines import Line
from checks.logs.place import Place, Reader

MOST = 20_000  # lines
NEAR = 12  # lines between the name of a field and what is wrong with it
WORD = r"([A-Za-z0-9][\w.-]{0,254})"
UNKNOWN = {
    "endpoint": "<endpoint>",
    "deployment": "<deployment>",
    "workspace": "<workspace>",
    "group": "<resource-group>",
    "subscription": "<subscription>",
    "location": "<region>",
    "service": "<service>",
    "container_group": "<container-group>",
    "pod": "<pod>",
    "image": "<image>",
    "request": "<request-id>",
}
"""What stands for a name that the log does not tell."""
PLACES: dict[str, tuple[str, ...]] = {
    "endpoint": (
        rf"(?i:/onlineEndpoints/|/batchEndpoints/){WORD}",
        rf"(?:--endpoint-name|--endpoint)[ =]{WORD}",
        rf"online-endpoint \w+ .*?(?:--name|-n)[ =]{WORD}",
        rf"Check: endpoint {WORD} exists",
        rf"\bendpoint_name['\"]?[:=] ?['\"]?{WORD}",
        rf"(?i:\bendpoint) ['\"`(]{WORD}",
    ),
    "deployment": (
        rf"(?i:/onlineEndpoints/)[\w.-]+/deployments/{WORD}",
        rf"(?:online|batch)-deployment \w+ .*?(?:--name|-n)[ =]{WORD}",
        rf"(?:Creating|Updating|Creating/updating|updating) (?:online |batch )?deployment:? {WORD}",
        rf"(?i:\bdeployment) ['\"`(]{WORD}",
    ),
    "workspace": (rf"/workspaces/{WORD}", rf"(?:--workspace-name|-w)[ =]{WORD}"),
    "group": (rf"(?i:/resourceGroups/){WORD}", rf"(?:--resource-group|-g)[ =]{WORD}"),
    "subscription": (r"/subscriptions/([0-9a-fA-F-]{36})", r"(?i:subscription ?id)[ :='\"]+([0-9a-fA-F-]{36})"),
    "location": (r"/locations/([a-z0-9]+)/", r"in (?:the )?(?:location|region) '?([a-z][a-z0-9]+)\b"),
    "service": (
        rf"container instance:? {WORD}",
        rf"Webservice with name {WORD}",
        rf"(?:ml model deploy|ml service \w+) .*?(?:--name|-n)[ =]{WORD}",
        rf"(?i:/services/){WORD}",
    ),
    "container_group": (
        rf"(?i:/containerGroups/){WORD}",
        rf"container group '{WORD}'",
        rf"container instance:? {WORD}",
    ),
    "pod": (rf"\bpods?[/ ]\"?{WORD}", rf"(?i:Kind: Pod, .*?PodName: ){WORD}"),
    "image": (r"(?:run image|image) '?([\w.-]+\.azurecr\.io/[\w./@:-]*\w)",),
    "request": (
        r"(?i:x-ms-request-id|request[ -]?id|correlation[ -]?id|operation id|traceid)['\"]?\s*[:=]\s*['\"]?([\w-]{8,})",
    ),
}
COMPILED = {name: tuple(re.compile(pattern) for pattern in patterns) for name, patterns in PLACES.items()}
HINT = re.compile(
    r"(?i)/subscriptions/|endpoint|deployment|--name|-n |-g |container|service|request|correlation|operation id|traceid"
    r"|pod|image|location|region"
)
FIELD = re.compile(r"^\s*(?:\(x\)\s*)?[\"']?([A-Za-z_][\w.]*)[\"']?\s*:\s*[\[{]?\s*$")
REFUSED = re.compile(r"(?i)resource '([^']+)' was disallowed by policy")
PLAN_LIMIT = re.compile(r"Current Limit \(([\w .-]{1,40})\): (\d+)")
INNER = re.compile(r"^\s*(?:-\s*)?[\"']?(?:_schema|\d+)[\"']?\s*:")

NO_NAMES = frozenset(
    ("name", "create", "update", "for", "the", "is", "in", "failed", "with", "and", "to", "of", "status")
)
"""Words that stand where a name is looked for."""

_last: tuple[tuple[int, int, str, str], Mapping[str, str]] | None = None


def names(lines: Sequence[Line]) -> Mapping[str, str]:
    """Each name that the lines tell, `<angle brackets>` where they do not."""
    global _last  # noqa: PLW0603 - what was read of the last log; a log may ask a thousand times
    key = (id(lines), len(lines), lines[0].raw, lines[-1].raw) if lines else (0, 0, "", "")
    if _last is None or _last[0] != key:
        _last = (key, _read(lines))
    return _last[1]


def _read(lines: Sequence[Line]) -> Mapping[str, str]:
    found: dict[str, tuple[int, str]] = {}
    for line in lines[:MOST]:
        text = line.text[:4000]
        if not HINT.search(text):
            continue
        for name, patterns in COMPILED.items():
            for rank, pattern in enumerate(patterns):
                if name in found and found[name][0] <= rank:
                    break
                if (match := pattern.search(text)) and match[1].lower() not in NO_NAMES:
                    found[name] = (rank, match[1].rstrip("."))
    return {name: found[name][1] if name in found else unknown for name, unknown in UNKNOWN.items()}


def _names(place: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in names(place.lines).items() if name not in fields}


def _field(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The key of a deployment file that a message of the schema speaks of: on its line, or on one above it."""
    if fields.get("field"):
        return {}
    after = place.lines[place.position + 1 : place.position + 2]
    if after and after[0].derived and after[0].number == place.lines[place.position].number:
        return None  # the line that was derived from this one tells it with its path
    for position in range(place.position - 1, max(-1, place.position - NEAR), -1):
        text = place.lines[position].text
        if (match := FIELD.match(text)) and not INNER.match(text):
            return {"field": match[1]}
        if "}" in text or not text.strip():
            break
    return {"field": "a key of the file"}


def _policy(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The resource that a policy disallows, where the line has only the code: any other line tells it."""
    if fields.get("name"):
        return {}
    found = (REFUSED.search(line.text[:4000]) for line in place.lines[:MOST])
    return next(({"name": match[1]} for match in found if match), {})


def _plan_quota(place: Place, _: Mapping[str, str]) -> Mapping[str, str]:
    """What App Service says of its quota, in words for a title and a sentence; it stands on lines of its own."""
    near = "\n".join(line.text[:4000] for line in place.lines[max(0, place.position - NEAR) : place.position + NEAR])
    found = PLAN_LIMIT.search(near)
    return {"family": f" for {found[1]}", "limit": f" (limit {found[2]})"} if found else {"family": "", "limit": ""}


READERS: Mapping[str, Reader] = {
    "platform-names": _names,
    "schema-field": _field,
    "policy-name": _policy,
    "app-service-quota": _plan_quota,
}
"""By the name that signatures use."""
