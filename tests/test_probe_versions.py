"""One probe file, every Python from 3.6 on: the same script gives the same evidence under each interpreter here."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec
import pytest

from checks.evidence import Missing, Opened, Phase, Probe
from doctor.probe.launcher import PROBE_FILE, Payload, Rehearsal, start


@cache
def interpreters() -> dict[str, str]:
    """Pythons of this machine by version, 3.6 and newer: pyenv's, those on PATH, and this one."""
    found = [str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python")]
    found += [path for minor in range(6, 30) if (path := shutil.which(f"python3.{minor}"))]
    found += ["/usr/bin/python3", sys.executable]
    by_version = {}
    for path in found:
        try:
            answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30)
        except OSError:
            continue
        match = re.fullmatch(r"Python (3\.(\d+)\.\d+\S*)\s*", answer.stdout)
        if match and int(match[2]) >= 6:
            by_version.setdefault(match[1], path)
    return by_version


each_python = pytest.mark.parametrize("python", interpreters().values(), ids=interpreters().keys())

SCRIPT = """\
import importlib
import json
import os
import socket
import subprocess
import threading
import warnings

from azureml.core.model import Model
from azureml.contrib.services.aml_response import AMLResponse

import helper


class VersionMismatchWarning(UserWarning):
    pass


def init():
    global model
    model = Model.get_model_path("anything")
    with open(model) as file:
        helper.value = file.read()
    os.getenv("ASKED")
    try:
        os.environ["STRICTLY"]
    except KeyError:
        pass
    with open("beside.txt", "w") as file:
        file.write("x")
    for change in (lambda: open(model, "a"), lambda: os.remove(model), lambda: os.mkdir(model + ".d")):
        try:
            change()
        except OSError as error:
            print(error.errno)
    subprocess.call(["true"])
    thread = threading.Thread(target=str, name="short")
    thread.start()
    thread.join()
    try:
        socket.create_connection(("127.0.0.1", 1), 1)
    except OSError:
        pass
    warnings.simplefilter("ignore")
    warnings.warn("made by version 0.20", VersionMismatchWarning)


def run(data, request_headers):
    values = json.loads(data)
    if values == "headers":
        return request_headers["Content-Type"]
    if values == "set":
        return {"labels": [1, {2}]}
    if values == "nan":
        return [1.0, {"p": float("nan")}]
    if values == "fail":
        try:
            helper.fail()
        except KeyError as error:
            raise ValueError("no such row") from error
    return None
"""
HELPER = "def fail():\n    return {}['row']\n"


@each_python
def test_the_evidence_is_the_same(python: str, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.txt").write_text("weights")
    bodies = ("headers", "set", "nan", "fail", None)
    payloads = tuple(Payload(source=str(each), body=json.dumps(each).encode()) for each in bodies)
    script = tmp_path / "score.py"
    probe = start(Rehearsal(script=script, payloads=payloads, model_dir=tmp_path / "model", python=python)).wait()
    assert isinstance(probe, Probe), probe
    assert probe.interpreter.rsplit("/", 1)[-1].startswith("python")
    assert (probe.exit, probe.signature and probe.signature.kind) == (None, "undecorated")

    runs = {step.sample: step for step in probe.steps if step.phase is Phase.RUN}
    assert runs["headers"].returned
    assert runs["headers"].returned.text == '"application/json"'
    assert runs["None"].returned
    assert runs["None"].returned.text == "{}"
    encoded = runs["set"].returned
    assert encoded
    assert (encoded.problem_path, encoded.problem_type) == ("result['labels'][1]", "set")
    assert encoded.problem
    assert encoded.problem.startswith("TypeError: Object of type")
    assert runs["nan"].returned
    assert runs["nan"].returned.not_finite == "result[1]['p']"
    raised = runs["fail"].raised
    assert raised
    assert raised.headline == "ValueError: no such row"
    assert raised.explicit_cause
    assert raised.root.headline == "KeyError: 'row'"
    assert [(frame.path, frame.function, frame.own) for frame in raised.root.frames] == [
        (str(script), "run", True),
        (str(tmp_path / "helper.py"), "fail", True),
    ]
    assert raised.root.frames[-1].code == "return {}['row']"
    assert [step.phase for step in probe.steps].count(Phase.REPEAT) == 4
    assert probe.steps[-1].phase is Phase.CONCURRENT

    files = {(Path(opened.path).name, opened.mode, opened.place) for opened in probe.opened}
    assert {
        ("model.txt", "read", "model"),
        ("model.txt", "write", "model"),
        ("model.txt.d", "write", "model"),
        ("beside.txt", "write", "code"),
    } <= files
    assert line_of(probe.opened, "model.txt") == SCRIPT.splitlines().index("    with open(model) as file:") + 1
    assert probe.stdout.text == "30\n30\n30\n"  # EROFS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["helper.py", "model", "score.py"]
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["model.txt"]

    assert {(asked.name, asked.set, asked.strict) for asked in probe.asked} == {
        ("ASKED", False, False),
        ("STRICTLY", False, True),
    }
    assert [(contact.host, contact.port, contact.phase) for contact in probe.contacted] == [
        ("127.0.0.1", 1, Phase.INIT)
    ]
    assert {(started.kind, started.name, started.left) for started in probe.started} == {
        ("process", "true", False),
        ("thread", "short", False),
    }
    assert probe.warnings == ("VersionMismatchWarning: made by version 0.20",)
    assert {"azureml.core", "azureml.core.model"} <= set(probe.stand_ins)
    assert probe.peak_memory
    assert probe.imported == ("azureml",)


def line_of(opened: tuple[Opened, ...], name: str) -> int:
    at = next(each.at for each in opened if Path(each.path).name == name)
    assert at
    return at.line


BROKEN = {
    "timeout": "import time\ndef init():\n    time.sleep(1e8)\n",
    "signal": "import ctypes\ndef init():\n    ctypes.string_at(0)\n",
    "exited": "import os\ndef init():\n    os._exit(3)\n",
    "memory": "kept = []\ndef init():\n    while True: kept.append(bytearray(b'x' * (8 << 20)))\n",
}


@each_python
@pytest.mark.parametrize("reason", BROKEN)
def test_an_end_is_told_with_its_line(python: str, reason: str, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(BROKEN[reason] + "def run(data): ...\n")
    limit = 2.0 if reason == "timeout" else 60.0
    probe = start(Rehearsal(script=script, python=python, timeout=limit, memory_limit=200 << 20)).wait()
    assert isinstance(probe, Probe)
    assert probe.exit
    assert probe.exit.reason == reason
    assert [frame.line for frame in probe.exit.stack if frame.own] == [3]


def test_the_record_of_a_probe_travels(tmp_path: Path) -> None:
    """Evidence goes into support bundles: written and read back, it is the same."""
    script = tmp_path / "score.py"
    script.write_text("def init(): ...\ndef run(data): return {}['a']\n")
    probe = start(Rehearsal(script=script, payloads=(Payload("s", b"{}"),))).wait()
    assert msgspec.json.decode(msgspec.json.encode(probe), type=Probe | Missing) == probe


@each_python
def test_the_file_runs_on_its_own(python: str, tmp_path: Path) -> None:
    """Copied alone to a container, with a plan beside it, it needs nothing else."""
    shutil.copy(PROBE_FILE, tmp_path / "probe.py")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "score.py").write_text("def init(): ...\ndef run(data): return data\n")
    (tmp_path / "body").write_text("hello")
    (tmp_path / "app" / "checks.py").write_text("")
    plan = {
        "script": str(tmp_path / "app" / "score.py"),
        "app_root": str(tmp_path / "app"),
        "payloads": [{"source": "body", "file": str(tmp_path / "body")}],
        "timeout": 20,
        "private": [],
        **{name: str(tmp_path / name) for name in ("record", "faults", "where")},
    }
    (tmp_path / "plan").write_text(json.dumps(plan))
    done = subprocess.run([python, tmp_path / "probe.py", tmp_path / "plan"], capture_output=True, cwd=tmp_path / "app")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    records = [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
    assert [record["k"] for record in (records[0], records[-1])] == ["hello", "end"]
    answers = [
        record["step"]["returned"]["text"]
        for record in records
        if record["k"] == "step" and "returned" in record["step"]
    ]
    assert answers == ['"hello"'] * 3
