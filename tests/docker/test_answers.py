"""Questions to a service: from outside and from inside, each bounded, and nothing but GET unless payloads are given."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from checks.containers import Answers, Container, Inside, Port, Socket
from checks.missing import Missing
from doctor.containers import answers
from doctor.containers.answers import CLOSED, NO_HTTP, REFUSED, ask
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.probe.launcher import Payload

pytestmark = pytest.mark.docker

SERVER = """
import http.server, socket, sys, threading, time
kind = sys.argv[1]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if kind == "hangs":
            time.sleep(100)
        body = b"Healthy" if self.path == "/" else b'{"swagger": "2.0", "password": "correct-horse"}' * 5000
        self.send_response(200 if self.path in ("/", "/swagger.json") else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if kind == "hangs-in-run":
            time.sleep(100)
        self.send_response(500 if b"bad" in data else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"got %d bytes as %s" % (len(data), self.headers["Content-Type"].encode()))

    def log_message(self, *words):
        print(self.command, self.path, flush=True)

def other(connection):
    try:
        if kind == "speaks-no-http":
            connection.recv(100)
            connection.send(b"SSH-2.0-server\\r\\n\\r\\n")
        else:
            for byte in b"HTTP/1.1 200 OK\\r\\nX: " + b"a" * 1000:
                connection.send(bytes([byte]))
                time.sleep(0.2)
    except OSError:
        pass
    connection.close()

if kind == "does-not-listen":
    time.sleep(1000)
host = "127.0.0.1" if kind == "listens-on-loopback" else "0.0.0.0"
if kind in ("speaks-no-http", "byte-by-byte"):
    server = socket.create_server((host, 5001))
    print("listens", flush=True)
    while True:
        threading.Thread(target=other, args=(server.accept()[0],)).start()
server = http.server.ThreadingHTTPServer((host, 5001), Handler)
print("listens", flush=True)
server.serve_forever()
"""

Serve = Callable[..., Container]


@pytest.fixture
def serve(engine: Engine, base_image: str, tmp_path: Path) -> Iterator[Serve]:
    """A container with a server of some kind on port 5001."""
    (tmp_path / "server.py").write_text(SERVER)
    made: list[str] = []

    def start(kind: str, *, published: bool = True) -> Container:
        host = engine.api.create_host_config(
            binds=[f"{tmp_path}:/code:ro"], port_bindings={5001: ("127.0.0.1", None)} if published else None
        )
        command = ["python3", "/code/server.py", kind]
        # A json.py in the working folder is not the one of the standard library.
        made.append(
            engine.api.create_container(
                base_image,
                command,
                name=f"test-answers-{os.urandom(4).hex()}",
                host_config=host,
                ports=[5001],
                environment={"PYTHONPATH": "/code"},
            )["Id"]
        )
        engine.api.start(made[-1])
        give_up = time.monotonic() + 20
        while kind != "does-not-listen" and b"listens" not in engine.api.logs(made[-1]):
            assert time.monotonic() < give_up
            time.sleep(0.1)
        return container_of(engine, engine.inspect(made[-1]))

    (tmp_path / "json.py").write_text("raise RuntimeError('the wrong json')\n")
    yield start
    for container in made:
        engine.api.remove_container(container, force=True)


def inside(*sockets: Socket) -> Inside:
    return Inside(how="running", interpreter="/usr/bin/python3", listening=sockets)


EVERYWHERE = inside(Socket(address="0.0.0.0", port=5001))


def asked(engine: Engine, container: Container, seen: Inside | Missing, *payloads: Payload) -> Answers:
    found = ask(engine, container, seen, payloads, timeout=2.0)
    assert isinstance(found, Answers)
    return found


def log(engine: Engine, container: Container, least: int = 0) -> list[str]:
    """The requests that a service wrote down: `least` are waited for, since the engine has them after the answer."""
    end = time.monotonic() + 15
    while True:
        lines = [line for line in engine.api.logs(container.id).decode().split("\n") if "/" in line]
        if len(lines) >= least or time.monotonic() > end:
            return sorted(lines)
        time.sleep(0.05)


def test_a_service_that_answers(engine: Engine, serve: Serve) -> None:
    container = serve("answers")
    found = asked(engine, container, EVERYWHERE)
    assert [(one.route, one.path, one.status) for one in found.items] == [
        *(("published", "/", 200), ("published", "/swagger.json", 200)),
        *(("inside", "/", 200), ("inside", "/swagger.json", 200)),
    ]
    assert found.items[0].body == found.items[2].body == "Healthy"
    for swagger in (found.items[1], found.items[3]):
        assert swagger.cut
        assert len(swagger.body) <= answers.MOST_SWAGGER
        assert "correct-horse" not in swagger.body
    assert found.items[2].address == "http://127.0.0.1:5001"
    assert found.items[0].content_type == "text/plain"
    assert log(engine, container, 4) == ["GET /", "GET /", "GET /swagger.json", "GET /swagger.json"]


def test_payloads_are_sent_once_by_one_way(engine: Engine, serve: Serve) -> None:
    container = serve("answers")
    found = asked(engine, container, EVERYWHERE, Payload("a.json", b'{"data": 1}'), Payload("b.json", b"bad"))
    scored = [one for one in found.items if one.method == "POST"]
    assert [(one.route, one.path, one.sample, one.status) for one in scored] == [
        ("published", "/score", "a.json", 200),
        ("published", "/score", "b.json", 500),
    ]
    assert scored[0].body == "got 11 bytes as application/json"
    assert log(engine, container, 6).count("POST /score") == 2


def test_payloads_are_sent_from_inside_where_nothing_is_published(engine: Engine, serve: Serve) -> None:
    container = serve("answers", published=False)
    large = b"x" * 300_000
    found = asked(engine, container, EVERYWHERE, Payload("large", large))
    assert [(one.route, one.method, one.status) for one in found.items] == [
        *(("inside", "GET", 200), ("inside", "GET", 200), ("inside", "POST", 200)),
    ]
    assert found.items[2].body == "got 300000 bytes as application/json"
    assert found.items[2].sample == "large"


def test_a_service_that_only_listens_on_loopback(engine: Engine, serve: Serve) -> None:
    found = asked(engine, serve("listens-on-loopback"), inside(Socket(address="127.0.0.1", port=5001)))
    outside, within = found.first("/", "published"), found.first("/", "inside")
    assert outside
    assert within
    assert (outside.status, outside.error) == (None, CLOSED)
    assert (within.status, within.error) == (200, None)


def test_nothing_that_listens(engine: Engine, serve: Serve) -> None:
    container = serve("does-not-listen")
    found = asked(engine, container, inside())
    assert [(one.route, one.error) for one in found.items] == [("published", CLOSED)]
    unknown = Inside(how="running", interpreter="/usr/bin/python3", listening=Missing(reason="not known"))
    within = asked(engine, container, unknown).first("/", "inside")
    assert within
    assert (within.error, within.address) == (REFUSED, "http://127.0.0.1:5001")


def test_something_that_speaks_no_http(engine: Engine, serve: Serve) -> None:
    found = asked(engine, serve("speaks-no-http"), EVERYWHERE)
    assert [(one.route, one.error) for one in found.items] == [("published", NO_HTTP), ("inside", NO_HTTP)]


@pytest.mark.parametrize("kind", ["hangs", "byte-by-byte"])
def test_a_service_that_hangs_costs_no_more_than_is_allowed(engine: Engine, serve: Serve, kind: str) -> None:
    container = serve(kind)
    began = time.monotonic()
    found = asked(engine, container, EVERYWHERE, Payload("a.json", b"{}"))
    assert time.monotonic() - began < 4.5
    assert [(one.route, one.path, one.error) for one in found.items] == [
        ("published", "/", "no answer within 2 s"),
        ("inside", "/", "no answer within 2 s"),
    ]
    assert "POST /score" not in log(engine, container)


def test_a_payload_without_an_answer_is_the_last(engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SCORING", 1.0)
    found = asked(engine, serve("hangs-in-run"), EVERYWHERE, Payload("a", b"{}"), Payload("b", b"{}"))
    scored = [one for one in found.items if one.method == "POST"]
    assert [(one.sample, one.status, one.error) for one in scored] == [("a", None, "no answer within 1 s")]


def test_a_proxy_of_the_environment_is_not_asked(engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    health = asked(engine, serve("answers"), Missing(reason="not entered")).first("/", "published")
    assert health
    assert health.status == 200


def test_one_that_stopped_is_not_asked(engine: Engine, serve: Serve) -> None:
    container = serve("answers")
    engine.api.kill(container.id)
    engine.api.wait(container.id)
    found = ask(engine, container_of(engine, engine.inspect(container.id)), EVERYWHERE, ())
    assert isinstance(found, Missing)
    assert "is exited" in found.reason


def test_one_that_cannot_be_asked_at_all(engine: Engine, serve: Serve) -> None:
    found = ask(engine, serve("answers", published=False), Missing(reason="no Python inside"), ())
    assert isinstance(found, Missing)
    assert "docker run -p 5001:5001" in found.reason


def test_one_that_stops_while_it_is_asked(engine: Engine, serve: Serve) -> None:
    """What was asked from outside counts; from inside there is nothing."""
    container = serve("answers")
    engine.api.kill(container.id)
    engine.api.wait(container.id)
    found = asked(engine, container, EVERYWHERE)
    assert {one.route for one in found.items} <= {"published"}
    assert all(one.status is None for one in found.items)


@pytest.mark.parametrize(
    ("address", "remote", "host_ip", "expected"),
    [
        ("unix:///var/run/docker.sock", False, "0.0.0.0", "127.0.0.1"),
        ("unix:///var/run/docker.sock", False, "::", "::1"),
        ("unix:///var/run/docker.sock", False, "192.0.2.7", "192.0.2.7"),
        ("tcp://engine.contoso.example:2376", True, "0.0.0.0", "engine.contoso.example"),
        ("ssh://me@engine.contoso.example", True, "", "engine.contoso.example"),
        ("tcp://engine.contoso.example:2376", True, "127.0.0.1", None),
    ],
)
def test_where_a_published_port_is_reached(
    engine: Engine, address: str, remote: bool, host_ip: str, expected: str | None
) -> None:
    import msgspec

    from checks.containers import ContainerState

    info = msgspec.structs.replace(engine.info, address=address, remote=remote)
    container = Container(
        id="1", name="a", engine=info, state=ContainerState(status="running"), image=Missing(reason="")
    )
    assert answers._host_of(container, Port(container=5001, host_ip=host_ip, host_port=8080)) == expected


def test_what_the_script_inside_needs() -> None:
    """It runs under whatever Python the service has."""
    import ast

    path = Path(answers.__file__).with_name("requests_inside.py")
    tree = ast.parse(path.read_text(), feature_version=(3, 6))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names == {"base64", "http.client", "json", "os", "socket", "sys", "threading", "time"}


def test_errors_of_the_library_are_told_in_few_words() -> None:
    def error(problem: Any) -> str:
        return answers._error(problem, 5.0)

    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        requests.get("http://127.0.0.1:1/", timeout=1, proxies={"http": ""})
    assert error(caught.value) == REFUSED
    assert error(requests.exceptions.ReadTimeout("x")) == "no answer within 5 s"
