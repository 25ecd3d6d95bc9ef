"""A probe speaks HTTPS to a server of plain HTTP, or the other way round.

What it finds
-------------
A probe whose scheme is not what the server speaks, by the kubelet's words or by the server's own.

Why it breaks
-------------
The first bytes mean nothing to the other side, so every probe fails: the pod never becomes ready, or its container is
killed and started again, although the server works. `azmlinfsrv` speaks plain HTTP.

How to fix
----------
Set `scheme` of the probe to what the server speaks.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": HTTP probes. Source: Go `net/http`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.listening import is_azure_server, listeners
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, Asked, last_failure, passes, probes, shown
from checks.kubernetes.scenes import deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of

_PLAIN = re.compile(r"server gave HTTP response to HTTPS client|first record does not look like a TLS handshake")
_TLS = re.compile(
    r"malformed HTTP (?:response|status code)|transport connection broken: malformed"
    r"|HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port"
)


@check(
    "kubernetes.probe-scheme-wrong",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(*STATES, *SAID),
)
def probe_scheme_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Compare the scheme with what the kubelet met, and with what the server announced."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        http = asked.probe.http_get
        if http is None or http.host or passes(workload, asked):
            continue
        said = last_failure(workload, asked)
        speaks = _speaks(evidence, asked, said)
        if speaks is None or speaks == http.scheme.upper():
            continue
        known = [one.quote for one in listeners(evidence, asked.container) if one.port == asked.number]
        yield Finding(
            title=f"the {asked.kind} probe speaks {http.scheme.upper()}, the server speaks {speaks}",
            evidence=(
                asked.quote(workload, "httpGet.scheme", http.scheme),
                *shown(said),
                *known[:1],
            ),
            explains=asked.leads_to,
            about=asked.about,
            fixes=(
                of_container(
                    f"let the {asked.kind} probe speak {speaks}",
                    workload,
                    asked.container.name,
                    asked.patch(scheme=speaks),
                ),
            ),
        )


def _speaks(evidence: Evidence, asked: Asked, said: Event | None) -> str | None:
    """What the server speaks on the port of the probe, None where nobody tells."""
    if said and _PLAIN.search(said.message):
        return "HTTP"
    if said and _TLS.search(said.message):
        return "HTTPS"
    if is_azure_server(evidence, asked.container):
        return "HTTP"
    told = next((one for one in listeners(evidence, asked.container) if one.port == asked.number), None)
    return None if told is None or told.tls is None else "HTTPS" if told.tls else "HTTP"


def _asks(scheme: str, **more: object) -> dict[str, object]:
    return spec(readinessProbe={"httpGet": {"path": "/", "port": 5001, "scheme": scheme}}, **more)


HTTPS_ASKED = event(
    "Unhealthy",
    'Readiness probe failed: Get "https://172.17.0.8:5001/": http: server gave HTTP response to HTTPS client',
    container="inference-server",
)
HTTP_ASKED = event(
    "Unhealthy",
    'Readiness probe failed: Get "http://172.17.0.8:5001/": net/http: HTTP/1.x transport connection broken: '
    'malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"',
)
CASES = (
    fires(
        scene(
            controller=deployment(_asks("HTTPS")),
            pods=(pod(running(ready=False), _asks("HTTPS")),),
            events=(HTTPS_ASKED,),
        ),
        saw="speaks HTTPS, the server speaks HTTP",
        findings=1,
    ),
    fires(
        scene(
            controller=deployment(_asks("HTTP")), pods=(pod(running(ready=False), _asks("HTTP")),), events=(HTTP_ASKED,)
        ),
        saw="the server speaks HTTPS",
    ),
    fires(scene(controller=deployment(_asks("HTTPS", command=["azmlinfsrv"])), from_files=True), name="by its command"),
    fires(
        scene(
            "[INFO] Listening at: https://0.0.0.0:5001 (1)",
            controller=deployment(_asks("HTTP")),
            pods=(pod(running(ready=False), _asks("HTTP")),),
        ),
        saw="Listening at: https",
    ),
    quiet(scene("Listening at: http://0.0.0.0:5001 (1)", controller=deployment(_asks("HTTP")))),
    quiet(scene(controller=deployment(_asks("HTTPS")), from_files=True), name="nobody knows what it speaks"),
    quiet(
        scene(
            "Listening at: http://0.0.0.0:5001 (1)",
            controller=deployment(_asks("HTTPS")),
            pods=(pod(running(), _asks("HTTPS")),),
        ),
        name="it passes: something before the server ends TLS",
    ),
)
