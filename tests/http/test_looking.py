"""How a live service is reached and asked: addresses as people give them, proxies, keys that show nowhere."""

import asyncio
import base64
import html
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from fault_server import Request, Service, answer, healthy, serving

from checks.http.records import Endpoint
from doctor.content_types import kind_of_body
from doctor.endpoint import naming
from doctor.endpoint.address import read_address
from doctor.endpoint.collecting import look
from doctor.endpoint.kinds import kind_of
from doctor.endpoint.masking import Secrets
from doctor.endpoint.naming import resolve
from doctor.endpoint.wishes import Credential, Wishes
from doctor.errors import ConfigError
from doctor.probe.launcher import Payload

KEY = "Zk3+x/9Qp-Lm4Tn_Vw8=="
SAMPLE = Payload("sample.json", b'{"data": [[1.0]]}')
WISHES = Wishes(payloads=(SAMPLE,), credential=Credential("key", "SCORE_KEY", KEY), timeout=3.0, total=15.0, series=2)


@pytest.mark.parametrize(
    ("text", "shown", "base"),
    [
        ("http://127.0.0.1:5001/score", "http://127.0.0.1:5001/score", "/"),
        ("http://127.0.0.1:5001", "http://127.0.0.1:5001/score", "/"),
        ("http://127.0.0.1:5001/", "http://127.0.0.1:5001/score", "/"),
        ("127.0.0.1:5001", "http://127.0.0.1:5001/score", "/"),
        ("localhost:5001/score", "http://localhost:5001/score", "/"),
        ("  <https://h.example/score>  ", "https://h.example/score", "/"),
        ("churn.westeurope.inference.ml.azure.com", "https://churn.westeurope.inference.ml.azure.com/score", "/"),
        ("churn.westeurope.azurecontainer.io/score", "http://churn.westeurope.azurecontainer.io/score", "/"),
        ("h.example:443/score", "https://h.example/score", "/"),
        ("http://h:5001/swagger.json", "http://h:5001/score", "/"),
        ("http://h:5001/score/", "http://h:5001/score/", "/"),  # a mistake to be told, not mended
        ("http://[::1]:5001/score", "http://[::1]:5001/score", "/"),
        ("[::1]:5001", "http://[::1]:5001/score", "/"),
        ("http://h/api/v1/service/churn/score", "http://h/api/v1/service/churn/score", "/api/v1/service/churn/"),
        ("http://h/api/v1/service/churn", "http://h/api/v1/service/churn/score", "/api/v1/service/churn/"),
        ("https://h/api/v1/endpoint/c/swagger.json", "https://h/api/v1/endpoint/c/score", "/api/v1/endpoint/c/"),
        ("http://h/v1/models/churn:predict", "http://h/v1/models/churn:predict", "/"),
        ("http://h/team/", "http://h/team/score", "/team/"),
        ("HTTP://H.Example:80/score", "http://h.example/score", "/"),
        ("https://h/score?code=abcd1234&sig=x%2Fy", "https://h/score", "/"),
    ],
)  # fmt: skip
def test_an_address_as_people_give_it(text: str, shown: str, base: str) -> None:
    address = read_address(text)
    assert (address.shown, address.base) == (shown, base)


@pytest.mark.parametrize(
    "text",
    [
        "https://tester:hunter22@h.example/score", "tester:hunter22@h.example/score", "https://hunter22@h.example",
        "https://tester:hunt/er22hunter22@h.example", "ftp://h.example/hunter22", "http://", "", "http:///score",
        "http://h:99999/hunter22", "http://h:port/score?key=hunter22", "http://[::1/score", "http://h ost/score",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_without_its_secrets(text: str) -> None:
    with pytest.raises(ConfigError) as told:
        look(text, WISHES)
    assert "hunter22" not in str(told.value)
    assert told.value.__cause__ is None


def test_the_query_is_sent_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving("healthy") as service:
        seen = look(f"{service.url}?code=c0deThatIsSecret&sig=a%2Fb%2Bsigned", WISHES)
        assert {one.path.partition("?")[2] for one in service.requests} == {"code=c0deThatIsSecret&sig=a%2Fb%2Bsigned"}
    text = repr(seen) + caplog.text
    assert "c0deThatIsSecret" not in text
    assert "a%2Fb%2Bsigned" not in text
    assert "a/b+signed" not in text


def test_what_of_a_query_is_secret() -> None:
    text = "http://h/score?code=abcd&api-version=2024-05-01-preview&debug=true&x=0123456789abc&Sig=a%2Fb%2Bc&v7&Zr8kQ1vYt5mW3xB7"
    assert set(read_address(text).secrets) == {"abcd", "0123456789abc", "a%2Fb%2Bc", "a/b+c", "Zr8kQ1vYt5mW3xB7"}


FORMS = {
    "plain": KEY,
    "quoted": quote(KEY, safe=""),
    "quoted small": quote(KEY, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
    "html": html.escape(KEY),
    "hex": KEY.encode().hex(),
    **{f"base64 behind {len(w)}": base64.b64encode(w + KEY.encode()).decode() for w in (b"", b"x", b"xy", b"Bearer ")},
    "escaped": "".join(f"\\u{ord(one):04x}" for one in KEY),
    "wrapped": "\r\n  ".join((KEY[:9], KEY[9:])),
    "wrapped in JSON": "\\n".join((KEY[:5], KEY[5:])),
    "base64 in lines": base64.encodebytes(b"Authorization: Bearer x" * 2 + KEY.encode()).decode(),
    "base64 of a URL": base64.urlsafe_b64encode(b"user:" + KEY.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_hidden_in_every_form(form: str) -> None:
    secrets = Secrets(KEY)
    shown = secrets.hide(f"<p>{FORMS[form]}</p>")
    assert FORMS[form] not in shown
    assert "***" in shown
    assert FORMS[form][4:-4] not in shown
    assert KEY not in repr(secrets)


def test_the_beginning_of_a_key_is_hidden_where_an_answer_was_cut() -> None:
    assert Secrets(KEY).hide_lines(f"seen: {KEY[:12]}", whole=False) == "seen: ***"


@pytest.mark.parametrize("fault", ["echo", "redirect-echo"])
def test_a_key_that_the_service_repeats_shows_nowhere(
    fault: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    with serving(fault) as service:
        seen = look(service.url, WISHES, said.append)
        assert any(KEY in one.headers.get("authorization", "") for one in service.requests)
    everything = "\n".join(
        [repr(seen), msgspec.json.encode(seen.endpoint).decode(), caplog.text, *said, *capfd.readouterr(), repr(WISHES)]
    )
    for form in FORMS.values():
        assert form not in everything
    assert base64.b64encode(KEY.encode()).decode()[:-2] not in everything


def test_a_description_that_repeats_the_key() -> None:
    def handler(to: socket.socket, request: Request, service: Service) -> bool | None:
        if request.path.startswith("/swagger.json"):
            to.sendall(answer(200, {"swagger": "2.0", "info": {"title": request.headers.get("authorization", "")}}))
            return True
        return healthy(to, request, service)

    with serving(handler) as service:
        seen = look(service.url, WISHES)
    assert seen.served is not None
    assert seen.served.role == "served"
    assert KEY not in repr(seen)


def test_what_is_sent() -> None:
    with serving("healthy") as service:
        told: list[str] = []
        endpoint = look(service.url, replace(WISHES, deployment="blue"), told.append).endpoint
        requests = service.requests
    steps = [one for one in told if one.startswith("asking ")]
    assert steps == [
        "asking for health, description, CORS",
        "asking without a key and with a wrong one",
    ], "what is asked at once is one step: a step ends where the next begins"
    asked = [(one.method, one.path) for one in requests]
    assert sorted(asked[:3]) == [("GET", "/"), ("GET", "/swagger.json"), ("OPTIONS", "/score")]
    assert asked[3] == ("POST", "/score")
    assert sorted(asked[4:6]) == [("GET", "/swagger.json")] * 2
    assert asked[6:] == [("POST", "/score")] * 2
    preflight = next(one for one in requests if one.method == "OPTIONS")
    assert preflight.headers["origin"] == WISHES.origin
    assert "authorization" not in preflight.headers
    score = requests[3]
    assert score.body == SAMPLE.body
    assert score.headers["content-type"] == "application/json"
    assert score.headers["authorization"] == f"Bearer {KEY}"
    assert score.headers["azureml-model-deployment"] == "blue"
    call = endpoint.first("score")
    assert call is not None
    assert score.headers["x-request-id"] == score.headers["x-ms-client-request-id"] == call.request_id
    assert len(call.request_id) <= 40
    assert len({one.headers["x-request-id"] for one in requests}) == len(requests)
    keys = {one.headers.get("authorization") for one in requests if one.path == "/swagger.json"}
    assert len(keys) == 3
    assert (endpoint.credential, endpoint.variable, endpoint.deployment) == ("key", "SCORE_KEY", "blue")


def test_nothing_is_scored_without_a_sample() -> None:
    with serving("healthy") as service:
        endpoint = look(service.url, replace(WISHES, payloads=())).endpoint
        assert {one.method for one in service.requests} == {"GET", "OPTIONS"}
        assert not [one for one in service.requests if one.method == "GET" and one.path.startswith("/score")]
    assert endpoint.first("empty") is not None
    assert endpoint.timing is None


def test_no_redirect_leads_to_a_score_without_the_sample() -> None:
    def handler(to: socket.socket, request: Request, service: Service) -> bool | None:
        if request.path == "/score" and request.method == "GET":
            return healthy(to, request, service)
        to.sendall(answer(303, b"", {"Location": "/score"}))
        return True

    with serving(handler) as service:
        look(service.url, WISHES)
        assert ("GET", "/score") not in [(one.method, one.path) for one in service.requests]


def test_a_second_version_of_the_description() -> None:
    def handler(to: socket.socket, request: Request, service: Service) -> bool | None:
        if request.path == "/swagger.json":
            words = "Swagger version [2] is not supported for the scoring script. Supported swagger versions: [3, 3.1]."
            to.sendall(answer(404, {"message": words}))
            return True
        return healthy(to, request, service)

    with serving(handler) as service:
        seen = look(service.url, replace(WISHES, credential=None))
    assert [call.status for call in seen.endpoint.of("swagger")] == [404, 200]
    assert seen.served is not None


@pytest.mark.parametrize("value", ["", "  ", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_no_header_carries(value: str) -> None:
    with pytest.raises(ConfigError, match="SCORE_KEY") as told:
        look("http://127.0.0.1:1/score", replace(WISHES, credential=Credential("key", "SCORE_KEY", value)))
    assert not value.strip() or value not in str(told.value)


def test_spaces_and_the_word_bearer_are_no_part_of_a_key() -> None:
    with serving("healthy") as service:
        look(service.url, replace(WISHES, credential=Credential("token", "T", f" Bearer {KEY}\n")))
        assert f"Bearer {KEY}" in {one.headers.get("authorization") for one in service.requests}


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_holds_none(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        look("https://127.0.0.1:1/score", replace(WISHES, ca=file))


def test_a_port_where_nothing_listens() -> None:
    with socket.socket() as bound:  # and nobody else's while it is
        bound.bind(("127.0.0.1", 0))
        endpoint = look(f"http://127.0.0.1:{bound.getsockname()[1]}/score", WISHES).endpoint
    assert endpoint.connection is not None
    assert endpoint.connection.problem == "refused"
    assert not endpoint.of("health", "score")


def test_a_name_that_nobody_has() -> None:
    start = time.monotonic()
    endpoint = look("https://churn.invalid/score", replace(WISHES, timeout=2.0)).endpoint
    assert time.monotonic() - start < 15
    assert endpoint.name is not None
    assert endpoint.name.problem in ("unknown", "no-answer")  # the latter without a name server
    assert endpoint.connection is None
    assert endpoint.calls == ()


def test_a_name_server_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = threading.Event()

    def waits(*_: object, **__: object) -> list[object]:
        silence.wait(30)
        return []

    monkeypatch.setattr(naming.socket, "getaddrinfo", waits)
    try:
        name = resolve("h.example", 443, 0.2)
    finally:
        silence.set()
    assert (name.problem, name.addresses) == ("no-answer", ())


def test_a_name_that_is_none() -> None:
    assert resolve("a" * 80 + ".example", 80, 2.0).problem == "unknown"


@contextmanager
def a_proxy(refuses: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy on loopback that tunnels, or answers 407; the heads of what it was asked."""
    heads: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                to.sendall(part)
        with suppress(OSError):
            to.shutdown(socket.SHUT_WR)

    def talk(client: socket.socket) -> None:
        with client, suppress(OSError, ValueError, IndexError):
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(65536)
                if not part:
                    return
                head += part
            heads.append(head)
            if refuses:
                client.sendall(answer(407, "", {"Proxy-Authenticate": "Basic"}))
                return
            method, target = head.split(b" ")[:2]
            place = target.decode() if method == b"CONNECT" else target.decode().split("/")[2]
            host, _, port = place.rpartition(":")
            with socket.create_connection((host, int(port))) as service:
                if method == b"CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    service.sendall(head)
                back = threading.Thread(target=pump, args=(service, client), daemon=True)
                back.start()
                pump(client, service)
                back.join(10)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], heads
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("fault", ["healthy", "tls-healthy", "tls-expired"])
def test_a_proxy_of_the_environment_stands_between(fault: str, no_proxies: pytest.MonkeyPatch) -> None:
    with serving(fault) as service, a_proxy() as (port, heads):
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            no_proxies.setenv(name, f"http://tester:hunter22@127.0.0.1:{port}")
        endpoint = look(service.url, replace(WISHES, ca=service.ca)).endpoint
    assert heads
    assert all(base64.b64encode(b"tester:hunter22") in head for head in heads)
    assert endpoint.connection is not None
    assert endpoint.connection.proxy == f"http://127.0.0.1:{port}"
    assert "hunter22" not in repr(endpoint)
    if fault == "tls-expired":
        assert endpoint.tls is not None
        assert endpoint.tls.problem == "expired"
    else:
        assert [call.status for call in endpoint.of("score")] == [200]


@pytest.mark.parametrize("fault", ["healthy", "tls-healthy"])
def test_a_proxy_that_refuses(fault: str, no_proxies: pytest.MonkeyPatch) -> None:
    with serving(fault) as service, a_proxy(refuses=True) as (port, _):
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            no_proxies.setenv(name, f"http://127.0.0.1:{port}")
        endpoint = look(service.url, replace(WISHES, ca=service.ca)).endpoint
    if fault == "healthy":
        assert [call.status for call in endpoint.of("score")] == [407]
    else:
        assert endpoint.tls is not None
        assert "407" in endpoint.tls.words
        assert not endpoint.of("score")


@pytest.mark.parametrize("left_out", ["*", "127.0.0.1", "example.com,127.0.0.1"])
def test_hosts_that_need_no_proxy(left_out: str, no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    no_proxies.setenv("NO_PROXY", left_out)
    with serving("healthy") as service:
        endpoint = look(service.url, replace(WISHES, payloads=())).endpoint
    assert [call.status for call in endpoint.of("health")] == [200]


def test_a_loop_that_runs_already_is_no_obstacle() -> None:
    async def main() -> Endpoint:
        return look(service.url, WISHES).endpoint

    with serving("healthy") as service:
        assert [call.status for call in asyncio.run(main()).of("score")] == [200]


def test_who_answers() -> None:
    def kind(url: str) -> tuple[str, str]:
        return kind_of(read_address(url))

    assert kind("https://churn.westeurope.inference.ml.azure.com/score")[0] == "managed"
    assert kind("https://churn.usgovvirginia.inference.ml.azure.us/score")[0] == "managed"
    assert kind("https://churn.example.com/score") == ("other", "")
    assert kind("http://churn.westeurope.azurecontainer.io/score")[0] == "container-instance"
    assert kind("http://10.0.0.4/api/v1/service/churn/score") == ("kubernetes", "path /api/v1/service/churn/")
    assert kind("https://inference.ml.azure.com.example.org/score")[0] == "other"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"data": 1}', "application/json"),
        (b"{'data': 1}", "application/json"),
        (b"", "application/json"),
        ('{"data": "ü"}'.encode("utf-16"), "application/json"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "application/octet-stream"),
    ],
)
def test_the_type_of_a_payload(body: bytes, expected: str) -> None:
    assert kind_of_body(body) == expected


def test_an_answer_that_takes_redaction_to_its_limits() -> None:
    def handler(to: socket.socket, request: Request, _: Service) -> None:
        to.sendall(answer(200, b"key-" * 50_000 + b"sig=" * 20_000 + b'token="' * 10_000))

    with serving(handler) as service:
        start = time.monotonic()
        endpoint = look(service.url, replace(WISHES, series=1)).endpoint
        assert time.monotonic() - start < 15
    assert [call.status for call in endpoint.of("score")] == [200]


def test_the_records_travel() -> None:
    with serving("healthy") as service:
        endpoint = look(service.url, WISHES).endpoint
    assert msgspec.json.decode(msgspec.json.encode(endpoint), type=Endpoint) == endpoint
    assert json.loads(msgspec.json.encode(endpoint))["kind"] == "server"
