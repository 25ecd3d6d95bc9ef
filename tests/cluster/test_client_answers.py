"""Servers that are slow, busy, gone, or somebody else: what is tried again, for how long, and what a person is told."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cluster.answers import Answer
from cluster.api_server import ApiServer
from cluster.certificates import Certificates
from cluster.faults import of_proxy, refused

from doctor.cluster import failures
from doctor.cluster.api import Access, Api, Refused, Unanswered, connect
from doctor.cluster.listing import fetch
from doctor.cluster.retrying import LONGEST, pause
from doctor.cluster.side_by_side import side_by_side
from doctor.errors import CannotExamine

PODS = "/api/v1/pods"
Open = Callable[..., Api]


@pytest.fixture
def client(api_server: ApiServer, tmp_path: Path) -> Iterator[Open]:
    """Connect to the server of the test; what is opened is closed."""
    opened: list[Api] = []

    def start(*, seconds: float = 20, patience: float = 5, **file: Any) -> Api:
        path = api_server.kubeconfig(tmp_path / f"kubeconfig-{len(opened)}", **file)
        opened.append(connect(Access(kubeconfig=path, seconds=seconds, patience=patience)))
        return opened[-1]

    yield start
    for api in opened:
        api.close()


class TestTriesAgain:
    def test_a_busy_server_is_heeded(self, api_server: ApiServer, client: Open) -> None:
        fault = api_server.fail("pods", times=2, answer=refused(429, retry_after=1))
        api, began = client(), time.monotonic()
        assert b'"items"' in api.get(PODS)
        assert time.monotonic() - began >= 2
        assert (fault.struck, api.calls) == (2, 3)

    def test_a_busy_server_that_asks_for_too_much(self, api_server: ApiServer, client: Open) -> None:
        api_server.fail("pods", answer=refused(429, "too many requests, try later", retry_after=3600))
        api, began = client(), time.monotonic()
        with pytest.raises(Refused, match="too many requests") as caught:
            api.get(PODS)
        assert caught.value.status == 429
        assert time.monotonic() - began < 2

    @pytest.mark.parametrize(
        "fault",
        [
            {"answer": refused(500, "etcdserver: leader changed")},
            {"answer": refused(503, "apiserver is shutting down")},
            {"answer": of_proxy(502)},
            {"cut": -1},
            {"cut": 40},
        ],
        ids=["500", "503", "502 of a proxy", "closed before the answer", "closed within it"],
    )
    def test_what_passes_is_not_told(self, api_server: ApiServer, client: Open, fault: dict[str, Any]) -> None:
        struck = api_server.fail("pods", times=2, **fault)
        assert b'"items"' in client().get(PODS)
        assert struck.struck == 2

    def test_a_silent_server_is_asked_again(self, api_server: ApiServer, client: Open) -> None:
        api_server.fail("pods", times=1, wait=5)
        assert b'"items"' in client(patience=0.3).get(PODS)

    def test_a_change_is_sent_once(self, api_server: ApiServer, client: Open) -> None:
        for fault in ({"answer": refused(500, "etcd is slow")}, {"cut": -1}):
            struck = api_server.fail("PATCH", **fault)
            with pytest.raises((Refused, Unanswered)):
                client().send("PATCH", f"{PODS}/x", {}, content="application/merge-patch+json")
            assert struck.struck == 1
            api_server.faults.clear()

    def test_a_change_that_surely_was_not_made_is_sent_again(self, api_server: ApiServer, client: Open) -> None:
        struck = api_server.fail("POST", times=2, answer=refused(429, retry_after=0))
        body = {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
        api_server.add("pods", {"metadata": {"name": "other", "namespace": "team-a"}, "spec": {}})
        client().send("POST", "/api/v1/namespaces/team-a/pods", body)
        assert struck.struck == 2

    def test_pauses_grow_and_are_spread(self) -> None:
        first = {pause(1) for _ in range(20)}
        assert len(first) > 1
        assert max(first) <= 0.25
        assert max(pause(20) for _ in range(20)) <= LONGEST
        assert 2 <= pause(1, "2") <= 2.25
        moment = datetime.now(UTC) + timedelta(seconds=30)
        assert 28 <= pause(1, f"{moment:%a, %d %b %Y %H:%M:%S} GMT") <= 31
        assert pause(1, "soon") <= 0.25


class TestTheDeadline:
    def test_what_was_not_read_is_told(self, api_server: ApiServer, client: Open) -> None:
        api = client(seconds=2)
        assert fetch(api, "nodes").is_whole
        api_server.fail("pods", answer=refused(429, "busy", retry_after=1))
        found = fetch(api, "pods")
        assert found.unseen
        assert api.left < 2
        time.sleep(api.left)
        unseen = fetch(api, "services").unseen
        assert unseen
        assert unseen.reason == "the 2 s for this run were over before it was read; --timeout gives more"

    def test_a_server_that_drips(self, api_server: ApiServer, client: Open) -> None:
        many = [{"metadata": {"name": f"a-{n}", "namespace": "b"}, "spec": {}, "status": {}} for n in range(400)]
        api_server.add("pods", *many)
        api = client(seconds=1.5)
        assert fetch(api, "nodes").is_whole
        api_server.fail("pods", pause=0.1)
        began = time.monotonic()
        unseen = fetch(api, "pods").unseen
        assert unseen
        assert "were over" in unseen.reason
        assert time.monotonic() - began < 3


class TestWhoAnswers:
    def test_nobody_listens(self, client: Open) -> None:
        with pytest.raises(CannotExamine, match=r"nothing listens at https://127\.0\.0\.1:1 \(context `tests` of"):
            client(address="https://127.0.0.1:1").get(PODS)

    def test_nobody_is_asked_again_who_never_answered(self, client: Open) -> None:
        api = client(address="https://127.0.0.1:1")
        for _ in range(3):
            with pytest.raises(CannotExamine, match="connection refused"):
                assert api.version
        assert api.calls == 1

    def test_a_server_that_was_there_is_waited_for(self, api_server: ApiServer, client: Open, tmp_path: Path) -> None:
        """As while an API server restarts."""
        with ApiServer(certificates=api_server.certificates) as server:
            path = server.kubeconfig(tmp_path / "config")
            api = connect(Access(kubeconfig=path, seconds=20))
            assert api.version == ("v1.20.2", 20)
        with api, pytest.raises(Unanswered, match="connection refused"):
            api.get(PODS)
        assert api.calls == 1 + 4

    def test_a_host_that_is_not_known(self, client: Open) -> None:
        with pytest.raises(CannotExamine, match="is not known here; a private cluster needs its network or VPN"):
            client(address="https://churn.example.invalid").get(PODS)

    def test_a_server_that_never_answers(self, client: Open) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"https://127.0.0.1:{silent.getsockname()[1]}"
            began = time.monotonic()
            with pytest.raises(CannotExamine, match="did not answer in time"):
                client(address=address, patience=0.2, seconds=3).get(PODS)
            assert time.monotonic() - began < 3.5

    def test_another_authority(self, client: Open) -> None:
        with pytest.raises(CannotExamine, match="not from the authority that the kubeconfig names"):
            client(authority=Certificates().bundle).get(PODS)

    def test_a_certificate_for_another_name(self, tmp_path: Path) -> None:
        with ApiServer(certificates=Certificates(host="elsewhere.example")) as server:
            path = server.kubeconfig(tmp_path / "config")
            with connect(Access(kubeconfig=path)) as api, pytest.raises(CannotExamine, match="is for another name"):
                api.get(PODS)
            path = server.kubeconfig(tmp_path / "config", **{"tls-server-name": "elsewhere.example"})
            with connect(Access(kubeconfig=path)) as api:
                assert api.version == ("v1.20.2", 20)
            path = server.kubeconfig(tmp_path / "config", **{"insecure-skip-tls-verify": True})
            with connect(Access(kubeconfig=path)) as api:
                assert api.version == ("v1.20.2", 20)

    def test_a_server_without_tls(self, client: Open) -> None:
        with socket.create_server(("127.0.0.1", 0)) as plain:
            thread = threading.Thread(target=_say_http, args=(plain,))
            thread.start()
            with pytest.raises(CannotExamine, match="speaks no TLS"):
                client(address=f"https://127.0.0.1:{plain.getsockname()[1]}").get(PODS)
            thread.join()

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (of_proxy(502), "is no API server: 502 Bad Gateway, a page `502 Bad Gateway`"),
            (of_proxy(200), "is no API server: 200 OK"),
            (Answer(b"", 302, headers={"Location": "https://login.example"}), "is no API server: 302"),
        ],
    )
    def test_somebody_else(self, api_server: ApiServer, client: Open, answer: Answer, words: str) -> None:
        api_server.fail(answer=answer)
        with pytest.raises(CannotExamine, match=words):
            client().get(PODS)

    @pytest.mark.parametrize(("minor", "known"), [("25+", 25), ("30", 30), ("", None)])
    def test_versions_of_providers(self, api_server: ApiServer, client: Open, minor: str, known: int | None) -> None:
        told = f'{{"major": "1", "minor": "{minor}", "gitVersion": "v1.x-eks-1"}}'
        api_server.fail("/version", answer=Answer(told.encode()))
        assert client().version == ("v1.x-eks-1", known)

    def test_something_else_that_speaks_json(self, api_server: ApiServer, client: Open) -> None:
        api_server.fail("/version", answer=Answer(b'{"name": "elastic"}'))
        with pytest.raises(CannotExamine, match="/version tells no version"):
            assert client().version

    def test_a_token_that_is_not_accepted(self, client: Open) -> None:
        with pytest.raises(CannotExamine) as caught:
            client(token="wrong-token-of-somebody").get(PODS)
        assert "does not know who asks (401, context `tests` of" in str(caught.value)
        assert "fetch a kubeconfig with a new token" in str(caught.value)
        assert "wrong-token" not in str(caught.value)

    def test_a_401_later_ends_the_run(self, api_server: ApiServer, client: Open) -> None:
        api = client()
        assert fetch(api, "nodes").is_whole
        api_server.fail(answer=refused(401, "Unauthorized"))
        with pytest.raises(CannotExamine, match="401"):
            fetch(api, "pods")

    def test_nobody_at_all_is_anonymous(self, client: Open) -> None:
        with pytest.raises(Refused, match='User "system:anonymous" cannot list'):
            client(token=None).get(PODS)


def _say_http(listening: socket.socket) -> None:
    came, _ = listening.accept()
    with came:
        came.recv(1000)
        came.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


class TestCredentialsThatExpired:
    NOW = datetime(2026, 11, 21, tzinfo=UTC)

    def test_a_certificate(self) -> None:
        until = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
        for year in (until, datetime(2051, 1, 1, tzinfo=UTC)):  # from 2050 on in another form
            made = trustme.CA().issue_cert("tester@cluster.example", not_after=year, not_before=until - timedelta(9))
            pem = made.cert_chain_pems[0].bytes()
            assert failures.expiry(pem, self.NOW) == ("2026-11-20T18:00:00Z" if year is until else None)
        assert failures.expiry(pem, datetime(2052, 1, 1, tzinfo=UTC)) == "2051-01-01T00:00:00Z"
        assert failures.expiry(b"no certificate") is None
        assert failures.expiry(b"") is None

    def test_a_token(self) -> None:
        token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3OTUxOTc2MDB9.c2lnbmF0dXJl"
        assert failures.token_expiry(token, datetime(2026, 11, 22, tzinfo=UTC)) == "2026-11-20T18:00:00Z"
        assert failures.token_expiry(token, datetime(2026, 11, 1, tzinfo=UTC)) is None
        for other in ("", "abc", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.x"):
            assert failures.token_expiry(other) is None

    def test_is_told_with_the_refusal(self, api_server: ApiServer, client: Open) -> None:
        with pytest.raises(CannotExamine, match="the token expired 2020-01-01T00:00:00Z; fetch"):
            client(token="eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE1Nzc4MzY4MDB9.c2lnbmF0dXJl").get(PODS)


class TestOneServer:
    def test_certificates_of_clients(self, api_server: ApiServer, client: Open) -> None:
        from cluster.rights import User

        api_server.users["clerk"] = User("clerk")
        assert b'"items"' in client(certificate="clerk").get(PODS)
        assert api_server.requests[-1].user == "clerk"

    def test_its_time_and_namespace(self, api_server: ApiServer, client: Open) -> None:
        api_server.clock = datetime(2026, 11, 20, 18, 17, 7, tzinfo=UTC)
        api = client(namespace="team-a")
        assert api.taken > "2026-11-20T18:17:07Z"  # nothing was answered yet
        assert api.version[1] == 20
        assert (api.taken, api.namespace) == ("2026-11-20T18:17:07Z", "team-a")

    def test_no_more_than_was_asked_for(self, api_server: ApiServer, client: Open) -> None:
        api_server.add("pods", *({"metadata": {"name": f"a-{n}", "namespace": "b"}} for n in range(3000)))
        api = client()
        everything = api.get(PODS)
        assert len(everything) > 128 << 10  # it came in gzip
        assert api.get(PODS, most=1000) == everything[:1000]
        assert api.get(f"{PODS}?limit=1")

    def test_words_that_are_no_status(self, api_server: ApiServer, client: Open) -> None:
        with pytest.raises(Refused) as caught:
            client().get("/apis/nowhere.example/v1/things")
        assert (caught.value.status, caught.value.reason) == (404, "NotFound")

    def test_many_threads_share_it(self, api_server: ApiServer, client: Open) -> None:
        api_server.latency = 0.02
        api = client()
        answers = side_by_side(lambda n: api.get(f"{PODS}?limit={n}"), range(1, 60), 8)
        assert len(answers) == api.calls == 59

    def test_the_first_error_ends_all(self, client: Open) -> None:
        api = client(address="https://127.0.0.1:1")
        with pytest.raises(CannotExamine, match="connection refused"):
            side_by_side(lambda n: api.get(f"{PODS}?limit={n}"), range(50), 4)

    def test_closing_ends_those_who_wait(self, api_server: ApiServer, client: Open) -> None:
        api_server.fail("pods", answer=refused(429, retry_after=15))
        api = client(seconds=30)
        ended = threading.Event()

        def ask() -> None:
            with pytest.raises(Refused):
                api.get(PODS)
            ended.set()

        thread = threading.Thread(target=ask)
        thread.start()
        while not api.calls:
            time.sleep(0.01)
        time.sleep(0.2)
        api.close()
        assert ended.wait(2)
        thread.join()


def test_a_context_of_this_machine_believes_no_strangers() -> None:
    """What is built for a server checks names and certificates unless the kubeconfig says no."""
    from doctor.cluster.kubeconfig import _tls

    class Configuration:
        host, ssl_ca_cert, verify_ssl, cert_file, key_file = "https://a", None, True, None, None

    context = _tls(Configuration, "a test")
    assert context
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
