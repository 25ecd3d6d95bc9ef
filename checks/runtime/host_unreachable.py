"""The script needs a host that does not answer.

What it finds
-------------
Exceptions of sockets, requests, urllib and model hubs about names that do not resolve, refused connections, proxies
and certificates.

Why it breaks
-------------
The container's network is not this one: outbound traffic may be blocked, private names may not resolve, a private
certificate authority is unknown. init() that downloads fails there, and the worker exits with code 3; run() answers
500.

How to fix
----------
Ship the file with the model instead of downloading it; for a host that run() needs, open the endpoint's outbound
rules.

Learn more
----------
Product documentation, "Network isolation with managed online endpoints".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Contacted, Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED, Failure, probe_of
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import one_line, titled


@check("runtime.host-unreachable", needs=("probe",), stage=Stage.INIT, explains=(*RAISED, "runtime.network-at-start"))
def host_unreachable(evidence: Evidence) -> Iterator[Finding]:
    """Name the host, from the record of contacts or from the message."""
    for failure in told_by("runtime.host-unreachable", evidence):
        host = _host(failure, evidence)
        certificate = "CERTIFICATE" in failure.message
        where = "init()" if failure.phase is Phase.INIT else "run()" if failure.phase is Phase.RUN else "the import"
        title = (
            f"{where} does not trust {host or 'a host'}" if certificate else f"{where} cannot reach {host or 'a host'}"
        )
        fix = (
            Fix(title="install the certificate authority in the image, and point REQUESTS_CA_BUNDLE at it")
            if certificate
            else Fix(title="ship what is fetched there with the model or in the image, and read it from a file")
        )
        yield failure.finding(titled(title, 88), about=(f"host:{host}",) if host else (), fixes=(fix,))


def _host(failure: Failure, evidence: Evidence) -> str | None:
    said = re.search(
        r"host='([^']+)'|https?://([^/\\s'\"\\\\:]+)|to host ([\\w.-]+)".replace("\\\\", "\\"), failure.message
    )
    if said:
        return one_line(next(group for group in said.groups() if group), 60)
    contacted = [c for c in probe_of(evidence).contacted if c.phase is failure.phase]
    return contacted[-1].host if contacted else None


SCRIPT = (
    "import requests\n\ndef init():\n    requests.get('https://models.example.com/a.pkl')\n\ndef run(data): return 1\n"
)
HERE = at(SCRIPT, "requests.get")
RETRIES = (
    "HTTPSConnectionPool(host='models.example.com', port=443): Max retries exceeded with url: /a.pkl (Caused by x)"
)

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "ConnectionError", RETRIES, HERE)),
        saw="init() cannot reach models.example.com",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "URLError", "<urlopen error [Errno -2] Name or service not known>", HERE),
            contacted=(Contacted(host="storage.example.com", port=443, phase=Phase.INIT),),
        ),
        saw="storage.example.com",
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(Phase.RUN, "SSLError", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", HERE)
            ),
        ),
        saw="run() does not trust a host",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "HTTPError", "404 Client Error: Not Found for url: https://x/a", HERE))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "ValueError", "no host given", HERE))),
    quiet(seen(SCRIPT, *started(), contacted=(Contacted(host="a.example.com", port=443, phase=Phase.INIT),))),
)
