"""Safe fixes are written atomically, keep line ends and encoding, and change nothing the second time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from calling import doctor

from doctor.errors import CannotExamine
from doctor.fixing import diff, write

BROKEN = "def init():\n    global scale\n    scale = 1\n\n\ndef run(data):\n    return len(data) \u2212 scale\n"
CURED = BROKEN.replace("\u2212", "-")
WITHOUT_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_fix_keeps_line_ends_and_encoding(tmp_path: Path, encoding: str, line_end: str) -> None:
    script = tmp_path / "score.py"
    script.write_bytes(BROKEN.replace("\n", line_end).encode(encoding))
    script.chmod(0o640)
    assert doctor("check", "score.py", cwd=tmp_path).returncode == 1
    assert script.read_bytes() == BROKEN.replace("\n", line_end).encode(encoding), "check alone changes nothing"
    done = doctor("check", "score.py", "--fix", cwd=tmp_path)
    assert script.read_bytes() == CURED.replace("\n", line_end).encode(encoding), done.stderr
    assert script.stat().st_mode & 0o777 == 0o640
    assert done.returncode == 0, done.stdout
    before = script.stat()
    assert doctor("check", "score.py", "--fix", cwd=tmp_path).returncode == 0
    assert (script.stat().st_mtime_ns, script.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [path.name for path in tmp_path.iterdir()] == ["score.py"]


def test_diff_changes_nothing_and_can_be_patched(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(BROKEN, encoding="utf-8")
    done = doctor("check", "score.py", "--diff", cwd=tmp_path)
    assert script.read_text(encoding="utf-8") == BROKEN
    assert done.returncode == 1
    subprocess.run(["git", "apply", "-"], input=done.stdout, text=True, cwd=tmp_path, check=True)
    assert script.read_text(encoding="utf-8") == CURED


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("old\n", encoding="utf-8")
    (tmp_path / "score.py").symlink_to("real.py")
    write(tmp_path / "score.py", "old\n", "new\n", "utf-8")
    assert (tmp_path / "score.py").is_symlink()
    assert (tmp_path / "real.py").read_text(encoding="utf-8") == "new\n"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text("somebody else's\n", encoding="utf-8")
    with pytest.raises(CannotExamine, match="changed while"):
        write(script, "old\n", "new\n", "utf-8")
    assert script.read_text(encoding="utf-8") == "somebody else's\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_diff_tells_a_missing_last_line_end() -> None:
    assert diff({"score.py": ("a", "b")}).count("\\ No newline at end of file") == 2


def test_several_faults_are_fixed_in_one_call(tmp_path: Path) -> None:
    """Verifying one fix moves the lines of the next; what is written must fit the file as it is."""
    script = tmp_path / "score.py"
    lines = (
        "%%writefile score.py",
        "import json",
        "",
        " def init():",
        "    model = 3 \u2212 1",
        "",
        "def run(data):",
        '    return np.array(json.loads(data)["data"]).tolist() + [model]',
        "",
    )
    script.write_bytes("\r\n".join(lines).encode())
    (tmp_path / "sample.json").write_text('{"data": [1, 2]}')
    assert doctor("check", "score.py", "--diff", cwd=tmp_path).stdout.count("\n+    model = 3 - 1") == 1
    done = doctor("check", "score.py", "--fix", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    fixed = (
        "import numpy as np",
        "import json",
        "",
        "def init():",
        "    global model",
        "    model = 3 - 1",
        "",
        *lines[6:],
    )
    assert script.read_bytes().decode() == "\r\n".join(fixed)


@pytest.mark.parametrize("of", ["score.py", "."])
def test_what_is_read_only_stays(tmp_path: Path, of: str) -> None:
    script = tmp_path / "score.py"
    script.write_text("a = 1\n")
    (tmp_path / of).chmod(0o500)
    code = "import sys, pathlib; from doctor.fixing import may_write; may_write(pathlib.Path(sys.argv[1]))"
    command = [*WITHOUT_RIGHTS, sys.executable, "-c", code, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "read-only; nothing was changed" in done.stderr
    assert script.read_text() == "a = 1\n"
    assert len(list(tmp_path.iterdir())) == 1
