"""Engines that are not there, may not be asked, fall silent or speak another language: a clear message, and exit 3."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from proxies import on_socket, on_tls

from doctor.containers.engine import Engine

pytestmark = pytest.mark.docker

Call = Callable[..., subprocess.CompletedProcess[str]]
NOBODY = 65534


def socket_of(engine: Engine) -> str:
    """The path of the engine's socket."""
    scheme, _, path = engine.address.partition("://")
    if scheme != "unix":
        pytest.skip(f"needs an engine on a unix socket, this one is at {engine.address}")
    return path


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """`doctor diagnose docker NAME` as a person calls it, with no setting of Docker but those given."""

    def run(name: str, *words: str, before: tuple[str, ...] = (), **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        environment |= {"DOCKER_CONFIG": str(tmp_path / "no-configuration"), **settings}
        return subprocess.run(
            [*before, sys.executable, "-m", "doctor", "diagnose", "docker", name, *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def refused(done: subprocess.CompletedProcess[str], *texts: str) -> None:
    """Exit 3, nothing on standard output, and each of these texts in the one message."""
    assert done.returncode == 3, done.stdout + done.stderr
    assert not done.stdout
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr, done.stderr


def test_no_engine(call: Call, tmp_path: Path) -> None:
    missing = f"unix://{tmp_path}/docker.sock"
    refused(call("churn", DOCKER_HOST=missing), f"no Docker engine at {missing}", "start it", "DOCKER_HOST")


def test_nothing_listens_on_the_socket_any_more(call: Call, tmp_path: Path) -> None:
    with on_socket(tmp_path / "docker.sock", "/nowhere"):
        pass
    refused(call("churn", DOCKER_HOST=f"unix://{tmp_path}/docker.sock"), "connection refused", "start it again")


def test_no_permission_on_the_socket(call: Call, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    before: tuple[str, ...] = ()
    with on_socket(path, socket_of(engine)) as proxy:
        path.chmod(0o600)
        if os.geteuid() == 0:  # root may open everything, so it is started without that right
            os.chown(path, NOBODY, NOBODY)
            assert shutil.which("setpriv"), "setpriv (util-linux) is needed by root"
            before = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
        else:
            path.chmod(0)
        done = call("churn", before=before, DOCKER_HOST=f"unix://{path}")
        assert not proxy.requests
    refused(done, str(path), "permission denied", "group")


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("tcp://127.0.0.1:1", "connection refused"),
        ("tcp://churn.example.invalid:2375", "is not known here"),
        ("npipe-of-windows", "DOCKER_HOST"),
        ("tcp://", "DOCKER_HOST"),
    ],
)
def test_an_address_that_leads_nowhere(call: Call, host: str, text: str) -> None:
    refused(call("churn", DOCKER_HOST=host), text)


def test_a_context_that_is_not_there(call: Call) -> None:
    refused(call("churn", DOCKER_CONTEXT="fabrikam"), "`fabrikam`", "docker context ls")


def test_an_unknown_name_brings_the_nearest(
    call: Call, engine: Engine, image: Callable[[str], str], run_container: Callable[..., str]
) -> None:
    container = run_container(image("current"), name="harvest-forecast", command=["sleep", "60"])
    real = engine.inspect(container)["Name"].lstrip("/")
    typed = real.replace("forecast", "forcast")
    refused(call(typed, DOCKER_HOST=engine.address), f"no container is called `{typed}`", f"`{real}`")


def test_a_machine_format_is_no_half_document(call: Call, tmp_path: Path) -> None:
    done = call("churn", "-o", "json", DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    refused(done, "no Docker engine")


class TestHalfWay:
    """An engine that answers some requests and then none."""

    @pytest.fixture
    def looping(self, image: Callable[[str], str], run_container: Callable[..., str]) -> str:
        program = "import sys; print('starting', flush=True); sys.exit(3)"
        return run_container(image("current"), name="looping", command=["python", "-c", program], restart="always")

    @pytest.mark.parametrize("good", [0, 1, 2, 3, 5, 8])
    def test_falls_silent(
        self, engine: Engine, looping: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int
    ) -> None:
        told, seconds = self._looked_at(engine, looping, tmp_path, monkeypatch, "silent", good)
        assert "stopped answering" in told or "could not be read" in told, told
        assert seconds < 20

    @pytest.mark.parametrize("good", [0, 1, 2, 3, 5, 8])
    def test_closes_the_connection(
        self, engine: Engine, looping: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int
    ) -> None:
        told, seconds = self._looked_at(engine, looping, tmp_path, monkeypatch, "closes", good)
        assert "closed the connection" in told or "could not be read" in told, told
        assert seconds < 20

    def _looked_at(
        self, engine: Engine, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, fault: str, good: int
    ) -> tuple[str, float]:
        """The message, or the notes of a report that has no cause it cannot know; and the seconds it took."""
        from functools import partial

        from doctor.containers import diagnosis
        from doctor.containers.engine import connect
        from doctor.containers.wishes import Wishes
        from doctor.errors import CannotExamine

        monkeypatch.setattr(diagnosis, "connect", partial(connect, patience=2))
        began = time.monotonic()
        with on_socket(folder / "docker.sock", socket_of(engine), fault, good) as proxy:  # type: ignore[arg-type]
            monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")
            try:
                report = diagnosis.diagnose(name, Wishes(rehearse=False)).report
            except CannotExamine as error:
                told = str(error)
            else:
                told = " ".join(report.notes)
            seconds = time.monotonic() - began
            assert proxy.requests > good, "the diagnosis was over before the engine fell silent"
        return told, seconds


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, `ours` and `theirs`, each with a certificate for 127.0.0.1 that serves both ends."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl, to make certificates")
    root = tmp_path_factory.mktemp("certificates")
    for name in ("ours", "theirs"):
        make_certificates(root / name)
    return root


class TestTls:
    """DOCKER_HOST over TCP."""

    @pytest.mark.parametrize("bundle", ["", "/etc/ssl/certs/other.pem"])
    def test_right_certificates_are_good(
        self,
        bundle: str,
        call: Call,
        engine: Engine,
        certificates: Path,
        image: Callable[[str], str],
        run_container: Callable[..., str],
    ) -> None:
        """Also where a variable names other authorities for the rest of the web."""
        container = run_container(image("current"), command=["python", "-c", "print('done')"])
        engine.api.wait(container, timeout=30)
        with on_tls(certificates / "ours", socket_of(engine)) as place:
            done = call(
                container, "--no-rehearse", DOCKER_HOST=f"tcp://{place}", DOCKER_TLS_VERIFY="1",
                DOCKER_CERT_PATH=str(certificates / "ours"), REQUESTS_CA_BUNDLE=bundle,
            )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr

    def test_the_engine_is_of_another_authority(self, call: Call, engine: Engine, certificates: Path) -> None:
        with on_tls(certificates / "ours", socket_of(engine)) as place:
            done = call(
                "churn", DOCKER_HOST=f"tcp://{place}", DOCKER_TLS_VERIFY="1",
                DOCKER_CERT_PATH=str(certificates / "theirs"),
            )  # fmt: skip
        refused(done, place, "not signed by the CA in", "theirs/ca.pem", "DOCKER_CERT_PATH")

    def test_the_engine_does_not_know_our_certificate(
        self, call: Call, engine: Engine, certificates: Path, tmp_path: Path
    ) -> None:
        mixed = tmp_path / "mixed"
        shutil.copytree(certificates / "theirs", mixed)
        shutil.copy(certificates / "ours" / "ca.pem", mixed)
        with on_tls(certificates / "ours", socket_of(engine)) as place:
            done = call("churn", DOCKER_HOST=f"tcp://{place}", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(mixed))
        refused(done, place, "does not accept the certificate", "DOCKER_CERT_PATH")

    def test_certificates_are_not_there(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        done = call(
            "churn", DOCKER_HOST="tcp://127.0.0.1:2376", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=f"{tmp_path}/empty"
        )
        refused(done, "ca.pem", "cert.pem", "key.pem")

    def test_the_engine_speaks_no_tls(self, call: Call, certificates: Path) -> None:
        import http.server
        import threading

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done = call(
                "churn", DOCKER_HOST=f"tcp://127.0.0.1:{server.server_port}", DOCKER_TLS_VERIFY="1",
                DOCKER_CERT_PATH=str(certificates / "ours"),
            )  # fmt: skip
            server.shutdown()
        refused(done, "speaks no TLS", "DOCKER_TLS_VERIFY")

    def test_what_answers_is_no_engine(self, call: Call) -> None:
        import http.server
        import threading

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done = call("churn", DOCKER_HOST=f"tcp://127.0.0.1:{server.server_port}")
            server.shutdown()
        refused(done, "is no Docker engine")

    def test_the_engine_wants_tls(self, call: Call, engine: Engine, certificates: Path) -> None:
        with on_tls(certificates / "ours", socket_of(engine)) as place:
            done = call("churn", DOCKER_HOST=f"tcp://{place}")
        refused(done, place)


def make_certificates(folder: Path) -> None:
    """ca.pem, and cert.pem with key.pem signed by it, for 127.0.0.1."""
    folder.mkdir(parents=True)
    about = folder / "about.cnf"
    about.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n", encoding="utf-8")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for words in (
        ("req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority"),
        ("req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1"),
        ("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial",
         "-out", "cert.pem", "-days", "2", "-extfile", "about.cnf"),
    ):  # fmt: skip
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
