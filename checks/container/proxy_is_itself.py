"""A proxy variable names 127.0.0.1, which inside of a container is the container.

What it finds
-------------
`HTTP_PROXY`, `HTTPS_PROXY` or `ALL_PROXY` with a loopback address, and requests that were refused there.

Why it breaks
-------------
The proxy runs on the host, and so the value is right there. Each container has a loopback of its own, where no proxy
listens, so every request through it is refused, whatever host it was meant for.

How to fix
----------
Name the proxy by an address that the container reaches, or take the variables away where no proxy is needed.

Learn more
----------
Docker documentation, "Use a proxy server with the Docker CLI": `~/.docker/config.json` sets these in every container.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import log_lines
from checks.container.places import container_of
from checks.container.scenes import frozen, seen
from checks.container.seen import inspected, sockets
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.runtime.wording import titled

_NAMES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_LOOPBACK = re.compile(
    r"(?:\w+://)?(?:[^/@]*@)?(?P<host>127(?:\.\d+){3}|localhost|\[::1\])(?::(?P<port>\d+))?/?\Z", re.IGNORECASE
)
_HOST = re.compile(r"\bhost='([\w.-]+)'")
_REFUSED = re.compile(r"ProxyError|[Cc]annot connect to proxy|[Pp]roxy\b.*(?:refused|unreachable)")


@check(
    "container.proxy-is-itself",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.network-off",
        "logs.proxy-failed",
        "logs.connection-refused",
        "runtime.host-unreachable",
        "runtime.network-at-start",
    ),
)
def proxy_is_itself(evidence: Evidence) -> Iterator[Finding]:
    """An error once a request was refused; a warning before. A proxy that does listen inside is meant."""
    container = container_of(evidence)
    values = container.environment
    named = {
        name: said
        for name in sorted(values)
        if name.upper() in _NAMES and (said := _LOOPBACK.match(values[name].strip()))
    }
    listening = {one.port for one in sockets(evidence) or ()}
    named = {name: said for name, said in named.items() if int(said["port"] or 80) not in listening}
    if not named:
        return
    refused = next(log_lines(evidence, _REFUSED), None)
    name = next(iter(named))
    # the log tells of the refused connection by the proxy's name, or by that of the host that was asked for
    hosts = (named[name]["host"], *(_HOST.findall(refused[1].string) if refused else ()))
    host = f"http://host.docker.internal:{named[name]['port'] or 80}"
    yield Finding(
        title=titled(f"{name} names 127.0.0.1, which is the container itself", 88),
        evidence=(
            *((refused[0],) if refused else ()),
            *(inspected(container, f"variable {one}={values[one]}") for one in list(named)[:3]),
        ),
        severity=None if refused else Severity.WARNING,
        about=tuple(dict.fromkeys((*(f"variable:{one}" for one in named), *(f"name:{one}" for one in hosts)))),
        fixes=(
            Fix(
                title="name the host as the container sees it; the proxy must listen there, too",
                commands=(f"--add-host host.docker.internal:host-gateway -e {name}={host}",),
            ),
            Fix(title="take the variables away where no proxy is needed", commands=(f"-e {name}=",)),
        ),
    )


LOST = "requests.exceptions.ProxyError: HTTPSConnectionPool(host='a.contoso.com', port=443): Max retries exceeded\n"
ITSELF = {"HTTPS_PROXY": "http://127.0.0.1:3128"}
CASES = (
    fires(seen(frozen(), LOST, environment=ITSELF), saw="HTTPS_PROXY names 127.0.0.1", findings=1),
    fires(seen(frozen(), environment={"http_proxy": "localhost:3128"}), saw="http_proxy", name="a warning"),
    quiet(seen(frozen(), LOST, environment={"HTTPS_PROXY": "http://proxy.contoso.com:3128"}), name="a proxy elsewhere"),
    quiet(seen(frozen(), LOST, environment={"NO_PROXY": "127.0.0.1"}), name="what no proxy is for"),
)
