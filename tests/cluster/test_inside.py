"""Looks into a running container: real processes behind the websocket of a real protocol."""

import dataclasses
import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.answers import Refusal
from cluster.api_server import ApiServer
from cluster.executing import Exec, Process, on_this_machine
from cluster.inside_pods import CONTAINER, NAME, NAMESPACE, RUNNING, Place, served
from cluster.pod_logs import Which
from cluster.rights import User

from checks.containers import Answer, Answers, Container, Inside, Socket
from checks.evidence import Logs, Missing
from doctor.cluster.api import Access, Api, connect
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.inside import ask, completed, container_of, look
from doctor.cluster.interpreters import Facts, facts_of, interpreters
from doctor.cluster.wishes import Wishes
from doctor.containers.brought import Brought
from doctor.containers.running import Looked
from doctor.probe.launcher import Payload

SCORE = "def init(): ...\ndef run(data): return data\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "container"
    folder.mkdir()
    place = Place(folder)
    (place.code / "score.py").write_text(SCORE)
    (place.models / "model.pkl").write_bytes(b"\x80\x04N.")
    return place


@pytest.fixture
def api(kubeconfig: Path) -> Iterator[Api]:
    with connect(Access(kubeconfig=kubeconfig, seconds=60)) as api:
        yield api


def test_what_a_container_holds(api_server: ApiServer, api: Api, place: Place) -> None:
    pod = served(api_server, place, place.pod(RUNNING))
    container = container_of(pod, CONTAINER, api.address)
    with Brought() as brought:
        looked = look(api, pod, container, brought)
        assert isinstance(looked, Looked), looked
        assert brought.path(f"{place.models}/model.pkl").read_bytes() == b"\x80\x04N."
        assert brought.path(f"{place.code}/score.py").read_text() == SCORE
    assert looked.inside.how == "running"
    assert looked.inside.file(f"{place.code}/score.py") is not None
    assert looked.inside.interpreter == sys.executable
    assert not isinstance(looked.installed, Missing)
    assert "msgspec" in looked.installed.distributions
    whole = completed(container, looked.document)
    assert whole.environment["STORE"] == "***"
    assert place.secrets["STORE"] not in repr((looked, whole))
    assert whole.environment["AZUREML_MODEL_DIR"] == str(place.models)
    assert whole.working_dir == str(place.code)
    assert all(len(request.shown) < 4000 for request in api_server.requests)  # what a proxy lets pass


def test_a_newer_server(newer_server: ApiServer, place: Place, tmp_path: Path) -> None:
    pod = served(newer_server, place, place.pod(RUNNING))
    config = newer_server.kubeconfig(tmp_path / "newer")
    with connect(Access(kubeconfig=config, seconds=60)) as api, Brought() as brought:
        looked = look(api, pod, container_of(pod, CONTAINER), brought)
    assert isinstance(looked, Looked), looked
    assert looked.inside.file(f"{place.code}/score.py") is not None


def test_no_room_under_the_limit(api_server: ApiServer, api: Api, place: Place, tmp_path: Path) -> None:
    told = tmp_path / "sh"
    told.write_text("#!/bin/sh\necho M current 104000000\necho M limit 104857600\necho M reclaimable 4096\n")
    told.chmod(0o755)
    pod = served(api_server, place, place.pod(RUNNING))

    def execute(asked: Exec) -> Process:
        place.asked.append(asked)
        return on_this_machine({"PATH": str(tmp_path)})(asked)

    api_server.execute = execute
    with Brought() as brought:
        looked = look(api, pod, container_of(pod, CONTAINER), brought)
    assert isinstance(looked, Missing)
    assert "under the memory limit" in looked.reason
    assert [asked.command[0] for asked in place.asked] == ["sh"]


@pytest.mark.parametrize("by_server", [False, True], ids=["dockershim", "containerd"])
def test_no_python(api_server: ApiServer, api: Api, place: Place, by_server: bool) -> None:
    pod = served(api_server, place, place.pod(RUNNING, command=["nginx"]))

    def execute(asked: Exec) -> Process:
        if asked.command[0] == "sh":
            return on_this_machine()(dataclasses.replace(asked, command=("true",)))
        if by_server:
            words = f'exec: "{asked.command[0]}": executable file not found in $PATH: unknown'
            raise Refusal(500, f"failed to exec in container: OCI runtime exec failed: {words}", reason="InternalError")
        raise FileNotFoundError

    api_server.execute = execute
    with Brought() as brought:
        looked = look(api, pod, container_of(pod, CONTAINER), brought)
    assert isinstance(looked, Looked), looked
    assert looked.inside.shell == "sh"
    assert looked.inside.interpreter is None
    assert isinstance(looked.inside.listening, Missing)
    assert isinstance(looked.installed, Missing)


def test_neither_python_nor_shell(api_server: ApiServer, api: Api, place: Place) -> None:
    pod = served(api_server, place, place.pod(RUNNING))

    def nothing(asked: Exec) -> Process:
        raise FileNotFoundError

    api_server.execute = nothing
    with Brought() as brought:
        looked = look(api, pod, container_of(pod, CONTAINER), brought)
    assert isinstance(looked, Missing)
    assert "no Python" in looked.reason
    assert "no shell" in looked.reason


def test_no_right_to_execute(api_server: ApiServer, place: Place, tmp_path: Path) -> None:
    pod = served(api_server, place, place.pod(RUNNING))
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    api_server.users["short"] = User("reader", rules)
    config = api_server.kubeconfig(tmp_path / "short", token="short")
    with connect(Access(kubeconfig=config, seconds=30)) as api, Brought() as brought:
        container = container_of(pod, CONTAINER)
        for found in (look(api, pod, container, brought), ask(api, pod, container, [])):
            assert isinstance(found, Missing)
            assert "resources: [pods/exec]" in found.reason


def test_it_stopped_meanwhile(api_server: ApiServer, api: Api, place: Place) -> None:
    pod = served(api_server, place, place.pod(RUNNING))
    gone = place.pod({"terminated": {"exitCode": 3, "reason": "Error"}})
    api_server.add("pods", gone)
    with Brought() as brought:
        looked = look(api, pod, container_of(pod, CONTAINER), brought)
    assert isinstance(looked, Missing)
    assert "could not be entered" in looked.reason
    assert not place.asked


class Service(http.server.BaseHTTPRequestHandler):
    """Answers as an inference server does, and remembers what it was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self._answer(b"Healthy")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        type(self).asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_service_is_asked_from_inside(api_server: ApiServer, api: Api, place: Place) -> None:
    pod = served(api_server, place, place.pod(RUNNING))
    handler = type("Asked", (Service,), {"asked": []})
    sample = b'{"data": [' + b"1," * 90_000 + b"1]}"  # more than the words of a command may be
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        inside = Inside(
            how="running",
            interpreter=sys.executable,
            listening=(Socket(address="0.0.0.0", port=service.server_address[1]),),
        )
        container = container_of(pod, CONTAINER)
        answers = ask(api, pod, container, [Payload(source="big.json", body=sample)], inside)
        service.shutdown()
    assert not isinstance(answers, Missing), answers
    assert [(one.method, one.path, one.status) for one in answers.items] == [
        ("GET", "/", 200),
        ("GET", "/swagger.json", 200),
        ("POST", "/score", 200),
    ]
    assert answers.items[-1].sample == "big.json"
    assert handler.asked == ["GET /", "GET /swagger.json", "POST /score"]


def test_what_the_server_wrote_of_a_sample_that_failed(
    api_server: ApiServer, kubeconfig: Path, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = Which(NAMESPACE, NAME, CONTAINER)
    api_server.add_log(which, b"2026-11-20T18:07:40Z Booting worker with pid: 7\n")
    sample = tmp_path / "sample.json"
    sample.write_text('{"wrong": 1}')

    def asked(*_: object) -> Answers:  # the sockets of this machine are not those of a container
        api_server.add_log(which, RAISED)
        return Answers(
            items=(Answer(method="POST", path="/score", route="inside", address="http://127.0.0.1:5001", status=500),)
        )

    monkeypatch.setattr("doctor.cluster.inside.ask", asked)
    served(api_server, place, place.pod(RUNNING))
    wishes = Wishes(access=Access(kubeconfig), namespace=NAMESPACE, samples=(sample,))
    found = diagnose([f"pod/{NAME}"], wishes).diagnosed[0]
    logs = found.evidence.logs
    assert isinstance(logs, Logs)
    assert any("KeyError: 'data'" in log.text for log in logs.items)
    assert "`data`" in found.report.causes[0].title, [one.title for one in found.report.causes]


RAISED = b"""\
2026-11-20T18:17:00Z 2026-11-20 18:17:00,001 E [7] azmlinfsrv - Exception: Traceback (most recent call last):
2026-11-20T18:17:00Z   File "/var/azureml-app/score.py", line 9, in run
2026-11-20T18:17:00Z     return json.loads(data)["data"]
2026-11-20T18:17:00Z KeyError: 'data'
"""


def test_the_port_is_found_where_nobody_looked_before(api_server: ApiServer, api: Api, place: Place) -> None:
    pod = served(api_server, place, place.pod(RUNNING))
    handler = type("Asked", (Service,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        facts = facts_of(api, NAMESPACE, pod.name, container_of(pod, CONTAINER))
        service.shutdown()
    assert not isinstance(facts.listening, Missing)
    assert service.server_address[1] in {one.port for one in facts.listening}


def test_a_pod_in_an_engines_terms(place: Place) -> None:
    import msgspec

    from checks.cluster.pods import Pod

    made = place.pod(
        {"waiting": {"reason": "CrashLoopBackOff"}},
        {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-20T18:16:09Z"}},
        command=["azmlinfsrv", "--api-key", "abc", "--port", "$(PORT)"],
        env=[{"name": "PORT", "value": "5001"}],
        ports=[{"containerPort": 5001}],
        resources={"limits": {"memory": "512Mi", "cpu": "500m", "nvidia.com/gpu": "1"}},
        volumeMounts=[{"name": "data", "mountPath": "/data"}, {"name": "keys", "mountPath": "/keys"}],
    )
    made["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}, {"name": "keys", "secret": {"secretName": "k"}}]
    container = container_of(msgspec.convert(made, Pod), CONTAINER, "https://192.0.2.2:6443")
    assert container.is_pod
    assert container.command == ("azmlinfsrv", "--api-key", "***", "--port", "5001")
    assert (container.state.status, container.state.oom_killed, container.state.exit_code) == ("restarting", True, 137)
    assert (container.limits.memory, container.limits.cpus, container.limits.gpus) == (512 << 20, 0.5, 1)
    assert [(one.kind, one.target, one.writable) for one in container.mounts] == [
        ("volume", "/data", True),
        ("other", "/keys", False),
    ]
    assert container.labels["doctor.workload"] == "Deployment/score"


def test_a_command_that_was_never_started(place: Place) -> None:
    import msgspec

    from checks.cluster.pods import Pod

    words = 'OCI runtime create failed: exec: "azmlinfsv": executable file not found in $PATH: unknown'
    for reason in ("ContainerCannotRun", "StartError"):
        last = {"terminated": {"exitCode": 127, "reason": reason, "message": words}}
        made = msgspec.convert(place.pod({"waiting": {"reason": "CrashLoopBackOff"}}, last), Pod)
        assert container_of(made, CONTAINER).state.error == words


def _container(*command: str) -> Container:
    import msgspec

    from checks.cluster.pods import Pod

    spec = {"containers": [{"name": "c", "command": list(command)}]}
    return container_of(msgspec.convert({"metadata": {"name": "p"}, "spec": spec}, Pod), "c")


def test_the_interpreter_of_the_server_goes_before_that_of_the_system() -> None:
    facts = Facts(
        shell="sh",
        programs=["/usr/bin/python3", "/opt/env/bin/python"],
        on_path=["/opt/env/bin/azmlinfsrv", "/usr/bin/python3"],
        scripts={"/opt/env/bin/azmlinfsrv": ("#!/opt/env/bin/python", "import re")},
        processes=[["/bin/sh", "start.sh"], ["sleep", "5"]],
    )
    assert interpreters(_container(), facts)[0] == "/opt/env/bin/python"
    assert interpreters(_container("python3", "app.py"), facts)[0] == "/usr/bin/python3"


def test_a_long_first_line_that_a_shell_reads() -> None:
    facts = Facts(
        shell="sh",
        on_path=["/e/bin/gunicorn"],
        scripts={"/e/bin/gunicorn": ("#!/bin/sh", '\'\'\'exec\' "/a very/long/bin/python" "$0" "$@"')},
        programs=["/usr/bin/python3"],
    )
    assert interpreters(_container(), facts) == ["/a very/long/bin/python", "/usr/bin/python3"]


def test_what_is_left_of_the_memory() -> None:
    assert Facts(memory={"current": 90, "limit": 100, "reclaimable": 20}).left == 30
    assert Facts(memory={"current": 90, "limit": 1 << 62}).left is None
    assert Facts(memory={"current": 90}).left is None
