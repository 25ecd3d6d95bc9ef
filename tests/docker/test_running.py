"""Looking inside of containers that run: as another user, with a read-only root, without Python, while they stop."""

import io
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from images import base
from tiny_image import import_tiny

from checks.containers import Socket
from checks.evidence import Installed, Missing
from doctor.containers import running
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.containers.interpreters_inside import find_interpreter
from doctor.containers.running import Looked, look
from doctor.errors import CannotExamine

pytestmark = pytest.mark.docker

RunContainer = Callable[..., str]
ALONE = {"network_mode": "none"}
SERVE = "exec python3 -m http.server 5001 --bind 127.0.0.1"
CODE = "mkdir -p /var/azureml-app/azureml-models/m/1; cd /var/azureml-app; printf 'import os\\n' >main.py; "
MODEL = {"AZUREML_MODEL_DIR": "/var/azureml-app/azureml-models/m/1"}


@pytest.fixture
def plain(engine: Engine) -> str:
    """An image with Python and no service."""
    return base(engine.api)


def looked(engine: Engine, name: str, brought: Brought) -> Looked:
    found = look(engine, container_of(engine, engine.inspect(name)), brought)
    assert isinstance(found, Looked), found
    return found


def changed(engine: Engine, name: str) -> set[str]:
    return {f"{one['Kind']} {one['Path']}" for one in engine.api.diff(name) or ()}


def until(condition: Callable[[], Any], seconds: float = 15) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return found


def ready(engine: Engine, name: str, path: str) -> None:
    """Wait until a file is there that the container's command makes last."""

    def there() -> bool:
        with engine.archive(name, path) as opened:
            return opened is not None

    until(there)


def test_everything_of_a_running_container(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought
) -> None:
    text = (
        "printf abc >azureml-models/m/1/model.txt; ln -s main.py other.py; ln -s /etc/shadow secret.txt; mkfifo pipe; "
    )
    name = run_container(plain, command=["sh", "-c", CODE + text + SERVE], environment=MODEL, host=ALONE, memory="256m")
    ready(engine, name, "/var/azureml-app/pipe")
    time.sleep(0.7)
    before = changed(engine, name)
    found = looked(engine, name, brought)
    inside = found.inside
    assert changed(engine, name) == before, "looking changes nothing"
    assert (inside.how, inside.interpreter, inside.user, inside.uid) == ("running", "/usr/bin/python3", "root", 0)
    assert inside.python is not None
    assert inside.python.startswith("3.")
    assert inside.shell == "/bin/sh"
    command = "python3 -m http.server 5001 --bind 127.0.0.1"
    assert inside.listening == (Socket(address="127.0.0.1", port=5001, process=command),)
    assert not isinstance(inside.processes, Missing)
    assert [(one.pid, one.command, one.uid) for one in inside.processes] == [(1, command, 0)]
    assert inside.processes[0].seconds is not None
    assert 0 < inside.processes[0].seconds < 60
    assert inside.memory.limit == 256 << 20
    assert inside.memory.current
    assert {one.path for one in inside.file_systems} >= {"/var/azureml-app", "/tmp", "/dev/shm"}
    kinds = {file.path: file.kind for file in inside.folder("/var/azureml-app").files}
    assert kinds["pipe"] == "other"
    assert kinds["secret.txt"] == kinds["other.py"] == "link"
    assert set(inside.texts) >= {"/var/azureml-app/main.py", "/var/azureml-app/other.py"}
    assert "/var/azureml-app/secret.txt" not in inside.texts
    model = inside.file("/var/azureml-app/azureml-models/m/1/model.txt")
    assert model is not None
    assert model.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert brought.path("/var/azureml-app/main.py").read_text() == "import os\n"
    assert brought.path("/var/azureml-app/azureml-models/m/1/model.txt").read_text() == "abc"
    assert isinstance(found.installed, Installed)
    assert "pip" in found.installed.distributions
    assert "json" in inside.modules


def test_another_user_and_a_read_only_root(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "score.py").write_text("def init(): ...\n")
    (tmp_path / "app" / "secret.py").write_text("x = 1\n")
    (tmp_path / "app" / "secret.py").chmod(0o600)
    (tmp_path / "app" / "closed").mkdir(mode=0o700)
    name = run_container(
        plain,
        folder=tmp_path,
        command=["python3", "-m", "http.server", "5001"],
        mounts=[{"source": "app", "target": "/var/azureml-app", "read_only": True}],
        environment={"AZUREML_ENTRY_SCRIPT": "score.py", "AZUREML_MODEL_DIR": "/var/azureml-app/closed"},
        user="1234:100",
        read_only=True,
        host=ALONE,
    )
    inside = until(lambda: looked(engine, name, brought).inside)
    assert (inside.user, inside.uid, inside.groups[0]) == ("1234", 1234, 100)
    secret = inside.file("/var/azureml-app/secret.py")
    assert secret is not None
    assert (secret.mode, secret.uid, secret.digest) == (0o600, 0, None)
    assert list(inside.texts) == ["/var/azureml-app/score.py"]
    closed = inside.folder("/var/azureml-app/closed")
    assert closed is not None
    assert (closed.problem, closed.mode) == ("Permission denied", 0o700)
    here = {one.path: one for one in inside.file_systems}
    assert here["/var/azureml-app"].read_only
    assert here["/"].read_only
    assert not here["/dev/shm"].read_only


def test_an_old_python(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    old = sorted(Path.home().glob(".pyenv/versions/3.[678].*"))
    if not old:
        pytest.skip("needs a Python 3.6, 3.7 or 3.8 of pyenv")
    python = f"{old[0]}/bin/python"
    mount = {"source": str(old[0]), "target": str(old[0]), "read_only": True}
    name = run_container(plain, command=[python, "-m", "http.server", "5001"], mounts=[mount], host=ALONE)
    inside = looked(engine, name, brought).inside
    assert inside.interpreter == python
    assert inside.python is not None
    assert inside.python.startswith(old[0].name.rpartition(".")[0])
    assert inside.processes


def test_without_python_but_with_cat(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    server = "python3 -m http.server 5001 --bind 127.0.0.1 & sleep 1; rm /usr/bin/python3*; touch ready; wait"
    name = run_container(plain, command=["sh", "-c", CODE + server], environment=MODEL, host=ALONE)
    ready(engine, name, "/var/azureml-app/ready")
    found = looked(engine, name, brought)
    assert found.inside.interpreter is None
    assert found.inside.how == "running"
    assert found.inside.listening == (Socket(address="127.0.0.1", port=5001),)
    assert not isinstance(found.inside.processes, Missing)
    assert any("http.server" in one.command for one in found.inside.processes)
    assert found.inside.texts == {"/var/azureml-app/main.py": "import os\n"}
    assert isinstance(found.installed, Missing)
    assert "no Python inside" in found.notes[0]


def test_without_shell_and_without_python(engine: Engine, run_container: RunContainer, brought: Brought) -> None:
    with import_tiny(engine.api, "waits") as tag:
        name = run_container(tag, command=["/serve"], host=ALONE)
        files = io.BytesIO()
        with tarfile.open(fileobj=files, mode="w") as archive:
            entry = tarfile.TarInfo("var/azureml-app/score.py")
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"a=1\n"))
        engine.api.put_archive(name, "/", files.getvalue())
        inside = looked(engine, name, brought).inside
        engine.api.remove_container(name, force=True)
    assert (inside.interpreter, inside.shell) == (None, None)
    assert isinstance(inside.listening, Missing)
    assert not isinstance(inside.processes, Missing)
    assert [one.command for one in inside.processes] == ["/serve"]
    assert inside.texts == {"/var/azureml-app/score.py": "a=1\n"}


def test_a_full_memory_is_left_alone(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    fill = "import time; kept = b'x' * (70 << 20); open('/tmp/ready', 'w'); time.sleep(600)"
    name = run_container(plain, command=["python3", "-c", fill], memory="96m", host=ALONE)
    ready(engine, name, "/tmp/ready")
    found = looked(engine, name, brought)
    assert "under the memory limit" in found.notes[0]
    assert found.inside.interpreter == "/usr/bin/python3"
    assert not engine.inspect(name)["State"]["OOMKilled"]
    assert engine.inspect(name)["State"]["Running"]


@pytest.mark.parametrize("action", ["kill", "pause"])
def test_it_ends_while_doctor_looks(
    engine: Engine,
    plain: str,
    run_container: RunContainer,
    brought: Brought,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
) -> None:
    name = run_container(plain, command=["sleep", "600"], host=ALONE)
    container = container_of(engine, engine.inspect(name))

    def find(*_: Any) -> Iterator[str]:
        getattr(engine.api, action)(name)
        yield "/usr/bin/python3"

    monkeypatch.setattr(running, "interpreters", find)
    found = look(engine, container, brought)
    assert isinstance(found, Missing)
    assert f"it is {'exited' if action == 'kill' else 'paused'} by now" in found.reason


def test_it_is_killed_in_the_middle_of_a_look(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = run_container(plain, command=["sleep", "600"], host=ALONE)
    container = container_of(engine, engine.inspect(name))
    kill = "import time; time.sleep(600)"
    monkeypatch.setattr(running, "command", lambda python, wishes: [python, "-c", kill])

    from threading import Timer

    timer = Timer(1.5, lambda: engine.api.kill(name))
    timer.start()
    found = look(engine, container, brought)
    timer.join()
    assert isinstance(found, Missing)
    assert "stopped while doctor looked inside" in found.reason


def test_it_is_removed_before_doctor_looks(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought
) -> None:
    name = run_container(plain, command=["sleep", "600"], host=ALONE)
    container = container_of(engine, engine.inspect(name))
    engine.api.remove_container(name, force=True)
    with pytest.raises(CannotExamine, match="removed while doctor looked"):
        look(engine, container, brought)


def test_the_interpreter_of_the_server_is_found(engine: Engine, plain: str, run_container: RunContainer) -> None:
    python = "/azureml-envs/model/bin/python"
    make = (
        f"python3 -m venv --without-pip /azureml-envs/model && cd /azureml-envs/model/bin && "
        f"printf '#!{python}\\nimport time; time.sleep(600)\\n' >azmlinfsrv && chmod 755 azmlinfsrv && "
        "export PATH=/azureml-envs/model/bin:$PATH && touch /ready && exec azmlinfsrv --entry_script score.py"
    )
    name = run_container(plain, command=["sh", "-c", make], host=ALONE)
    ready(engine, name, "/ready")
    time.sleep(0.5)
    assert find_interpreter(engine, container_of(engine, engine.inspect(name))) == python
