"""A network policy keeps the pods from what their log says they cannot reach.

What it finds
-------------
A log with names that cannot be resolved, or connections that run into a time-out, of pods whose network policies let
no DNS or no such port out.

Why it breaks
-------------
A pod that an egress policy chooses may connect only where policies let it. Without port 53 no name is resolved, the
registry's and the storage's neither, so a download in `init()` or a call in `run()` fails.

How to fix
----------
Let DNS and the ports that the service needs out.

Learn more
----------
Kubernetes documentation, "Network Policies": default deny all egress traffic.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.seen import Told, all_lines
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.policies import closing, lets_through, rules
from checks.kubernetes.scenes import Made, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object
from checks.runtime.wording import titled

_NAMES = re.compile(
    r"Temporary failure in name resolution|Name or service not known|NameResolutionError|getaddrinfo failed|ENOTFOUND"
    r"|no such host|Could not resolve host|nodename nor servname|EAI_AGAIN|Failed to resolve"
)
_SILENCE = re.compile(
    r"ConnectTimeout|[Cc]onnection timed out|Connection to \S+ timed out|i/o timeout|ETIMEDOUT|timed out\. \(connect"
)
_PORT = re.compile(r"port=(\d+)|:(\d{2,5})\b(?=[/\s'\")]|$)|\bport (\d+)")
DNS, HTTPS = 53, 443


@check(
    "kubernetes.policy-denies-egress",
    needs=("workload",),
    stage=Stage.INIT,
    explains=(
        *("logs.dns-failed", "logs.connection-timeout", "logs.connection-retries-exceeded", "logs.read-timeout"),
        *("logs.network-unreachable", "logs.hub-unreachable", "logs.egress-denied", "logs.postgres-unreachable"),
        *("logs.sqlserver-unreachable", "logs.mysql-unreachable", "logs.redis-unreachable", "logs.broker-unreachable"),
        *("kubernetes.not-ready", "kubernetes.no-ready-endpoint"),
    ),
)
def policy_denies_egress(evidence: Evidence) -> Iterator[Finding]:
    """The log must show the lack: a service that calls nobody needs no way out."""
    workload = workload_of(evidence)
    closed = closing(workload, "Egress")
    if not closed:
        return
    lines = all_lines(evidence)
    dns = lets_through(workload, "Egress", DNS, "UDP") or lets_through(workload, "Egress", DNS)
    unresolved = None if dns else _last(lines, _NAMES)
    silent = None if unresolved else _last(lines, _SILENCE)
    port = DNS if unresolved else _port(silent)
    if (unresolved is None and silent is None) or (silent and lets_through(workload, "Egress", port)):
        return
    line = unresolved or silent
    assert line is not None
    name = closed[0].metadata.name
    opened = ", ".join(str(one.port) for each in closed for rule in rules(each, "Egress") for one in rule.ports)
    lacking = "names cannot be resolved" if unresolved else f"port {port} of others cannot be reached"
    ports = [{"port": DNS, "protocol": "UDP"}, {"port": DNS, "protocol": "TCP"}, {"port": HTTPS, "protocol": "TCP"}]
    if port not in {DNS, HTTPS}:
        ports.append({"port": port, "protocol": "TCP"})
    yield Finding(
        title=titled(f"network policy {name} lets too little out: {lacking}", 88),
        evidence=(quote_field(f"networkpolicy/{name}", "egress ports let out", opened or "none"), line.quote),
        fixes=tuple(_fixes(evidence, name, ports)),
    )


def _last(lines: tuple[Told, ...], pattern: re.Pattern[str]) -> Told | None:
    return next((line for line in reversed(lines) if pattern.search(line.text)), None)


def _port(line: Told | None) -> int:
    """The port of which a line speaks; 443 where it names none."""
    found = _PORT.search(line.text) if line else None
    return int(next(part for part in found.groups() if part)) if found else HTTPS


def _fixes(evidence: Evidence, name: str, ports: list[Made]) -> Iterator[Fix]:
    workload = workload_of(evidence)
    policy = closing(workload, "Egress")[0]
    if any(rules(policy, "Egress")) and not workload.from_files:
        body = [{"op": "add", "path": "/spec/egress/-", "value": {"ports": ports}}]
        title = "let DNS and HTTPS out beside what is open"
        yield patched(title, "networkpolicy", name, workload.namespace, body, type="json")
        return
    yield of_object("let DNS and HTTPS out", workload, "networkpolicy", name, {"spec": {"egress": [{"ports": ports}]}})


def _policy(*ports: Made, name: str = "no-egress") -> Made:
    egress = [{"ports": list(ports)}] if ports else []
    return {"metadata": {"name": name}, "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}}


GAI = "socket.gaierror: [Errno -3] Temporary failure in name resolution"
SLOW = (
    "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='acct.blob.core.windows.net', port=443): Max retries "
    "exceeded with url: /model.pkl (Caused by ConnectTimeoutError('Connection to acct timed out. (connect timeout=5)'))"
)
DNS_ONLY = _policy({"port": 53, "protocol": "UDP"})
CASES = (
    fires(scene(GAI, policies=(_policy(),)), saw="names cannot be resolved", findings=1),
    fires(scene(SLOW, policies=(DNS_ONLY,)), saw="port 443 of others cannot be reached"),
    quiet(scene(GAI, policies=(DNS_ONLY,)), name="DNS is let out: another reason"),
    quiet(scene(GAI), name="no policy"),
    quiet(scene("model loaded", policies=(_policy(),)), name="nothing fails"),
    quiet(scene(SLOW, policies=(_policy({"port": 443}),)), name="443 is let out"),
)
