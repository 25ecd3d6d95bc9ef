"""Scripts that fight their host end in a finding within the time limit; nothing is left running, nothing left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from doctor.report import Report, Verdict

RUN = "\n\ndef run(data):\n    return data\n"
LIMIT = 4  # seconds given to the rehearsal

SCRIPTS = {
    "loop in init": (
        "def init():\n    while True:\n        pass\n",
        {"entry-script.blocking-start", "runtime.timeout"},
    ),
    "sleep in C": (
        "import time\n\n\ndef init():\n    time.sleep(1e6)\n",
        {"entry-script.blocking-start", "runtime.timeout"},
    ),
    "backtracking in C": ("import re\n\n\ndef init():\n    re.match('(a+)+$', 'a' * 60 + 'b')\n", {"runtime.timeout"}),
    "exit behind the interpreter's back": (
        "import os\n\n\ndef init():\n    os._exit(0)\n",
        {"entry-script.exit-left", "runtime.exited"},
    ),
    "segfault": ("import ctypes\n\n\ndef init():\n    ctypes.string_at(0)\n", {"runtime.crashed"}),
    "recursion": ("def deep(n):\n    return deep(n + 1)\n\n\ndef init():\n    deep(0)\n", {"runtime.recursion"}),
    "recursion to death": (
        "import sys\n\nsys.setrecursionlimit(10**9)\n\n\ndef deep(n):\n    return deep([n]) and sorted([n], key=deep)\n\n\n"
        "def init():\n    import json\n    value = []\n    for _ in range(10**6):\n        value = [value]\n    repr(value)\n",
        {"runtime.crashed", "runtime.init-raised"},
    ),
    "memory": (
        "def init():\n    kept = []\n    while len(kept) < 4000:\n        kept.append(bytearray(1_000_000))\n        kept[-1][:] = b'x' * 1_000_000\n",
        {"runtime.out-of-memory"},
    ),
    "signal handlers replaced": (
        "import signal\n\n\ndef init():\n    for number in range(1, 32):\n        try:\n"
        "            signal.signal(number, signal.SIG_IGN)\n        except (OSError, ValueError):\n            pass\n"
        "    while True:\n        pass\n",
        {"entry-script.blocking-start", "runtime.timeout"},
    ),
}


def left_over(marker: str) -> list[psutil.Process]:
    """Processes that carry the marker in their command or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if marker in " ".join(process.cmdline()) or process.environ().get("HOSTILE") == marker:
                found.append(process)
        except psutil.Error:
            continue
    return found


def diagnosed(tmp_path: Path, text: str, *words: str) -> Report:
    """The report on a script, after all that must hold for every hostile one was asserted."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "code").mkdir()
    script = tmp_path / "code" / "score.py"
    script.write_text(text, encoding="utf-8")
    marker = f"hostile-{os.getpid()}-{time.monotonic_ns()}"
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "check", "score.py", "--timeout", str(LIMIT), "-o", "json", *words],
        cwd=script.parent,
        capture_output=True,
        timeout=60,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch"), "HOSTILE": marker},
    )
    assert time.monotonic() - began < LIMIT * 3 + 10
    assert done.returncode in {0, 1}, done.stderr.decode()
    assert not left_over(marker)
    assert not list((tmp_path / "scratch").iterdir()), "the temporary folder is empty again"
    assert [path.name for path in script.parent.iterdir()] == ["score.py"]
    report = msgspec.json.decode(done.stdout, type=Report)
    assert not report.checks.crashed
    return report


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_is_a_finding(tmp_path: Path, name: str) -> None:
    text, expected = SCRIPTS[name]
    report = diagnosed(tmp_path, text + RUN, *(("--memory", "1G") if name == "memory" else ()))
    assert report.verdict is Verdict.FAILING
    assert report.causes[0].id in expected, [cause.id for cause in report.causes]


def test_a_gigabyte_of_output(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef init():\n    for _ in range(1000):\n        sys.stdout.write('x' * 1_000_000)\n"
    report = diagnosed(tmp_path, text + RUN)
    assert "runtime.noisy-output" in {finding.id for finding in report.findings}


def test_standard_output_closed(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef init():\n    sys.stdout.close()\n    sys.stderr.close()\n"
    report = diagnosed(tmp_path, text + RUN)
    assert report.verdict is not Verdict.FAILING, [cause.id for cause in report.causes]


def test_all_descriptors_closed(tmp_path: Path) -> None:
    text = "import os\n\n\ndef init():\n    os.closerange(0, 4096)\n    raise ValueError('after that')\n"
    report = diagnosed(tmp_path, text + RUN)
    assert report.causes


def test_children_that_outlive_their_parent(tmp_path: Path) -> None:
    text = (
        "import os\nimport time\n\n\ndef init():\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n"
        "            time.sleep(600)\n        os._exit(0)\n"
    )
    report = diagnosed(tmp_path, text + RUN)
    assert "runtime.left-behind" in {finding.id for finding in report.findings}


def test_interrupting_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    script = tmp_path / "score.py"
    script.write_text("import time\n\n\ndef init():\n    time.sleep(1e6)\n" + RUN, encoding="utf-8")
    marker = f"hostile-{os.getpid()}-{time.monotonic_ns()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor", "check", str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch"), "HOSTILE": marker},
    )
    deadline = time.monotonic() + 20
    while len(left_over(marker)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(2)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said.decode()
    assert b"interrupted" in said
    assert not left_over(marker)
    assert not list((tmp_path / "scratch").iterdir())
