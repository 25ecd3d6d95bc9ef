"""Which server, and as whom: kubeconfig files as kubectl reads them, plugins, proxies, and what is told of bad ones."""

import base64
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster.api_server import TOKEN, ApiServer
from cluster.executing import on_this_machine
from cluster.rights import User

from doctor.cluster.api import Access, connect, contexts
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes
from doctor.errors import CannotExamine

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine counts."""
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def write(api_server: ApiServer, tmp_path: Path) -> Write:
    """Write a kubeconfig with one context and the user that is given."""

    def one(user: dict[str, Any], *, name: str = "tests", file: str = "config", **cluster: Any) -> Path:
        path = api_server.kubeconfig(tmp_path / file)
        content = yaml.safe_load(path.read_text())
        content["users"] = [{"name": name, "user": user}]
        content["contexts"] = [{"name": name, "context": {"cluster": name, "user": name}}]
        content["clusters"][0]["name"] = name
        content["clusters"][0]["cluster"] |= cluster
        content["current-context"] = name
        path.write_text(yaml.safe_dump(content))
        return path

    return one


def asked(path: Path | None, context: str | None = None) -> None:
    """Ask something that only a known user may."""
    with connect(Access(kubeconfig=path, context=context, seconds=10)) as api:
        api.get("/api/v1/pods")


def refusal(path: Path | None, context: str | None = None) -> str:
    with pytest.raises(CannotExamine) as caught:
        connect(Access(kubeconfig=path, context=context, seconds=10))
    return str(caught.value)


class TestFiles:
    def test_none(self, tmp_path: Path) -> None:
        assert f"no kubeconfig: looked for {tmp_path}/home/.kube/config" in refusal(None)
        assert "az aks get-credentials" in refusal(None)

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "nowhere") == f"the kubeconfig {tmp_path}/nowhere is not there; check the path"

    def test_the_usual_place(self, write: Write, tmp_path: Path) -> None:
        place = tmp_path / "home" / ".kube"
        place.mkdir(parents=True)
        write({"token": TOKEN}).rename(place / "config")
        asked(None)

    def test_several_files_the_first_current_context_counts(
        self, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        first = write({"token": TOKEN}, name="first", file="1")
        second = write({"token": "wrong"}, name="second", file="2")
        missing = tmp_path / "3"
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, (missing, first, second))))
        asked(None)
        with pytest.raises(CannotExamine, match="401"):
            asked(None, "second")
        assert contexts() == ["first", "second"]

    def test_an_unknown_context_brings_the_nearest(self, write: Write) -> None:
        path = write({"token": TOKEN}, name="team-a-west")
        assert "no context `team-a-wset`" in refusal(path, "team-a-wset")
        assert "the nearest is `team-a-west`" in refusal(path, "team-a-wset")

    def test_no_current_context(self, write: Write) -> None:
        path = write({"token": TOKEN})
        path.write_text(path.read_text().replace("current-context: tests", "current-context: ''"))
        assert "names no current context; give one with --context (there are tests)" in refusal(path)
        asked(path, "tests")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("clusters: [\n  - {name: a\nusers: x", "line 2 cannot be read:"),
            ("- a\n- b\n", "holds no mapping with clusters, contexts and users"),
            ("just words", "holds no mapping"),
            ("contexts: {a: b}", "`contexts` is no list of named entries"),
            ("contexts: [{context: {}}]", "`contexts` is no list of named entries"),
            ("", "holds no context"),
            ("apiVersion: v1\nkind: Config\nclusters: null\n", "holds no context"),
            ("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]", "the cluster `b`, which"),
            ("current-context: a\ncontexts: [{name: a}]\nclusters: [{name: '', cluster: {}}]", "gives no server for"),
            (
                (
                    "current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\n"
                    "clusters: [{name: b, cluster: {server: 'https://a'}}]"
                ),
                "the user `c`, which",
            ),
            (
                (
                    "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
                    "clusters: [{name: b, cluster: {server: 'https://a', certificate-authority: nowhere.pem}}]"
                ),
                "File does not exist",
            ),
            (
                (
                    "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
                    "clusters: [{name: b, cluster: {server: 'https://a', certificate-authority-data: bm9uZQ==}}]"
                ),
                "the certificate-authority of context `a`",
            ),
            (
                (
                    "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
                    "clusters: [{name: b, cluster: {server: 'https://a', certificate-authority-data: '&'}}]"
                ),
                "cannot be used",
            ),
        ],
    )
    def test_odd_ones(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "config"
        path.write_text(text)
        said = refusal(path)
        assert words in said
        assert str(path) in said
        assert contexts(path) in ([], ["a"])

    def test_a_folder_and_bytes(self, tmp_path: Path) -> None:
        assert "is a folder" in refusal(tmp_path)
        (tmp_path / "config").write_bytes(b"\xff\xfe\x00")
        assert "cannot be read: it is no text" in refusal(tmp_path / "config")

    def test_no_key_stays_on_the_disk(
        self, api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        api_server.users["clerk"] = User("clerk")
        path = api_server.kubeconfig(tmp_path / "config", certificate="clerk")
        for _ in range(2):
            with connect(Access(kubeconfig=path)) as api:
                assert not list(folder.rglob("*"))
                api.get("/api/v1/pods")

    def test_a_token_file_ends_with_a_line_feed(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "token").write_text(f"{TOKEN}\n")
        asked(write({"tokenFile": "token"}))

    def test_as_somebody_else(self, api_server: ApiServer, write: Write) -> None:
        path = write({"token": TOKEN, "as": "clerk", "as-groups": ["one", "two"]})
        with connect(Access(kubeconfig=path)) as api:
            told = api.headers()
        assert told[-3:] == [("Impersonate-User", "clerk"), ("Impersonate-Group", "one"), ("Impersonate-Group", "two")]

    def test_an_old_login_of_azure(self, write: Write) -> None:
        provider = {"auth-provider": {"name": "azure", "config": {"tenant-id": "x"}}}
        assert "kubelogin convert-kubeconfig -l azurecli" in refusal(write(provider))


def test_a_file_that_may_not_even_be_looked_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder of somebody else; here, for the superuser may look everywhere, of a name that is too long."""
    path = tmp_path / ("x" * 300)
    assert "cannot be read: File name too long" in refusal(path)
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert "cannot be read: File name too long" in refusal(None)
    assert contexts() == []


def plugin(folder: Path, program: str, **more: Any) -> dict[str, Any]:
    """A login plugin of a user, as a program in Python."""
    path = folder / "plugin"
    path.write_text(f"#!{sys.executable}\n{program}\n")
    path.chmod(0o755)
    told = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "interactiveMode": "Never"}
    return {"exec": told | more}


GIVES = "import json; print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'status': %s}))"


class TestPlugins:
    def test_a_token(self, write: Write, tmp_path: Path) -> None:
        asked(write(plugin(tmp_path, GIVES % repr({"token": TOKEN}))))

    def test_a_command_beside_the_file(self, write: Write, tmp_path: Path) -> None:
        asked(write(plugin(tmp_path, GIVES % repr({"token": TOKEN}), command="./plugin")))

    def test_a_certificate(self, api_server: ApiServer, write: Write, tmp_path: Path) -> None:
        api_server.users["clerk"] = User("clerk")
        shown, key = (base64.b64decode(one).decode() for one in api_server.certificates.client("clerk"))
        asked(write(plugin(tmp_path, GIVES % repr({"clientCertificateData": shown, "clientKeyData": key}))))
        assert api_server.requests[-1].user == "clerk"

    def test_what_it_is_told(self, api_server: ApiServer, write: Write, tmp_path: Path) -> None:
        program = (
            "import json, os, sys\n"
            "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])['spec']\n"
            "assert sys.argv[1:] == ['get-token'] and os.environ['MODE'] == 'fast', sys.argv\n"
            "assert info['interactive'] is False and info['cluster']['server'].startswith('https://127'), info\n"
        ) + GIVES % repr({"token": TOKEN})
        more = {"args": ["get-token"], "env": [{"name": "MODE", "value": "fast"}], "provideClusterInfo": True}
        asked(write(plugin(tmp_path, program, **more)))

    def test_one_that_is_not_installed(self, write: Write, tmp_path: Path) -> None:
        hint = "kubelogin is needed:\n  az aks install-cli"
        said = refusal(write(plugin(tmp_path, "", command="kubelogin-nowhere", installHint=hint)))
        assert said == (
            "the login plugin `kubelogin-nowhere` of user `tests` is not there; kubelogin is needed: az aks install-cli"
        )

    @pytest.mark.parametrize(
        ("program", "words"),
        [
            (
                "import sys; sys.exit('AADSTS70043: the refresh token has expired')",
                "exit code 1: AADSTS70043: the refresh",
            ),
            ("raise SystemExit(3)", "failed with exit code 3: it said nothing"),
            ("print('not json')", "did not answer with an ExecCredential"),
            ("print('{}')", "did not answer with an ExecCredential"),
            (GIVES % "{'token': ''}", "answered without a token or certificate"),
            (GIVES % "{'clientCertificateData': 'x'}", "answered without a token or certificate"),
        ],
    )
    def test_its_own_words(self, write: Write, tmp_path: Path, program: str, words: str) -> None:
        assert words in refusal(write(plugin(tmp_path, program)))

    def test_one_that_hangs(self, write: Write, tmp_path: Path) -> None:
        program = "import sys, time; print('open https://login.example', file=sys.stderr, flush=True); time.sleep(60)"
        path = write(plugin(tmp_path, program))
        with pytest.raises(CannotExamine, match=r"did not end within 1 s: open https://login\.example; run it by hand"):
            connect(Access(kubeconfig=path, seconds=1))

    def test_one_that_may_not_be_run(self, write: Write, tmp_path: Path) -> None:
        user = plugin(tmp_path, "")
        (tmp_path / "plugin").write_text("no program")
        assert "cannot be run" in refusal(write(user))


class TestInACluster:
    def test_the_pods_own_account(self, api_server: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        from kubernetes.config import incluster_config

        (tmp_path / "token").write_text(f"{TOKEN}\n")
        (tmp_path / "namespace").write_text("team-a\n")
        (tmp_path / "ca.crt").write_bytes(base64.b64decode(api_server.certificates.bundle))
        monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
        monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
        host, _, port = api_server.address.removeprefix("https://").partition(":")
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
        with connect(Access()) as api:
            api.get("/api/v1/pods")
        assert api.namespace == "team-a"

    def test_a_pod_without_an_account(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
        assert "Service token file does not exist" in refusal(None)
        assert "automountServiceAccountToken" in refusal(None)


class TestProxies:
    @pytest.fixture
    def proxy(self) -> Any:
        """A proxy that connects once, and remembers to where."""
        asked: list[str] = []
        listening = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            came, _ = listening.accept()
            with came:
                head = came.recv(4096).decode()
                asked.append(head)
                host, _, port = head.split()[1].partition(":")
                with socket.create_connection((host, int(port))) as there:
                    came.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    back = threading.Thread(target=_pass, args=(there, came))
                    back.start()
                    _pass(came, there)
                    back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], asked
        if not asked:
            socket.create_connection(listening.getsockname()).close()
        thread.join(5)
        listening.close()

    def test_that_of_the_cluster(self, api_server: ApiServer, write: Write, proxy: Any) -> None:
        port, told = proxy
        asked(write({"token": TOKEN}, **{"proxy-url": f"http://me:secret-word@127.0.0.1:{port}"}))
        assert told[0].startswith(f"CONNECT {api_server.address.removeprefix('https://')} ")
        assert "authorization: Basic bWU6c2VjcmV0LXdvcmQ=" in told[0].replace("Proxy-A", "a").replace("proxy-a", "a")
        assert TOKEN not in told[0]

    def test_that_of_the_environment(
        self, api_server: ApiServer, write: Write, proxy: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port, told = proxy
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # not for this server's scheme
        asked(write({"token": TOKEN}))
        assert told

    def test_for_commands_in_containers(self, api_server: ApiServer, write: Write, proxy: Any) -> None:
        port, told = proxy
        status = {"containerStatuses": [{"name": "a", "state": {"running": {"startedAt": "2026-11-20T18:00:00Z"}}}]}
        spec = {"containers": [{"name": "a"}], "nodeName": "node1"}
        api_server.add("pods", {"metadata": {"name": "x", "namespace": "y"}, "spec": spec, "status": status})
        api_server.execute = on_this_machine()
        path = write({"token": TOKEN}, **{"proxy-url": f"http://me:secret-word@127.0.0.1:{port}"})
        with connect(Access(kubeconfig=path, seconds=10)) as api:
            assert api.execute("y", "x", "a", ["echo", "hi"]).stdout == b"hi\n"
        assert told[0].startswith(f"CONNECT {api_server.address.removeprefix('https://')} ")

    def test_not_for_all(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        asked(write({"token": TOKEN}))

    def test_one_that_is_gone(self, write: Write) -> None:
        path = write({"token": TOKEN}, **{"proxy-url": "http://me:secret-word@127.0.0.1:1"})
        with pytest.raises(
            CannotExamine, match=r"the proxy http://me:\*\*\*@127\.0\.0\.1:1 did not let doctor through"
        ):
            asked(path)


def _pass(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_the_first_step_is_told_before_the_server_answers(write: Write) -> None:
    heard: list[str] = []
    gone = write({"token": TOKEN}, server="https://127.0.0.1:9")
    with pytest.raises(CannotExamine):
        diagnose([], Wishes(access=Access(kubeconfig=gone, seconds=5)), heard.append)
    assert heard[:1] == ["connecting to the cluster"]
