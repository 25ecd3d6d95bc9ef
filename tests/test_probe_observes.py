"""What the probe sees while a script runs, and that seeing changes nothing."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.evidence import Missing, Phase, Probe, Raised, Returned, Step
from doctor.probe.launcher import Payload, Rehearsal, start

Rehearse = Callable[..., Probe]


@pytest.fixture
def rehearse(tmp_path: Path) -> Rehearse:
    def run(text: str, body: object = None, **options: object) -> Probe:
        script = tmp_path / "app" / "score.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(text)
        payload = Payload("s.json", body if isinstance(body, bytes) else json.dumps(body or {}).encode())
        options = {"payloads": (payload,), "timeout": 60.0} | options
        probe = start(Rehearsal(script=script, **options)).wait()  # type: ignore[arg-type]
        assert not isinstance(probe, Missing), probe
        return probe

    return run


def step(probe: Probe, phase: Phase = Phase.RUN) -> Step:
    found = probe.step(phase)
    assert found, probe
    return found


def raised(probe: Probe, phase: Phase = Phase.RUN) -> Raised:
    found = step(probe, phase).raised
    assert found, probe
    return found


def returned(probe: Probe, phase: Phase = Phase.RUN) -> Returned:
    found = step(probe, phase).returned
    assert found, probe
    return found


# Doctor's own packages are out of the way


def test_modules_named_like_doctors_own_are_the_scripts(tmp_path: Path, rehearse: Rehearse) -> None:
    (tmp_path / "app" / "doctor").mkdir(parents=True)
    (tmp_path / "app" / "checks.py").write_text("OWNER = 'mine'\n")
    (tmp_path / "app" / "tui.py").write_text("from checks import OWNER\n")
    (tmp_path / "app" / "doctor" / "__init__.py").write_text("from . import probe\n")
    (tmp_path / "app" / "doctor" / "probe.py").write_text("OWNER = 'mine'\n")
    text = "import checks, doctor.probe, tui\ndef init(): ...\ndef run(data):\n    import probe_of_nobody\n"
    assert raised(rehearse(text)).detail["name"] == "probe_of_nobody"
    text = "import checks, doctor.probe, tui\ndef init(): ...\n"
    text += "def run(data): return [module.OWNER for module in (checks, tui, doctor.probe)]\n"
    assert returned(rehearse(text)).text == '["mine", "mine", "mine"]'


@pytest.mark.parametrize("name", ["checks", "doctor", "tui", "doctor.engine", "launcher", "staging"])
def test_doctors_own_packages_are_not_there(name: str, rehearse: Rehearse) -> None:
    error = raised(rehearse(f"import {name}\ndef init(): ...\ndef run(data): ...\n"), Phase.IMPORT)
    assert error.headline == f"ModuleNotFoundError: No module named '{name.partition('.')[0]}'"
    assert [frame.line for frame in error.frames] == [1]


def test_main_is_nobodys(tmp_path: Path, rehearse: Rehearse) -> None:
    """A pickle of a class in `__main__` must not meet the probe's own classes of that name."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "model.pkl").write_bytes(b"c__main__\nPlaces\n.")
    text = "import pickle\ndef init():\n    pickle.load(open('model.pkl', 'rb'))\ndef run(data): ...\n"
    error = raised(rehearse(text), Phase.INIT)
    assert error.type == "AttributeError"
    assert error.message.startswith("Can't get attribute 'Places' on <module '__main__'")


def test_the_command_line_is_the_servers(rehearse: Rehearse) -> None:
    text = (
        "import argparse\ndef init():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--model')\n"
        "    parser.parse_args()\ndef run(data): ...\n"
    )
    error = raised(rehearse(text), Phase.INIT)
    assert error.headline == "SystemExit: 2"
    assert error.own_frame
    assert error.own_frame.line == 5


def test_standard_input_is_empty(rehearse: Rehearse) -> None:
    assert raised(rehearse("def init():\n    input()\ndef run(data): ...\n"), Phase.INIT).type == "EOFError"


# Requests and answers


def test_an_example_is_taken_from_the_decorator(rehearse: Rehearse) -> None:
    text = (
        "import numpy as np\n"
        "from inference_schema.schema_decorators import input_schema\n"
        "from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType\n"
        "def init(): ...\n"
        "@input_schema('data', NumpyParameterType(np.array([[1.5, 2.0]])))\n"
        "def run(data, scale=2, request_headers=None): return [data.sum() * scale, data.shape]\n"
    )
    probe = rehearse(text, payloads=())
    assert probe.example == '{"data": [[1.5, 2.0]]}'
    assert step(probe).sample == "the sample of @input_schema"
    assert returned(probe).text == "[7.0, [1, 2]]"
    assert returned(probe, Phase.REPEAT).text == "[7.0, [1, 2]]"
    assert probe.signature
    assert (probe.signature.kind, probe.signature.parameters) == ("schema", ("data", "scale", "request_headers"))
    assert probe.imported == ("inference_schema", "numpy")


def test_without_a_sample_run_is_not_tried(rehearse: Rehearse) -> None:
    probe = rehearse("def init(): ...\ndef run(data): ...\n", payloads=())
    assert [(one.phase, one.outcome) for one in probe.steps][2:] == [(Phase.RUN, "skipped")]
    assert step(probe).message == "there is no sample to send"
    assert not probe.answered


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with nothing but its standard library."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")


RAW = """\
from {package}.aml_request import AMLRequest, rawhttp
from {package}.aml_response import AMLResponse
def init(): ...
@rawhttp
def run(request):
    assert request.method == 'POST' and request.headers['content-type'] == request.headers.get('Content-Type')
    assert not request.args and not request.form and not request.files
    assert request.get_data() == request.data and request.stream is not None
    if request.is_json:
        values = [request.json, request.get_json(), request.get_data(as_text=True)]
        return AMLResponse(values, 202, {{'X-A': '1, 2'}}, json_str=True)
    assert request.get_json(silent=True) is None
    return AMLResponse(request.data[::-1], 200)
"""


@pytest.mark.parametrize("package", ["azureml.contrib.services", "azureml_inference_server_http.api"])
@pytest.mark.parametrize("python", ["with flask", "bare"])
def test_raw_requests_with_and_without_flask(package: str, python: str, bare_python: str, rehearse: Rehearse) -> None:
    wanted = {"python": bare_python if python == "bare" else None}
    probe = rehearse(RAW.format(package=package), {"a": 1}, **wanted)
    assert probe.signature
    assert probe.signature.kind == "rawhttp"
    answer = returned(probe)
    assert (answer.status, answer.type, answer.text) == (
        202,
        "AMLResponse",
        json.dumps([{"a": 1}, {"a": 1}, '{"a": 1}']),
    )
    probe = rehearse(RAW.format(package=package), b"\xff\x01", **wanted)
    assert returned(probe).size == 2
    assert (python == "bare") == ("azureml_inference_server_http.api.aml_request" in probe.stand_ins)


def test_a_raw_request_without_json_fails_as_flask_does(bare_python: str, rehearse: Rehearse) -> None:
    text = (
        "from azureml.contrib.services.aml_request import rawhttp\n"
        "def init(): ...\n@rawhttp\ndef run(request): return request.json\n"
    )
    for python in (None, bare_python):
        assert "415 Unsupported Media Type" in raised(rehearse(text, b"\xff", python=python)).message


PLACES = {
    "{'scores': [1, float('nan')]}": ("not_finite", "result['scores'][1]"),
    "[{'a': -float('inf')}]": ("not_finite", "result[0]['a']"),
    "float('nan')": ("not_finite", "result"),
    "{'a': ('x', {'b': b'1'})}": ("problem_path", "result['a'][1]['b']"),
    "{'a': {(1, 2): 3}}": ("problem_path", "result['a'] (key (1, 2))"),
    "Exception('x')": ("problem_path", "result"),
    "[[], [complex(1)]]": ("problem_path", "result[1][0]"),
}


@pytest.mark.parametrize("expression", PLACES)
def test_the_offending_value_is_located(expression: str, rehearse: Rehearse) -> None:
    field, path = PLACES[expression]
    assert getattr(returned(rehearse(f"def init(): ...\ndef run(data): return {expression}\n")), field) == path


def test_an_encoder_that_the_script_replaced_counts(rehearse: Rehearse) -> None:
    init = "import json\ndef init():\n    json.JSONEncoder.default = lambda self, value: sorted(value)\n"
    text = init + "def run(data): return {3, 1}\n"
    assert returned(rehearse(text)).text == "[1, 3]"


def test_state_that_leaks_shows_in_the_repetition(rehearse: Rehearse) -> None:
    probe = rehearse("calls = []\ndef init(): ...\ndef run(data):\n    calls.append(1)\n    return len(calls)\n")
    assert returned(probe).text == "1"
    assert returned(probe, Phase.REPEAT).text == "2"
    assert returned(probe).digest != returned(probe, Phase.REPEAT).digest
    assert returned(probe, Phase.CONCURRENT).text in ("3", "4", "5", "6")


def test_payloads_are_fresh_for_every_call(rehearse: Rehearse) -> None:
    text = (
        "from inference_schema.schema_decorators import input_schema\n"
        "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
        "def init(): ...\n@input_schema('data', StandardPythonParameterType([1]))\n"
        "def run(data):\n    data.append(9)\n    return data\n"
    )
    probe = rehearse(text, {"data": [1]})
    assert {returned(probe, phase).text for phase in (Phase.RUN, Phase.REPEAT, Phase.CONCURRENT)} == {"[1, 9]"}


def test_calls_that_disturb_each_other_show(rehearse: Rehearse) -> None:
    text = (
        "import time\nbusy = []\ndef init(): ...\n"
        "def run(data):\n    assert not busy, 'entered twice'\n    busy.append(1)\n    time.sleep(0.05)\n"
        "    busy.pop()\n    return 1\n"
    )
    probe = rehearse(text)
    assert step(probe, Phase.REPEAT).outcome == "passed"
    error = raised(probe, Phase.CONCURRENT)
    assert error.headline == "AssertionError: entered twice"
    assert error.own_frame
    assert error.own_frame.line == 5


def test_what_needs_the_main_thread_is_no_trouble_between_calls(rehearse: Rehearse) -> None:
    """The server calls run() in its main thread, one request at a time."""
    text = "import signal\ndef init(): ...\ndef run(data):\n    signal.signal(signal.SIGALRM, signal.SIG_DFL)\n"
    probe = rehearse(text)
    assert step(probe, Phase.CONCURRENT).outcome == "skipped"
    assert "main thread only" in str(step(probe, Phase.CONCURRENT).message)
    assert probe.answered


def test_slow_calls_are_not_repeated_past_the_limit(rehearse: Rehearse) -> None:
    probe = rehearse("import time\ndef init(): ...\ndef run(data):\n    time.sleep(2)\n    return 1\n", timeout=4.5)
    assert probe.exit is None
    assert [one.outcome for one in probe.steps] == ["passed", "passed", "passed", "skipped", "skipped"]


def test_a_driver_module_hands_over_its_run(rehearse: Rehearse) -> None:
    text = (
        "import types\ndriver_module = types.ModuleType('inner')\ndriver_module.__file__ = 'inner.py'\n"
        "exec('def run(data): return \"inner\"', vars(driver_module))\ndef init(): ...\ndef run(data): return 'outer'\n"
    )
    assert returned(rehearse(text)).text == '"inner"'


# Exceptions


def test_the_chain_and_the_frames_of_an_exception(tmp_path: Path, rehearse: Rehearse) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "lib.py").write_text("import json\ndef parse(text):\n    return json.loads(text)\n")
    text = (
        "import lib\ndef init(): ...\n"
        "def run(data):\n    try:\n        lib.parse('{')\n    except Exception:\n"
        "        raise RuntimeError('no luck')\n"
    )
    error = raised(rehearse(text))
    assert (error.headline, error.explicit_cause) == ("RuntimeError: no luck", False)
    assert error.cause
    assert error.cause.type == "JSONDecodeError"
    assert error.cause.detail["module"] == "json.decoder"
    own = [(Path(frame.path).name, frame.line, frame.code) for frame in error.cause.frames if frame.own]
    assert own == [("score.py", 5, "lib.parse('{')"), ("lib.py", 3, "return json.loads(text)")]
    assert not error.cause.frames[-1].own
    assert not [frame for frame in error.cause.frames if frame.path.endswith("probe.py")]


DETAILS = {
    "missing_name": ("NameError", {"name": "missing_name"}),
    "''.nothing": ("AttributeError", {"name": "nothing", "object": "str", "expression": "2:4-2:14"}),
    "import no.such": ("ModuleNotFoundError", {"name": "no"}),
    "open('/no/file')": ("FileNotFoundError", {"filename": "/no/file", "errno": 2}),
    "{}['key']": ("KeyError", {"key": "key", "expression": "2:4-2:13"}),
    "raise SystemExit(3)": ("SystemExit", {"code": 3}),
    "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})": ("Odd", {"module": "entry_module"}),
}


@pytest.mark.parametrize("statement", DETAILS)
def test_the_details_of_an_exception(statement: str, rehearse: Rehearse) -> None:
    kind, detail = DETAILS[statement]
    error = raised(rehearse(f"def init():\n    {statement}\ndef run(data): ...\n"), Phase.INIT)
    assert (error.type, error.detail) == (kind, detail)


def test_a_syntax_error_has_its_place(rehearse: Rehearse) -> None:
    error = raised(rehearse("def init(): ...\ndef run(data)\n    return 1\n"), Phase.IMPORT)
    assert error.type == "SyntaxError"
    assert (error.detail["lineno"], error.detail["text"]) == (2, "def run(data)\n")
    assert str(error.detail["filename"]).endswith("app/score.py")


# What the script asks of the machine


def test_files_have_a_place(tmp_path: Path, rehearse: Rehearse) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "outside.txt").write_text("x")
    (tmp_path / "app" / "inside.txt").write_text("x")
    text = f"""\
import json, os, sys, tempfile, traceback
def look(path):
    try: open(path).close()
    except OSError: pass
def init():
    look({str(tmp_path / "outside.txt")!r})
    look({str(tmp_path / "app" / "inside.txt")!r})
    look('inside.txt')
    look('absent.txt')
    look('/etc/passwd')
    look(json.__file__)
    look('~/x')
    traceback.print_stack()
    os.listdir({str(tmp_path)!r})
    tempfile.TemporaryFile().close()
def run(data): ...
"""
    probe = rehearse(text, variables={"HOME": "/home/nobody"})
    seen = {(each.path, each.place, each.found) for each in probe.opened if each.mode == "read"}
    here = "temporary" if str(tmp_path).startswith("/tmp/") else "elsewhere"
    assert {
        (str(tmp_path / "outside.txt"), "elsewhere", True),  # older than the rehearsal, wherever it lies
        (str(tmp_path / "app/inside.txt"), "code", True),
        (str(tmp_path / "app/absent.txt"), "code", False),
        ("/etc/passwd", "system", True),
        (json.__file__, "environment", True),
        (str(tmp_path), here, True),
    } <= seen
    assert any(each.place == "temporary" and each.mode == "write" for each in probe.opened)
    assert not [each for each in probe.opened if each.path.endswith("probe.py")], "the lines that a traceback shows"


def test_imports_are_the_scripts_own_and_its_pickles(tmp_path: Path, rehearse: Rehearse) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "helper.py").write_text("import importlib\nclick = importlib.import_module('click')\n")
    (tmp_path / "app" / "model.pkl").write_bytes(b"cnumpy.random\nrand\n.")
    text = (
        "import json, pickle, helper\n"
        "try:\n    import absent_package\nexcept ImportError:\n    pass\n"
        "def init():\n    with open('model.pkl', 'rb') as file: pickle.load(file)\n"
        "def run(data):\n    import yarl_of_nobody if 0 else rich\n    return 1\n".replace(
            "yarl_of_nobody if 0 else ", ""
        )
    )
    assert rehearse(text).imported == ("click", "numpy", "rich")


def test_variables_are_told_only_when_the_script_asks(rehearse: Rehearse) -> None:
    text = (
        "import os, subprocess\nimport numpy\n"
        "def init():\n    dict(os.environ)\n    os.environ.get('LIKED', 'x')\n    'TESTED' in os.environ\n"
        "    os.environ['SET'] = '1'\n"
        "    os.environ['SET']\n    os.environ.setdefault('MORE', '2')\n    os.environ.pop('MORE')\n"
        "def run(data): return os.environ['NEEDED']\n"
    )
    probe = rehearse(text)
    asked = {(one.name, one.set, one.strict, one.phase, one.at and one.at.line) for one in probe.asked}
    assert asked == {
        ("LIKED", False, False, Phase.INIT, 5),
        ("TESTED", False, False, Phase.INIT, 6),
        ("SET", True, True, Phase.INIT, 8),
        ("NEEDED", False, True, Phase.RUN, 11),
    }
    assert raised(probe).detail["key"] == "NEEDED"


def test_version_warnings_are_heard_though_silenced(rehearse: Rehearse) -> None:
    text = (
        "import warnings\nwarnings.filterwarnings('ignore')\nclass InconsistentVersionWarning(UserWarning): pass\n"
        "TEXT = 'Trying to unpickle estimator Tree from version 0.20'\n"
        "def init():\n    warnings.warn(TEXT, InconsistentVersionWarning)\n"
        "    warnings.warn('old', DeprecationWarning)\n"
        "def run(data):\n    warnings.warn(InconsistentVersionWarning('as an object'))\n"
    )
    assert rehearse(text).warnings == (
        "InconsistentVersionWarning: Trying to unpickle estimator Tree from version 0.20",
        "InconsistentVersionWarning: as an object",
    )


def test_warnings_keep_their_place(rehearse: Rehearse) -> None:
    probe = rehearse("import warnings\ndef init():\n    warnings.warn('look here')\ndef run(data): ...\n")
    assert "score.py:3: UserWarning: look here" in probe.stderr.text


def test_output_is_what_the_server_logs(rehearse: Rehearse) -> None:
    text = (
        "import contextlib, io, sys\n"
        "def init():\n    print('a', 'b', sep='-', end='')\n    print('to stderr', file=sys.stderr)\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as caught:\n        print('not caught')\n"
        "    assert caught.getvalue() == ''\n    sys.stdout.write('raw ü')\n"
        "def run(data): ...\n"
    )
    probe = rehearse(text, payloads=())
    assert probe.stdout.text == "a-b\nnot caught\nraw ü"
    assert probe.stderr.text == "to stderr\n"
    assert probe.stdout.size == len(probe.stdout.text.encode())


def test_time_and_memory_of_a_step(rehearse: Rehearse) -> None:
    init = "import time\ndef init():\n    global kept\n    kept = bytearray(b'x' * (80 << 20))\n    time.sleep(0.3)\n"
    text = init + "def run(data): ...\n"
    probe = rehearse(text)
    init = step(probe, Phase.INIT)
    assert init.seconds > 0.3
    assert init.memory
    assert init.memory > 70 << 20
    assert probe.peak_memory
    assert probe.peak_memory > 80 << 20


def test_an_exception_of_the_scripts_own_alarm_passes_the_hooks(rehearse: Rehearse) -> None:
    text = (
        "import os, signal\n"
        "def late(number, frame): raise TimeoutError('mine')\n"
        "def init():\n    signal.signal(signal.SIGALRM, late)\n    signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "    while True: os.path.join('a', 'b')\n"
        "def run(data): ...\n"
    )
    assert raised(rehearse(text), Phase.INIT).headline == "TimeoutError: mine"


def test_hooks_cost_little() -> None:
    """Opening files is what the hooks watch most closely: a thousand reads stay below a tenth of a second more."""
    code = """
import sys, time
from doctor.probe import probe
plan = {"app_root": "/nowhere", "private": [], "timeout": 0}
def work():
    began = time.perf_counter()
    for _ in range(1000):
        open(probe.__file__, "rb").close()
    return time.perf_counter() - began
plain = min(work() for _ in range(3))
observer = probe.Observer(probe.Memory(), probe.Places(plan), plan)
observer.start()
print(min(work() for _ in range(3)) - plain)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert float(done.stdout) < 0.1
