"""What doctor says of targets that are no entry script: a clear message, the documented exit code, nothing left."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from calling import doctor

GOOD = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"


def test_a_path_that_is_not_there_names_what_is(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(GOOD)
    done = doctor("check", "scores.py", cwd=tmp_path)
    assert done.returncode == 3
    assert "scores.py is not there" in done.stderr
    assert "score.py" in done.stderr.replace("scores.py", "")
    assert done.stdout == ""


def test_a_folder_without_entry_script(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print('hello')\n")
    done = doctor("check", tmp_path)
    assert done.returncode == 3
    assert "none of its 1 Python files defines init() and run()" in done.stderr


def test_a_folder_with_one(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text(GOOD)
    (tmp_path / "train.py").write_text("print('hello')\n")
    done = doctor("check", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "code/score.py" in done.stdout


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "score.py")
    done = doctor("check", tmp_path / "score.py")
    assert done.returncode == 3
    assert "is a FIFO" in done.stderr


def test_a_huge_file(tmp_path: Path) -> None:
    with (tmp_path / "score.py").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    done = doctor("check", tmp_path / "score.py")
    assert done.returncode == 3
    assert "52 MB" in done.stderr


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("")
    done = doctor("check", tmp_path / "score.py")
    assert done.returncode == 1
    assert "entry-script.empty-file" in done.stdout


def test_a_file_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_bytes(GOOD.encode() + "NAME = 'caf\xe9'\n".encode("latin-1"))
    done = doctor("check", tmp_path / "score.py")
    assert done.returncode == 1
    assert "entry-script.not-utf8" in done.stdout


def test_declared_encodings_are_read(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_bytes(b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + GOOD.encode())
    done = doctor("check", tmp_path / "score.py")
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="changes the user, which takes root")
def test_no_permission_as_another_user(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(GOOD)
    script.chmod(0)
    (tmp_path / "readable.py").write_text(GOOD)
    # The interpreter itself may lie in root's home: everything is loaded before the user changes.
    command = (
        "import os, sys, traceback\n"
        "from doctor.command.main import run\n"
        "run(['check', '--no-run', sys.argv[2]])\n"
        "os.setuid(65534)\n"
        "sys.exit(run(['check', sys.argv[1]]))"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path("/"):
            break
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    words = [sys.executable, "-c", command, str(script), str(tmp_path / "readable.py")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert "permission denied" in done.stderr


def test_several_targets_examine_what_can_be(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("def init(): ...\n")
    done = doctor("check", tmp_path / "score.py", tmp_path / "gone.py")
    assert done.returncode == 3
    assert "entry-script.no-run" in done.stdout
    assert "gone.py is not there" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek", "score.py"), "check"),
        (("check", "score.py", "--sampel", "x"), "--sample"),
        (("check", "score.py", "-o", "sarfi"), "sarif"),
        (("check", "score.py", "--select", "entry-script.no-rnu"), "entry-script.no-run"),
        (("check", "score.py", "--sample", "gone.json"), "gone.json"),
        (("check", "score.py", "--model-dir", "gone"), "gone"),
        (("check", "score.py", "--env", "gone.yml"), "gone.yml"),
        (("check", "score.py", "--set", "NAME"), "NAME=VALUE"),
        (("check", "score.py", "--memory", "lots"), "2G"),
        (("check", "score.py", "--config", "gone.toml"), "gone.toml"),
        (("check",), "PATH"),
        (("explain", "entry-script.no-rnu"), "entry-script.no-run"),
        (("score.py",), "doctor check score.py"),
    ],
)
def test_a_wrong_call_names_the_remedy(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "score.py").write_text(GOOD)
    done = doctor(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
