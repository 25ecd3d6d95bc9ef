"""From recorded answers of an engine (20.10) to the evidence of a container, and once from a real one."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from checks.containers import Container, EngineInfo, Image, Limits, Mount, Port
from checks.evidence import Evidence, Target
from checks.missing import Missing
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of, signal_of, utc
from doctor.containers.variables import arguments_of, environment_of, is_secret
from doctor.exploring.variables import variables

RECORDED = Path(__file__).parent / "recorded"


class Recorded:
    """An engine that answers with what was recorded."""

    info = EngineInfo(address="unix:///var/run/docker.sock", architecture="amd64")

    def __init__(self, images: dict[str, Any], told: list[dict[str, Any]]) -> None:
        self.images, self.told, self.asked = images, told, list[str]()

    def inspect_image(self, name: str) -> dict[str, Any] | None:
        self.asked.append(f"image {name}")
        return self.images.get(name)

    def events(self, container: str, actions: Sequence[str], until: str) -> list[dict[str, Any]]:
        self.asked.append(f"events until {until}")
        return [each for each in self.told if each["Action"] in actions and each["timeNano"] / 1e9 <= float(until)]


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return answer


def seen(
    answer: str | dict[str, Any], *, images: dict[str, Any] | None = None, events: list[dict[str, Any]] | None = None
) -> Container:
    answer = recorded(answer) if isinstance(answer, str) else answer
    image = recorded("image")
    engine = Recorded(images if images is not None else {image["Id"]: image}, events or [])
    return container_of(engine, answer)  # type: ignore[arg-type]


def died(at: float, code: int) -> dict[str, Any]:
    return {"Action": "die", "timeNano": int(at * 1e9), "Actor": {"Attributes": {"exitCode": str(code)}}}


@pytest.mark.parametrize(
    ("name", "code", "signal", "oom"),
    [("out-of-memory", 137, "SIGKILL", True), ("segfault", 139, "SIGSEGV", False), ("unhealthy", None, None, False)],
)
def test_how_it_ended(name: str, code: int | None, signal: str | None, oom: bool) -> None:
    state = seen(name).state
    assert (state.exit_code, state.signal, state.oom_killed) == (code, signal, oom)


def test_one_that_could_not_be_started_has_no_end_but_the_words_of_the_engine() -> None:
    state = seen("command-not-found").state
    assert (state.status, state.exit_code, state.started, state.finished) == ("created", None, None, None)
    assert 'exec: "azmlinfsrv": executable file not found' in state.error


def test_a_running_one_that_ended_before_has_the_end_that_the_events_tell() -> None:
    answer = recorded("started-again")
    finished = 1795290235.48
    events = [died(finished - 3600, 1), died(finished, 7), died(finished + 3600, 9)]
    state = seen(answer, events=events).state
    assert state.status == "running"
    assert state.exit_code == 7, "the last end before this start, and neither an older nor a later one"
    assert [(end.at[:19], end.exit_code) for end in state.ends] == [
        ("2026-11-21T18:43:55", 1),
        ("2026-11-21T19:43:55", 7),
    ]


def test_a_running_one_whose_end_the_engine_forgot_has_no_code() -> None:
    """The engine says 0, which is not how it ended."""
    answer = recorded("looping")
    assert answer["State"]["ExitCode"] == 0
    state = seen(answer).state
    assert (state.exit_code, state.restarts, state.ends) == (None, 3, ())


def test_an_end_by_the_oom_killer_stays_known_after_the_restart() -> None:
    at = 1795290233.2
    oom = {"Action": "oom", "timeNano": int((at - 0.1) * 1e9), "Actor": {"Attributes": {}}}
    state = seen("looping", events=[oom, died(at, 137)]).state
    assert (state.exit_code, state.signal, state.oom_killed) == (137, "SIGKILL", True)


def test_one_that_stands_still_after_restarts_has_its_last_end_too() -> None:
    answer = recorded("looping")
    answer["State"] |= {"Status": "restarting", "Restarting": True, "ExitCode": 3}
    state = seen(answer, events=[died(1795290231.0, 3)]).state
    assert state.exit_code == 3
    assert len(state.ends) == 2
    assert state.ends[-1].at.startswith(state.finished.removesuffix("Z"))  # type: ignore[union-attr]


def test_limits_ports_mounts_health_and_command() -> None:
    container = seen("created")
    assert container.limits == Limits(
        memory=256 << 20,
        memory_and_swap=512 << 20,
        cpus=1.5,
        pids=50,
        shared_memory=128 << 20,
        read_only=True,
        dropped_capabilities=("NET_RAW",),
    )
    assert sorted(container.ports, key=lambda port: port.container) == [
        Port(container=5001, host_ip="127.0.0.1", host_port=18001),
        Port(container=8883),
        Port(container=31311, host_ip="0.0.0.0", host_port=0),
    ]
    assert sorted(container.mounts, key=lambda mount: mount.target) == [
        Mount(kind="volume", target="/data", source="models", writable=False),
        Mount(kind="tmpfs", target="/free"),
        Mount(kind="tmpfs", target="/scratch", size=1 << 20),
        Mount(kind="tmpfs", target="/tmp", size=16 << 20),
        Mount(kind="bind", target="/var/azureml-app", source="/home/me/service"),
    ]
    health = container.health
    assert health
    assert (health.status, health.interval, health.timeout, health.retries) == ("none", 5.0, 30.0, 2)
    assert (container.restart_policy, container.most_restarts) == ("on-failure", 3)
    assert (container.user, container.working_dir, container.name) == ("1000:1000", "/var/azureml-app", "churn-full")
    assert container.command == ("python3", "-m", "server", "--api-key", "***", "--port", "5001")


def test_variables_given_over_those_of_the_image() -> None:
    answer, image = recorded("unhealthy"), recorded("image")
    image["Config"]["Env"] = ["WORKERS=1", "LEVEL=info", "DB_PASSWORD=of-the-image-1", "HOME=/root"]
    answer["Config"]["Env"] = ["WORKERS=4", "LEVEL=info", "DB_PASSWORD=of-the-start-2", "EXTRA=x"]
    container = seen(answer, images={image["Id"]: image})
    assert isinstance(container.image, Image)
    assert container.image.replaced == {"WORKERS": "1", "DB_PASSWORD": "***"}
    evidence = Evidence(target=Target(kind="container", name="score"), container=container)
    told = {row.cells[1]: row.cells[2:] for row in variables(evidence).rows}  # type: ignore[union-attr]
    assert told["WORKERS"] == ("4", "given over the image's value 1")
    assert told["DB_PASSWORD"] == ("***", "given over the image's value ***")
    assert told["LEVEL"][1] == "the image names it"
    assert told["EXTRA"][1] == "of the container"


def test_nothing_secret_is_kept() -> None:
    container = seen("created")
    assert container.environment["DB_PASSWORD"] == "***"
    assert container.environment["EMPTY_TOKEN"] == ""
    assert container.environment["WORKER_COUNT"] == "2"
    assert container.environment["AZUREML_MODEL_DIR"] == "/var/azureml-app/azureml-models/churn/3"
    assert container.labels == {"azureml-port": "5001", "com.docker.compose.service": "scorer"}
    for secret in ("correct-horse", "s3cr3t-pw", "abcdefghijklmnop", "k-123456789abc"):
        assert secret not in repr(container)
    assert "abc123DEF456" not in repr(seen("unhealthy"))


def test_health_results() -> None:
    health = seen("unhealthy").health
    assert health
    assert (health.status, health.failing_streak, len(health.results)) == ("unhealthy", 4, 4)
    assert health.results[0].at == "2026-11-21T19:43:45Z"
    assert health.results[0].exit_code == 1


def test_published_ports_of_a_running_one_are_those_that_it_has() -> None:
    ports = seen("unhealthy").ports
    assert {(port.container, port.host_ip, port.host_port) for port in ports} == {
        (5001, "0.0.0.0", 18002),
        (5001, "::", 18002),
    }


def test_ports_asked_for_are_not_published_on_the_hosts_own_network() -> None:
    answer = recorded("command-not-found")
    answer["HostConfig"]["NetworkMode"] = "host"
    assert all(port.host_port is None for port in seen(answer).ports)


@pytest.mark.parametrize(
    ("request_", "runtime", "number"),
    [
        ({"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]]}, "runc", -1),
        ({"Driver": "", "Count": 0, "DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]]}, "runc", 2),
        ({"Driver": "cdi", "Count": 0, "DeviceIDs": ["nvidia.com/gpu=all"], "Capabilities": []}, "runc", -1),
        (None, "nvidia", -1),
        (None, "runc", 0),
    ],
)
def test_gpus(request_: dict[str, Any] | None, runtime: str, number: int) -> None:
    answer = recorded("out-of-memory")
    answer["HostConfig"] |= {"DeviceRequests": [request_] if request_ else None, "Runtime": runtime}
    answer["Config"]["Env"] = ["NVIDIA_VISIBLE_DEVICES=all"]
    assert seen(answer).limits.gpus == number


def test_image_and_what_its_name_means_now() -> None:
    image = recorded("image")
    same = seen("segfault")
    assert isinstance(same.image, Image)
    assert (same.image.replaced_by, same.image.architecture, same.image.os) == (None, "amd64", "linux")
    older = {**image, "RepoTags": []}
    newer = {**image, "Id": "sha256:" + "e" * 64}
    replaced = seen("segfault", images={image["Id"]: older, "doctor-test/base": newer}).image
    assert isinstance(replaced, Image)
    assert replaced.replaced_by == newer["Id"]


def test_no_second_question_for_an_image_that_still_has_its_name() -> None:
    image = recorded("image")
    engine = Recorded({image["Id"]: image}, [])
    container_of(engine, recorded("segfault"))  # type: ignore[arg-type]
    assert engine.asked == [f"image {image['Id']}"]


def test_an_image_that_is_gone_is_missing_with_a_reason() -> None:
    image = seen("segfault", images={}).image
    assert isinstance(image, Missing)
    assert "has no image" in image.reason


@pytest.mark.parametrize(("code", "signal"), [(None, None), (0, None), (1, None), (128, None), (134, "SIGABRT")])
def test_signals(code: int | None, signal: str | None) -> None:
    assert signal_of(code) == signal
    assert signal_of(255) is None


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("2026-11-20T18:07:02.123456789Z", "2026-11-20T18:07:02Z"),
        ("2026-11-20T20:07:02.1+02:00", "2026-11-20T18:07:02Z"),
        ("", None),
        (None, None),
    ],
)
def test_times(time: str | None, expected: str | None) -> None:
    assert utc(time) == expected


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("AZURE_CLIENT_SECRET", "DB_PASSWORD", "API_KEY", "apiKey", "SAS_TOKEN", "KEY2")),
        *((name, True) for name in ("AML_APP_INSIGHTS_KEY", "SQLAZURECONNSTR_db", "StorageConnectionString")),
        *((name, False) for name in ("PWD", "KEY_FILE", "TOKENIZERS_PARALLELISM", "SSH_AUTH_SOCK", "MONKEY_COUNT")),
        *((name, False) for name in ("AZUREML_MODEL_DIR", "KEYBOARD", "PATH", "SECRET_PATH", "COMPASS")),
    ],
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert is_secret(name) == secret


def test_values_of_variables_and_arguments() -> None:
    assert environment_of(["MAX_TOKENS=512", "A=b=c", "API_KEY=xyz", "A=last", "FLAG"]) == {
        "MAX_TOKENS": "512",
        "A": "last",
        "API_KEY": "***",
        "FLAG": "",
    }
    assert arguments_of(["serve", "--token=abcdef1", "--password", "hunter22", "--port", "5001"]) == (
        *("serve", "--token=***", "--password", "***", "--port", "5001"),
    )


@pytest.mark.docker
def test_a_real_container(engine: Engine, base_image: str) -> None:
    made = engine.api.create_container(
        base_image,
        ["python3", "-c", "raise SystemExit(5)"],
        name=f"test-inspection-{os.urandom(4).hex()}",
        environment={"AZUREML_ENTRY_SCRIPT": "score.py", "MY_TOKEN": "abcdefgh"},
        host_config=engine.api.create_host_config(mem_limit="64m", tmpfs={"/tmp": "size=1m"}),
        ports=[5001],
    )["Id"]
    try:
        before = container_of(engine, engine.inspect(made))
        assert (before.state.status, before.state.exit_code) == ("created", None)
        engine.api.start(made)
        engine.api.wait(made)
        after = container_of(engine, engine.inspect(made))
        assert (after.state.status, after.state.exit_code, after.state.restarts) == ("exited", 5, 0)
        assert after.limits.memory == 64 << 20
        assert after.environment["MY_TOKEN"] == "***"
        assert isinstance(after.image, Image)
        assert after.image.size
        assert after.mounts == (Mount(kind="tmpfs", target="/tmp", size=1 << 20),)
        assert after.ports == (Port(container=5001),)
        engine.api.start(made)
        engine.api.wait(made)
        assert container_of(engine, engine.inspect(made)).state.ends == ()
    finally:
        engine.api.remove_container(made, force=True)
