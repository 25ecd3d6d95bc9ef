"""Bodies sent from inside a pod: the payload bench, the API server's own way into a container, the real server."""

import dataclasses
import http.server
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from cluster.answers import Refusal
from cluster.api_server import ApiServer
from cluster.executing import Exec, Process, on_this_machine
from cluster.inside_pods import CONTAINER, NAME, NAMESPACE, RUNNING, served
from cluster.inside_pods import Place as Folder
from cluster.pod_logs import Which
from cluster.rights import User
from sample_services import copy_all, load
from test_samples_on_server import Server

from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.containers import Inside, Socket
from checks.evidence import Evidence, Target
from doctor.cluster.api import Access, connect
from doctor.cluster.as_container import container_of
from doctor.diagnosis.call import Call
from doctor.payloads.bench import Bench
from doctor.payloads.logs_asked import of_pod
from doctor.payloads.records import Place, Sent

BODY = b'{"data": [[1.0]]}'


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "container").mkdir()
    return Folder(tmp_path / "container")


@pytest.fixture
def pod(api_server: ApiServer, folder: Folder) -> Pod:
    return served(api_server, folder, folder.pod(RUNNING))


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    found = Bench()
    yield found
    await found.close()


def place(pod: Pod, kubeconfig: Path, port: int, interpreter: str | None = sys.executable) -> Place:
    """The pod as places_of gives it after a diagnosis."""
    target = Target(kind="workload", name=f"pod/{NAME}")
    return Place(
        way="pod",
        title="pod",
        where=f"container {CONTAINER} of pod/{NAME}, asked from inside",
        live=True,
        call=Call(kind="workload", name=f"pod/{NAME}", namespace=NAMESPACE, kubeconfig=str(kubeconfig), timeout=20.0),
        evidence=Evidence(
            target=target,
            container=container_of(pod, CONTAINER),
            inside=Inside(how="running", interpreter=interpreter, listening=(Socket(address="0.0.0.0", port=port),)),
            workload=Workload(kind="Pod", name=NAME, namespace=NAMESPACE, pods=(pod,)),
        ),
    )


@pytest.mark.server
async def test_the_real_server_answers(pod: Pod, kubeconfig: Path, bench: Bench, tmp_path: Path) -> None:
    copy_all(tmp_path / "services", ["healthy-schema-pandas"])
    service = load(tmp_path / "services" / "healthy-schema-pandas")
    with Server(service, tmp_path) as server:
        assert server.ready(), server.log
        body = service.sample.read_bytes()
        inside = place(pod, kubeconfig, server.port)
        sent = await bench.send(inside, "typed", body)
        assert (sent.status, sent.body, sent.problem) == (200, '{"churn": [1.0, 0.0]}', "")
        assert sent.seconds is not None
        assert f":{server.port}/score" in sent.where
        refused = await bench.send(inside, "typed", body.replace(b'"data"', b'"Data"'))
        assert refused.status == 400
        assert "'data' parameter" in refused.body


class Healthy(http.server.BaseHTTPRequestHandler):
    """A service that only counts."""

    asked: list[str]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        type(self).asked.append(self.command)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, and what was asked of it."""
    handler = type("Asked", (Healthy,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        yield service.server_address[1], handler.asked
        service.shutdown()


def refused(sent: Sent, asked: list[str], *words: str) -> None:
    """Nothing arrived, and the person reads why."""
    assert sent.status is None
    assert "POST" not in asked
    for word in words:
        assert word in sent.problem, sent.problem
    assert "Traceback" not in sent.problem


async def test_no_right_to_execute(
    api_server: ApiServer, pod: Pod, bench: Bench, listening: tuple[int, list[str]], tmp_path: Path
) -> None:
    port, asked = listening
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    api_server.users["short"] = User("reader", rules)
    config = api_server.kubeconfig(tmp_path / "short", token="short")
    refused(await bench.send(place(pod, config, port), "typed", BODY), asked, "pods/exec", "create")


async def test_no_python_in_the_container(
    api_server: ApiServer, pod: Pod, kubeconfig: Path, bench: Bench, listening: tuple[int, list[str]]
) -> None:
    port, asked = listening

    def execute(one: Exec) -> Process:
        if one.command[0] == "sh":
            return on_this_machine()(dataclasses.replace(one, command=("true",)))
        words = f'exec: "{one.command[0]}": executable file not found in $PATH: unknown'
        raise Refusal(500, f"failed to exec in container: OCI runtime exec failed: {words}", reason="InternalError")

    api_server.execute = execute
    refused(await bench.send(place(pod, kubeconfig, port, None), "typed", BODY), asked, "Python")


async def test_the_pod_is_gone_meanwhile(
    api_server: ApiServer, pod: Pod, kubeconfig: Path, bench: Bench, listening: tuple[int, list[str]]
) -> None:
    port, asked = listening
    gone = msgspec.structs.replace(pod, metadata=msgspec.structs.replace(pod.metadata, name="score-6b5496fd48-other"))
    refused(await bench.send(place(gone, kubeconfig, port), "typed", BODY), asked, "score-6b5496fd48-other", "not")


async def test_the_cluster_does_not_answer(
    pod: Pod, bench: Bench, listening: tuple[int, list[str]], tmp_path: Path
) -> None:
    port, asked = listening
    with ApiServer() as other:
        config = other.kubeconfig(tmp_path / "other")
    refused(await bench.send(place(pod, config, port), "typed", BODY), asked, "could not be entered", "127.0.0.1")


async def test_the_bench_goes_on_after_a_refusal(
    api_server: ApiServer, folder: Folder, pod: Pod, kubeconfig: Path, bench: Bench, listening: tuple[int, list[str]]
) -> None:
    port, asked = listening

    def stopped(_: Exec) -> Process:
        raise Refusal(500, 'container not found ("inference-server")', reason="InternalError")

    api_server.execute = stopped
    refused(await bench.send(place(pod, kubeconfig, port), "typed", BODY), asked)
    api_server.execute = folder.execute
    sent = await bench.send(place(pod, kubeconfig, port), "typed", BODY)
    assert (sent.status, sent.body) == (200, "[]")
    assert asked.count("POST") == 1, "the body is sent once"


def test_what_the_pod_wrote_of_a_failing_request_is_told(api_server: ApiServer, pod: Pod, kubeconfig: Path) -> None:
    which, started = Which(NAMESPACE, NAME, CONTAINER), b"2026-11-20T18:07:40.1Z ready\n"
    api_server.add_log(which, started + b"2026-11-20T18:07:40.12Z asked before\n")
    with connect(Access(kubeconfig)) as api:
        log = of_pod(api, pod, CONTAINER)
        api_server.add_log(which, started + b"2026-11-20T18:07:40.12Z asked before\n2026-11-20T18:07:40.123Z boom\n")
        sent = Sent(way="pod", where="", source="a.json", sent=1, status=500, request_id="doctor-1")
        told = log.beside(sent).logged
        assert told is not None
        assert told.lines == ("boom",)
        assert told.source == f"kubectl logs {NAME} -c {CONTAINER} -n {NAMESPACE}"
        assert log.beside(msgspec.structs.replace(sent, status=200)).logged is None
        api_server.logs.refused[which] = "no longer there"
        assert of_pod(api, pod, CONTAINER).beside(sent) == sent, "a log that cannot be read keeps no answer back"
