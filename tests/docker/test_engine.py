"""Failures of the engine, each with real sockets: place and remedy are named, and nothing waits for ever."""

import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doctor.containers.engine import Engine, connect
from doctor.containers.failures import Refused
from doctor.errors import CannotExamine

# The library leaves sockets that could not be connected, and files of contexts, to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", "Arch": "amd64"}

Answer = tuple[int, object] | Callable[[socket.socket], None]


class Fake(socketserver.ThreadingUnixStreamServer):
    """An engine on a socket that answers what it was told; a callable gets the connection and does as it likes."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path, answers: dict[str, Answer]) -> None:
        self.answers = {"/version": (200, VERSION), **answers}
        super().__init__(str(path), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Fake)
        while line := self.rfile.readline().decode():
            length = 0
            while (header := self.rfile.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            self.rfile.read(length)
            path = line.split(" ")[1].split("?")[0].removeprefix("/v1.41")
            found = self.server.answers.get(path, (404, {"message": f"no such route: {path}"}))
            if callable(found):
                found(self.connection)
                return
            status, body = found
            text = body if isinstance(body, str) else json.dumps(body)
            head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            self.wfile.write((head + text).encode())


def stop(server: Fake) -> None:
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine has a say; tests with the real engine take the fixture `engine`."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "no-config"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, Answer]], Engine]]:
    servers: list[Fake] = []
    engines: list[Engine] = []

    def start(answers: dict[str, Answer]) -> Engine:
        path = tmp_path / f"engine-{len(servers)}.sock"
        servers.append(Fake(path, answers))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        engines.append(connect(patience=1))
        return engines[-1]

    yield start
    for engine in engines:
        engine.api.close()
    for server in servers:
        stop(server)


def refusal() -> str:
    """What connecting says. Never the representation of an object."""
    with pytest.raises(CannotExamine) as caught:
        connect(patience=1)
    return well_said(caught)


def well_said(caught: pytest.ExceptionInfo[CannotExamine]) -> str:
    text = str(caught.value)
    for inner in ("HTTPConnectionPool", "object at 0x", "Max retries", "_ssl.c", "Errno", "Traceback", "\n"):
        assert inner not in text
    assert len(text) < 450
    return text


def test_the_usual_socket_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "absent.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    text = refusal()
    assert f"there is no Docker engine at unix://{path} (DOCKER_HOST)" in text
    assert "systemctl start docker" in text
    assert "DOCKER_HOST" in text


def test_another_socket_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/absent.sock")
    other = tmp_path / ".docker" / "run" / "docker.sock"
    other.parent.mkdir(parents=True)
    other.touch()
    assert f"there is one at unix://{other}" in refusal()


def test_a_socket_that_nobody_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    text = refusal()
    assert "connection refused" in text
    assert "left over" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's place, which needs root")
def test_no_permission_on_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="engine-test-"))  # tmp_path is closed to other users
    folder.chmod(0o755)
    server = Fake(folder / "engine.sock", {})
    (folder / "engine.sock").chmod(0o660)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/engine.sock")
    os.seteuid(65534)
    try:
        text = refusal()
    finally:
        os.seteuid(0)
        stop(server)
        shutil.rmtree(folder)
    assert "permission denied" in text
    assert "sudo usermod -aG docker $USER" in text


def test_tcp_that_nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")
    text = refusal()
    assert "connection refused" in text
    assert "check host and port" in text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_host_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine.invalid:2375")
    monkeypatch.setenv("NO_PROXY", "*")
    assert "is not known here" in refusal()


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://", "tcp://host:port"])
def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    text = refusal()
    assert address in text
    assert "unix:///PATH, tcp://HOST:PORT or ssh://HOST" in text


def test_ssh_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import docker.api.client

    monkeypatch.delattr(docker.api.client, "SSHHTTPAdapter", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "ssh://me@contoso.example")
    text = refusal()
    assert "pip install paramiko" in text
    assert "ssh -N -L localhost:2375:/var/run/docker.sock me@contoso.example" in text


def test_something_else_that_speaks_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Fake(tmp_path / "web.sock", {"/version": (200, "<html>hello</html>")})
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/web.sock")
    assert "is no Docker engine" in refusal()
    server.answers["/version"] = (404, "<html>not found</html>")
    assert "is no Docker engine" in refusal()
    stop(server)


def test_an_engine_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Fake(tmp_path / "old.sock", {"/version": (200, {**VERSION, "ApiVersion": "1.18"})})
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/old.sock")
    text = refusal()
    assert "too old" in text
    assert "update" in text
    stop(server)


def test_a_context_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "stagin")
    text = refusal()
    assert "`stagin`" in text
    assert "docker context ls" in text


def context(tmp_path: Path, name: str, host: str) -> None:
    """As docker context create writes it."""
    import hashlib

    folder = tmp_path / "no-config" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "no-config" / "config.json").write_text(json.dumps({"currentContext": name}))


def test_the_current_context_is_used_and_named(tmp_path: Path) -> None:
    context(tmp_path, "staging", f"unix://{tmp_path}/staging.sock")
    assert "(context `staging`)" in refusal()
    server = Fake(tmp_path / "staging.sock", {})
    engine = connect()
    assert engine.address == f"unix://{tmp_path}/staging.sock"
    assert engine.calls == 1
    engine.api.close()
    stop(server)


def test_a_near_context_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context(tmp_path, "staging", "unix:///absent")
    monkeypatch.setenv("DOCKER_CONTEXT", "stagin")
    assert "the nearest is `staging`" in refusal()


def test_docker_host_goes_before_a_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context(tmp_path, "staging", f"unix://{tmp_path}/staging.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/host.sock")
    assert "host.sock (DOCKER_HOST)" in refusal()


# -- an engine that stops in the middle


def hang(connection: socket.socket) -> None:
    time.sleep(30)


def drop(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def half(connection: socket.socket) -> None:
    """The beginning of an answer, and then nothing."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    time.sleep(30)


def half_a_frame(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(b"c\r\n\1\0\0\0\0\0\0\x50half\r\n")
    time.sleep(30)


@pytest.mark.parametrize("way", [hang, half])
def test_an_engine_that_stops_answering(fake: Callable[[dict[str, Answer]], Engine], way: Answer) -> None:
    engine = fake({"/containers/churn/json": way})
    began = time.monotonic()
    with pytest.raises(CannotExamine) as caught:
        engine.inspect("churn")
    assert time.monotonic() - began < 5
    assert "stopped answering" in well_said(caught)


def test_an_engine_that_stops_in_the_middle_of_a_log(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    engine = fake({"/containers/churn/logs": half_a_frame})
    with pytest.raises(CannotExamine) as caught, engine.log("churn") as frames:
        list(frames)
    assert "stopped answering" in well_said(caught)


def test_an_engine_that_stops_in_the_middle_of_an_archive(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    engine = fake({"/containers/churn/archive": half_a_frame})
    with engine.archive("churn", "/app") as got:
        assert got
        with pytest.raises(CannotExamine) as caught:
            got[0].read()
    assert "stopped answering" in well_said(caught)


def test_an_engine_that_ends(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    engine = fake({"/containers/churn/json": drop})
    with pytest.raises(CannotExamine) as caught:
        engine.inspect("churn")
    assert "closed the connection" in well_said(caught)


def test_a_command_that_writes_nothing(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    made: dict[str, Answer] = {"/containers/churn/exec": (201, {"Id": "e1"}), "/exec/e1/start": half_a_frame}
    engine = fake({**made, "/_ping": (200, "OK")})
    with pytest.raises(CannotExamine) as caught:
        engine.execute("churn", ["python3", "-c", "x"], silence=0.5)
    assert "wrote nothing for" in well_said(caught)
    engine = fake({**made, "/_ping": hang})
    with pytest.raises(CannotExamine, match="stopped answering"):
        engine.execute("churn", ["python3", "-c", "x"], silence=0.5)


def test_a_container_that_is_removed_while_it_is_looked_at(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    gone: Answer = (404, {"message": "No such container: churn"})
    engine = fake({"/containers/churn/json": (200, {"Id": "c0ffee", "Name": "/churn"})})
    engine.inspect("churn")
    server_answers = {"/containers/churn/json": gone, "/containers/churn/archive": gone}
    other = fake(server_answers)
    other.known |= engine.known
    with pytest.raises(CannotExamine) as caught:
        other.inspect("churn")
    assert "was removed while doctor looked at it" in well_said(caught)
    with pytest.raises(CannotExamine, match="was removed while doctor"), other.archive("churn", "/app"):
        pass


def test_what_the_engine_refuses(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    engine = fake({"/containers/churn/exec": (409, {"message": "Container c0ffee is paused, unpause it first"})})
    with pytest.raises(Refused) as caught:
        engine.execute("churn", ["true"])
    assert "is paused, unpause it first" in well_said(caught)


def test_a_plugin_that_forbids(fake: Callable[[dict[str, Answer]], Engine]) -> None:
    engine = fake({"/containers/churn/json": (403, {"message": "authorization denied by plugin"})})
    with pytest.raises(Refused) as caught:
        engine.inspect("churn")
    assert "ask for the right" in well_said(caught)


# -- TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, `ours` and `theirs`, each with a server's and a client's certificate."""
    if not shutil.which("openssl"):
        pytest.skip("needs the command openssl")
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ours", "theirs"):
        (folder / name).mkdir()
        ca = (f"{name}/ca.pem", f"{name}/ca-key.pem")
        openssl("req", "-x509", *new, "-keyout", ca[1], "-out", ca[0], "-days", "2", "-subj", f"/CN={name}")
        for kind, names in (("server", "IP:127.0.0.1"), ("other", "DNS:elsewhere.contoso.example"), ("cert", "DNS:me")):
            key, request = f"{name}/{'key' if kind == 'cert' else f'{kind}-key'}.pem", f"{name}/{kind}.csr"
            openssl("req", *new, "-keyout", key, "-out", request, "-subj", f"/CN={kind}")
            (folder / "extensions").write_text(f"subjectAltName={names}\n")
            signed = ("-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial", "-days", "2", "-extfile", "extensions")
            openssl("x509", "-req", "-in", request, "-out", f"{name}/{kind}.pem", *signed)
    return folder


@contextmanager
def engine_with_tls(folder: Path, certificate: str = "server", *, wants: bool = True) -> Iterator[int]:
    """A TLS server that answers /version, as dockerd --tlsverify does; its port."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(folder / f"{certificate}.pem", folder / f"{certificate}-key.pem")
    if wants:
        settings.verify_mode = ssl.CERT_REQUIRED
        settings.load_verify_locations(folder / "ca.pem")
    body = json.dumps(VERSION).encode()

    def serve(server: socket.socket) -> None:
        while True:
            try:
                raw, _ = server.accept()
            except OSError:
                return
            try:
                if raw.recv(1, socket.MSG_PEEK) != b"\x16":  # as Go's server answers plain HTTP
                    raw.recv(4096)
                    raw.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
                    raw.close()
                    continue
                with settings.wrap_socket(raw, server_side=True) as connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            except OSError:
                raw.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def with_tls(monkeypatch: pytest.MonkeyPatch, port: int, certificates: Path | None) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
    if certificates:
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
        monkeypatch.setenv("DOCKER_CERT_PATH", str(certificates))


def test_right_certificates(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine_with_tls(certificates / "ours") as port:
        with_tls(monkeypatch, port, certificates / "ours")
        engine = connect(patience=2)
        assert engine.info.version == "20.10.24"
        assert not engine.info.remote
        engine.api.close()


def test_another_authority(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine_with_tls(certificates / "ours") as port:
        with_tls(monkeypatch, port, certificates / "theirs")
        text = refusal()
    assert f"is not signed by the CA in {certificates}/theirs/ca.pem" in text
    assert "DOCKER_CERT_PATH" in text


def test_a_client_certificate_that_the_engine_does_not_accept(
    certificates: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, of in (("ca.pem", "ours"), ("cert.pem", "theirs"), ("key.pem", "theirs")):
        shutil.copy(certificates / of / name, tmp_path / name)
    with engine_with_tls(certificates / "ours") as port:
        with_tls(monkeypatch, port, tmp_path)
        assert "does not accept the certificate" in refusal()


def test_plain_http_to_tls(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine_with_tls(certificates / "ours") as port:
        with_tls(monkeypatch, port, None)
        text = refusal()
    assert "wants TLS" in text
    assert "DOCKER_TLS_VERIFY=1" in text


def test_tls_to_plain_http(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        with_tls(monkeypatch, server.getsockname()[1], certificates / "ours")
        text = refusal()
    assert "speaks no TLS" in text
    assert "2375" in text


def test_a_certificate_for_another_name(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine_with_tls(certificates / "ours", "other") as port:
        with_tls(monkeypatch, port, certificates / "ours")
        assert "is for another name" in refusal()


def test_no_certificates_in_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    with_tls(monkeypatch, 2376, tmp_path)
    text = refusal()
    assert f"{tmp_path} lacks cert.pem, key.pem" in text


# -- a real engine


@pytest.mark.docker
def test_a_name_that_is_not_there(engine: Engine, base_image: str) -> None:
    made = engine.api.create_container(base_image, ["true"], name=f"test-engine-{os.getpid()}-scorer")["Id"]
    try:
        with pytest.raises(CannotExamine) as caught:
            engine.inspect(f"test-engine-{os.getpid()}-scorrer")
        assert f"the nearest is `test-engine-{os.getpid()}-scorer`" in well_said(caught)
        with pytest.raises(CannotExamine) as caught:
            engine.inspect(base_image.partition(":")[0])
        assert f"of the image `{base_image.partition(':')[0]}` there" in well_said(caught)
        assert engine.inspect(made[:12])["Id"] == made
    finally:
        engine.api.remove_container(made)
    with pytest.raises(CannotExamine, match="was removed while doctor looked at it"):
        engine.inspect(made[:12])


@pytest.mark.docker
def test_the_beginning_of_several_ids(engine: Engine, base_image: str) -> None:
    made: list[str] = []
    try:
        while True:  # 17 ids have two that begin alike
            name = f"test-engine-{os.urandom(4).hex()}"
            made.append(engine.api.create_container(base_image, ["true"], name=name)["Id"])
            first = next((one[0] for one in made if sum(other[0] == one[0] for other in made) > 1), None)
            if first:
                break
        with pytest.raises(CannotExamine) as caught:
            engine.inspect(first)
        text = well_said(caught)
        assert "is the beginning of several ids" in text
        assert "give more of it" in text
    finally:
        for one in made:
            engine.api.remove_container(one)


@pytest.mark.docker
def test_commands_and_archives(engine: Engine, base_image: str) -> None:
    name = f"test-engine-{os.urandom(4).hex()}"
    made = engine.api.create_container(base_image, ["sleep", "60"], name=name)["Id"]
    try:
        engine.api.start(made)
        done = engine.execute(made, ["sh", "-c", "echo out; echo err >&2; exit 4"])
        assert (done.code, done.stdout, done.stderr, done.cut) == (4, b"out\n", b"err\n", False)
        much = engine.execute(made, ["sh", "-c", "while :; do echo xxxxxxxxxxxxxxx; done"], most=100_000)
        assert much.cut
        assert (much.code, len(much.stdout)) == (None, 100_000)
        with engine.archive(made, "/etc/hostname") as got:
            assert got
            assert got[1].size == 13
        with engine.archive(made, "/not/there") as got:
            assert got is None
        with pytest.raises(ZeroDivisionError), engine.archive(made, "/not/there"):
            raise ZeroDivisionError
        engine.api.pause(made)
        with pytest.raises(Refused, match="paused"):
            engine.execute(made, ["true"])
        engine.api.unpause(made)
    finally:
        engine.api.remove_container(made, force=True)
