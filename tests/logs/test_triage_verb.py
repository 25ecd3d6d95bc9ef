"""`doctor triage` as a person or a pipeline calls it."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import jsonschema
import pytest

DOCTOR = str(Path(sys.executable).with_name("doctor"))
ROOT = Path(__file__).parents[2]
FAILING = "ModuleNotFoundError: No module named 'cv2'\n"
HEALTHY = "2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic\n"


def doctor(*words: object, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [DOCTOR, "triage", *map(str, words)],
        input=given,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
        timeout=120,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad.log").write_text(FAILING, encoding="utf-8")
    (tmp_path / "good.log").write_text(HEALTHY, encoding="utf-8")
    return tmp_path


def test_one_log(folder: Path) -> None:
    done = doctor("bad.log", cwd=folder)
    assert done.returncode == 1
    assert "no installed package provides `cv2`" in done.stdout
    assert "bad.log:1 | ModuleNotFoundError" in done.stdout
    assert "opencv-python-headless" in done.stdout
    assert doctor(folder / "good.log").returncode == 0
    assert "healthy" in doctor(folder / "good.log").stdout


def test_standard_input(folder: Path) -> None:
    done = doctor("-", given=FAILING.encode())
    assert done.returncode == 1
    assert "stdin:1" in done.stdout
    both = doctor("-", folder / "good.log", given=FAILING.encode())
    assert "2 targets: 1 healthy, 1 failing" in both.stdout


def test_nothing_to_read_is_not_healthy() -> None:
    done = doctor("-", given=b"")
    assert done.returncode == 0
    assert json.loads(doctor("-", "-o", "json", given=b"").stdout)["verdict"] == "inconclusive"


@pytest.mark.parametrize("words", [["--select", "logs.module-not-fond"], ["--jobs", "0"], [], ["x", "-o", "yaml"]])
def test_wrong_calls(words: list[str], folder: Path) -> None:
    done = doctor(*words, *([folder] if words else []))
    assert done.returncode == 2
    assert done.stderr


def test_what_cannot_be_read_is_told_and_the_rest_is_judged(folder: Path) -> None:
    done = doctor(folder / "bad.log", folder / "bda.log")
    assert done.returncode == 3
    assert f"a file with a similar name exists: {folder}/bad.log" in done.stderr
    assert "no installed package provides `cv2`" in done.stdout


def test_json_is_one_valid_report_a_line(folder: Path) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    done = doctor(folder, "-o", "json", "-o", f"json={folder}/out.jsonl", "-o", f"sarif={folder}/out.sarif")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["verdict"] for line in lines] == ["failing", "healthy"]
    for line in lines:
        jsonschema.validate(line, schema)
    assert (folder / "out.jsonl").read_text(encoding="utf-8") == done.stdout
    assert len(json.loads((folder / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == 1
    assert lines[0]["fingerprint"]
    assert lines[1]["when"] == "2026-11-20 17:53:01"


def test_many_are_told_as_a_table(folder: Path) -> None:
    for number in range(30):
        text = f"2026-11-{number % 9 + 10} 10:00:00,000 E [9] azmlinfsrv - {FAILING}"
        (folder / f"more{number}.log").write_text(text, encoding="utf-8")
    done = doctor(folder)
    assert done.returncode == 1
    assert done.stdout.startswith("31  no installed package provides `cv2` [logs.module-not-found]\n")
    assert "2026-11-10 10:00:00 to " in done.stdout
    assert done.stdout.endswith("32 logs: 1 healthy, 31 failing\n")
    assert "why" in doctor(folder, "--each").stdout
    assert "for example" in doctor(folder / "bad.log", "--group").stdout


def test_select_and_ignore(folder: Path) -> None:
    assert doctor(folder / "bad.log", "--ignore", "logs.module-not-found").returncode == 0
    assert doctor(folder / "bad.log", "--select", "logs.module-not-found").returncode == 1
    assert doctor(folder / "bad.log", "--fail-on", "never").returncode == 0


def test_a_reader_that_has_seen_enough_is_no_crash(folder: Path) -> None:
    command = f"{DOCTOR} triage {folder} {folder} {folder} -o json --each | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert done.stderr == ""


def test_a_long_triage_shows_a_bar_on_a_terminal_only(folder: Path) -> None:
    for number in range(400):
        (folder / f"more{number}.log").write_text(FAILING + HEALTHY * 400, encoding="utf-8")
    leader, follower = pty.openpty()
    seen = b""

    def read() -> None:
        nonlocal seen
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(leader, 1 << 16):
                seen += part

    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run([DOCTOR, "triage", str(folder)], stdout=subprocess.PIPE, stderr=follower, timeout=120)
    os.close(follower)
    reader.join(timeout=10)
    os.close(leader)
    assert done.returncode == 1
    assert b"a second" in seen
    assert doctor(folder, "-q").stderr == ""


@pytest.mark.parametrize("output", ["text=gone/out.txt", "json=gone/out.jsonl", "markdown=gone/out.md"])
def test_an_output_that_cannot_be_written_is_told(folder: Path, output: str) -> None:
    done = doctor("bad.log", "--group", "-o", output, cwd=folder)
    assert done.returncode == 3
    assert f"-o {output} cannot be written: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
