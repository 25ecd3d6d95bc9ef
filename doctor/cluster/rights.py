"""RBAC rules as a person adds them to a role: one line of YAML."""

import re

_REFUSED = re.compile(
    r'cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"(?: in API group "(?P<group>[^"]*)")?(?P<rest>.*)', re.DOTALL
)


def rule(resource: str, *verbs: str, group: str = "") -> str:
    """The rule that lets somebody do these things: `{apiGroups: [""], resources: [pods], verbs: [list]}`."""
    return f"{{apiGroups: [{_quoted(group)}], resources: [{resource}], verbs: [{', '.join(verbs)}]}}"


def rule_in(message: str) -> str:
    """The rule that a refusal asks for, empty where it does not name one.

    Source: `forbiddenMessage` of the API server's filters.
    """
    found = _REFUSED.search(message)
    return rule(found["resource"], found["verb"], group=found["group"] or "") if found else ""


def _quoted(group: str) -> str:
    return group or '""'
