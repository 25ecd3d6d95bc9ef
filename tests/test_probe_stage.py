"""The scratch copy: laid out like the cloud, small, and harmless to the person's own files."""

import os
from pathlib import Path

import pytest

from checks.evidence import Missing, Phase, Probe, Step
from doctor.probe import staging
from doctor.probe.launcher import Payload, Rehearsal, start


def rehearse(script: Path, **options: object) -> Probe:
    payloads = (Payload("s.json", b"{}"),)
    probe = start(Rehearsal(script=script, payloads=payloads, timeout=60.0, **options)).wait()  # type: ignore[arg-type]
    assert not isinstance(probe, Missing), probe
    return probe


def step(probe: Probe, phase: Phase = Phase.RUN) -> Step:
    found = probe.step(phase)
    assert found, probe
    return found


def answer(probe: Probe) -> str | None:
    returned = step(probe).returned
    assert returned, probe
    return returned.text


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "score.py"


def test_the_code_folder_is_where_the_script_runs(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        {
            "score.py": (
                "import json, os, sys, util.deep, sibling\n"
                "def init(): ...\n"
                "def run(data):\n"
                "    root = os.environ['AML_APP_ROOT']\n"
                "    same = os.getcwd() == root == sys.path[-1] == os.path.dirname(os.path.realpath(__file__))\n"
                "    return [same, root.endswith('/var/azureml-app'), open('data/table.csv').read(), __name__,\n"
                "            'AZUREML_MODEL_DIR' in os.environ, os.environ['AZUREML_ENTRY_SCRIPT'],\n"
                "            sorted(os.listdir('.'))]\n"
            ),
            "sibling.py": "",
            "util/__init__.py": "",
            "util/deep.py": "",
            "data/table.csv": "1,2",
            ".env": "A=1",
            ".git/config": "",
            "venv/pyvenv.cfg": "",
            "node_modules/x.js": "",
            "__pycache__/score.pyc": "",
        },
    )
    listed = '[".env", "data", "score.py", "sibling.py", "util"]'
    assert answer(rehearse(script)) == f'[true, true, "1,2", "entry_module", false, "score.py", {listed}]'


def test_a_stale_model_variable_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_MODEL_DIR", "/somewhere/else")
    text = "import os\ndef init(): ...\ndef run(data): return os.getenv('AZUREML_MODEL_DIR')\n"
    assert answer(rehearse(write(tmp_path, {"score.py": text}))) == "{}"


def test_the_model_folder_is_laid_out_as_in_the_cloud(tmp_path: Path) -> None:
    text = (
        "import os\ndef init(): ...\ndef run(data):\n"
        "    folder = os.environ['AZUREML_MODEL_DIR']\n"
        "    return [folder.split('/')[-3:], sorted(os.listdir(folder)), open(folder + '/sub/b').read()]\n"
    )
    script = write(tmp_path, {"code/score.py": text, "m/a": "A", "m/sub/b": "B"}).parent / "code" / "score.py"
    probe = rehearse(script, model_dir=tmp_path / "m", model_name="iris", model_version="3")
    assert answer(probe) == '[["azureml-models", "iris", "3"], ["a", "sub"], "B"]'
    assert [opened.path for opened in probe.opened if opened.place == "model"] == [
        str(tmp_path / "m"),
        str(tmp_path / "m/sub/b"),
    ]
    one_file = text.replace("sub/b", "a")
    script.write_text(one_file)
    probe = rehearse(script, model_dir=tmp_path / "m" / "a")
    assert answer(probe) == '[["azureml-models", "model", "1"], ["a"], "A"]'


GET_PATH = "from azureml.core.model import Model\nimport os\ndef init(): ...\ndef run(data):\n    return {}\n"


def get_path(call: str) -> str:
    return GET_PATH.format(f"os.path.relpath({call}, os.environ['AML_APP_ROOT'])")


@pytest.mark.parametrize(
    ("call", "files", "expected"),
    [
        ("Model.get_model_path('iris')", {"m/model.pkl": ""}, "azureml-models/iris/1/model.pkl"),
        ("Model.get_model_path(model_name='iris', version=1)", {"m/model.pkl": ""}, "azureml-models/iris/1/model.pkl"),
        ("Model.get_model_path('i' + 'ris')", {"m/model.pkl": ""}, "azureml-models/model/1/model.pkl"),
        ("Model.get_model_path('b')", {"m/a/1/x": "", "m/b/2/y": "", "m/b/10/z": ""}, "azureml-models/b/10/z"),
        ("Model.get_model_path('iris')", {"code/azureml-models/iris/4/f": ""}, "azureml-models/iris/4/f"),
        ("Model.get_model_path('local.pkl')", {"code/local.pkl": ""}, "local.pkl"),
    ],
)
def test_get_model_path_answers_without_an_sdk(call: str, files: dict[str, str], expected: str, tmp_path: Path) -> None:
    write(tmp_path, {"code/score.py": get_path(call), **files})
    model_dir = tmp_path / "m" if (tmp_path / "m").exists() else None
    probe = rehearse(tmp_path / "code" / "score.py", model_dir=model_dir)
    assert answer(probe) == f'"{expected}"'
    assert "azureml.core.model" in probe.stand_ins


def test_get_model_path_fails_in_the_sdks_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"score.py": get_path("Model.get_model_path('iris')"), "m/model.pkl": ""})
    monkeypatch.chdir(tmp_path)
    probe = rehearse(Path("score.py"), model_dir=Path("m"), model_name="flowers")
    raised = step(probe).raised
    assert raised
    assert raised.type == "ModelNotFoundException"
    assert (
        raised.message.startswith(
            "ModelNotFoundException:\n\tMessage: Model iris not found in cache at azureml-models or in current working "
            "directory . For more info, set logging level to DEBUG.\n\tInnerException None\n\tErrorResponse \n{"
        )
        or "directory .." in raised.message
    )
    write(tmp_path, {"m/second.pkl": ""})
    raised = step(rehearse(Path("score.py"), model_dir=Path("m"))).raised
    assert raised
    assert raised.type == "WebserviceException"
    assert "Dir m can contain only 1 file or folder. Found [" in raised.message


@pytest.mark.parametrize("given", ["azureml-models", "azureml-models/roses/4"])
def test_a_folder_laid_out_as_the_platforms_tells_the_registered_name(given: str, tmp_path: Path) -> None:
    right = "[os.environ['AZUREML_MODEL_DIR'][-7:], Model.get_model_path('roses')[-11:]]"
    write(tmp_path, {"score.py": GET_PATH.format(right), "azureml-models/roses/4/f.p": ""})
    assert answer(rehearse(tmp_path / "score.py", model_dir=tmp_path / given)) == '["roses/4", "roses/4/f.p"]'
    write(tmp_path, {"score.py": get_path("Model.get_model_path('rosse')")})
    raised = step(rehearse(tmp_path / "score.py", model_dir=tmp_path / given)).raised
    assert raised
    assert raised.type == "ModelNotFoundException"


def test_what_the_stand_in_lacks_is_told_as_missing(tmp_path: Path) -> None:
    script = write(tmp_path, {"score.py": "from azureml.core import Dataset\n"})
    raised = step(rehearse(script), Phase.IMPORT).raised
    assert raised
    assert (raised.type, raised.detail["name"]) == ("ModuleNotFoundError", "azureml.core")
    text = "from azureml.core import Workspace\ndef init():\n    Workspace.from_config()\ndef run(data): ...\n"
    raised = step(rehearse(write(tmp_path, {"score.py": text})), Phase.INIT).raised
    assert raised
    assert raised.type == "UserErrorException"
    assert "We could not find config.json in:" in raised.message


def test_paths_in_texts_are_the_persons_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import os, sys, tempfile\n"
        "def init():\n    print(__file__, os.environ['AZUREML_MODEL_DIR'], tempfile.gettempdir())\n"
        "    sys.stderr.write(os.getcwd() + ' ' + os.path.abspath('x/y'))\n"
        "def run(data): return open(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'absent.pkl'))\n"
    )
    write(tmp_path, {"app/score.py": text, "app/model/m.pkl": ""})
    monkeypatch.chdir(tmp_path)
    probe = rehearse(Path("app/score.py"), model_dir=Path("app/model"))
    assert probe.stdout.text == f"app/score.py app/model {staging.tempfile.gettempdir()}\n"
    assert probe.stderr.text == "app app/x/y"
    raised = step(probe).raised
    assert raised
    assert raised.message == "[Errno 2] No such file or directory: 'app/model/absent.pkl'"
    assert raised.detail["filename"] == "app/model/absent.pkl"
    absent = next(opened for opened in probe.opened if opened.path == "app/model/absent.pkl")
    assert not absent.found
    assert str(staging.tempfile.gettempdir() + "/doctor-") not in repr(probe)


def test_overlays_replace_files_of_the_copy_only(tmp_path: Path) -> None:
    script = write(tmp_path, {"score.py": "broken(", "lib.py": "VALUE = 1\n"})
    overlay = {
        "score.py": "import lib, pkg.new\ndef init(): ...\ndef run(data): return [lib.VALUE, pkg.new.NAME]\n",
        "lib.py": "# -*- coding: latin-1 -*-\nVALUE = 'é'\n",
        "pkg/new.py": "NAME = 'new'\n",
        "../outside.py": "",
        "/etc/doctor-test.yml": "",
    }
    assert answer(rehearse(script, overlay=overlay)) == '["\\u00e9", "new"]'
    assert script.read_text() == "broken("
    assert not (tmp_path.parent / "outside.py").exists()
    assert (
        answer(
            rehearse(
                script,
                overlay={str(script): overlay["score.py"].replace(", pkg.new.NAME", "").replace(", pkg.new", "")},
            )
        )
        == "[1]"
    )


@pytest.mark.parametrize("limits", [(staging.COPY_BYTES, staging.COPY_FILES), (0, 0)], ids=["copied", "linked"])
def test_the_originals_stay_as_they_are(
    limits: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        staging._Budget, "__init__", lambda self, links: vars(self).update(size=limits[0], files=limits[1], links=links)
    )
    text = """\
import os, pathlib, shutil
MODEL = os.environ["AZUREML_MODEL_DIR"]
ORIGINAL = {original!r}
def attempt(change):
    try:
        change()
    except OSError as error:
        return error.errno
def init(): ...
def run(data):
    model = os.path.join(MODEL, "model.pkl")
    return [attempt(change) for change in (
        lambda: open(model, "wb"),
        lambda: open(model, "r+b"),
        lambda: os.open(model, os.O_WRONLY | os.O_TRUNC),
        lambda: os.remove(model),
        lambda: os.rename(model, model + ".old"),
        lambda: shutil.rmtree(MODEL),
        lambda: pathlib.Path(MODEL, "new").write_text("x"),
        lambda: os.mkdir(os.path.join(MODEL, "sub")),
        lambda: os.truncate(model, 0),
        lambda: os.chmod(model, 0o600),
        lambda: os.utime(model),
        lambda: open(os.path.join(ORIGINAL, "data.csv"), "a"),
        lambda: os.remove(os.path.join(ORIGINAL, "data.csv")),
        lambda: open(os.path.join(ORIGINAL, "new.csv"), "w"),
        lambda: os.rename("data.csv", os.path.join(ORIGINAL, "moved.csv")),
    )] + [attempt(lambda: open(os.path.join(MODEL, "absent", "x"), "w")), open(model).read()]
"""
    code, model = tmp_path / "code", tmp_path / "model"
    write(code, {"score.py": text.format(original=str(code)), "data.csv": "1"})
    write(model, {"model.pkl": "weights"})
    before = {path: (path.read_text(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()}
    probe = rehearse(code / "score.py", model_dir=model)
    returned = step(probe).returned
    assert returned, step(probe).raised
    assert returned.text == str([30] * 15 + [2, "weights"]).replace("'", '"')
    assert {
        path: (path.read_text(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()
    } == before
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["code", "data.csv", "model", "model.pkl", "score.py"]


def test_a_model_given_as_a_file_stays_as_it_is(tmp_path: Path) -> None:
    model = write(tmp_path, {"m.pkl": "weights"}).with_name("m.pkl")
    text = f"def init():\n    open({str(model)!r}, 'w')\ndef run(data): ...\n"
    raised = step(rehearse(write(tmp_path / "code", {"score.py": text}), model_dir=model), Phase.INIT).raised
    assert raised
    assert raised.detail == {"filename": str(model), "errno": 30}
    assert model.read_text() == "weights"


def test_writes_beside_the_script_succeed_in_the_copy(tmp_path: Path) -> None:
    text = (
        "def init():\n    with open('log.txt', 'w') as file: file.write('x')\n"
        "    with open('data.csv', 'a') as file: file.write('2')\n"
        "def run(data): return open('log.txt').read() + open('data.csv').read()\n"
    )
    script = write(tmp_path, {"score.py": text, "data.csv": "1"})
    probe = rehearse(script)
    assert answer(probe) == '"x12"'
    written = [
        (Path(each.path).name, each.place, each.at and each.at.line) for each in probe.opened if each.mode == "write"
    ]
    assert written == [("log.txt", "code", 2), ("data.csv", "code", 3)]
    assert (tmp_path / "data.csv").read_text() == "1"
    assert not (tmp_path / "log.txt").exists()


def test_large_folders_are_linked_and_odd_files_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CROWDED", 2)
    names = {f"f{number}.txt": str(number) for number in range(10)}
    text = (
        "def init(): ...\ndef run(data): return [open(name).read() for name in ('big/deep/x.txt', 'f9.txt', 'link')]\n"
    )
    script = write(tmp_path, {"score.py": text, "big/deep/x.txt": "x", "big/deep/y": "", "big/deep/z": "", **names})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("f1.txt")
    (tmp_path / "loop").symlink_to(".", target_is_directory=True)
    (tmp_path / "broken").symlink_to("nowhere")
    assert answer(rehearse(script)) == '["x", "9", "1"]'
    stage = staging.prepare(script, None, "model", "1", {})
    assert (stage.code / "big" / "deep").is_symlink()
    assert not (stage.code / "big").is_symlink()
    assert not (stage.code / "pipe").exists()
    stage.remove()
    assert (tmp_path / "big" / "deep" / "x.txt").read_text() == "x"
    monkeypatch.setattr(staging._Budget, "files", 3)
    assert answer(rehearse(script)) == '["x", "9", "1"]'


def test_the_temporary_folder_may_lie_in_the_code_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(staging.tempfile, "tempdir", str(tmp_path / "tmp"))
    text = "import os\ndef init(): ...\ndef run(data): return [sorted(os.listdir('.')), os.listdir('tmp')]\n"
    assert answer(rehearse(write(tmp_path, {"score.py": text}))) == '[["score.py", "tmp"], []]'


def test_the_stage_goes_though_the_script_locked_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(staging.tempfile, "tempdir", str(scratch))
    text = (
        "import os\ndef init():\n    os.mkdir('locked')\n    open('locked/f', 'w').close()\n    os.chmod('locked', 0)\n"
        "def run(data): ...\n"
    )
    assert rehearse(write(tmp_path / "code", {"score.py": text})).exit is None
    assert list(scratch.iterdir()) == []
