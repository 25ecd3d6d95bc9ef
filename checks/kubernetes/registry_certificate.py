"""The node does not trust the registry's certificate, or the registry speaks plain HTTP.

What it finds
-------------
A pull that failed in TLS: an unknown authority, an expired certificate, another name, or an answer without TLS.

Why it breaks
-------------
The container runtime of the node asks over HTTPS and checks the certificate with the node's own store. A registry of
one's own with a private authority, or without TLS, must be made known to the runtime of every node.

How to fix
----------
Give the registry a certificate of a public authority, or put its authority into the runtime's configuration on the
nodes (`/etc/containerd/certs.d/HOST/hosts.toml`, `/etc/docker/certs.d/HOST/ca.crt`).

Learn more
----------
containerd documentation, `hosts.md`. Docker documentation, "Verify repository client with certificates".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS, other_image
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import Scene, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.registry-certificate",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.registry-certificate", "logs.registry-without-tls"),
)
def registry_certificate(evidence: Evidence) -> Iterator[Finding]:
    """Tell plain HTTP, an expired certificate and an unknown authority apart."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "certificate"):
        title, cure = _told(pull)
        yield Finding(
            title=titled(title, 88),
            evidence=pull.quotes,
            about=(*pull.about, f"registry:{pull.registry}"),
            fixes=(Fix(title=cure), other_image(workload, pull, "take the image from another registry")),
            confirm=f"openssl s_client -connect {_address(pull.registry)} -brief </dev/null",
        )


def _told(pull: FailedPull) -> tuple[str, str]:
    host = pull.registry
    if "server gave HTTP" in pull.words:
        return (
            f"the registry {host} speaks plain HTTP, and the node asks over HTTPS",
            f"give {host} a certificate, or allow it as an insecure registry in the runtime of every node",
        )
    if "expired" in pull.words:
        return f"the certificate of the registry {host} has expired", f"renew the certificate of {host}"
    if "valid for" in pull.words or "not valid for any names" in pull.words:
        return (
            f"the certificate of the registry {host} is made for another name",
            f"pull by a name that the certificate has, or issue it for {host}",
        )
    return (
        f"the node does not trust the certificate of the registry {host}",
        f"put the authority of {host} into the runtime's configuration on every node",
    )


def _address(registry: str) -> str:
    return registry if ":" in registry else f"{registry}:443"


START = 'Error response from daemon: Get "https://r.example/v2/": '
ONE = spec(image="r.example/a:1")


def _case(words: str) -> Scene:
    return scene(pods=(pod(waiting("ErrImagePull", START + words), ONE),))


CASES = (
    fires(
        _case("x509: certificate signed by unknown authority"),
        saw="does not trust the certificate of the registry r.example",
        findings=1,
    ),
    fires(
        _case("tls: failed to verify certificate: x509: certificate has expired or is not yet valid"),
        saw="has expired",
    ),
    fires(_case("http: server gave HTTP response to HTTPS client"), saw="speaks plain HTTP"),
    fires(_case("x509: certificate is valid for a.example, not r.example"), saw="another name"),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(_case("dial tcp 203.0.113.9:443: i/o timeout")),
)
