"""`doctor swagger`: what it prints, what it says beside it, and how it ends."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from swagger_cases import DECORATED, MIXED, PLAIN, script

from doctor.command.main import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with no other environment active."""
    monkeypatch.chdir(tmp_path)
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["swagger", *words])
    out, err = capsys.readouterr()
    return code, out, err


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


def test_it_prints_the_document_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=DECORATED)
    code, out, err = call(capsys, "score.py")
    assert code == 0
    document = json.loads(out)
    assert document["swagger"] == "2.0"
    assert document["definitions"]["ServiceInput"]["example"] == {"data": [[1.0]]}
    assert out == json.dumps(document, indent=2) + "\n"
    assert "AML_APP_ROOT is taken to be the folder of score.py" in err


@pytest.mark.parametrize(("asked", "said"), [("3", "3.0.3"), ("3.0", "3.0.3"), ("3.1", "3.1.0")])
def test_a_version_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str], asked: str, said: str) -> None:
    write(folder, score=DECORATED)
    code, out, _ = call(capsys, "score.py", "--version", asked)
    assert (code, json.loads(out)["openapi"]) == (0, said)


def test_a_folder_that_holds_one_script(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN, helper="x = 1\n")
    code, out, err = call(capsys, ".")
    assert code == 0
    assert json.loads(out)["definitions"]["ServiceInput"] == {"type": "object", "example": {}}
    assert "run() has no @input_schema: the document says nothing about the payload" in err


def test_a_folder_that_holds_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN, other=PLAIN)
    code, out, err = call(capsys, ".")
    assert (code, out) == (3, "")
    assert ". holds 2 entry scripts; name one of other.py, score.py" in err


def test_quiet_says_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=script({"x": "Standard(float('nan'))"}))
    assert call(capsys, "score.py", "-q")[2] == ""


def test_variables_of_the_deployment(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN)
    _, out, _ = call(capsys, "score.py", "--set", "SERVICE_NAME=churn", "--set", "SERVICE_PATH_PREFIX=api/v1")
    assert json.loads(out)["info"]["title"] == "churn"
    assert list(json.loads(out)["paths"]) == ["/api/v1/", "/api/v1/score", "/api/v1/swagger.json"]


def test_variables_of_the_configuration_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN)
    (folder / "doctor.toml").write_text('[variables]\nSERVICE_NAME = "from the file"\n', encoding="utf-8")
    assert json.loads(call(capsys, "score.py")[1])["info"]["title"] == "from the file"


def test_a_file_of_the_persons_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=DECORATED)
    (folder / "swagger.json").write_text('{"mine": true}', encoding="utf-8")
    code, out, err = call(capsys, "score.py")
    assert (code, json.loads(out)) == (0, {"mine": True})
    assert "swagger.json is served as it is" in err
    assert "AML_APP_ROOT" not in err


def test_files_lie_in_the_folder_of_the_application(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "src").mkdir()
    write(folder / "src", score=DECORATED)
    (folder / "swagger3.json").write_text('{"mine": true}', encoding="utf-8")
    _, out, _ = call(capsys, "src", "--version", "3", "--set", f"AML_APP_ROOT={folder}")
    assert json.loads(out) == {"mine": True}
    assert "openapi" in json.loads(call(capsys, "src", "--version", "3")[1])


def test_what_json_lacks_is_printed_as_the_server_sends_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=script({"x": "Standard({'a/b': [1.0, float('nan')]})"}))
    code, out, err = call(capsys, "score.py")
    assert code == 0
    assert math.isnan(json.loads(out)["definitions"]["ServiceInput"]["example"]["x"]["a/b"][1])
    assert "/definitions/ServiceInput/example/x/a~1b/1 is NaN or infinite" in err


def test_a_version_that_is_not_served(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=script({"x": MIXED}))
    code, out, err = call(capsys, "score.py")
    assert (code, out) == (3, "")
    assert (
        "404: Swagger version [2] is not supported for the scoring script. Supported swagger versions: [3, 3.1].; "
        "--version 3 prints one that is" in err
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import json\n\nx = json.loads('{')\n", "JSONDecodeError: Expecting property name"),
        ("x = 1\n\nx = (\n", "SyntaxError: '(' was never closed"),
        ("import os\n\nos._exit(3)\n", "the import ended its process: os._exit(3)"),
        ("x = 1\n\nwhile True: pass\n", "it did not end within 1 s"),
        ("x = 1\n\nraise ValueError('password=\"hunter2hunter2\"')\n", 'ValueError: password="***"'),
        (DECORATED.replace("[[1.0]]", "None"), "ValueError: Sample input cannot be None"),
    ],
)
def test_a_script_that_cannot_be_imported(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    write(folder, score=text)
    code, out, err = call(capsys, "score.py", "--timeout", "1" if "while" in text else "30")
    assert (code, out) == (3, "")
    assert said in err
    line = next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith("@input")), 3)
    assert err.count("score.py:") == 1
    assert f"(score.py:{line}); doctor check score.py says what to change" in err or "see --timeout" in err


def test_a_script_that_the_server_would_not_take(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score="def init(): ...\n")
    code, _, err = call(capsys, "score.py")
    assert code == 3
    assert "does not have a run() function defined" in err


def test_a_batch_script_serves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score="def init(): ...\ndef run(mini_batch):\n    return [1 for _ in mini_batch]\n")
    code, _, err = call(capsys, "score.py")
    assert code == 3
    assert "score.py is a batch script" in err


def test_an_interpreter_without_the_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "bare"], check=True)
    write(folder, score=DECORATED)
    code, out, err = call(capsys, "score.py", "--python", "bare")
    assert (code, out) == (3, "")
    assert "No module named 'inference_schema' (score.py:2)" in err
    assert "bare/bin/python lacks inference-schema: name the interpreter" in err
    assert "with --python" in err


def test_a_schema_too_large_to_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=script({"x": "Standard('x' * 5_000_001)"}))
    code, out, err = call(capsys, "score.py")
    assert (code, out) == (3, "")
    assert "the input schema with its example is larger than 5 MB" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("score.py", "--verison", "3"), "'--version'"),
        (("score.py", "--version", "4"), "'4' is not one of"),
        (("score.py", "--set", "SERVICE_NAME"), "has no `=`"),
        ((), "Missing argument 'SCRIPT'"),
        (("score.py", "other.py"), "other.py"),
        (("score.py", "--model-dir", "nowhere"), "--model-dir nowhere is not there"),
    ],
)
def test_a_wrong_call(folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    write(folder, score=PLAIN)
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_file_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN)
    code, _, err = call(capsys, "socre.py")
    assert code == 3
    assert "socre.py is not there; . holds score.py" in err


def test_neither_init_nor_run_is_called_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "    open(__file__ + '.was_here', 'w').close()\n    raise SystemExit\n"
    write(folder, score=f"def init():\n{body}\ndef run(data):\n{body}")
    assert call(capsys, "score.py")[0] == 0
    assert [one.name for one in folder.iterdir()] == ["score.py"]


def test_the_document_reaches_a_pipe_as_ascii(folder: Path) -> None:
    write(folder, score=script({"x": "Standard('grün')"}))
    doctor = shutil.which("doctor", path=str(Path(sys.executable).parent))
    assert doctor
    done = subprocess.run([doctor, "swagger", "score.py"], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("ascii"))["definitions"]["ServiceInput"]["example"]["x"] == "grün"


def test_a_deeply_nested_file_of_the_persons_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN)
    (folder / "swagger.json").write_text('{"a":' * 700 + "NaN" + "}" * 700, encoding="utf-8")
    code, out, err = call(capsys, "score.py")
    assert code == 0
    assert out.count('"a"') == 700
    assert "/a/a is NaN or infinite" in err


def test_a_file_that_stops_the_server(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN)
    (folder / "swagger3.json").write_text('{\n  "a": 1,\n}\n', encoding="utf-8")
    code, out, err = call(capsys, "score.py")
    assert (code, out) == (3, "")
    assert "swagger3.json:3:1 is no JSON" in err
    assert "the server stops at its start (exit code 3)" in err


def test_a_file_that_init_writes_is_not_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=PLAIN.replace("def init(): ...", "def init():\n    open('swagger.json', 'w').write('[1]')"))
    code, out, err = call(capsys, "score.py")
    assert (code, json.loads(out)["swagger"]) == (0, "2.0")
    assert "init() was not called: a swagger.json that it writes is not seen" in err


def test_a_script_that_reads_its_model_at_import(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, score=f"import os\n\nopen(os.environ['AZUREML_MODEL_DIR'] + '/m.txt').close()\n{PLAIN}")
    (folder / "weights").mkdir()
    (folder / "weights" / "m.txt").write_text("x", encoding="utf-8")
    assert call(capsys, "score.py")[0] == 3
    assert call(capsys, "score.py", "--model-dir", "weights")[0] == 0
