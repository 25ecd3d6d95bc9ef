"""A service on loopback that breaks in one chosen way, over real sockets and real TLS.

    with faulty("reset") as url: ...                the URL of its /score, whose every answer breaks so
    with serving("bad-gzip", only="POST") as service: service.url, service.requests, service.ca, service.other

FAULTS holds every name with what it does. `only="POST"` breaks scoring alone: health, swagger and OPTIONS are healthy
then, as of a service whose health check lies. `status-NNN` answers any status with an empty body; PLATFORM holds
answers as the front ends and the inference server write them. Names that begin with `tls-` speak TLS with a
certificate for `localhost`; the root that signed it is `service.ca`, for a client that shall trust it.
"""

import base64
import gzip
import json
import select
import shutil
import socket
import ssl
import struct
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PATIENCE = 60.0  # seconds after which a fault that hangs gives up by itself
SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "faulty", "version": "1.0"},
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "paths": {
        "/": {"get": {"operationId": "ServiceHealthCheck", "responses": {"200": {"description": "up"}}}},
        "/score": {
            "post": {
                "operationId": "RunMLService",
                "parameters": [
                    {"name": "serviceInputPayload", "in": "body", "schema": {"$ref": "#/definitions/ServiceInput"}}
                ],
                "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/ServiceOutput"}}},
            }
        },
    },
    "definitions": {
        "ServiceInput": {"type": "object", "properties": {"data": {"type": "array"}}, "example": {"data": [[1.0]]}},
        "ServiceOutput": {"type": "array", "items": {"type": "number"}, "example": [3.0]},
    },
}
LOGIN = (
    b"<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><form>Password</form></body></html>"
)
OF_SERVER = {"x-ms-server-version": "azmlinfsrv/1.5.1"}
RAISED = {"message": "An unexpected error occurred in scoring script. Check the logs for more info."}


@dataclass(frozen=True)
class Request:
    """What a client sent. Header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """A running fault server. `other` is a second, healthy one, where the fault leads to another host."""

    url: str
    ca: Path | None = None
    requests: list[Request] = field(default_factory=list)
    other: "Service | None" = None
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> str:
        """The URL of its root, with the slash."""
        return self.url.removesuffix("score")


Handler = Callable[[socket.socket, Request, Service], bool | None]
"""Answers one request; True keeps the connection for the next."""


def answer(
    status: int = 200, body: bytes | str | object = b"", headers: dict[str, str] | None = None, **fields: str
) -> bytes:
    """A whole answer of HTTP/1.1. What is no text is sent as JSON."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "application/json" if not isinstance(body, bytes | str) else "text/plain"
    lines = {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {}), **fields}
    if status in (204, 304):
        lines = {name: value for name, value in lines.items() if not name.startswith("Content-")}
    head = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in lines.items())]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + content


def healthy(to: socket.socket, request: Request, _: Service) -> bool:
    """Answers as the inference server does."""
    path = request.path.partition("?")[0]
    if path.endswith("/swagger.json"):
        to.sendall(answer(200, SWAGGER, OF_SERVER))
    elif path.endswith("/score"):
        body = b"" if request.method == "OPTIONS" else b"[3.0]"
        to.sendall(
            answer(200, body, {**OF_SERVER, "Content-Type": "application/json", "x-ms-run-function-failed": "False"})
        )
    elif path.endswith("/"):
        to.sendall(answer(200, b"Healthy", {**OF_SERVER, "Content-Type": "text/html; charset=utf-8"}))
    else:
        to.sendall(answer(404, {"message": "The requested URL was not found on the server."}, OF_SERVER))
    return True


def _sends(*parts: bytes) -> Handler:
    def handler(to: socket.socket, _: Request, __: Service) -> None:
        for part in parts:
            to.sendall(part)

    return handler


def _drips(head: bytes, text: bytes, pause: float = 1.0) -> Handler:
    def handler(to: socket.socket, _: Request, service: Service) -> None:
        to.sendall(head)
        for byte in text:
            if service.stopped.wait(pause):
                return
            to.sendall(bytes([byte]))

    return handler


def _reset(*before: bytes) -> Handler:
    def handler(to: socket.socket, _: Request, service: Service) -> None:
        for part in before:
            to.sendall(part)
        service.stopped.wait(0.1 if before else 0)  # what was sent arrives before the reset throws it away
        to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        to.close()

    return handler


def _hangs(*before: bytes, half_closed: bool = False) -> Handler:
    def handler(to: socket.socket, _: Request, service: Service) -> None:
        for part in before:
            to.sendall(part)
        if half_closed:
            to.shutdown(socket.SHUT_WR)
        service.stopped.wait(PATIENCE)

    return handler


def _endless(head: bytes, part: bytes, times: int | None = None) -> Handler:
    def handler(to: socket.socket, _: Request, service: Service) -> None:
        to.sendall(head)
        sent = 0
        while not service.stopped.is_set() and (times is None or sent < times):
            to.sendall(part)
            sent += 1

    return handler


def _redirects(target: Callable[[Service, Request], str], status: int = 302) -> Handler:
    def handler(to: socket.socket, request: Request, service: Service) -> bool:
        to.sendall(answer(status, b"", {"Location": target(service, request)}))
        return True

    return handler


def _next_step(_: Service, request: Request) -> str:
    path, _, number = request.path.partition("?step=")
    return f"{path}?step={int(number or 0) + 1}"


def _echo(to: socket.socket, request: Request, _: Service) -> bool:
    said = request.headers.get("authorization", "none")
    key = said.removeprefix("Bearer ")
    coded = [base64.b64encode((before + said).encode()).decode() for before in ("", "x", "xy")]
    body = {"message": f"not allowed: {said}", "key": key, "headers": {"Authorization": said}, "coded": coded}
    to.sendall(answer(401, body, {"WWW-Authenticate": said, "x-ms-echo": key, "X-Request-Id": key}))
    return True


def _echo_redirect(to: socket.socket, request: Request, _: Service) -> bool:
    key = request.headers.get("authorization", "none").removeprefix("Bearer ")
    to.sendall(answer(302, b"", {"Location": f"https://login.example.com/{key}?token={key}"}))
    return True


def _continues(to: socket.socket, request: Request, service: Service) -> bool | None:
    to.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return healthy(to, request, service)


def _alternates(first: bytes, then: bytes) -> Handler:
    def handler(to: socket.socket, request: Request, service: Service) -> bool:
        count = sum(1 for one in service.requests if one.method == request.method)
        to.sendall(first if count % 2 else then)
        return True

    return handler


def _keeps_no_promise(to: socket.socket, request: Request, service: Service) -> bool:
    """Keeps the connection, and closes it unheard when the next request comes."""
    healthy(to, request, service)
    select.select([to], [], [], PATIENCE)
    return False


def _bomb() -> bytes:
    packed = gzip.compress(bytes(50 << 20), 1)
    return answer(200, packed, {"Content-Encoding": "gzip", "Content-Type": "application/json"})


def _sends_bomb(to: socket.socket, _: Request, __: Service) -> None:
    to.sendall(cache(_bomb)())


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_PACKED = gzip.compress(b'{"result": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}')

FAULTS: dict[str, Handler] = {
    "healthy": healthy,
    "slow-header": _drips(b"", _OK + b"Content-Length: 5\r\n\r\n[3.0]"),  # the header one byte a second
    "slow-body": _drips(_OK + b"Content-Length: 60\r\n\r\n", b"[" + b" " * 58 + b"]"),  # the body one byte a second
    "hang": _hangs(),  # takes the request and never answers
    "hang-in-body": _hangs(_OK + b"Content-Length: 60\r\n\r\n[3.0"),  # half of the body, then silence
    "reset": _reset(),  # before the header
    "reset-in-body": _reset(_OK + b"Content-Length: 60\r\n\r\n[3.0"),  # after the header
    "empty-reply": _sends(),  # closes without a word
    "half-header": _sends(_OK[:30]),  # closes within the header
    "half-closed": _hangs(half_closed=True),  # closes its side without an answer, and keeps the connection
    "half-closed-in-body": _hangs(_OK + b"Content-Length: 60\r\n\r\n[3.0", half_closed=True),
    "truncated": _sends(_OK + b"Content-Length: 60\r\n\r\n[3.0, 4.0"),  # closes within the body
    "truncated-chunks": _sends(_OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n[3.0\r\n"),  # no last chunk
    "bad-chunks": _sends(_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[3.0]\r\n0\r\n\r\n"),  # a length that is none
    "length-longer": _sends(_OK + b"Content-Length: 60\r\n\r\n[3.0]"),  # the header promises more than the whole body
    "length-shorter": _sends(_OK + b"Content-Length: 5\r\n\r\n[3.0, 4.0, 5.0]"),  # it promises less
    "bad-gzip": _sends(answer(200, b"[3.0]", {"Content-Encoding": "gzip"})),  # plain text that is called gzip
    "cut-gzip": _sends(answer(200, _PACKED[:-12], {"Content-Encoding": "gzip"})),  # gzip without its end
    "gzip": _sends(answer(200, _PACKED, {"Content-Encoding": "gzip", "Content-Type": "application/json"})),  # healthy
    "gzip-bomb": _sends_bomb,  # 50 MB of zeros in 200 kB
    "login-page": _sends(answer(200, LOGIN, {"Content-Type": "text/html; charset=utf-8"})),
    "redirect-loop": _redirects(lambda _, request: request.path),
    "redirect-two": _redirects(lambda _, r: "/score" if "again" in r.path else "/score?again=1", 307),  # there and back
    "redirect-chain": _redirects(_next_step),  # always to a new place
    "redirect-elsewhere": _redirects(lambda service, _: service.other.url if service.other else "/", 307),
    "redirect-echo": _echo_redirect,  # the key within the Location
    "redirect-nonsense": _redirects(lambda *_: "http://[::1"),  # a Location that is no URL
    "large": _endless(_OK + b"Content-Length: 104857600\r\n\r\n", b"1, " * 21845 + b"1", 1600),  # 100 MB
    "endless": _endless(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"1" * 4096 + b"\r\n"),
    "endless-header": _endless(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"1" * 4000 + b"\r\n"),
    "endless-continue": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "many-headers": _sends(_OK + b"".join(b"x-ms-%d: 1\r\n" % n for n in range(5000)) + b"Content-Length: 2\r\n\r\n[]"),
    "garbage": _sends(b"\x00\xff\x13\x37 this is no protocol\r\n\r\n"),
    "ssh": _sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "http-0.9": _sends(b"<html>It works</html>"),
    "http-1.0": _sends(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[3.0]"),  # healthy, closes after it
    "http-2": _sends(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"),  # a SETTINGS frame: HTTP/2 only
    "continue": _continues,  # healthy, after 100 Continue
    "no-content": _sends(answer(204)),
    "early-413": _sends(answer(413, "Payload Too Large", {"Connection": "close"})),  # without reading the body
    "echo": _echo,  # 401 with the Authorization header in body and headers, plain and in base64
    "error-in-200": _sends(answer(200, {"error": "could not convert string to float: 'x'"}, OF_SERVER)),
    "other-model": _sends(answer(200, [1.0], {"azureml-model-deployment": "green"})),
    "mixed": _alternates(answer(200, [1.0], OF_SERVER), answer(502, b"bad gateway")),  # every second request fails
    "mixed-models": _alternates(
        answer(200, [1.0], {"azureml-model-deployment": "blue"}),
        answer(200, [2.0], {"azureml-model-deployment": "green"}),
    ),
    "keep-alive": _keeps_no_promise,  # closes the connection when it is used again
}
"""Faults of the transport and of the answer, by name."""


def _model_error(status: int, reason: str, body: object = "") -> bytes:
    of_model = {"ms-azureml-model-error-statuscode": str(status), "ms-azureml-model-error-reason": reason}
    group = {"azureml-model-group": "churn", "azureml-model-deployment": "blue", "x-request-id": "4f2b-of-platform"}
    return answer(424, body, {**of_model, **group})


_NGINX = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>nginx</center></body></html>"
)
_MANAGED = {"x-request-id": "4f2b-of-platform", "server": "azureml-frontend"}
_SERVER = {**OF_SERVER, "x-ms-run-function-failed": "False"}

PLATFORM: dict[str, bytes] = {
    "managed-401": answer(401, {"error": {"code": "UserError", "message": "Invalid token"}}, _MANAGED),
    "managed-403": answer(
        403, {"error": {"code": "UserError", "message": "Public network access is disabled"}}, _MANAGED
    ),
    "managed-404": answer(404, {"error": {"code": "UserError", "message": "No deployment has traffic"}}, _MANAGED),
    "managed-408": answer(408, "upstream request timeout", _MANAGED),
    "managed-413": answer(413, "Payload Too Large", _MANAGED),
    "managed-424": _model_error(500, "model_error", RAISED),
    "managed-424-probe": _model_error(503, "ReadinessProbeFailed"),
    "managed-429": answer(429, "Too many requests", {**_MANAGED, "Retry-After": "7"}),
    "managed-502": answer(502, "bad gateway", _MANAGED),
    "managed-503": answer(503, "no healthy upstream", {**_MANAGED, "server": "envoy"}),
    "server-400": answer(400, {"message": "A value is not provided for the 'data' parameter."}, _SERVER),
    "server-404": answer(404, {"message": "The requested URL was not found on the server. If you entered it"}, _SERVER),
    "server-405": answer(405, {"message": "The method is not allowed for the requested URL."}, _SERVER),
    "server-415": answer(415, {"message": "Expects Content-Type to be application/json"}, _SERVER),
    "server-431": answer(431, {"message": "x-request-id must not exceed 100 characters"}, _SERVER),
    "server-500": answer(500, RAISED, {**OF_SERVER, "x-ms-run-function-failed": "True"}),
    "server-500-timeout": answer(
        500, {"message": "Scoring timeout after 1000 ms"}, {**OF_SERVER, "x-ms-run-function-failed": "True"}
    ),
    "server-500-html": answer(500, "<html><h1>Internal Server Error</h1></html>", {"Content-Type": "text/html"}),
    "server-499": answer(499, b"", {"server": "nginx"}),
    "nginx-413": answer(
        413, _NGINX.format("413 Request Entity Too Large"), {"server": "nginx", "Content-Type": "text/html"}
    ),
    "nginx-502": answer(502, _NGINX.format("502 Bad Gateway"), {"server": "nginx", "Content-Type": "text/html"}),
    "nginx-504": answer(504, _NGINX.format("504 Gateway Time-out"), {"server": "nginx", "Content-Type": "text/html"}),
    "aks-502": answer(502, b"", {"server": "azureml-fe", "x-ms-run-function-failed": "True"}),
    "aks-503": answer(503, b"", {"server": "azureml-fe"}),
    "aks-504": answer(504, b"", {"server": "azureml-fe"}),
}
"""Answers as the platforms write them."""

TLS = (
    "tls-healthy", "tls-expired", "tls-not-yet-valid", "tls-self-signed", "tls-wrong-name", "tls-missing-chain",
    "tls-unknown-ca", "tls-client-certificate", "tls-client-certificate-1.2", "tls-old-version", "tls-closed",
    "tls-hang", "tls-on-plain", "plain-on-tls",
)  # fmt: skip
"""Faults of TLS: the service behind is healthy. `tls-on-plain` is given as http://, `plain-on-tls` as https://."""


@contextmanager
def faulty(name: str, *, only: str | None = None) -> Iterator[str]:
    """The scoring URL of a service with this fault."""
    with serving(name, only=only) as service:
        yield service.url


@contextmanager
def serving(name: str | Handler, *, only: str | None = None, path: str = "score") -> Iterator[Service]:
    """A service with this fault, its requests recorded. `only` names the method that meets the fault."""
    folder = Path(tempfile.mkdtemp(prefix="faulty-"))
    broken = name if callable(name) else _handler(name)

    def handler(to: socket.socket, request: Request, service: Service) -> bool | None:
        return (broken if only in (None, request.method) else healthy)(to, request, service)

    try:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = listener.getsockname()[1]
        context = certified(name, folder) if isinstance(name, str) and name in TLS else None
        host = "localhost" if context else "127.0.0.1"
        silent = {"tls-closed": 0.0, "tls-hang": PATIENCE}.get(str(name))
        secure = context is not None or silent is not None or name == "plain-on-tls"
        scheme = "https" if secure and name != "tls-on-plain" else "http"
        service = Service(f"{scheme}://{host}:{port}/{path}", folder / "ca.pem" if context else None)
        with ExitStack() as running:
            if name == "redirect-elsewhere":
                service.other = running.enter_context(serving("healthy"))
            running.enter_context(_running(listener, context, handler, service, silent, name == "early-413"))
            yield service
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _handler(name: str) -> Handler:
    if name in FAULTS:
        return FAULTS[name]
    if name in PLATFORM:
        return _sends(PLATFORM[name])
    if name.startswith("status-"):
        return _sends(answer(int(name.removeprefix("status-"))))
    if name in TLS:
        return healthy
    raise KeyError(name)


def certified(name: str, folder: Path) -> ssl.SSLContext | None:
    """The server's side of TLS for a fault of TLS; writes the root to trust as `ca.pem`. None for what is no TLS."""
    if name in ("tls-closed", "tls-hang", "plain-on-tls"):
        return None
    now = datetime.now(UTC)
    root = trustme.CA(organization_name="Root of the tests")
    root.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if name == "tls-self-signed":
        context.load_cert_chain(_self_signed(folder, now))
        return context
    if name == "tls-unknown-ca":
        root = trustme.CA(organization_name="Another root")
    signer = root.create_child_ca() if name == "tls-missing-chain" else root
    host = "scoring.example.com" if name == "tls-wrong-name" else "localhost"
    dates = {
        "tls-expired": {"not_before": now - timedelta(90), "not_after": now - timedelta(3)},
        "tls-not-yet-valid": {"not_before": now + timedelta(5), "not_after": now + timedelta(90)},
    }.get(name, {"not_before": now - timedelta(5), "not_after": now + timedelta(60)})
    leaf = signer.issue_cert(host, common_name=host, **dates)
    pem = folder / "server.pem"
    chain = leaf.cert_chain_pems[:1] if name == "tls-missing-chain" else leaf.cert_chain_pems
    pem.write_bytes(leaf.private_key_pem.bytes() + b"".join(one.bytes() for one in chain))
    context.load_cert_chain(pem)
    if name == "tls-old-version":
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    if name.startswith("tls-client-certificate"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "ca.pem")
        if name.endswith("1.2"):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _self_signed(folder: Path, now: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(5))
        .not_valid_after(now + timedelta(60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = folder / "self.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return pem


def read_request(to: socket.socket, *, whole: bool = True) -> Request | None:
    """The next request, or None at the end of the connection. What is no HTTP is answered with 400.

    Unless `whole`, the rest of its body stays unread.
    """
    text = b""
    while b"\r\n\r\n" not in text:
        part = to.recv(65536)
        text += part
        if text and not text[:1].isalpha():
            to.sendall(answer(400, "Bad request version", {"Connection": "close"}))
            return None
        if not part:
            return None
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while whole and len(body) < int(headers.get("content-length", 0)) and (part := to.recv(65536)):
        body += part
    method, path, _ = first.split(" ")
    return Request(method, path, headers, body)


@contextmanager
def _running(
    listener: socket.socket,
    context: ssl.SSLContext | None,
    handler: Handler,
    service: Service,
    silent: float | None,
    early: bool,
) -> Iterator[None]:
    threads: list[threading.Thread] = []
    open_ones: set[socket.socket] = set()

    def talk(plain: socket.socket) -> None:
        to = plain
        with suppress(OSError, ValueError):
            plain.settimeout(PATIENCE)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context:
                open_ones.add(to := context.wrap_socket(plain, server_side=True))
            if silent is not None:
                plain.recv(4096)  # the client's half of a handshake
                service.stopped.wait(silent)
            while silent is None and (request := read_request(to, whole=not early)) is not None:
                service.requests.append(request)
                if not handler(to, request, service):
                    break
        for one in {plain, to}:
            with suppress(OSError):
                one.close()
            open_ones.discard(one)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                open_ones.add(connection)
                thread = threading.Thread(target=talk, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield
    finally:
        service.stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in list(open_ones):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in (accepting, *threads):
            thread.join(10)
