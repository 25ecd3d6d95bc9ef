"""An ingress names a certificate that is not there.

What it finds
-------------
A secret of the `tls` part of an ingress that the namespace lacks, or that has no `tls.crt` and `tls.key`.

Why it breaks
-------------
The controller finds no certificate and serves one of its own, so clients stop with "certificate verify failed", or it
drops the host. The secret must be in the namespace of the ingress.

How to fix
----------
Create the secret from certificate and key.

Learn more
----------
Kubernetes documentation, "Ingress": TLS.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage
from checks.kubernetes.routing import near
from checks.kubernetes.scenes import Made, keys, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import ingresses_of
from checks.runtime.wording import titled
from checks.text import listed

_CREATE, _FROM = "kubectl create secret tls", "--cert=<certificate.pem> --key=<key.pem>"
PAIR = frozenset({"tls.crt", "tls.key"})


@check("kubernetes.ingress-tls-missing", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def ingress_tls_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look the secret up; only a warning in manifests, since it may be in the cluster."""
    workload = workload_of(evidence)
    if isinstance(workload.secrets, Missing):
        return
    there = {one.name: one for one in workload.secrets}
    for one in ingresses_of(workload):
        managed = any("cert-manager.io/" in key for key in one.metadata.annotations)
        for name in dict.fromkeys(each.secret_name for each in one.tls if each.secret_name):
            found = there.get(name)
            lacks = sorted(PAIR - set(found.keys)) if found else []
            if (found and not lacks) or (workload.from_files and (managed or found)):
                continue
            close = near(name, there)
            hosts = [host for each in one.tls if each.secret_name == name for host in each.hosts]
            said = f"lacks {' and '.join(lacks)}" if found else "is not there"
            yield Finding(
                title=titled(f"secret {name}, the certificate of ingress/{one.metadata.name}, {said}", 88),
                evidence=(
                    quote_field(f"ingress/{one.metadata.name}", "spec.tls.secretName", name),
                    quote_field(f"ingress/{one.metadata.name}", "spec.tls.hosts", listed(hosts)),
                    *((quote_field("secrets", "nearest name", close),) if close and not found else ()),
                ),
                severity=Severity.WARNING if workload.from_files or managed else Severity.ERROR,
                about=(f"ingress:{one.metadata.name}", f"secret:{name}"),
                fixes=(
                    Fix(
                        title="create the secret from certificate and key",
                        safety=Safety.PLACEHOLDER,
                        commands=(f"{_CREATE} {name} -n {workload.namespace} {_FROM}",),
                    ),
                ),
            )


INGRESS: Made = {
    "metadata": {"name": "score"},
    "rules": [{"host": "score.example.com", "backend": {"service": "score"}}],
    "tls": [{"secretName": "score-tls", "hosts": ["score.example.com"]}],
}
CASES = (
    fires(scene(ingresses=(INGRESS,), secrets=()), saw="secret score-tls", findings=1),
    fires(scene(ingresses=(INGRESS,), secrets=(keys("score-tls", "cert.pem"),)), saw="lacks tls.crt and tls.key"),
    quiet(scene(ingresses=(INGRESS,), secrets=(keys("score-tls", "tls.crt", "tls.key"),))),
    quiet(scene(ingresses=(INGRESS,)), name="secrets were not read"),
)
