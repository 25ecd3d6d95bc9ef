"""Scripts that fight their host end in a finding within the time limit, and leave nothing running nor lying about."""

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

LOOP = """
def init():
    while True:
        pass
"""
SLEEP = """
import time

def init():
    time.sleep(1e6)
"""
BACKTRACKING = """
import re

def init():
    re.match("(a+)+$", "a" * 60 + "b")
"""
EXIT = """
import os

def init():
    os._exit(0)
"""
SEGFAULT = """
import ctypes

def init():
    ctypes.string_at(0)
"""
RECURSION = """
def deep(n):
    return deep(n + 1)

def init():
    deep(0)
"""
DEATH = """
import sys

sys.setrecursionlimit(10**9)

def init():
    value = []
    for _ in range(10**6):
        value = [value]
    repr(value)
"""
MEMORY = """
def init():
    kept = []
    while len(kept) < 4000:
        kept.append(bytearray(1_000_000))
        kept[-1][:] = b"x" * 1_000_000
"""
SIGNALS = """
import signal

def init():
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
"""
DAEMON = """
import os
import time

def init():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
"""
SCRIPTS = {
    "loop in init": (LOOP, {"entry-script.blocking-start", "runtime.timeout"}),
    "sleep in C": (SLEEP, {"entry-script.blocking-start", "runtime.timeout"}),
    "backtracking in C": (BACKTRACKING, {"runtime.timeout"}),
    "exit behind the interpreter's back": (EXIT, {"entry-script.exit-left", "runtime.exited"}),
    "segfault": (SEGFAULT, {"runtime.crashed"}),
    "recursion": (RECURSION, {"runtime.recursion"}),
    "recursion to death": (DEATH, {"runtime.crashed"}),
    "memory": (MEMORY, {"runtime.out-of-memory"}),
    "signal handlers replaced": (SIGNALS, {"entry-script.blocking-start", "runtime.timeout"}),
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
    report = diagnosed(tmp_path, text + RUN, *(("--memory", "256M") if name == "memory" else ()))
    assert report.verdict is Verdict.FAILING
    assert report.causes[0].id in expected, [cause.id for cause in report.causes]


def test_a_gigabyte_of_output(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef init():\n    for _ in range(1000):\n        sys.stdout.write('x' * 1_000_000)\n"
    report = diagnosed(tmp_path, text + RUN)
    noisy = [finding.title for finding in report.findings if finding.id == "runtime.noisy-output"]
    assert [title.rpartition(" to ")[2] for title in noisy] == ["stdout while it starts"], "run() printed nothing"


def test_standard_output_closed(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef init():\n    sys.stdout.close()\n    sys.stderr.close()\n"
    report = diagnosed(tmp_path, text + RUN)
    assert report.verdict is not Verdict.FAILING, [cause.id for cause in report.causes]


def test_all_descriptors_closed(tmp_path: Path) -> None:
    text = "import os\n\n\ndef init():\n    os.closerange(0, 4096)\n    raise ValueError('after that')\n"
    report = diagnosed(tmp_path, text + RUN)
    assert report.causes


def test_children_that_outlive_their_parent(tmp_path: Path) -> None:
    report = diagnosed(tmp_path, DAEMON + RUN)
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
