"""The certificate is for another name.

What it finds
-------------
A certificate that does not name the host of the URL.

Why it breaks
-------------
Clients that verify refuse the connection: the certificate may be good, but proves another host. It happens when a
service is asked by its IP address or by an alias, when the DNS name changed, or when another site answers at that
address.

How to fix
----------
Ask by a name that the certificate has, or have one issued that names this host.

Learn more
----------
RFC 9525, service identity. Azure Machine Learning documentation, "Use TLS to secure a web service": `cname`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.reproduce import split
from checks.http.seen import advise, endpoint_of, host_of, word
from checks.runtime.wording import one_line
from checks.text import listed

_PLAIN = re.compile(r"[\w.-]+")


@check("http.tls-name-mismatch", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def tls_name_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Put the names of the certificate beside the host."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "name")
    if tls is None:
        return
    host, names = host_of(endpoint), tls.certificate.names if tls.certificate else ()
    port, path = split(endpoint.url)[1].removeprefix(host), split(endpoint.url)[2]
    plain = [one for one in names if _PLAIN.fullmatch(one)]
    by_name = advise(
        f"ask by a name that it holds for: {one_line(listed(names, 3), 90)}"
        if names
        else "ask by the name it holds for",
        *(f"https://{one}{port}{word(path)}" for one in plain[:1]),
    )
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate that {host} shows is for {one_line(listed(names, 2), 50) if names else 'another name'}",
        by_name,
        advise(f"have a certificate issued that names {host}"),
    )


CASES = (
    fires(shaken("name", names=("score.example", "www.score.example")), saw="is for score.example", findings=1),
    fires(shaken("name", names=()), saw="another name"),
    quiet(shaken(None)),
    quiet(shaken("chain")),
)
