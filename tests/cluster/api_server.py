"""An API server for tests: the real protocol over TLS, objects in memory, and faults where a test wants them."""

import contextlib
import socket
import threading
import urllib.parse
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import yaml
from cluster import executing, rights
from cluster.answers import Answer, Refusal, as_json, as_text
from cluster.certificates import Certificates
from cluster.faults import Fault
from cluster.patches import patched
from cluster.pod_logs import Logs, Which, container_of, status_of
from cluster.resources import Resource, discovery, served
from cluster.rights import ANONYMOUS, User
from cluster.store import Item, Store, read_list, read_one
from cluster.tables import partial, table

TOKEN = "token-of-the-tests"
USER = "tester"
PACKED = 128 << 10  # longer answers are sent in gzip to those who take it, as the real server does
METHODS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    user: str

    @property
    def shown(self) -> str:
        """`GET /api/v1/pods?limit=500`."""
        return f"{self.method} {self.path}" + (f"?{urllib.parse.urlencode(self.query)}" if self.query else "")


@dataclass(frozen=True)
class Target:
    """What a path of the API speaks of."""

    resource: Resource
    namespace: str | None
    name: str = ""
    below: str = ""


class ApiServer:
    """A server on loopback, from `with` to its end. `minor` is the 20 of 1.20.

    `users` are found by token and by the common name of a client certificate, `clock` is what its Date header says
    (None: now), `on_create` decides what becomes of a pod that is made, `execute` runs commands of containers.
    """

    def __init__(
        self, *, minor: int = 20, metrics: bool = False, certificates: Certificates | None = None, latency: float = 0.0
    ) -> None:
        self.minor, self.latency = minor, latency
        self.certificates = certificates or Certificates()
        self.resources = served(minor, metrics=metrics)
        self.documents = dict(discovery(self.resources))
        self.users = {TOKEN: User(USER)}
        self.store, self.logs = Store(), Logs()
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.crashes: list[Exception] = []
        """What went wrong in here; the fixtures look that it stays empty."""
        self.clock: datetime | None = None
        self.forbidden: set[str] = set()
        """Plural names that nobody may see."""
        self.execute: executing.Handler = executing.nowhere
        self.on_create: Callable[[Item], None] = run_at_once
        self.closing = threading.Event()
        self.pages: dict[tuple[object, ...], Answer] = {}
        self._server = _Listener(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "ApiServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    @property
    def address(self) -> str:
        """`https://127.0.0.1:41234`."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    @property
    def now(self) -> datetime:
        """What the server takes for the time."""
        return self.clock or datetime.now(UTC)

    def add(self, kind: str, *items: Item) -> None:
        """Take objects of a kind (`pods`, `endpointslices`); namespaces come with them."""
        resource = next(one for one in self.resources if one.plural == kind)
        self.store.put(resource.group, resource.plural, items)

    def add_log(self, which: Which, text: bytes) -> None:
        """The log of a container, its lines with times in front."""
        self.logs.held[which] = text

    def fail(self, where: str = "", **how: Any) -> Fault:
        """Let something go wrong (see Fault); gives the fault, which counts how often it struck."""
        self.faults.append(Fault(where, **how))
        return self.faults[-1]

    def calls(self) -> Counter[str]:
        """How often each path was asked for, by method."""
        return Counter(f"{one.method} {one.path}" for one in self.requests)

    def kubeconfig(
        self,
        path: Path,
        *,
        token: str | None = TOKEN,
        certificate: str | None = None,
        authority: str | None = None,
        namespace: str | None = None,
        address: str | None = None,
        **cluster: Any,
    ) -> Path:
        """Write a kubeconfig. Who asks has the token, or the certificate of a user of that name, or neither.

        `authority` is another one to believe (base64), `cluster` holds further settings of the cluster.
        """
        user: Item = {"token": token} if token and certificate is None else {}
        if certificate is not None:
            shown, key = self.certificates.client(certificate)
            user = {"client-certificate-data": shown, "client-key-data": key}
        server = {
            "server": address or self.address,
            "certificate-authority-data": authority or self.certificates.bundle,
        }
        context = {"cluster": "tests", "user": "tests", **({"namespace": namespace} if namespace else {})}
        written = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": server | cluster}],
            "users": [{"name": "tests", "user": user}],
            "contexts": [{"name": "tests", "context": context}],
            "current-context": "tests",
        }
        path.write_text(yaml.safe_dump(written), encoding="utf-8")
        return path

    # What follows answers requests.

    def user_of(self, authorization: str, certificate: Mapping[str, Any] | None) -> User:
        """Who asks. Refused with 401 when the token is nobody's."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "bearer":
            if user := self.users.get(token.strip()):
                return user
            raise Refusal(401, "Unauthorized")
        for part in (certificate or {}).get("subject", ()):
            for key, value in part:
                if key == "commonName":
                    return self.users.get(value, User(value, rules=()))
        return ANONYMOUS

    def answer(self, request: Request, user: User, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request, but for a websocket. Raises Refusal."""
        path = request.path.rstrip("/") or "/"
        if path.startswith("/apis/authorization.k8s.io/v1/") and request.method == "POST":
            asked = _json(body)
            how = {"selfsubjectaccessreviews": rights.review, "selfsubjectrulesreviews": rights.rules_review}
            return as_json(how[path.rpartition("/")[2]](user, asked), 201)
        target = self.target(path)
        if target is None:
            return self._document(path, user)
        self.permit(request, user, target)
        if target.resource.plural in self.forbidden:
            rights.demand(User(user.name, ()), *self._asked(request, target))
        if request.method == "GET":
            return self._read(request, target, headers.get("Accept") or "*/*")
        return self._write(request, target, headers, _json(body) if body else {})

    def target(self, path: str) -> Target | None:
        """The object or list that a path names, None for anything else."""
        root, *rest = _split(path)
        namespace = None
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        if not rest or len(rest) > 3:
            return None
        plural, name, below = (*rest, "", "")[:3]
        found = next((one for one in self.resources if one.root == root and one.plural == plural), None)
        if found is None or (namespace and not found.namespaced):
            return None
        return Target(found, namespace, name, below)

    def permit(self, request: Request, user: User, target: Target) -> None:
        """Refuse with 403 what the user may not do."""
        rights.demand(user, *self._asked(request, target))
        if target.below == "exec" and self.minor >= 35:  # until then a websocket, being a GET, needed no more than get
            rights.demand(user, "create", "", "pods/exec", target.namespace, target.name)

    def _asked(self, request: Request, target: Target) -> tuple[str, str, str, str | None, str]:
        watched = request.query.get("watch") in ("true", "1")
        verb = METHODS.get(request.method) or ("watch" if watched else "get" if target.name else "list")
        if verb == "delete" and not target.name:
            verb = "deletecollection"
        plural = target.resource.plural + (f"/{target.below}" if target.below else "")
        return verb, target.resource.group, plural, target.namespace, target.name

    def _document(self, path: str, user: User) -> Answer:
        rights.demand_path(user, path)
        if path == "/version":
            told = {
                "major": "1",
                "minor": str(self.minor),
                "gitVersion": f"v1.{self.minor}.2",
                "platform": "linux/amd64",
            }
            return as_json(told)
        if path in ("/healthz", "/livez", "/readyz"):
            return as_text("ok")
        if path in self.documents:
            return as_json(self.documents[path])
        return as_text("404 page not found\n", 404)

    def _read(self, request: Request, target: Target, accept: str) -> Answer:
        if request.query.get("watch") in ("true", "1"):
            raise Refusal(405, "the server does not allow this method on the requested resource")
        if target.below == "log":
            return self.logs.answer(self._one(target), request.query, self.now)
        how = next((how for word, how in (("as=Table", table), ("as=PartialObject", partial)) if word in accept), None)
        if how is None and "json" not in accept and "*/*" not in accept and "application/*" not in accept:
            raise Refusal(406, "only the following media types are accepted: application/json, application/yaml")
        key = (request.path, tuple(sorted(request.query.items())), how, self.store.revision)
        if key not in self.pages:
            found = self._one(target) if target.name else self._list(target, request.query)
            if len(self.pages) > 500:
                self.pages.clear()
            self.pages[key] = as_json(how(found) if how else found)
        return self.pages[key]

    def _one(self, target: Target) -> Item:
        one = read_one(self.store, target.resource, target.namespace or "", target.name)
        return {"kind": target.resource.kind, "apiVersion": target.resource.api_version} | one

    def _list(self, target: Target, query: Mapping[str, str]) -> Item:
        return read_list(self.store, target.resource, target.namespace, query)

    def _write(self, request: Request, target: Target, headers: Mapping[str, str], body: Item) -> Answer:
        dry = request.query.get("dryRun") == "All"
        group, plural = target.resource.group, target.resource.plural
        with self.store.lock:
            if request.method == "POST":
                return as_json(self._create(target, body, dry=dry), 201)
            if request.method == "DELETE":
                if target.name:
                    gone = [self._one(target)]
                else:
                    gone = self._list(target, {k: v for k, v in request.query.items() if k.endswith("Selector")})[
                        "items"
                    ]
                for one in gone if not dry else ():
                    self.store.drop(group, plural, target.namespace or "", one["metadata"]["name"])
                return as_json({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})
            held = self._one(target)
            if request.method == "PATCH":
                made = patched(headers.get("Content-Type") or "", held, body)
            else:
                made = body
            return as_json(self._replace(target, held, made, dry=dry))

    def _create(self, target: Target, body: Item, *, dry: bool) -> Item:
        metadata = body.setdefault("metadata", {})
        if target.namespace:
            metadata["namespace"] = target.namespace
        if target.namespace and target.namespace not in self.store.namespaces():
            raise Refusal(404, f'namespaces "{target.namespace}" not found')
        name = metadata.get("name") or metadata.get("generateName", "") + uuid.uuid4().hex[:5]
        metadata["name"] = name
        kind = target.resource.plural
        with contextlib.suppress(Refusal):
            read_one(self.store, target.resource, target.namespace or "", name)
            raise _Exists(f'{kind} "{name}" already exists')
        metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": self.now.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if kind == "pods":
            body["status"] = {"phase": "Pending"}
        if not dry:
            metadata["resourceVersion"] = str(self.store.revision + 1)
            if kind == "pods":
                self.on_create(body)
            self.store.put(target.resource.group, kind, [body])
        return {"kind": target.resource.kind, "apiVersion": target.resource.api_version} | body

    def _replace(self, target: Target, held: Item, made: Item, *, dry: bool) -> Item:
        kind, metadata = target.resource.plural, made["metadata"]
        if metadata.get("resourceVersion") not in (None, held["metadata"]["resourceVersion"]):
            raise Refusal(
                409,
                f'Operation cannot be fulfilled on {kind} "{target.name}": the object has been modified; '
                "please apply your changes to the latest version and try again",
            )
        if metadata.get("name") != target.name:
            raise Refusal(422, f'{kind} "{target.name}" is invalid: metadata.name: field is immutable')
        if target.below == "ephemeralcontainers" and self.minor < 23:
            raise Refusal(404, "the server could not find the requested resource")
        if made.get("spec") != held.get("spec") and "generation" in held["metadata"]:
            metadata["generation"] = held["metadata"]["generation"] + 1
        if not dry and made != held:
            metadata["resourceVersion"] = str(self.store.revision + 1)
            if target.below == "ephemeralcontainers":
                run_at_once(made)
            self.store.put(target.resource.group, kind, [made])
        return made

    def execution(self, request: Request, target: Target, repeated: list[tuple[str, str]]) -> executing.Exec:
        """The command that is asked for. Refused when it cannot be run in this pod."""
        pod = self._one(target)
        container = container_of(pod, request.query.get("container", ""))
        if not pod["spec"].get("nodeName"):
            raise Refusal(400, f"pod {target.name} does not have a host assigned")
        if "running" not in status_of(pod, container).get("state", {}):
            raise Refusal(500, f'unable to upgrade connection: container not found ("{container}")', reason="")
        command = tuple(value for key, value in repeated if key == "command")
        return executing.Exec(
            target.namespace or "", target.name, container, command, request.query.get("stdin") in ("true", "1")
        )

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols of an exec, the preferred one first."""
        v5 = ("v5.channel.k8s.io",) if self.minor >= 30 else ()
        return (*v5, "v4.channel.k8s.io", "channel.k8s.io")


class _Exists(Exception):
    """An object of that name is there already."""


def run_at_once(pod: Item) -> None:
    """What a quick cluster makes of a pod that it is given: it runs."""
    pod["spec"].setdefault("nodeName", "node1")
    running = {"state": {"running": {"startedAt": pod["metadata"]["creationTimestamp"]}}, "lastState": {}}
    status = pod.setdefault("status", {})
    status |= {
        "phase": "Running",
        "conditions": [{"type": kind, "status": "True"} for kind in ("Initialized", "Ready", "PodScheduled")],
    }
    for name, where in (("containers", "containerStatuses"), ("ephemeralContainers", "ephemeralContainerStatuses")):
        told = {one["name"] for one in status.get(where) or ()}
        status[where] = [
            *(status.get(where) or ()),
            *(
                {"name": one["name"], **running, "ready": True, "restartCount": 0, "image": one["image"], "imageID": ""}
                for one in pod["spec"].get(name) or ()
                if one["name"] not in told
            ),
        ]


def _json(body: bytes) -> Any:
    if body.startswith(b"k8s\0"):
        raise Refusal(415, "the body of the request was in an unknown format: protobuf is not part of this server")
    try:
        return yaml.safe_load(body) if not body.startswith((b"{", b"[")) else msgspec.json.decode(body)
    except (msgspec.DecodeError, yaml.YAMLError) as error:
        raise Refusal(400, f"error decoding body: {error}") from None


def _split(path: str) -> list[str]:
    """Root of a group's version, and the rest."""
    words = [urllib.parse.unquote(word) for word in path.strip("/").split("/")]
    count = {"api": 2, "apis": 3}.get(words[0], len(words))
    return ["/" + "/".join(words[:count]), *words[count:]]


class _Listener(ThreadingHTTPServer):
    """Takes connections; each has its own thread, in which also TLS is agreed upon."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, api: ApiServer) -> None:
        self.api = api
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """One connection, with TLS to come."""
        came, address = super().get_request()
        came.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = self.api.certificates.server.wrap_socket(
            came, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self._open.add(wrapped)
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        """Close one connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go, or believe another authority, are no errors of the server."""

    def hang_up(self) -> None:
        """Wake what still reads."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: _Listener
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    _PIECE: ClassVar[int] = 1024

    def setup(self) -> None:
        self.request.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        api = self.server.api
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, said = self.path.partition("?")
        repeated = urllib.parse.parse_qsl(said, keep_blank_values=True)
        try:
            user, refusal = api.user_of(self.headers.get("Authorization", ""), self.request.getpeercert()), None
        except Refusal as error:
            user, refusal = ANONYMOUS, error
        request = Request(self.command, urllib.parse.unquote(path), dict(repeated), user.name)
        api.requests.append(request)
        fault = next((one for one in api.faults if one.strikes(request.shown)), None)
        api.closing.wait(api.latency + (fault.wait if fault else 0))
        if fault and fault.cut == -1:
            self.close_connection = True
            return
        answer: Answer | None
        try:
            if fault and fault.answer:
                answer = fault.answer
            elif refusal:
                raise refusal
            else:
                answer = self._answer(api, request, user, body, repeated)
        except Refusal as error:
            answer = error.answer
        except _Exists as error:
            answer = Refusal(409, str(error), reason="AlreadyExists").answer
        except Exception as error:
            api.crashes.append(error)
            answer = Refusal(500, f"the server of the tests has failed: {error!r}").answer
        if answer:
            self._send(answer, fault)

    def _answer(
        self, api: ApiServer, request: Request, user: User, body: bytes, repeated: list[tuple[str, str]]
    ) -> Answer | None:
        target = api.target(request.path)
        if not target or target.below != "exec":
            return api.answer(request, user, self.headers, body)  # type: ignore[arg-type]
        api.permit(request, user, target)
        self.close_connection = True
        executing.serve(self, api.execution(request, target, repeated), api.execute, api.protocols)
        return None

    def _send(self, answer: Answer, fault: Fault | None) -> None:
        api, body = self.server.api, answer.body
        headers = {"Content-Type": answer.content, "Cache-Control": "no-cache, private", **answer.headers}
        if fault and fault.mangle:
            body = body[: len(body) // 2]
        elif len(body) >= PACKED and "gzip" in self.headers.get("Accept-Encoding", ""):
            answer.packed = answer.packed or _gzip(body)
            body = answer.packed
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        with contextlib.suppress(OSError):
            self.send_response_only(answer.status)
            self.send_header("Date", format_datetime(api.now, usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if fault and fault.cut is not None:
                self.wfile.write(body[: fault.cut])
                self.close_connection = True
            elif fault and fault.pause:
                for start in range(0, len(body), self._PIECE):
                    self.wfile.write(body[start : start + self._PIECE])
                    self.wfile.flush()
                    if api.closing.wait(fault.pause):
                        break
            else:
                self.wfile.write(body)
            self.wfile.flush()


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
