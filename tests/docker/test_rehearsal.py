"""Rehearsals in real containers: what came of the script, and that nothing else was changed."""

import io
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import images
import pytest
import starting
from sample_services import Run, Wait

from checks.containers import Inside
from checks.evidence import Installed, Missing, Phase, Probe
from doctor.containers import desk, rehearsal
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.containers.owned import OWNER, labels, sweep
from doctor.containers.rehearsal import Rehearsed, rehearse
from doctor.containers.wishes import Wishes
from doctor.probe.launcher import Payload

pytestmark = pytest.mark.docker

ROOT = "/var/azureml-app"
ROOT_OF_PROJECT = Path(__file__).parents[2]
GOES_DOWN = ["python3", "-c", "raise SystemExit(3)"]
SAMPLE = Payload(source="sample.json", body=b'{"data": [1, 2]}')
HEALTHY = """\
import json
import os

def init():
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt")) as file:
        model = file.read()

def run(data):
    print("asked")
    return {"model": model, "sum": sum(json.loads(data)["data"])}
"""

Broken = Callable[..., str]


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    try:
        return images.base(engine.api)
    except images.CannotBuild as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def built(engine: Engine, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image that has its service in it."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "score.py").write_text("def init(): ...\ndef run(data): return 1\n")
    (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY score.py {ROOT}/\n")
    tag = f"h3-built-{folder.name}".lower()
    for part in engine.api.build(path=str(folder), tag=tag, rm=True, forcerm=True, decode=True):
        assert "error" not in part, part
    yield tag
    engine.api.remove_image(tag, force=True)


@pytest.fixture
def broken(engine: Engine, base: str) -> Iterator[Broken]:
    """Make a container that goes down at once and holds the files given; it is removed after the test."""
    made: list[str] = []

    def make(files: dict[str, str | bytes], image: str = base, **options: Any) -> str:
        variables = {"AML_APP_ROOT": ROOT, "AZUREML_ENTRY_SCRIPT": "score.py"} | options.pop("environment", {})
        run = Run(**{"command": GOES_DOWN, **options}, environment=variables)
        container = starting.start(engine.api, image, run)
        made.append(container)
        starting.wait_for(engine.api, container, Wait("exited", 30))
        if files:
            lay(engine, container, files)
        return container

    yield make
    for container in made:
        starting.remove(engine.api, container)


def lay(engine: Engine, container: str, files: dict[str, str | bytes], mode: int = 0o644) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name.lstrip("/"))
            member.size, member.mode = len(data), mode
            tar.addfile(member, io.BytesIO(data))
    engine.api.put_archive(container, "/", packed.getvalue())


def score(text: str) -> dict[str, str | bytes]:
    return {f"{ROOT}/score.py": text}


def rehearsed(engine: Engine, container: str, *payloads: Payload, **wishes: Any) -> Rehearsed:
    """Rehearse, and see to it that nothing is left and the container is as it was."""
    answer = engine.inspect(container)
    described = container_of(engine, answer)
    told: list[str] = []
    before = left(engine)
    with Brought() as brought:
        done = rehearse(
            engine, answer, described, payloads, Wishes(**{"timeout": 20.0, **wishes}), brought, told.append
        )
    assert told
    assert left(engine) == before
    return done


def left(engine: Engine) -> set[str]:
    """What this process made on the engine and did not remove."""
    mine = [OWNER + "=" + labels("rehearsal")[OWNER]]
    api = engine.api
    volumes = {each["Name"] for each in api.volumes(filters={"label": mine})["Volumes"] or ()}
    return volumes | {
        each["Id"]
        for each in (*api.containers(all=True, filters={"label": mine}), *api.images(filters={"label": mine}))
    }


def probe_of(done: Rehearsed) -> Probe:
    assert isinstance(done.probe, Probe), done
    return done.probe


def test_a_healthy_service_answers(engine: Engine, broken: Broken) -> None:
    model = f"{ROOT}/azureml-models/iris/1"
    container = broken(
        {**score(HEALTHY), f"{model}/model.txt": "forest"}, environment={"AZUREML_MODEL_DIR": model, "PORT": "1"}
    )
    done = rehearsed(engine, container, SAMPLE)
    probe = probe_of(done)
    assert probe.answered
    run = probe.step(Phase.RUN)
    assert run is not None
    assert run.returned is not None
    assert run.returned.text == '{"model": "forest", "sum": 3}'
    assert run.sample == "sample.json"
    assert probe.stdout.text.startswith("asked\n")
    assert [(one.path, one.place, one.mode) for one in probe.opened] == [(f"{model}/model.txt", "model", "read")]
    assert isinstance(done.inside, Inside)
    assert done.inside.how == "rehearsal"
    assert done.inside.file(f"{ROOT}/score.py") is not None
    assert done.inside.imports == ()
    assert isinstance(done.installed, Installed)
    assert "pip" in done.installed.distributions
    assert done.notes == ()


def test_it_is_the_image_as_it_is_where_nothing_was_changed(engine: Engine, built: str, broken: Broken) -> None:
    container = broken({}, image=built)
    calls = engine.calls
    probe = probe_of(rehearsed(engine, container, SAMPLE))
    assert probe.answered
    assert engine.calls - calls < 25


def test_an_import_that_fails_is_told_apart_from_those_that_do_not(engine: Engine, broken: Broken) -> None:
    text = "import json\nimport pip\nimport not_there.at_all\nfrom also_missing import thing\n"
    done = rehearsed(engine, broken(score(text + "def init(): ...\ndef run(data): ...\n")))
    step = probe_of(done).step(Phase.IMPORT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.headline == "ModuleNotFoundError: No module named 'not_there'"
    assert step.raised.own_frame is not None
    assert (step.raised.own_frame.path, step.raised.own_frame.line) == (f"{ROOT}/score.py", 3)
    assert isinstance(done.inside, Inside)
    tried = {one.module: one.error for one in done.inside.imports}
    assert tried.keys() == {"pip", "not_there.at_all", "also_missing"}
    assert tried["pip"] is None
    assert tried["also_missing"] == "ModuleNotFoundError: No module named 'also_missing'"


HANGS = """import time

def init():
    wait_for_somebody()

def wait_for_somebody():
    time.sleep(600)

def run(data): ...
"""


def test_an_init_that_hangs_is_ended_with_its_place(engine: Engine, broken: Broken) -> None:
    probe = probe_of(rehearsed(engine, broken(score(HANGS)), timeout=1.5))
    assert probe.exit is not None
    assert (probe.exit.reason, probe.exit.phase) == ("timeout", Phase.INIT)
    own = [frame for frame in probe.exit.stack if frame.own]
    assert [(frame.line, frame.code) for frame in own][-2:] == [(4, "wait_for_somebody()"), (7, "time.sleep(600)")]
    assert probe.steps[-1].outcome == "timeout"


@pytest.mark.parametrize(
    "line",
    [
        "held = [bytearray(10_000_000) for _ in range(1000)]",
        "held = bytearray(10_000_000_000)",
        "held = bytes(1_000_000) * 10_000",
    ],
)
def test_memory_beyond_the_limit_ends_it_where_it_was_taken(engine: Engine, broken: Broken, line: str) -> None:
    container = broken(score(f"def init():\n    global held\n    {line}\ndef run(data): ...\n"), memory="100m")
    done = rehearsed(engine, container)
    probe = probe_of(done)
    assert probe.exit is not None
    assert (probe.exit.reason, probe.exit.memory_limit) == ("memory", 100 * 1024 * 1024)
    assert probe.exit.phase is Phase.INIT
    own = [frame for frame in probe.exit.stack if frame.own]
    assert own
    assert (own[-1].path, own[-1].line) == (f"{ROOT}/score.py", 3)
    # The first process mostly outlives it and looks around; under load the kernel may take both.
    if isinstance(done.inside, Inside):
        assert done.inside.memory.kills
    else:
        assert done.inside.reason == "the rehearsal ended before it could look around"


def test_memory_beyond_the_limit_in_run(engine: Engine, broken: Broken) -> None:
    text = "held = []\ndef init(): ...\ndef run(data):\n    while True:\n        held.append(bytearray(5_000_000))\n"
    probe = probe_of(rehearsed(engine, broken(score(text), memory="64m"), SAMPLE))
    assert probe.exit is not None
    assert (probe.exit.reason, probe.exit.phase) == ("memory", Phase.RUN)
    assert probe.exit.stack[-1].line in {4, 5}


def test_without_a_limit_the_machine_is_not_filled(
    engine: Engine, broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small = tmp_path / "attendant.py"
    small.write_text(desk.ATTENDANT_FILE.read_text().replace("SHARE = 0.75", "SHARE = 0.01"))
    monkeypatch.setattr(desk, "ATTENDANT_FILE", small)
    text = "held = []\ndef init():\n    while True:\n        held.append(bytearray(5_000_000))\ndef run(data): ...\n"
    probe = probe_of(rehearsed(engine, broken(score(text))))
    assert probe.exit is not None
    assert (probe.exit.reason, probe.exit.phase) == ("memory", Phase.INIT)
    assert probe.exit.memory_limit is not None
    assert probe.exit.memory_limit < 2**31
    assert probe.exit.stack[-1].line in {3, 4}


def test_a_place_passed_on_the_way_to_the_limit_is_not_blamed(engine: Engine, broken: Broken) -> None:
    text = (
        "import time\ndef init():\n    held = bytearray(90_000_000)\n    time.sleep(0.4)\n    more(held)\n"
        "def more(held):\n    time.sleep(0.4)\n    held = [held, bytearray(90_000_000)]\ndef run(data): ...\n"
    )
    probe = probe_of(rehearsed(engine, broken(score(text), memory="120m")))
    assert probe.exit is not None
    assert probe.exit.reason == "memory"
    assert [frame.line for frame in probe.exit.stack if frame.own][-1] in {7, 8}


@pytest.mark.parametrize(
    ("statement", "reason", "told"),
    [
        ("import ctypes; ctypes.string_at(0)", "signal", "SIGSEGV"),
        ("import os; os.abort()", "signal", "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal", "SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal", "SIGTERM"),
        ("import os; os._exit(7)", "exited", "os._exit(7)"),
    ],
)
def test_an_end_of_the_process_is_told_as_it_was(
    engine: Engine, broken: Broken, statement: str, reason: str, told: str
) -> None:
    probe = probe_of(
        rehearsed(engine, broken(score(f"def init():\n    {statement}\ndef run(data): ...\n"), memory="200m"))
    )
    assert probe.exit is not None
    assert probe.exit.reason == reason
    assert told in {probe.exit.signal, probe.exit.call}
    own = [frame for frame in probe.exit.stack if frame.own]
    assert own
    assert (own[-1].line, own[-1].code) == (2, statement)
    assert probe.exit.memory_limit is None


def test_sys_exit_is_an_exception_of_init(engine: Engine, broken: Broken) -> None:
    text = "import sys\ndef init():\n    sys.exit('no licence')\ndef run(data): ...\n"
    step = probe_of(rehearsed(engine, broken(score(text)))).step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.headline == "SystemExit: no licence"


WRITES = """import os
HERE = os.path.dirname(os.path.abspath(__file__))

def init():
    with open(os.path.join(HERE, "cache.txt"), "w") as file:
        file.write("mine")

def run(data):
    return os.path.exists(os.path.join(HERE, "cache.txt"))
"""


def test_a_writable_mount_is_written_to_as_a_copy(engine: Engine, broken: Broken, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WRITES)
    (tmp_path / "old.txt").write_text("as it was")
    done = rehearsed(engine, broken({}, mounts=[{"source": str(tmp_path), "target": ROOT}]), SAMPLE)
    assert probe_of(done).answered
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.txt", "score.py"]
    assert done.notes == ()


def test_a_volume_is_written_to_as_a_copy_and_stays(engine: Engine, broken: Broken) -> None:
    container = broken(score(WRITES), mounts=[{"source": "volume:", "target": ROOT}])
    assert probe_of(rehearsed(engine, container, SAMPLE)).answered
    with engine.archive(container, f"{ROOT}/cache.txt") as opened:
        assert opened is None
    with engine.archive(container, f"{ROOT}/score.py") as opened:
        assert opened is not None


def test_a_large_writable_mount_is_read_only_and_said_so(engine: Engine, broken: Broken, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WRITES)
    with (tmp_path / "model.bin").open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    done = rehearsed(engine, broken({}, mounts=[{"source": str(tmp_path), "target": ROOT}]), SAMPLE)
    step = probe_of(done).step(Phase.INIT)
    assert step is not None
    assert step.outcome == "skipped"  # the service itself could write there
    assert step.message == f"it writes to {ROOT}/cache.txt, which the rehearsal may not do"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.bin", "score.py"]
    assert len(done.notes) == 1
    assert ROOT in done.notes[0]
    assert "read-only" in done.notes[0]


@pytest.mark.parametrize("way", ["root", "mount"])
def test_what_the_original_may_not_write_is_refused(engine: Engine, broken: Broken, tmp_path: Path, way: str) -> None:
    (tmp_path / "score.py").write_text(WRITES)
    mount = {"source": str(tmp_path), "target": ROOT, "read_only": True}
    done = rehearsed(engine, broken({}, mounts=[mount], read_only=way == "root"), SAMPLE)
    step = probe_of(done).step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.type == "OSError"
    assert step.raised.detail["errno"] == 30
    assert done.notes == ()


def test_a_read_only_root_with_a_writable_mount(engine: Engine, broken: Broken, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WRITES)
    container = broken({}, mounts=[{"source": str(tmp_path), "target": ROOT}], read_only=True)
    assert probe_of(rehearsed(engine, container, SAMPLE)).answered


def test_a_full_tmpfs_is_as_small_as_it_was(engine: Engine, broken: Broken) -> None:
    text = (
        "def init():\n    with open('/tmp/x', 'wb') as file:\n        file.write(bytes(5_000_000))\ndef run(d): ...\n"
    )
    done = rehearsed(engine, broken(score(text), tmpfs={"/tmp": "size=1m"}))
    step = probe_of(done).step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.detail["errno"] == 28
    assert isinstance(done.inside, Inside)
    assert next(one for one in done.inside.file_systems if one.path == "/tmp").total == 1024 * 1024


def test_another_user_may_not_read_what_it_could_not_read(engine: Engine, broken: Broken) -> None:
    text = "import os\ndef init():\n    print(os.getuid())\n    open('/srv/secret')\ndef run(data): ...\n"
    container = broken(score(text), user="nobody")
    lay(engine, container, {"/srv/secret": "x"}, mode=0o600)
    done = rehearsed(engine, container)
    probe = probe_of(done)
    step = probe.step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.type == "PermissionError"
    assert probe.stdout.text == "65534\n"
    assert isinstance(done.inside, Inside)
    assert done.inside.uid == 65534


def test_few_processes_are_enough_for_the_rehearsal_itself(engine: Engine, broken: Broken) -> None:
    container = broken(score("def init(): ...\ndef run(data): return 1\n"), host={"pids_limit": 6})
    assert probe_of(rehearsed(engine, container, SAMPLE)).answered


def test_a_limit_of_processes_is_met_by_the_script(engine: Engine, broken: Broken) -> None:
    text = (
        "import threading, time\ndef init():\n    for _ in range(50):\n"
        "        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\ndef run(data): ...\n"
    )
    step = probe_of(rehearsed(engine, broken(score(text), host={"pids_limit": 20}))).step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.headline == "RuntimeError: can't start new thread"


def test_processes_that_the_script_leaves_are_told_and_ended(engine: Engine, broken: Broken) -> None:
    text = "import subprocess\ndef init():\n    subprocess.Popen(['sleep', '321'])\ndef run(data): return 1\n"
    probe = probe_of(rehearsed(engine, broken(score(text)), SAMPLE))
    assert [(one.name, one.left) for one in probe.started if one.kind == "process"] == [("sleep 321", True)]


def test_the_network_is_off_unless_wished(engine: Engine, broken: Broken) -> None:
    text = (
        "import os, socket\ndef init():\n    print(sorted(os.listdir('/sys/class/net')))\n"
        "    print(socket.gethostbyname('localhost'))\ndef run(data): ...\n"
    )
    container = broken(score(text))
    assert probe_of(rehearsed(engine, container)).stdout.text == "['lo']\n127.0.0.1\n"
    assert "eth0" in probe_of(rehearsed(engine, container, network=True)).stdout.text


def test_variables_are_those_of_the_container_and_the_wishes(engine: Engine, broken: Broken) -> None:
    text = "import os\ndef init():\n    print(os.environ['KEY'], os.environ['MORE'])\ndef run(data): ...\n"
    container = broken(score(text), environment={"KEY": "secret-value"})
    assert probe_of(rehearsed(engine, container, variables={"MORE": "b"})).stdout.text == "secret-value b\n"
    other = probe_of(rehearsed(engine, container, variables={"KEY": "other", "MORE": "b"}))
    assert other.stdout.text == "other b\n"


def test_variables_of_the_command_line(engine: Engine, broken: Broken) -> None:
    text = "import os\ndef init():\n    print(os.environ.get('KIND'), os.environ.get('NOW'))\ndef run(data): ...\n"
    words = ["sh", "-c", "export KIND=small NOW=$(date); azmlinfsrv --entry_script score.py --port NONE=1"]
    container = broken(score(text), command=words, working_dir=ROOT)
    assert probe_of(rehearsed(engine, container)).stdout.text == "small None\n"


def test_it_lies_and_runs_where_the_server_would_run_it(engine: Engine, broken: Broken) -> None:
    text = "import os, sys, beside, below\ndef init():\n    print(os.getcwd(), sys.path[0])\ndef run(data): ...\n"
    files = {"/srv/app/src/score.py": text, "/srv/app/beside.py": "", "/srv/root/below.py": ""}
    words = ["python3", "-c", "raise SystemExit(3)", "azmlinfsrv", "--entry_script", "src/score.py"]
    container = broken(files, command=words, working_dir="/srv/app", environment={"AML_APP_ROOT": "/srv/root"})
    probe = probe_of(rehearsed(engine, container))
    assert probe.stdout.text == "/srv/app /srv/app\n"
    step = probe.step(Phase.IMPORT)
    assert step is not None
    assert step.outcome == "passed"


WRAPPER = """import importlib.util
import os

script_location = os.path.join(os.path.dirname(os.path.realpath(__file__)), "own.py")
driver_module_spec = importlib.util.spec_from_file_location("service_driver", script_location)
driver_module = importlib.util.module_from_spec(driver_module_spec)
driver_module_spec.loader.exec_module(driver_module)

def run(http_body, request_headers):
    return driver_module.run(http_body)

def init():
    driver_module.init()
"""


def test_a_generated_wrapper_gives_way_to_the_script_it_wraps(engine: Engine, broken: Broken) -> None:
    files = {f"{ROOT}/main.py": WRAPPER, f"{ROOT}/own.py": "def init(): ...\ndef run(data): return data\n"}
    container = broken(files, environment={"AZUREML_ENTRY_SCRIPT": ""})
    probe = probe_of(rehearsed(engine, container, SAMPLE))
    assert probe.answered
    assert probe.signature is not None
    assert probe.signature.parameters == ("data",)


def test_without_an_entry_script_it_still_looks_around(engine: Engine, broken: Broken) -> None:
    done = rehearsed(engine, broken({f"{ROOT}/scores.py": ""}))
    assert isinstance(done.probe, Missing)
    assert done.probe.reason == "the command starts another program than the inference server"
    assert isinstance(done.inside, Inside)
    assert done.inside.file(f"{ROOT}/scores.py") is not None


PYTHONS = sorted(Path.home().glob(".pyenv/versions/*/bin/python"), key=lambda path: [len(part) for part in path.parts])


@pytest.mark.skipif(not PYTHONS, reason="needs Pythons of pyenv")
@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.13"])
def test_old_and_new_pythons_inside(engine: Engine, broken: Broken, version: str) -> None:
    found = [path.parents[1] for path in PYTHONS if path.parents[1].name.startswith(version + ".")]
    if not found:
        pytest.skip(f"pyenv has no Python {version}")
    mount = {"source": str(found[0]), "target": str(found[0]), "read_only": True}
    text = HEALTHY.replace("def init", "import not_there\n\ndef init")
    container = broken(
        {**score(text), "/models/model.txt": "m"},
        mounts=[mount],
        command=[f"{found[0]}/bin/python3", "-c", "raise SystemExit(3)"],
        environment={"AZUREML_MODEL_DIR": "/models", "LANG": ""},
    )
    done = rehearsed(engine, container, SAMPLE)
    probe = probe_of(done)
    assert probe.python == found[0].name
    step = probe.step(Phase.IMPORT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.type == "ModuleNotFoundError"
    assert isinstance(done.inside, Inside)
    assert [one.module for one in done.inside.imports] == ["not_there"]
    lay(engine, container, score(HEALTHY))
    assert probe_of(rehearsed(engine, container, SAMPLE)).answered


def test_a_python_2_is_named(engine: Engine, broken: Broken) -> None:
    found = [path.parents[1] for path in PYTHONS if path.parents[1].name.startswith("2.")]
    if not found:
        pytest.skip("pyenv has no Python 2")
    words = [f"{found[0]}/bin/python2", "-c", "raise SystemExit(3)"]
    mount = {"source": str(found[0]), "target": str(found[0]), "read_only": True}
    done = rehearsed(engine, broken(score(HEALTHY), mounts=[mount], command=words))
    assert isinstance(done.probe, Missing)
    assert "Python 2.7 is older than 3.6" in done.probe.reason


@pytest.fixture
def imported(engine: Engine) -> Iterator[Callable[[dict[str, tuple[bytes, int]]], str]]:
    """An image of nothing but the files given, each with its mode; removed after the test."""
    made: list[str] = []

    def make(files: dict[str, tuple[bytes, int]]) -> str:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, (content, mode) in files.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), mode
                tar.addfile(member, io.BytesIO(content))
        tag = f"rehearsal-of-nothing-{len(made)}"
        engine.api.import_image_from_data(packed.getvalue(), repository=tag)
        made.append(tag)
        return tag

    yield make
    for tag in made:
        engine.api.remove_image(tag, force=True)


def never_started(engine: Engine, image: str, command: list[str]) -> str:
    return str(engine.api.create_container(image, command=command)["Id"])


def test_without_python_it_says_so(engine: Engine, imported: Callable[..., str]) -> None:
    container = never_started(engine, imported({"bin/serve": (b"\x7fELF", 0o755)}), ["/bin/serve"])
    try:
        done = rehearsed(engine, container)
    finally:
        starting.remove(engine.api, container)
    assert isinstance(done.probe, Missing)
    assert "no Python was found in the image" in done.probe.reason


def test_of_another_platform_it_says_so(engine: Engine, imported: Callable[..., str]) -> None:
    other = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\xb7\0\1\0\0\0" + bytes(40)  # a header for AArch64
    files = {"usr/bin/python3": (other, 0o755), "var/azureml-app/main.py": (b"", 0o644)}
    container = never_started(engine, imported(files), ["python3"])
    try:
        done = rehearsed(engine, container)
    finally:
        starting.remove(engine.api, container)
    assert isinstance(done.probe, Missing)
    assert "cannot execute" in done.probe.reason


def test_no_shell_is_needed(engine: Engine, base: str, broken: Broken, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {base}\nRUN rm /bin/sh /bin/bash /bin/dash\n")
    tag = "rehearsal-without-a-shell"
    for part in engine.api.build(path=str(tmp_path), tag=tag, rm=True, forcerm=True, decode=True):
        assert "error" not in part, part
    try:
        container = broken(score("def init(): ...\ndef run(data): return 1\n"), image=tag)
        done = rehearsed(engine, container, SAMPLE)
    finally:
        engine.api.remove_image(tag, force=True, noprune=False)
    assert probe_of(done).answered
    assert isinstance(done.inside, Inside)
    assert done.inside.shell is None


def test_a_limit_that_python_alone_exceeds(engine: Engine, broken: Broken) -> None:
    done = rehearsed(engine, broken(score("def init(): ...\n"), memory="6m"))
    assert isinstance(done.probe, (Missing, Probe))
    if isinstance(done.probe, Missing):
        assert "memory" in done.probe.reason
    else:
        assert done.probe.exit is not None
        assert done.probe.exit.reason == "memory"


def test_the_original_is_not_changed_and_goes_on(engine: Engine, base: str, run_container: Broken) -> None:
    variables = {"AML_APP_ROOT": ROOT, "AZUREML_ENTRY_SCRIPT": "score.py"}
    container = run_container(base, command=["sleep", "600"], environment=variables)
    lay(engine, container, score(WRITES))
    before = engine.inspect(container)
    assert probe_of(rehearsed(engine, container, SAMPLE)).answered
    after = engine.inspect(container)
    assert after["State"]["Status"] == "running"
    assert after["State"] == before["State"]
    with engine.archive(container, f"{ROOT}/cache.txt") as opened:
        assert opened is None


def test_a_container_that_does_not_end_is_ended(engine: Engine, run_container: Broken, base: str) -> None:
    container = run_container(base, command=["sleep", "600"])
    assert rehearsal._wait(engine, container, 1.0)
    assert engine.inspect(container)["State"]["Status"] == "exited"
    assert not rehearsal._wait(engine, container, 1.0)


def test_files_of_the_script_among_the_results_do_not_count(engine: Engine, broken: Broken) -> None:
    text = "def init():\n    open('/.doctor/results/zzz', 'wb').truncate(200_000_000)\ndef run(data): return 1\n"
    assert probe_of(rehearsed(engine, broken(score(text)), SAMPLE)).answered


def test_an_image_that_was_removed_meanwhile(engine: Engine, broken: Broken, tmp_path: Path, base: str) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {base}\nLABEL rehearsal=gone\n")
    for part in engine.api.build(path=str(tmp_path), tag="rehearsal-gone", rm=True, forcerm=True, decode=True):
        assert "error" not in part, part
    container = broken(score(HEALTHY), image="rehearsal-gone")
    engine.api.remove_image("rehearsal-gone", force=True)
    done = rehearsed(engine, container)
    assert isinstance(done.probe, (Probe, Missing))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_end_in_the_middle_of_a_rehearsal(engine: Engine, broken: Broken, number: signal.Signals) -> None:
    container = broken(score(HANGS))
    code = f"from doctor.containers.diagnosis import diagnose\ndiagnose({container!r}, listen=lambda text: print(text))"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT_OF_PROJECT
    )
    assert process.stdout is not None
    assert any(b"rehearsing" in line for line in process.stdout)
    until = time.monotonic() + 30
    while not [one for one in of_process(engine, process.pid) if one.startswith("running")]:
        assert time.monotonic() < until
    process.send_signal(number)
    process.communicate(timeout=30)
    if number is signal.SIGKILL:
        assert of_process(engine, process.pid)
        sweep(engine)
    assert of_process(engine, process.pid) == []


def of_process(engine: Engine, pid: int) -> list[str]:
    """Containers and images that a process of doctor made, containers with their state before the id."""
    api, mine = engine.api, {"label": OWNER}
    found = [(f"{one['State']} {one['Id']}", one["Labels"]) for one in api.containers(all=True, filters=mine)]
    found += [(one["Id"], one["Labels"]) for one in api.images(filters=mine)]
    return [name for name, marks in found if marks[OWNER].split(":")[2] == str(pid)]
