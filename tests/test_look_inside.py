"""The file that looks around in containers, run here by every Python of this machine."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from checks.cases import container as evidence_of
from checks.containers import Container, Mount
from doctor.containers.brought import Brought
from doctor.containers.inside_records import (
    LOOK_FILE,
    answer_of,
    command,
    inside_of,
    installed_of,
    is_of_system,
    wishes_of,
)

PYTHONS = sorted({str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python")} | {sys.executable})


def look(wishes: dict[str, Any], python: str = sys.executable, **variables: str) -> dict[str, Any]:
    environment = {**os.environ, **variables}
    done = subprocess.run(command(python, wishes), capture_output=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    document = answer_of(done.stdout)
    assert document is not None, done.stdout[:500]
    return document


def entries(document: dict[str, Any]) -> dict[str, list[Any]]:
    return {entry[0]: entry for entry in document["folders"][0]["entries"]}


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.split("/")[-3])
def test_every_python_gives_the_same_document(python: str, tmp_path: Path) -> None:
    code = tmp_path / "code"
    (code / "sub").mkdir(parents=True)
    (code / "score.py").write_text("text = 'é'\n", encoding="utf-8")
    (code / "sub" / "link.py").symlink_to("../score.py")
    document = look(
        {
            "folders": [{"path": str(code), "texts": True}],
            "imports": ["json", "not_there.at_all"],
            "systems": [str(code)],
        },
        python,
        LC_ALL="C",
    )
    assert document["problems"] == []
    assert "late" not in document
    assert document["python"]["executable"] == python
    assert set(entries(document)) == {"score.py", "sub", "sub/link.py"}
    assert entries(document)["score.py"][6] == hashlib.sha256((code / "score.py").read_bytes()).hexdigest()
    assert set(document["texts"]) == {f"{code}/score.py", f"{code}/sub/link.py"}
    assert [one["error"] for one in document["imports"]] == [None, "ModuleNotFoundError: No module named 'not_there'"]
    assert {"json", "sys"} <= set(document["packages"]["modules"])
    assert document["systems"][0]["total"] > 0
    assert document["processes"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_the_source_fits_into_one_argument_and_is_plain() -> None:
    assert len(LOOK_FILE.read_bytes()) < 64 * 1024
    assert LOOK_FILE.read_text(encoding="ascii")


def test_packages_are_those_that_the_service_would_get(tmp_path: Path) -> None:
    info = tmp_path / "Some_Thing-1.2.dist-info"
    info.mkdir()
    lines = "Metadata-Version: 2.1\nName: Some.Thing\nVersion: 1.2\nRequires-Dist: other>=1; sys_platform == 'linux'\n"
    (info / "METADATA").write_text(
        lines + "Requires-Dist: never; python_version < '3'\nRequires-Dist: extra; extra == 'x'\n"
    )
    (info / "RECORD").write_text(
        "thing/__init__.py,,\nthing_speedup.cpython-311-x86_64-linux-gnu.so,,\nSome_Thing-1.2.dist-info/METADATA,,\n"
    )
    other = tmp_path / "other-3.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Name: other\nVersion: 3\n")
    found = installed_of(look({}, PYTHONPATH=str(tmp_path)), requirements_of=["some-thing", "some-thing[x]"])
    assert found.distributions["some-thing"] == "1.2"
    assert found.providers["thing"] == found.providers["thing_speedup"] == ("some-thing",)
    assert found.requires == {"some-thing": ("other",), "some-thing[x]": ("extra",), "other": ()}


def test_imports_are_tried_apart_from_one_another(tmp_path: Path) -> None:
    for name, text in {
        "hangs": "import time\ntime.sleep(60)\n",
        "aborts": "import os\nos.abort()\n",
        "exits": "import sys\nsys.exit(3)\n",
        "leaves": "import os\nos._exit(4)\n",
        "raises": "raise ValueError('first\\nsecond')\n",
        "prints": "print('{}')\n__version__ = '7'\n",
    }.items():
        (tmp_path / f"{name}.py").write_text(text)
    begun = time.monotonic()
    names = ["hangs", "aborts", "exits", "leaves", "raises", "prints"]
    document = look({"imports": names, "path": [str(tmp_path)], "import_seconds": 1, "packages": False})
    assert time.monotonic() - begun < 6
    found = {one["module"]: one for one in document["imports"]}
    assert found["hangs"]["error"] == "not done after 1 seconds"
    assert found["aborts"]["error"].startswith("ended the process by SIGABRT")
    assert found["exits"]["error"] == "SystemExit: 3"
    assert found["leaves"]["error"] == "ended the process with exit code 4"
    assert found["raises"]["error"] == "ValueError: first"
    assert (found["prints"]["error"], found["prints"]["version"]) == (None, "7")
    assert not (tmp_path / "__pycache__").exists()


def test_nothing_makes_it_hang(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    os.mkfifo(code / "pipe.py")
    (code / "loop.py").symlink_to("loop.py")
    (code / "round").symlink_to(".")
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(600)\n")
    begun = time.monotonic()
    wishes = {"folders": [{"path": str(code), "texts": True}], "first": [str(code / "pipe.py")], "seconds": 2}
    document = look(wishes, PYTHONPATH=str(tmp_path))
    assert time.monotonic() - begun < 5
    assert {name: entry[1] for name, entry in entries(document).items()} == {
        "pipe.py": "other",
        "loop.py": "link",
        "round": "link",
    }
    assert document["texts"] == {}
    assert document.get("late") or "does not start" in document["problems"][0][1]


def test_names_and_numbers_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.py").write_text("x = 1\n")
    (tmp_path / "many").mkdir()
    for number in range(20_050):
        os.close(os.open(tmp_path / "many" / str(number), os.O_CREAT))
    document = look({"folders": [{"path": str(tmp_path), "texts": True}], "packages": False})
    folder = document["folders"][0]
    assert folder["truncated"]
    assert len(folder["entries"]) <= 20_000
    assert entries(document)["caf\\xe9.py"][6] is not None
    assert len(json.dumps(document)) < 8 << 20


def test_a_folder_of_the_system_is_not_walked(tmp_path: Path) -> None:
    (tmp_path / "below" / "deeper").mkdir(parents=True)
    document = look({"folders": [{"path": str(tmp_path), "deep": False}], "packages": False})
    assert list(entries(document)) == ["below"]


def test_what_is_not_there_and_what_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "model.pkl"
    file.write_bytes(b"x")
    wishes = {"folders": [{"path": str(tmp_path / "absent")}, {"path": str(file)}], "packages": False, "state": False}
    document = look(wishes)
    assert [(one["path"], one["problem"]) for one in document["folders"]] == [(str(file), "not a folder")]
    assert "processes" not in document


def test_an_answer_is_not_taken_on_trust() -> None:
    whole = look({"packages": False})
    assert answer_of(json.dumps(whole).encode()) == whole
    lies: list[Any] = [
        [],
        {},
        {"format": 1, "folders": [{}]},
        {"format": 1, "folders": 3},
        {"format": 1, "texts": {"/a": 3}},
        {"format": 1, "processes": [["1", 0, 0, "S", 0, 0, "x"]]},
        {"format": 1, "listening": [["0.0.0.0", "5001", None]]},
        {"format": 1, "memory": {"current": "much"}},
        {"format": 1, "memory": {"unheard": 1}},
        {"format": 1, "user": 3},
        {"format": 1, "packages": {"versions": {"a": 1}, "tops": {}}},
        {"format": 1, "imports": [{"module": "a", "seconds": None}]},
    ]
    assert [answer_of(json.dumps(lie).encode()) for lie in lies] == [None] * len(lies)
    for output in (b"", b"{", b"\xff", b"[" * 100_000):
        assert answer_of(output) is None
    half = answer_of(b'{"format": 1, "shell": "/bin/\\ud800sh"}')
    assert half is not None
    assert half["shell"].encode() == b"/bin/?sh"


def test_paths_of_an_answer_stay_in_the_folder(tmp_path: Path) -> None:
    text = base64.b64encode(b"import os").decode()
    paths = ["/../../a.py", "relative.py", "/a/../b.py", "/ok/score.py", "/ok/score.py/below.py", "//double.py"]
    document = {"format": 1, "texts": dict.fromkeys(paths, text)}
    made = evidence_of().container
    assert isinstance(made, Container)
    with Brought() as brought:
        inside_of(document, made, "running", brought)
        files = [str(path.relative_to(brought.root)) for path in brought.root.rglob("*") if path.is_file()]
    assert sorted(files) == ["double.py", "ok/score.py"]


def test_secrets_of_command_lines_and_texts_are_not_kept() -> None:
    secret = "AccountKey=abcd1234efgh5678=="
    document = {
        "format": 1,
        "texts": {"/a.py": base64.b64encode(f"x = '{secret}'".encode()).decode()},
        "processes": [[1, 0, 0, "S", 1, 1.0, f"serve {secret}"]],
        "listening": [["0.0.0.0", 5001, f"serve {secret}"]],
        "imports": [{"module": "a", "seconds": 1.0, "error": f"ValueError: {secret}", "version": None}],
        "problems": [["packages", secret]],
    }
    made = evidence_of().container
    assert isinstance(made, Container)
    assert "abcd1234" not in repr(inside_of(document, made, "running"))
    assert "abcd1234" not in repr(installed_of(document))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/usr", True),
        ("/usr/local/lib/python3.11", True),
        ("/etc/ssl", True),
        ("/opt", True),
        ("/tmp/", True),
        ("/var", True),
        ("/var/azureml-app", False),
        ("/usr/src/app", False),
        ("/opt/ml/model", False),
        ("/home/scorer", False),
        ("/mnt/models", False),
        ("/app", False),
        ("/library", False),
    ],
)
def test_folders_of_the_system(path: str, expected: bool) -> None:
    assert is_of_system(path) is expected


def test_the_folders_that_are_looked_at() -> None:
    mounts = (
        Mount(kind="bind", target="/mnt/models", source="/home/me/models"),
        Mount(kind="bind", target="/etc/hosts", source="/x"),
        Mount(kind="bind", target="/var/run/docker.sock", source="/x"),
        Mount(kind="volume", target="/var/azureml-app", source="code"),
    )
    made = evidence_of(
        command=("azmlinfsrv", "--entry_script", "src/score.py", "--model_dir", "model"),
        working_dir="/usr/src/app",
        environment={"AZUREML_SOURCE_DIRECTORY": "lib"},
        mounts=mounts,
    ).container
    assert isinstance(made, Container)
    wishes = wishes_of(made)
    assert [one["path"] for one in wishes["folders"]] == [
        "/usr/src/app",
        "/var/azureml-app",
        "/structure/azureml-app",
        "/usr/src/app/src",
        "/usr/src/app/model",
        "/mnt/models",
    ]
    assert wishes["first"][0] == "/usr/src/app/src/score.py"
    assert wishes["path"] == ["/usr/src/app", "/usr/src/app/lib"]
