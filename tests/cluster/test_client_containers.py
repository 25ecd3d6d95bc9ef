"""Commands in containers and their logs, from old and new servers, short and long, and the end of waiting by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.answers import Answer
from cluster.api_server import ApiServer
from cluster.certificates import Certificates
from cluster.executing import on_this_machine
from cluster.faults import of_proxy, refused
from cluster.pod_logs import Which
from cluster.rights import User

from checks.cluster.subject import Unseen
from checks.evidence import Log
from doctor.cluster import pod_logs
from doctor.cluster.api import Access, Api, Executed, Refused, connect
from doctor.cluster.pod_logs import Wanted, read_logs
from doctor.errors import CannotExamine, ConfigError

Open = Callable[..., Api]
ONE = Wanted("team-a", "score-1", "server")
STAMP = b"2026-11-20T18:00:%02d.%09dZ "


@pytest.fixture
def client(api_server: ApiServer, tmp_path: Path) -> Iterator[Open]:
    """Connect to a server, that of the test unless another is given; what is opened is closed."""
    opened: list[Api] = []

    def start(server: ApiServer = api_server, *, seconds: float = 20, patience: float = 5, **file: Any) -> Api:
        path = server.kubeconfig(tmp_path / f"kubeconfig-{len(opened)}", **file)
        opened.append(connect(Access(kubeconfig=path, seconds=seconds, patience=patience)))
        return opened[-1]

    yield start
    for api in opened:
        api.close()


def running(name: str = "score-1") -> dict[str, Any]:
    status = {"name": "server", "state": {"running": {"startedAt": "2026-11-20T18:00:00Z"}}}
    return {
        "metadata": {"name": name, "namespace": "team-a"},
        "spec": {"containers": [{"name": "server", "image": "churn:1"}], "nodeName": "node1"},
        "status": {"containerStatuses": [status]},
    }


@pytest.fixture(params=[20, 34], ids=["v4", "v5"])
def server(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ApiServer]:
    """An old server and a new one, with a pod that runs."""
    with ApiServer(minor=request.param, certificates=certificates) as found:
        found.add("pods", running())
        found.execute = on_this_machine()
        yield found


class TestCommands:
    def run(self, api: Api, *command: str, **how: Any) -> Executed:
        return api.execute("team-a", "score-1", "server", command, **how)

    def test_streams_and_code(self, server: ApiServer, client: Open) -> None:
        found = self.run(client(server), "sh", "-c", "echo out; echo err >&2; exit 3")
        assert found == Executed(b"out\n", b"err\n", 3)
        assert self.run(client(server), "true") == Executed(b"", b"", 0)

    def test_words_reach_it_as_they_are(self, server: ApiServer, client: Open) -> None:
        words = ["printf", "%s|", "a b", "c&d=e", "ü%20", ""]
        assert self.run(client(server), *words).stdout == "a b|c&d=e|ü%20||".encode()

    @pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
    def test_standard_input(self, server: ApiServer, client: Open, size: int) -> None:
        """The command knows where it ends, for only v5 can say so."""
        data = bytes(range(256)) * (size // 256 + 1)
        found = self.run(client(server), "head", "-c", str(size), stdin=data[:size])
        assert (found.stdout == data[:size], found.code) == (True, 0)

    def test_standard_input_that_ends(self, certificates: Certificates, client: Open) -> None:
        with ApiServer(minor=34, certificates=certificates) as newer:
            newer.add("pods", running())
            newer.execute = on_this_machine()
            assert self.run(client(newer), "cat", stdin=b"to the end").stdout == b"to the end"

    def test_no_program_of_that_name(self, server: ApiServer, client: Open) -> None:
        found = self.run(client(server), "python-nowhere")
        assert found.code == 126
        assert b"executable file not found" in found.stdout

    def test_one_that_never_ends(self, server: ApiServer, client: Open) -> None:
        began = time.monotonic()
        found = self.run(client(server), "sh", "-c", "echo begun; exec sleep 60", seconds=0.6)
        assert found == Executed(b"begun\n", b"", None)
        assert time.monotonic() - began < 5

    def test_one_that_never_stops_writing(self, server: ApiServer, client: Open) -> None:
        found = self.run(client(server), "yes", most=100_000)
        assert (len(found.stdout), found.code) == (100_000, None)

    def test_a_pod_that_does_not_run(self, server: ApiServer, client: Open) -> None:
        gone = running("gone")
        gone["status"] = {}
        server.add("pods", gone)
        api = client(server)
        with pytest.raises(Refused, match="container not found"):
            api.execute("team-a", "gone", "server", ["true"])
        with pytest.raises(Refused) as caught:
            api.execute("team-a", "nowhere", "server", ["true"])
        assert (caught.value.status, caught.value.reason) == (404, "NotFound")

    def test_no_right(self, server: ApiServer, client: Open) -> None:
        server.users["short"] = User("reader", [])
        with pytest.raises(Refused, match='cannot get resource "pods/exec"') as caught:
            self.run(client(server, token="short"), "true")
        assert caught.value.status == 403
        with pytest.raises(CannotExamine, match="401"):
            self.run(client(server, token="wrong"), "true")

    def test_with_a_certificate(self, server: ApiServer, client: Open) -> None:
        server.users["clerk"] = User("clerk")
        assert self.run(client(server, certificate="clerk"), "true").code == 0

    def test_nobody_listens(self, client: Open) -> None:
        with pytest.raises(CannotExamine, match="connection refused"):
            self.run(client(address="https://127.0.0.1:1"), "true")

    def test_a_login_page_gets_no_token(self, server: ApiServer, client: Open) -> None:
        elsewhere = Answer(b"", 302, headers={"Location": f"{server.address}/login"})
        server.fail("exec", answer=elsewhere)
        with pytest.raises(CannotExamine, match="Redirect limit exhausted"):
            self.run(client(server), "true")
        assert not [one for one in server.requests if one.path == "/login"]

    def test_a_proxy_that_knows_no_websockets(self, server: ApiServer, client: Open) -> None:
        api = client(server)
        assert api.version
        server.fail("exec", answer=of_proxy(502))
        with pytest.raises(Refused, match="502"):
            self.run(api, "true")


def log(*lines: bytes) -> bytes:
    return b"".join(STAMP % (number // 60, number) + line + b"\n" for number, line in enumerate(lines))


class TestLogs:
    @pytest.fixture(autouse=True)
    def pod(self, api_server: ApiServer) -> None:
        api_server.add("pods", running())

    def read(self, api: Api, one: Wanted = ONE, **how: Any) -> Log:
        found = read_logs(api, [one], **how)[one]
        assert isinstance(found, Log), found
        return found

    def refusal(self, api: Api, one: Wanted = ONE) -> Unseen:
        found = read_logs(api, [one])[one]
        assert isinstance(found, Unseen)
        return found

    def test_current_and_previous(self, api_server: ApiServer, client: Open) -> None:
        before = Wanted("team-a", "score-1", "server", previous=True)
        api_server.add_log(Which("team-a", "score-1", "server"), log(b"starting", b"listening"))
        api_server.add_log(Which("team-a", "score-1", "server", previous=True), log(b"KeyError: 'model'"))
        found = read_logs(client(), [ONE, before, ONE])
        assert list(found) == [ONE, before]
        assert found[ONE] == Log(source="kubectl logs score-1 -c server -n team-a", text="starting\nlistening\n")
        assert found[before] == Log(
            source="kubectl logs score-1 -c server -n team-a --previous", text="KeyError: 'model'\n"
        )

    def test_nothing_was_written(self, api_server: ApiServer, client: Open) -> None:
        api_server.add_log(Which("team-a", "score-1", "server"), b"")
        assert self.read(client()).text == ""

    def test_no_previous_one(self, api_server: ApiServer, client: Open) -> None:
        api_server.add("pods", running("fresh"))
        one = Wanted("team-a", "fresh", "server", previous=True)
        assert self.refusal(client(), one) == Unseen(
            what=one.source, reason='previous terminated container "server" in pod "fresh" not found'
        )

    def test_a_pod_that_is_gone_and_one_that_waits(self, api_server: ApiServer, client: Open) -> None:
        waits = running("waits")
        waits["status"]["containerStatuses"][0] |= {
            "state": {"waiting": {"reason": "ImagePullBackOff"}},
            "lastState": {},
        }
        api_server.add("pods", waits)
        api = client()
        assert "not found" in self.refusal(api, Wanted("team-a", "gone", "server")).reason
        reason = self.refusal(api, Wanted("team-a", "waits", "server")).reason
        assert "is waiting to start: trying and failing to pull image" in reason

    def test_no_right(self, api_server: ApiServer, client: Open) -> None:
        api_server.users["short"] = User("reader", [])
        unseen = self.refusal(client(token="short"))
        assert unseen.rule == '{apiGroups: [""], resources: [pods/log], verbs: [get]}'

    @pytest.mark.parametrize(
        "words",
        [
            b"unable to retrieve container logs for docker://1e7ed3661970090a2eda422a763b",
            b'failed to try resolving symlinks in path "/var/log/pods/a.log": lstat: no such file or directory',
            b"rpc error: code = NotFound desc = an error occurred when try to find container\n",
        ],
    )
    def test_a_kubelet_that_writes_its_refusal_into_the_log(
        self, api_server: ApiServer, client: Open, words: bytes
    ) -> None:
        api_server.fail("/log", answer=Answer(words, content="text/plain"))
        assert self.refusal(client()).reason == words.decode().strip()

    def test_a_service_that_writes_such_words_itself(self, api_server: ApiServer, client: Open) -> None:
        api_server.add_log(Which("team-a", "score-1", "server"), log(b"rpc error: code = Unavailable"))
        assert self.read(client()).text == "rpc error: code = Unavailable\n"

    def test_one_node_that_is_gone_holds_up_no_other(self, api_server: ApiServer, client: Open) -> None:
        names = [f"score-{number}" for number in range(6)]
        api_server.add("pods", *map(running, names))
        for name in names:
            api_server.add_log(Which("team-a", name, "server"), log(name.encode()))
        api_server.fail("score-3/log", answer=refused(500, 'Get "https://node2:10250/…": dial tcp: i/o timeout'))
        api_server.fail("score-4/log", wait=4)
        api = client(patience=0.5)
        assert api.version
        found = read_logs(api, [Wanted("team-a", name, "server") for name in names])
        texts = {one.pod: answer.text for one, answer in found.items() if isinstance(answer, Log)}
        assert texts == {f"score-{number}": f"score-{number}\n" for number in (0, 1, 2, 5)}
        reasons = [answer.reason for answer in found.values() if isinstance(answer, Unseen)]
        assert "dial tcp: i/o timeout" in reasons[0]
        assert "did not answer in time" in reasons[1]

    def test_nobody_listens(self, client: Open) -> None:
        with pytest.raises(CannotExamine, match="connection refused"):
            read_logs(client(address="https://127.0.0.1:1"), [ONE, Wanted("team-a", "other", "server")])

    def test_tail_and_since(self, api_server: ApiServer, client: Open) -> None:
        api_server.add_log(Which("team-a", "score-1", "server"), log(*(b"line %d" % n for n in range(120))))
        api = client()
        assert self.read(api, tail=2).text == "line 118\nline 119\n"
        assert self.read(api, since="2026-11-20T18:00:01.000000110Z").text.startswith("line 60\n")
        asked = [one.query for one in api_server.requests if one.path.endswith("/log")]
        assert asked[-1]["sinceTime"] == "2026-11-20T18:00:01Z"
        self.read(api, since="1m30s")
        assert api_server.requests[-1].query["sinceSeconds"] == "90"
        self.read(api, since="10ms")
        assert api_server.requests[-1].query["sinceSeconds"] == "1"
        with pytest.raises(ConfigError, match="--since `yesterday`"):
            read_logs(api, [ONE], since="yesterday")

    def test_long_ones_at_both_ends(self, api_server: ApiServer, client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pod_logs, "MOST_LINES", 50)
        monkeypatch.setattr(pod_logs, "OLDEST", 1000)
        api_server.add_log(Which("team-a", "score-1", "server"), log(*(b"line %d" % n for n in range(400))))
        api = client()
        found = self.read(api)
        lines = found.text.splitlines()
        assert api.calls == 2
        assert lines[0] == "line 0"
        assert lines[-50:] == [f"line {n}" for n in range(350, 400)]
        assert len(lines) < 100
        assert found.unread
        assert f"its oldest {len(lines) - 50} lines and its newest 50 were read" in found.unread

    def test_both_ends_that_meet(self, api_server: ApiServer, client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pod_logs, "MOST_LINES", 50)
        api_server.add_log(Which("team-a", "score-1", "server"), log(*(b"line %d" % n for n in range(70))))
        found = self.read(client())
        assert found.text.splitlines() == [f"line {n}" for n in range(70)]
        assert found.unread is None

    def test_long_lines_do_not_cost_the_end(
        self, api_server: ApiServer, client: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server cuts at the end: without fewer lines, the traceback would be lost."""
        monkeypatch.setattr(pod_logs, "MOST_BYTES", 20_000)
        lines = [b"x" * (1000 if n < 390 else 10) + b" %d" % n for n in range(400)]
        api_server.add_log(Which("team-a", "score-1", "server"), log(*lines))
        api = client()
        found = self.read(api)
        assert found.text.splitlines()[-12:] == [line.decode() for line in lines[-12:]]
        assert found.text.startswith("xxx")
        assert found.text.splitlines()[0].endswith(" 0")
        found = self.read(api, tail=100)
        assert found.text.splitlines()[-12:] == [line.decode() for line in lines[-12:]]
        assert found.unread
        assert found.unread.startswith("the log is long: its newest ")

    def test_parts_count_as_lines_for_a_server(
        self, api_server: ApiServer, client: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A tail of records may hold fewer lines than were asked for, and still not be all."""
        monkeypatch.setattr(pod_logs, "MOST_LINES", 10)
        long = b"".join(STAMP % (2, part) + b"z" * (16 << 10) for part in range(3)) + b"\n"
        whole = log(*(b"line %d" % n for n in range(20))) + long
        tail = b"".join(whole.splitlines(keepends=True)[-8:])  # 7 lines, and one of 3 parts
        api_server.fail("tailLines=10&", answer=Answer(tail, content="text/plain"))
        api_server.add_log(Which("team-a", "score-1", "server"), whole)
        found = self.read(client())
        assert found.text.splitlines()[:2] == ["line 0", "line 1"]
        assert found.text.splitlines()[-1] == "z" * (48 << 10)

    @pytest.mark.parametrize("size", [8 << 10, 16 << 10], ids=["CRI-O", "docker and containerd"])
    def test_parts_of_a_line_are_put_together(self, api_server: ApiServer, client: Open, size: int) -> None:
        text = bytes(65 + n % 26 for n in range(2 * size + 500))
        parts = b"".join(STAMP % (1, n) + text[n * size : (n + 1) * size] for n in range(3)) + b"\n"
        api_server.add_log(Which("team-a", "score-1", "server"), log(b"before") + parts)
        assert self.read(client()).text == f"before\n{text.decode()}\n"

    def test_a_long_line_with_a_time_in_it_stays(self, api_server: ApiServer, client: Open) -> None:
        text = b"y" * 9000 + b"2026-11-20T18:00:01Z z"
        api_server.add_log(Which("team-a", "score-1", "server"), log(text))
        assert self.read(client()).text == f"{text.decode()}\n"

    def test_no_secret_is_kept_and_lines_stay_countable(self, api_server: ApiServer, client: Open) -> None:
        key = [b"-----BEGIN RSA PRIVATE KEY-----", b"MIIEow", b"IBAAKC", b"-----END RSA PRIVATE KEY-----"]
        api_server.add_log(
            Which("team-a", "score-1", "server"), log(b'password = "Tr0ub4dor-and-3"', *key, b"KeyError: 'model'")
        )
        text = self.read(client()).text
        assert "Tr0ub4dor" not in text
        assert "MIIEow" not in text
        assert "IBAAKC" not in text
        assert text.splitlines()[5] == "KeyError: 'model'"

    def test_a_log_that_is_no_text(self, api_server: ApiServer, client: Open) -> None:
        api_server.add_log(Which("team-a", "score-1", "server"), log(b"\xfa\x00\x1b[31mred", b"next"))
        assert self.read(client()).text.splitlines()[-1] == "next"


PROGRAM = """
import sys
from pathlib import Path
from doctor.cluster.api import Access, connect
from doctor.cluster.pod_logs import Wanted, read_logs
with connect(Access(kubeconfig=Path(sys.argv[1]), seconds=60, patience=60)) as api:
    api.version
    print("asking", flush=True)
    read_logs(api, [Wanted("team-a", f"score-{n}", "server") for n in range(9)])
"""


def test_ctrl_c_waits_for_nobody(api_server: ApiServer, tmp_path: Path) -> None:
    api_server.fail("/log", wait=30)
    path = api_server.kubeconfig(tmp_path / "kubeconfig")
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert program.stdout
    assert program.stdout.readline() == b"asking\n"
    while len(api_server.requests) < 5:
        time.sleep(0.02)
    began = time.monotonic()
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=15)
    assert time.monotonic() - began < 3
    assert program.returncode == -signal.SIGINT, said
    assert b"KeyboardInterrupt" in said
