"""In doctor's own process: the same evidence, the real file, and an interpreter that is as it was."""

import builtins
import io
import os
import sys
import threading
import warnings
from pathlib import Path

import pytest

import checks
import doctor
from checks.evidence import Missing, Phase, Probe
from doctor.probe.launcher import Payload, Rehearsal, start


def rehearse(script: Path, **options: object) -> Probe:
    payloads = (Payload("s.json", b"{}"),)
    probe = start(Rehearsal(script=script, payloads=payloads, **options)).wait()  # type: ignore[arg-type]
    assert not isinstance(probe, Missing), probe
    return probe


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "m.txt").write_text("weights")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "app" / "score.py"


def test_the_evidence_is_that_of_a_child(app: Path) -> None:
    app.with_name("helper.py").write_text("def fail(): {}['x']\n")
    app.write_text(
        "import json, os, warnings\nimport numpy\nimport helper\n"
        "def init():\n"
        "    global weights\n"
        "    weights = open(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'm.txt')).read()\n"
        "    warnings.warn('made by version 1')\n"
        "    try: open(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'm.txt'), 'w')\n"
        "    except OSError as error: assert error.errno == 30\n"
        "def run(data): helper.fail()\n"
    )
    script, model = Path("app/score.py"), Path("model")
    child = rehearse(script, model_dir=model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        here = rehearse(script, model_dir=model, in_process=True)
    assert here.in_process
    assert [(step.phase, step.outcome) for step in here.steps] == [(step.phase, step.outcome) for step in child.steps]
    for probe in (here, child):
        failed = probe.step(Phase.RUN)
        assert failed
        assert failed.raised
        assert [(frame.path, frame.line) for frame in failed.raised.frames] == [
            ("app/score.py", 10),
            ("app/helper.py", 1),
        ]
    assert here.asked == child.asked
    assert here.opened == child.opened
    assert [opened.path for opened in here.opened] == ["model/m.txt", "model/m.txt"]
    assert here.warnings == child.warnings
    assert here.signature == child.signature
    assert Path("model/m.txt").read_text() == "weights"


def test_breakpoints_find_the_real_file(app: Path) -> None:
    app.write_text("def init(): ...\ndef run(data): return [__file__, init.__code__.co_filename]\n")
    step = rehearse(app, in_process=True).step(Phase.RUN)
    assert step
    assert step.returned
    assert step.returned.text == str(["app/score.py"] * 2).replace("'", '"').replace("app/", f"{app.parent}/")


def test_output_goes_where_it_always_goes(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app.write_text("def init():\n    print('visible', end='')\ndef run(data): ...\n")
    probe = rehearse(app, in_process=True)
    assert capsys.readouterr().out == "visible"
    assert probe.stdout.size == 0


ROGUE = """\
import builtins, os, sys, threading, warnings
import checks, helper
assert checks.NAME == "mine"
class Found: ...
sys.modules["__main__"].Added = Found
def init():
    os.environ.update(LEFT="1"); os.environ.pop("PATH"); os.chdir("/")
    sys.path.insert(0, "/rogue"); sys.argv.append("rogue"); sys.meta_path.append(None)
    sys.stdout = sys.stderr = None
    sys.excepthook = None
    sys.modules["rogue"] = sys
    del sys.modules["json"]
def run(data): sys.exit(5)
"""


def test_the_interpreter_is_as_it_was(app: Path) -> None:
    app.write_text(ROGUE)
    app.with_name("helper.py").write_text("")
    app.with_name("checks.py").write_text("NAME = 'mine'\n")
    rehearse(app, in_process=True)  # loads doctor's own modules for it

    def state() -> list[object]:
        return [
            dict(os.environ),
            Path.cwd(),
            sys.path[:],
            sys.argv[:],
            sys.meta_path[:],
            (sys.stdout, sys.stderr, sys.excepthook, sys.dont_write_bytecode),
            (builtins.open, builtins.print, io.open, os._exit, os.abort, threading.Thread.start, warnings.warn),
            vars(type(os.environ)).get("get"),
            type(os.environ).__getitem__,
            sys.modules["__main__"],
            sorted(vars(sys.modules["__main__"])),
        ]

    before, modules = state(), dict(sys.modules)
    for _ in range(2):  # loaded anew each time
        probe = rehearse(app, in_process=True)
        assert [step.outcome for step in probe.steps] == ["passed", "passed", "raised"]
        assert probe.steps[-1].raised
        assert probe.steps[-1].raised.headline == "SystemExit: 5"
        assert state() == before
    assert {name: sys.modules.get(name) for name in modules} == modules
    assert set(sys.modules) - set(modules) <= {"rogue"}
    assert sys.modules["checks"] is checks
    assert sys.modules["doctor"] is doctor
    sys.modules.pop("rogue", None)


def test_nothing_is_observed_afterwards(app: Path, tmp_path: Path) -> None:
    app.write_text("def init(): ...\ndef run(data): ...\n")
    rehearse(app, in_process=True, model_dir=tmp_path / "model")
    (tmp_path / "model" / "m.txt").write_text("changed")
    assert [path.name for path in app.parent.iterdir()] == ["score.py"]


def test_a_script_with_schemas_can_be_rehearsed_again(app: Path) -> None:
    """inference-schema keeps what it decorated by name: the second import must not meet the first one's."""
    text = (
        "from inference_schema.schema_decorators import input_schema, output_schema\n"
        "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as P\n"
        "def init(): ...\n@input_schema('data', P(1))\n@output_schema(P(1))\ndef run(data): return data\n"
    )
    for _ in range(2):
        app.write_text(text)
        probe = rehearse(app, in_process=True)
        assert probe.signature
        assert probe.signature.kind == "schema"
    raw = "from azureml.contrib.services.aml_request import rawhttp\n"
    app.write_text(raw + "def init(): ...\n@rawhttp\ndef run(data): return 1\n")
    probe = rehearse(app, in_process=True)
    assert probe.signature
    assert probe.signature.kind == "rawhttp"
    app.write_text("def init(): ...\ndef run(data): return data\n")
    probe = rehearse(app, in_process=True)
    assert probe.signature
    assert probe.signature.kind == "undecorated"
