"""Who may do what: users, and the rules of a role as its YAML holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster.answers import Refusal

Rule = Mapping[str, Sequence[str]]
ALL: tuple[Rule, ...] = (
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
)
_OPEN = ("/version", "/healthz", "/livez", "/readyz")
_DISCOVERY = ("/api", "/apis", "/openapi")


@dataclass(frozen=True)
class User:
    """A user and the rules that hold for them: everywhere, and further ones in single namespaces.

    `rules` are those of a ClusterRole, `in_namespaces` those of roles, both as parsed from YAML.
    """

    name: str
    rules: Sequence[Rule] = ALL
    in_namespaces: Mapping[str, Sequence[Rule]] = field(default_factory=dict)

    def may(self, verb: str, group: str, resource: str, namespace: str | None, name: str = "") -> bool:
        """True when a rule allows it. `resource` holds a subresource, too: `pods/log`."""
        rules = [*self.rules, *self.in_namespaces.get(namespace or "", ())]
        return any(_allows(rule, verb, group, resource, name) for rule in rules)


ANONYMOUS = User("system:anonymous", rules=())


def _allows(rule: Rule, verb: str, group: str, resource: str, name: str) -> bool:
    below = resource.partition("/")[2]
    wanted = {"*", resource, *([f"*/{below}"] if below else [])}
    return (
        not {"*", verb}.isdisjoint(rule.get("verbs", ()))
        and not {"*", group}.isdisjoint(rule.get("apiGroups", ()))
        and not wanted.isdisjoint(rule.get("resources", ()))
        and (not rule.get("resourceNames") or name in rule["resourceNames"])
    )


def demand(user: User, verb: str, group: str, resource: str, namespace: str | None, name: str = "") -> None:
    """Refuse with 403, in the real server's words, what the user may not do."""
    if user.may(verb, group, resource, namespace, name):
        return
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    kind = resource.partition("/")[0]
    plural = f"{kind}.{group}" if group else kind
    named = f'{plural} "{name}"' if name else plural
    raise Refusal(
        403,
        f'{named} is forbidden: User "{user.name}" cannot {verb} resource "{resource}" in API group "{group}" {where}',
        details={"kind": kind, **({"group": group} if group else {}), **({"name": name} if name else {})},
    )


def demand_path(user: User, path: str) -> None:
    """Discovery is for everybody who is known, the version for everybody."""
    first = "/" + path.strip("/").partition("/")[0]
    if first in _OPEN or (first in _DISCOVERY and user is not ANONYMOUS):
        return
    if any("*" in rule.get("nonResourceURLs", ()) for rule in user.rules):
        return
    raise Refusal(403, f'forbidden: User "{user.name}" cannot get path "{path}"', details={})


def review(user: User, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a SelfSubjectAccessReview."""
    spec = body.get("spec", {})
    asked = spec.get("resourceAttributes") or {}
    resource = asked.get("resource", "")
    if asked.get("subresource"):
        resource += f"/{asked['subresource']}"
    allowed = user.may(
        asked.get("verb", ""), asked.get("group", ""), resource, asked.get("namespace") or None, asked.get("name", "")
    )
    return {**body, "metadata": {"creationTimestamp": None}, "status": {"allowed": allowed}}


def rules_review(user: User, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a SelfSubjectRulesReview."""
    namespace = body.get("spec", {}).get("namespace", "")
    rules = [*user.rules, *user.in_namespaces.get(namespace, ())]
    status = {
        "resourceRules": [dict(rule) for rule in rules if "nonResourceURLs" not in rule],
        "nonResourceRules": [dict(rule) for rule in rules if "nonResourceURLs" in rule],
        "incomplete": False,
    }
    return {**body, "metadata": {"creationTimestamp": None}, "status": status}
