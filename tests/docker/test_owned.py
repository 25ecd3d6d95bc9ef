"""What doctor makes is gone at the end, however the end comes: real processes are interrupted, ended and killed."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker.errors
import images
import pytest
import requests

from doctor.containers import owned
from doctor.containers.brought import PREFIX, Brought
from doctor.containers.engine import Engine, connect
from doctor.containers.owned import LABEL, OWNER, snapshot, sweep, throwaway
from doctor.errors import CannotExamine

pytestmark = pytest.mark.docker

SLEEPS = ["sleep", "600"]


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    try:
        return images.base(engine.api)
    except images.CannotBuild as reason:
        pytest.skip(str(reason))


def made_by(engine: Engine, pid: int) -> list[str]:
    """Containers, volumes and images that a process made, and its temporary folders."""
    api, marked = engine.api, {"label": OWNER}
    found = [(each["Id"], each["Labels"]) for each in api.containers(all=True, filters=marked)]
    found += [(each["Id"], each["Labels"]) for each in api.images(filters=marked)]
    found += [(each["Name"], each["Labels"]) for each in api.volumes(filters=marked)["Volumes"] or ()]
    folders = [str(path) for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}{pid}-*")]
    return [name for name, labels in found if labels[OWNER].split(":")[2] == str(pid)] + folders


CHILD = """
import sys, time
from doctor.containers.brought import Brought
from doctor.containers.engine import connect
from doctor.containers.owned import snapshot, throwaway

engine = connect()
volume = {"Mounts": [{"Type": "volume", "Target": "/desk"}]}
with Brought() as brought, throwaway(engine, "test", sys.argv[1], command=["sleep", "600"], host_config=volume) as name:
    engine.api.start(name)
    with snapshot(engine, "test", name) as image:
        print(name, image, flush=True)
        WAIT
"""
STARTS_WAITING = {
    "asleep": "time.sleep(600)",
    "asking": "engine.api.wait(name)",
    "in a thread": "import threading; t = threading.Thread(target=engine.api.wait, args=(name,)); t.start(); t.join()",
}


@pytest.fixture
def child(engine: Engine, base: str) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start doctor's code in a process of its own, and give it when it has made its things."""
    started: list[subprocess.Popen[str]] = []

    def start(wait: str = "time.sleep(600)") -> "subprocess.Popen[str]":
        code = CHILD.replace("WAIT", wait)
        process = subprocess.Popen(
            [sys.executable, "-c", code, base],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        started.append(process)
        assert process.stdout is not None
        if not process.stdout.readline():
            raise AssertionError(process.communicate()[1])
        assert len(made_by(engine, process.pid)) == 4
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ended(process: "subprocess.Popen[str]") -> int:
    process.communicate(timeout=30)
    return process.returncode


@pytest.mark.parametrize("wait", STARTS_WAITING.values(), ids=STARTS_WAITING.keys())
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_removes_everything(
    engine: Engine, child: Callable[..., "subprocess.Popen[str]"], number: signal.Signals, wait: str
) -> None:
    process = child(wait)
    process.send_signal(number)
    assert ended(process) == -number
    assert made_by(engine, process.pid) == []


def test_a_second_ctrl_c_in_the_middle_of_the_removal(
    engine: Engine, child: Callable[..., "subprocess.Popen[str]"]
) -> None:
    process = child()
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert ended(process) == -signal.SIGINT
    assert made_by(engine, process.pid) == []


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1])
def test_ctrl_c_at_any_moment(engine: Engine, base: str, pause: float) -> None:
    """Interrupted while it makes and removes one container after the other."""
    code = (
        "import sys\nfrom doctor.containers.engine import connect\nfrom doctor.containers.owned import throwaway\n"
        "engine = connect()\nprint('ready', flush=True)\n"
        f"while True:\n    with throwaway(engine, 'test', {base!r}, command=['true']):\n        pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(pause)
    process.send_signal(signal.SIGINT)
    assert ended(process) == -signal.SIGINT
    assert made_by(engine, process.pid) == []


def test_the_next_run_removes_what_a_killed_one_left(
    engine: Engine, child: Callable[..., "subprocess.Popen[str]"]
) -> None:
    process = child()
    sweep(engine)
    assert len(made_by(engine, process.pid)) == 4  # it lives
    process.kill()
    ended(process)
    assert len(made_by(engine, process.pid)) == 4
    assert sweep(engine) >= 3
    assert made_by(engine, process.pid) == []


def test_an_exception_passes_and_everything_is_removed(engine: Engine, base: str) -> None:
    def fails() -> None:
        with throwaway(engine, "test", base, command=SLEEPS) as name:
            engine.api.start(name)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert made_by(engine, os.getpid()) == []


def test_a_container_that_is_gone_already_is_no_fault(engine: Engine, base: str) -> None:
    with throwaway(engine, "test", base, command=SLEEPS) as name:
        engine.api.remove_container(name, force=True)


def test_volumes_of_others_stay(engine: Engine, base: str) -> None:
    kept = engine.api.create_volume()["Name"]
    try:
        mounts = [{"Type": "volume", "Source": kept, "Target": "/kept", "ReadOnly": True}]
        with throwaway(engine, "test", base, command=["true"], host_config={"Mounts": mounts}) as name:
            engine.api.start(name)
            engine.api.wait(name)
        assert engine.api.inspect_volume(kept)
    finally:
        engine.api.remove_volume(kept)


class Lossy:
    """Stands between doctor and the engine: sends on what it is asked, and loses the answer."""

    def __init__(self, engine: Engine, after: float) -> None:
        self._create = engine.api.create_container
        self._after = after
        self._threads: list[threading.Thread] = []

    def create(self, *arguments: Any, **options: Any) -> Any:
        def late() -> None:
            time.sleep(self._after)
            other = connect()
            other.api.create_container(*arguments, **options)
            other.api.close()

        self._threads.append(threading.Thread(target=late))
        self._threads[-1].start()
        raise requests.exceptions.ReadTimeout("the answer was lost")

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize("after", [0.0, 1.0])
def test_a_creation_whose_answer_was_lost(engine: Engine, base: str, after: float) -> None:
    own = connect()
    lossy = Lossy(own, after)
    own.api.create_container = lossy.create
    with pytest.raises(CannotExamine), throwaway(own, "test", base, command=SLEEPS):
        pass
    lossy.join()
    assert made_by(engine, os.getpid()) == []
    own.api.close()


def test_a_refused_creation_is_told(engine: Engine) -> None:
    began = time.monotonic()
    with pytest.raises(CannotExamine, match="no-such-image-at-all"), throwaway(engine, "test", "no-such-image-at-all"):
        pass
    assert time.monotonic() - began < 2


def test_a_removal_that_fails_names_the_remedy(engine: Engine, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(api: Any, container: str) -> bool:
        raise docker.errors.APIError("the disk is on fire")

    left: list[str] = []
    monkeypatch.setattr(owned, "_remove_container", refuse)
    expected = pytest.raises(CannotExamine, match=r"docker rm --force --volumes doctor-test-")
    with expected, throwaway(engine, "test", base, command=SLEEPS) as name:
        left.append(name)
    engine.api.remove_container(left[0], v=True)


def test_a_snapshot_holds_what_was_changed(engine: Engine, base: str) -> None:
    with throwaway(engine, "test", base, command=["sh", "-c", "echo new > /srv/new; rm /etc/issue"]) as first:
        engine.api.start(first)
        engine.api.wait(first)
        with snapshot(engine, "test", first) as image:
            check = ["sh", "-c", "cat /srv/new; ls /etc/issue"]
            with throwaway(engine, "test", image, command=check) as second:
                engine.api.start(second)
                assert engine.api.wait(second)["StatusCode"] == 2
                assert engine.api.logs(second, stderr=False) == b"new\n"
        assert engine.inspect_image(image) is None


# ---------------------------------------------------------------------------------------------------------------------
# Whose it is


def test_owners_that_are_no_more() -> None:
    me = owned.me()
    host, boot, pid, start = me.split(":")
    now = time.time()
    assert not owned.is_over(me, 0.0)
    assert owned.is_over(f"{host}:{boot}:{pid}:{int(start) + 1}", now)  # the number is used anew
    assert owned.is_over(f"{host}:00000000.{boot.partition('.')[2]}:{pid}:{start}", now)  # the host was started anew
    assert owned.is_over(f"{host}:{boot}:{2**22 + 1}:5", now)
    assert not owned.is_over(f"elsewhere:{boot}:{2**22 + 1}:5", now - 3600)
    assert owned.is_over(f"elsewhere:{boot}:{2**22 + 1}:5", now - 25 * 3600)
    other_numbers = f"{host}:{boot.partition('.')[0]}.1:{pid}:{int(start) + 1}"
    assert not owned.is_over(other_numbers, now - 3600)
    assert not owned.is_over("", now)
    assert owned.is_over("anything", now - 25 * 3600)


def test_a_container_of_another_host_stays_a_day(engine: Engine, base: str) -> None:
    labels = {LABEL: "test", OWNER: "elsewhere:1.2:77:5"}
    made = engine.api.create_container(base, command=SLEEPS, labels=labels)["Id"]
    try:
        sweep(engine)
        assert engine.inspect(made)
    finally:
        engine.api.remove_container(made)


def test_folders_are_swept_with_their_process(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone, reused = tmp_path / f"{PREFIX}{2**22 + 1}-a", tmp_path / f"{PREFIX}{os.getpid()}-old"
    for folder in (gone, reused, tmp_path / "doctor-else", tmp_path / f"{PREFIX}of-somebody"):
        folder.mkdir()
        (folder / "file").write_text("x")
    (tmp_path / f"{PREFIX}{2**22 + 1}-link").symlink_to(tmp_path / "doctor-else")
    long_ago = time.time() - 10 * 24 * 3600
    os.utime(reused, (long_ago, long_ago))
    with Brought() as mine:
        assert sweep(engine) == 2
        assert mine.root.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{PREFIX}{2**22 + 1}-link",
        f"{PREFIX}of-somebody",
        "doctor-else",
    ]
    with suppress(OSError):
        gone.rmdir()
