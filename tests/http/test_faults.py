"""Every fault of a live service: told as what it is, within its time, with bounded memory, and without the key."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest
from fault_server import FAULTS, PLATFORM, TLS, Service, serving

from checks.http.records import Call, Endpoint
from doctor.endpoint.collecting import look
from doctor.endpoint.wishes import Credential, Wishes
from doctor.probe.launcher import Payload

KEY = "Zk3+x/9Qp-Lm4Tn_Vw8=="
SAMPLE = Payload("sample.json", b'{"data": [[1.0]]}')
WISHES = Wishes(payloads=(SAMPLE,), credential=Credential("key", "SCORE_KEY", KEY), timeout=1.5, total=12.0, series=3)
WITHIN = 10.0  # seconds for the slowest: four steps of 1.5 s each, on a machine that has other work

# fault -> status and problem of the scoring call
EXPECTED: dict[str, tuple[int | None, str | None]] = {
    "healthy": (200, None),
    "slow-header": (None, "slow"),
    "slow-body": (200, "slow"),
    "hang": (None, "timeout"),
    "hang-in-body": (200, "slow"),
    "reset": (None, "reset"),
    "reset-in-body": (200, "reset"),
    "empty-reply": (None, "closed"),
    "half-header": (None, "cut"),
    "half-closed": (None, "closed"),
    "half-closed-in-body": (200, "cut"),
    "truncated": (200, "cut"),
    "truncated-chunks": (200, "cut"),
    "bad-chunks": (200, "cut"),
    "length-longer": (200, "length"),
    "length-shorter": (200, "length"),
    "bad-gzip": (200, "encoding"),
    "cut-gzip": (200, "encoding"),
    "gzip": (200, None),
    "gzip-bomb": (200, "large"),
    "login-page": (200, None),
    "redirect-loop": (302, "redirects"),
    "redirect-two": (307, "redirects"),
    "redirect-chain": (302, None),  # a POST becomes a GET of the scoring path, which would be scored
    "redirect-elsewhere": (307, None),
    "redirect-echo": (302, None),
    "redirect-nonsense": (302, None),
    "large": (200, "large"),
    "endless": (200, "large"),
    "endless-header": (None, "large"),
    "many-headers": (200, None),
    "garbage": (None, "not-http"),
    "ssh": (None, "not-http"),
    "http-0.9": (None, "not-http"),
    "http-1.0": (200, None),
    "http-2": (None, "not-http"),
    "continue": (200, None),
    "no-content": (204, None),
    "early-413": (413, None),
    "echo": (401, None),
    "error-in-200": (200, None),
    "other-model": (200, None),
    "mixed": (200, None),
    "mixed-models": (200, None),
    "keep-alive": (200, None),
}
OF_TLS = {
    "tls-healthy": None,
    "tls-expired": "expired",
    "tls-not-yet-valid": "not-yet-valid",
    "tls-self-signed": "self-signed",
    "tls-wrong-name": "name",
    "tls-missing-chain": "chain",
    "tls-unknown-ca": "chain",
    "tls-client-certificate": "client-certificate",
    "tls-client-certificate-1.2": "client-certificate",
    "tls-old-version": "old-version",
    "tls-closed": "closed",
    "tls-hang": "other",
    "plain-on-tls": "not-tls",
}


def seen(service: Service, wishes: Wishes = WISHES) -> Endpoint:
    start = time.monotonic()
    looked = look(service.url, replace(wishes, ca=service.ca))
    assert time.monotonic() - start < WITHIN
    assert KEY not in repr(looked)
    return looked.endpoint


def scored(endpoint: Endpoint) -> Call:
    call = endpoint.first("score")
    assert call is not None
    return call


def test_every_fault_is_expected_here() -> None:
    assert set(EXPECTED) | {"endless-continue"} == set(FAULTS)
    assert set(OF_TLS) | {"tls-on-plain"} == set(TLS)


@pytest.mark.parametrize("fault", EXPECTED)
def test_a_fault_is_told_as_what_it_is(fault: str) -> None:
    with serving(fault) as service:
        call = scored(seen(service))
    assert (call.status, call.problem) == EXPECTED[fault], call.words
    assert bool(call.words) is (call.problem is not None)
    assert len(call.body) <= 1_000_000
    assert call.seconds < 5 * WISHES.timeout


def test_interim_answers_without_end_end_with_the_time_or_the_size() -> None:
    with serving("endless-continue") as service:
        assert scored(seen(service)).problem in ("slow", "large")


@pytest.mark.parametrize("fault", ["slow-body", "reset", "truncated", "bad-gzip", "login-page", "status-500"])
def test_a_health_check_that_lies(fault: str) -> None:
    with serving(fault, only="POST") as service:
        endpoint = seen(service)
    health = endpoint.first("health")
    assert health is not None
    assert (health.status, health.body, health.problem) == (200, "Healthy", None)
    call = scored(endpoint)
    assert call.problem or call.status == 500 or "Sign in" in call.body
    assert not endpoint.of("plain")


@pytest.mark.parametrize("fault", OF_TLS)
def test_a_certificate_is_told_as_what_it_is(fault: str) -> None:
    with serving(fault) as service:
        unknown = fault in ("tls-self-signed", "tls-unknown-ca")
        looked = look(service.url, replace(WISHES, ca=None if unknown else service.ca)).endpoint
        keys = [one.headers.get("authorization") for one in service.requests]
        methods = [one.method for one in service.requests]
    tls = looked.tls
    assert tls is not None
    assert tls.problem == OF_TLS[fault], tls.words
    if fault in ("tls-healthy", "tls-client-certificate"):
        assert tls.verified
    else:
        assert not tls.verified
        assert not any(keys), "a key went through a connection that was not verified"
        assert "POST" not in methods, "a payload went through a connection that was not verified"
    if fault not in ("tls-client-certificate-1.2", "tls-closed", "tls-hang", "plain-on-tls"):
        assert tls.certificate is not None
        assert tls.certificate.names == ("scoring.example.com" if fault == "tls-wrong-name" else "localhost",)
        assert tls.certificate.self_signed is (fault == "tls-self-signed")


def test_the_days_of_a_certificate() -> None:
    days = {}
    for fault in ("tls-healthy", "tls-expired", "tls-not-yet-valid"):
        with serving(fault) as service:
            tls = look(service.url, replace(WISHES, ca=service.ca, payloads=())).endpoint.tls
        assert tls is not None
        assert tls.certificate is not None
        days[fault] = (round(tls.certificate.days_left or 0), round(tls.certificate.days_until_valid))
        assert tls.certificate.not_after.endswith("Z")
    assert days == {"tls-healthy": (60, 0), "tls-expired": (-3, 0), "tls-not-yet-valid": (90, 5)}


@pytest.mark.parametrize("fault", ["plain-on-tls", "tls-on-plain"])
def test_the_other_scheme_is_tried_without_the_key(fault: str) -> None:
    with serving(fault) as service:
        plain = seen(service).first("plain")
        keys = [one.headers.get("authorization") for one in service.requests]
    assert plain is not None
    assert (plain.status, plain.body) == (200, "Healthy")
    assert not any(keys)


@pytest.mark.parametrize("name", PLATFORM)
def test_what_a_platform_answers_is_kept(name: str) -> None:
    with serving(name, only="POST") as service:
        endpoint = seen(service)
    call = scored(endpoint)
    assert call.problem is None
    head = PLATFORM[name].split(b"\r\n\r\n")[0].decode()
    assert f" {call.status} " in head
    assert call.headers.items() >= {
        (key.lower(), value)
        for key, value in (line.split(": ", 1) for line in head.split("\r\n")[1:])
        if key.lower().startswith(("ms-azureml", "azureml", "x-", "retry-after", "server"))
    }
    if name.startswith("aks-"):
        assert endpoint.kind == "kubernetes"
    elif name.startswith("managed-424"):
        assert endpoint.kind == "managed"
    elif name.startswith("server-"):
        assert endpoint.kind == "server"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 413, 415, 424, 429, 431, 499, 500, 502, 503, 504])
def test_every_status_is_told(status: int) -> None:
    with serving(f"status-{status}", only="POST") as service:
        endpoint = seen(service)
    assert scored(endpoint).status == status
    assert endpoint.timing is None, "a series goes on only from what works"


def test_the_key_follows_no_redirect_to_another_host() -> None:
    with serving("redirect-elsewhere") as service:
        endpoint = seen(service)
        assert service.other is not None
        assert service.other.requests == []
        assert scored(endpoint).redirects == (service.other.url,)


@pytest.mark.parametrize("fault", ["early-413", "healthy", "continue", "reset", "hang", "tls-healthy", "length-longer"])
def test_a_long_payload(fault: str) -> None:
    long = Payload("long.json", b"1" * 12_000_000)
    with serving(fault) as service:
        endpoint = seen(service, replace(WISHES, payloads=(long,), series=1, timeout=3.0, total=20.0))
    expected = {**EXPECTED, "tls-healthy": (200, None), "hang": (None, "timeout")}
    call = scored(endpoint)
    assert (call.status, call.problem) == expected[fault], call.words
    assert call.sent == 12_000_000
    if expected[fault] == (200, None):
        assert [len(one.body) for one in service.requests if one.method == "POST"] == [12_000_000] * 2


def test_a_series_stops_at_the_first_failure() -> None:
    with serving("mixed", only="POST") as service:
        endpoint = seen(service)
    assert [call.status for call in endpoint.of("series")] == [502]
    assert endpoint.timing is not None
    assert endpoint.timing.statuses == (502,)


def test_a_series_shows_that_different_models_answer() -> None:
    with serving("mixed-models", only="POST") as service:
        endpoint = seen(service)
    named = [call.headers["azureml-model-deployment"] for call in endpoint.of("score", "series")]
    assert named == ["blue", "green", "blue", "green"]


def test_a_connection_that_is_closed_between_requests_is_no_fault() -> None:
    with serving("keep-alive") as service:
        endpoint = seen(service)
    assert [call.problem for call in endpoint.calls] == [None] * len(endpoint.calls)
    assert endpoint.timing is not None
    assert endpoint.timing.statuses == (200, 200, 200)


def test_everything_together_ends_within_the_total() -> None:
    payloads = tuple(Payload(f"{number}.json", b"{}") for number in range(30))
    start = time.monotonic()
    with serving("hang") as service:
        endpoint = look(service.url, replace(WISHES, payloads=payloads, timeout=1.0, total=3.0)).endpoint
    assert time.monotonic() - start < 12
    assert 0 < len(endpoint.of("score")) < 30


MEMORY = """
import resource, sys
from pathlib import Path
from doctor.endpoint.collecting import look
from doctor.endpoint.wishes import Wishes
from doctor.probe.launcher import Payload
url, warm = sys.argv[1:]
wishes = Wishes(payloads=(Payload("s.json", b"{}"),), timeout=4.0, total=20.0)
look(warm, wishes)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
problem = look(url, wishes).endpoint.first("score").problem
print(problem, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("fault", ["large", "endless", "gzip-bomb", "endless-header"])
def test_memory_is_bounded(fault: str) -> None:
    with serving(fault) as service, serving("healthy") as warm:
        ended = subprocess.run(
            [sys.executable, "-c", MEMORY, service.url, warm.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    problem, grown = ended.stdout.split()
    assert problem == "large"
    assert int(grown) < 120, "MB that an answer of 100 MB took"
