"""However the writing of a bundle ends, nothing stays beside it, and under its name is a whole one or nothing."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from screens.log_journeys import of_file

from doctor.bundle import read, replace_file, write
from doctor.diagnosis.result import Done

Process = subprocess.Popen[bytes]
LINE = json.dumps({"log": json.dumps({"password": "q7Zk3Wv9Xb2L1", "text": "it took 3 ms"}) + "\n"}) + "\n"


def there(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name != "score.log")


def soon(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A log that takes long to be masked."""
    path = tmp_path / "score.log"
    path.write_text(LINE * 400_000)
    return path


@pytest.fixture
def writer(long: Path) -> Iterator[Process]:
    done = Done(diagnosed=(of_file(long),))
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor.bundle", str(long.parent / "a.zip")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(done) + b"\n")
    process.stdin.flush()
    soon(lambda: there(long.parent) or process.poll() is not None)
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize("how", ["interrupt", "terminate", "left"])
def test_one_that_is_ended_removes_what_it_began(how: str, writer: Process, long: Path) -> None:
    assert [one.startswith(".a.zip.") for one in there(long.parent)] == [True]
    if how == "left":
        assert writer.stdin
        writer.stdin.close()
    else:
        writer.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
    assert writer.wait(60) == 130
    assert there(long.parent) == []


def test_what_a_killed_one_leaves_goes_with_the_next(writer: Process, long: Path) -> None:
    mine = [".bashrc", ".notes.doctor", ".a.zip.ABCDEFGH.doctor"]
    for name in mine:
        (long.parent / name).write_text("mine")
    replace_file(long.parent / "b", b"while it is written")
    assert len(there(long.parent)) == 5, "what somebody writes stays"
    writer.kill()
    writer.wait(60)
    replace_file(long.parent / "b", b"when it is dead")
    assert there(long.parent) == sorted([*mine, "b"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_verb_ends(how: signal.Signals, long: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor", "bundle", "score.log", "-o", "a.zip"],
        cwd=long.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    soon(lambda: there(long.parent) or process.poll() is not None)
    process.send_signal(how)
    said = process.communicate(timeout=60)[1]
    if how is signal.SIGINT:
        assert (process.returncode, b"interrupted; nothing is left running" in said) == (130, True)
    else:
        assert process.returncode == -how
    soon(lambda: there(long.parent) == [])


def test_nobody_reads_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "score.log").write_text("ModuleNotFoundError: No module named 'cv2'\n")
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "bundle", "score.log", "-o", "a.zip"],
        cwd=tmp_path,
        stdout=written,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    os.close(written)
    assert (done.returncode, done.stderr.count(b"Traceback")) == (1, 0), "as of every verb"
    assert there(tmp_path) == ["a.zip"]


def test_masking_ends_at_the_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "score.log"
    log.write_text("".join(f"{at} {LINE}" for at in range(1, 100_001)))
    monkeypatch.setattr("doctor.bundle.writing.LARGEST_LOG", 1 << 20)
    monkeypatch.setattr("doctor.bundle.both_ends.SECONDS", 0.001)
    monkeypatch.setattr("doctor.bundle.both_ends.READING", 1e6)  # it is read to its end, and then no time is left
    told = write(tmp_path / "a.zip", Done(diagnosed=(of_file(log),)))
    assert "lines before its last ones are not here" in told.notes[0]
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (saved,) = read(tmp_path / "a.zip").diagnosed[0].logs
        lines = archive.read(saved.file).decode().splitlines()
    assert (len(lines), lines[-1].split()[0]) == (saved.lines, "100000")
    for place, number in saved.runs:
        assert lines[place].startswith(f"{number} " if number else "… "), (place, number)
