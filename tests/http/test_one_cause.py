"""Every fault of the fault server is one cause, named for what it is, however it is reached."""

import pytest
from fault_server import FAULTS, PLATFORM, TLS, serving

from doctor.endpoint.diagnosis import diagnose
from doctor.endpoint.wishes import Wishes
from doctor.probe.launcher import Payload
from doctor.report import Verdict

SAMPLE = (Payload("sample.json", b'{"data": [[1.0]]}'),)
HEALTHY = {
    "healthy", "gzip", "many-headers", "http-1.0", "continue", "no-content", "other-model", "mixed-models",
    "keep-alive", "tls-healthy",
}  # fmt: skip
SLOW = {"slow-header", "slow-body", "hang", "hang-in-body", "endless-continue", "tls-hang"}
CAUSES = {
    "http.answer-too-slow": ("slow-header", "slow-body", "hang-in-body"),
    "http.no-answer-in-time": ("hang",),
    "http.connection-reset": ("reset", "reset-in-body"),
    "http.closed-without-answer": ("empty-reply", "half-closed"),
    "http.answer-cut": ("half-header", "half-closed-in-body", "truncated", "truncated-chunks", "bad-chunks"),
    "http.answer-length-wrong": ("length-longer", "length-shorter"),
    "http.answer-encoding-broken": ("bad-gzip", "cut-gzip"),
    "http.answer-too-large": ("gzip-bomb", "large", "endless", "endless-header"),
    "http.html-answer": ("login-page",),
    "http.redirect-loop": ("redirect-loop", "redirect-two"),
    "http.redirected-elsewhere": ("redirect-chain", "redirect-elsewhere", "redirect-echo", "redirect-nonsense"),
    "http.not-http": ("garbage", "ssh", "http-0.9", "http-2"),
    "http.key-missing": ("echo", "managed-401"),
    "http.answers-vary": ("mixed",),
    "http.container-down": ("managed-502", "nginx-502"),
    "http.access-forbidden": ("managed-403",),
    "http.wrong-path": ("managed-404", "server-404"),
    "http.time-limit-passed": ("managed-408", "aks-504"),
    "http.body-too-large": ("managed-413", "nginx-413", "early-413"),
    "http.run-raised": ("managed-424", "server-500", "aks-502"),
    "http.probe-fails": ("managed-424-probe",),
    "http.too-many-requests": ("managed-429",),
    "http.unavailable": ("managed-503",),
    "http.value-missing": ("server-400",),
    "http.method-not-allowed": ("server-405",),
    "http.content-type-refused": ("server-415",),
    "http.request-id-too-long": ("server-431",),
    "http.script-timeout": ("server-500-timeout",),
    "http.status-unexpected": ("server-500-html",),
    "http.client-gave-up": ("server-499",),
    "http.gateway-timeout": ("nginx-504",),
    "http.no-replica-ready": ("aks-503",),
    "http.tls-expired": ("tls-expired",),
    "http.tls-not-yet-valid": ("tls-not-yet-valid",),
    "http.tls-self-signed": ("tls-self-signed",),
    "http.tls-name-mismatch": ("tls-wrong-name",),
    "http.tls-chain-incomplete": ("tls-missing-chain", "tls-unknown-ca"),
    "http.client-certificate-wanted": ("tls-client-certificate", "tls-client-certificate-1.2"),
    "http.tls-refused": ("tls-closed", "tls-hang"),
    "http.tls-old-version": ("tls-old-version",),
    "http.scheme-mismatch": ("tls-on-plain", "plain-on-tls"),
    "contract.answer-error-text": ("error-in-200",),
}
EITHER = {"endless-continue": {"http.answer-too-slow", "http.answer-too-large"}}
"""Faults that the machine's speed decides."""

CAUSE = {name: cause for cause, names in CAUSES.items() for name in names}
ALL = (*FAULTS, *TLS, *PLATFORM)


@pytest.mark.parametrize("name", [name for name in ALL if name in CAUSE or name in HEALTHY or name in EITHER])
def test_one_fault_is_one_cause(name: str) -> None:
    patience = 1.6 if name in SLOW else 5.0
    with serving(name, only=None if name in TLS else "POST") as service:
        wishes = Wishes(payloads=SAMPLE, timeout=patience, total=30.0, series=2, ca=service.ca)
        report = diagnose(service.url.replace("127.0.0.1", "localhost"), wishes).report
    assert not report.checks.crashed
    causes = [finding.id for finding in report.causes]
    if name in HEALTHY:
        assert causes == []
        assert report.verdict is Verdict.HEALTHY
        return
    assert len(causes) == 1
    assert causes[0] in EITHER.get(name, {CAUSE.get(name)})
    assert report.verdict is Verdict.FAILING
    assert report.causes[0].fixes
    if report.causes[0].family == "http":
        assert len(report.causes[0].reproduce) == 2


def test_every_fault_is_expected_here() -> None:
    assert set(ALL) == {*CAUSE, *HEALTHY, *EITHER}
