"""What network policies let through to the pods of a workload, and from them.

Policies add up: a pod that at least one policy chooses for a direction is closed in it, but for what any of them lets
through. Source: Kubernetes documentation, "Network Policies".
"""

from collections.abc import Iterator
from typing import Literal

from checks.cluster.subject import Workload
from checks.cluster.traffic import NetworkPolicy, PolicyPort, PolicyRule
from checks.kubernetes.listening import number_of
from checks.kubernetes.services import policies_of

Direction = Literal["Ingress", "Egress"]


def closing(workload: Workload, direction: Direction) -> tuple[NetworkPolicy, ...]:
    """The policies that close the pods in a direction."""
    return tuple(one for one in policies_of(workload) if direction in kinds(one))


def kinds(policy: NetworkPolicy) -> frozenset[str]:
    """The directions that a policy speaks of; by default ingress, and egress where it has rules for it."""
    if policy.spec.policy_types:
        return frozenset(policy.spec.policy_types)
    return frozenset({"Ingress", *(("Egress",) if policy.spec.egress is not None else ())})


def lets_through(workload: Workload, direction: Direction, port: int, protocol: str = "TCP") -> bool:
    """True when somebody may use that port: of the pods (ingress), or of others (egress)."""
    closed = closing(workload, direction)
    return not closed or any(
        _fits(workload, one, port, protocol) for policy in closed for one in rules(policy, direction)
    )


def rules(policy: NetworkPolicy, direction: Direction) -> Iterator[PolicyRule]:
    """The rules of a policy for a direction."""
    yield from (policy.spec.ingress if direction == "Ingress" else policy.spec.egress) or ()


def _fits(workload: Workload, rule: PolicyRule, port: int, protocol: str) -> bool:
    return not rule.ports or any(_is(workload, one, port, protocol) for one in rule.ports)


def _is(workload: Workload, one: PolicyPort, port: int, protocol: str) -> bool:
    if one.protocol != protocol:
        return False
    if isinstance(one.port, str):
        named = (number_of(one.port, each) for each in (workload.spec.containers if workload.spec else ()))
        return port in set(named)
    return one.port is None or one.port <= port <= (one.end_port or one.port)
