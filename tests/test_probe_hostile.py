"""Scripts that fight back end in evidence, within the limits, with nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from checks.evidence import Exit, Phase, Probe
from doctor.probe.launcher import Payload, Rehearsal, start

MEGABYTE = 1 << 20
LIMIT = 2.0  # seconds, for what never ends
RUN = "\ndef run(data):\n    return 1\n"

Rehearse = Callable[..., Probe]


@pytest.fixture
def rehearse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearse]:
    """Rehearses a text as score.py, and checks afterwards that nothing of it is left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    marker = f"probe-test-{os.urandom(6).hex()}"

    def run(text: str, **options: object) -> Probe:
        script = tmp_path / "code" / "score.py"
        script.parent.mkdir()
        script.write_text(text)
        options = {"timeout": 60.0, "memory_limit": 300 * MEGABYTE, "payloads": (Payload("s.json", b"{}"),)} | options
        began = time.monotonic()
        probe = start(Rehearsal(script=script, variables={"MARK": marker}, **options)).wait()  # type: ignore[arg-type]
        assert time.monotonic() - began < 45
        assert isinstance(probe, Probe)
        assert [path.name for path in script.parent.iterdir()] == ["score.py"]
        return probe

    yield run
    assert list(scratch.iterdir()) == []
    assert not [process for process in psutil.process_iter() if marks(process, marker)]


def marks(process: psutil.Process, marker: str) -> bool:
    try:
        return marker in process.environ().values() or marker in " ".join(process.cmdline())
    except psutil.Error:
        return False


def ended(probe: Probe, reason: str, phase: Phase = Phase.INIT) -> Exit:
    assert probe.exit is not None, probe
    assert (probe.exit.reason, probe.exit.phase) == (reason, phase)
    assert probe.steps[-1].phase is phase
    assert probe.steps[-1].outcome == ("timeout" if reason == "timeout" else "died")
    return probe.exit


def line_of(ending: Exit) -> tuple[int, str]:
    """Line and function of the innermost own frame."""
    own = [frame for frame in ending.stack if frame.own]
    assert own, ending
    assert own[-1].path.endswith("code/score.py")
    return own[-1].line, own[-1].function


LOOPS = {
    "python": "def init():\n    n = 0\n    while True:\n        n += 1\n",
    "sleep": "import time\ndef init():\n    n = 0\n    time.sleep(1e9)\n",
    "c code": "import re\ndef init():\n    text = 'a' * 64\n    re.match('(a+)+$', text + 'b')\n",
    "with a thread": (
        "import threading\ndef init():\n    gate = threading.Event()\n"
        "    threading.Thread(target=gate.wait).start(); gate.wait()\n"
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_init_ends_at_the_limit_and_tells_its_place(name: str, rehearse: Rehearse) -> None:
    ending = ended(rehearse(LOOPS[name] + RUN, timeout=LIMIT), "timeout")
    line, function = line_of(ending)
    assert function == "init"
    assert line in (3, 4)


def test_an_endless_run_leaves_what_came_before(rehearse: Rehearse) -> None:
    probe = rehearse("def init(): ...\ndef run(data):\n    while True: data += ' '\n", timeout=LIMIT)
    ending = ended(probe, "timeout", Phase.RUN)
    assert line_of(ending) == (3, "run")
    assert [step.outcome for step in probe.steps] == ["passed", "passed", "timeout"]
    assert probe.steps[-1].sample == "s.json"


def test_replaced_signal_handlers_hold_nothing_up(rehearse: Rehearse) -> None:
    probe = rehearse(
        "import signal, sys\n"
        "def init():\n"
        "    for number in range(1, 65):\n"
        "        try: signal.signal(number, signal.SIG_IGN)\n"
        "        except (OSError, ValueError): pass\n"
        "    sys.excepthook = None\n"
        "    while True: pass\n" + RUN,
        timeout=LIMIT,
    )
    assert line_of(ended(probe, "timeout")) == (7, "init")


def test_closed_descriptors_lose_no_record(rehearse: Rehearse) -> None:
    probe = rehearse("import os\ndef init():\n    os.closerange(0, 70000)\n" + RUN)
    assert probe.exit is None
    assert probe.answered


def test_closed_descriptors_lose_no_stack(rehearse: Rehearse) -> None:
    probe = rehearse("import os\ndef init():\n    os.closerange(0, 70000)\n    while True: pass\n" + RUN, timeout=LIMIT)
    assert line_of(ended(probe, "timeout")) == (4, "init")


def test_a_number_used_anew_is_not_written_to(rehearse: Rehearse) -> None:
    probe = rehearse(
        "import os\n"
        "def init():\n"
        "    global files\n"
        "    os.closerange(3, 70000)\n"
        "    files = [open(f'mine-{n}', 'w+') for n in range(1100)]\n"
        "def run(data):\n"
        "    return [name for name in os.listdir('.') if name.startswith('mine') and os.path.getsize(name)]\n",
    )
    step = probe.step(Phase.RUN)
    if step and step.outcome == "passed":
        assert step.returned
        assert step.returned.text == "[]"
    else:  # fewer files may be opened here
        init = probe.step(Phase.INIT)
        assert init
        assert init.raised
        assert init.raised.detail["errno"] == 24


def test_closed_standard_streams_are_no_failure(rehearse: Rehearse) -> None:
    text = "import sys\ndef init():\n    sys.stdout.close(); sys.stderr.close()\n"
    probe = rehearse(text + "def run(data):\n    print('to nobody')\n    return 1\n")
    assert probe.answered


def test_os_exit_names_its_line(rehearse: Rehearse) -> None:
    probe = rehearse("import os\ndef init():\n    os._exit(0)\n" + RUN)
    ending = ended(probe, "exited")
    assert (ending.code, ending.call) == (0, "os._exit(0)")
    assert line_of(ending) == (3, "init")


def test_sys_exit_is_an_exception_as_for_the_server(rehearse: Rehearse) -> None:
    probe = rehearse("import sys\ndef init():\n    sys.exit('no model')\n" + RUN)
    assert probe.exit is None
    raised = probe.steps[-1].raised
    assert raised
    assert raised.headline == "SystemExit: no model"
    assert raised.own_frame
    assert raised.own_frame.line == 3


def test_a_segmentation_fault_names_its_line(rehearse: Rehearse) -> None:
    probe = rehearse("import ctypes\ndef init():\n    ctypes.string_at(0)\n" + RUN)
    ending = ended(probe, "signal")
    assert (ending.signal, ending.call) == ("SIGSEGV", "SIGSEGV")
    assert line_of(ending) == (3, "init")


def test_a_fault_is_told_though_the_script_took_the_handler(rehearse: Rehearse) -> None:
    probe = rehearse(
        "import ctypes, faulthandler\ndef init():\n    faulthandler.enable()\n    ctypes.string_at(0)\n" + RUN
    )
    assert line_of(ended(probe, "signal")) == (4, "init")


def test_recursion_that_breaks_the_interpreter(rehearse: Rehearse) -> None:
    probe = rehearse(
        "import functools, sys\nsys.setrecursionlimit(10**8)\n"
        "def f(n):\n    return sorted([1, 2], key=lambda _: f(n))\n"
        "def init():\n    f(0)\n" + RUN,
        memory_limit=2000 * MEGABYTE,
    )
    if probe.exit:  # interpreters since 3.12 guard their stack and raise
        assert line_of(ended(probe, "signal"))[0] == 4
    else:
        assert probe.steps[-1].raised
        assert probe.steps[-1].raised.type == "RecursionError"


def test_recursion_within_the_limit_is_an_exception(rehearse: Rehearse) -> None:
    probe = rehearse("def f(n):\n    return f(n + 1) + 1\ndef init():\n    f(0)\n" + RUN)
    raised = probe.steps[-1].raised
    assert raised
    assert raised.type == "RecursionError"
    assert len(raised.frames) <= 100
    assert raised.frames[0].line == 4
    assert raised.own_frame
    assert raised.own_frame.line == 2


def test_a_gigabyte_of_output_costs_no_memory(rehearse: Rehearse) -> None:
    text = "import sys\ndef init():\n    for _ in range(1024):\n        sys.stdout.write('x' * (1 << 20))\n"
    before = psutil.Process().memory_info().rss
    probe = rehearse(text + RUN)
    assert probe.answered
    assert probe.stdout.size == 1 << 30
    kept, gap = probe.stdout.text.split("\n", 1)
    assert kept == "x" * 64 * 1024
    assert gap == f"... {(1 << 30) - 64 * 1024 - 1:,} bytes are left out here ...\n"
    assert psutil.Process().memory_info().rss - before < 50 * MEGABYTE


def test_memory_ends_at_the_limit_and_tells_its_place(rehearse: Rehearse) -> None:
    text = "kept = []\ndef init():\n    while True:\n        kept.append(bytearray(b'x' * (8 << 20)))\n"
    probe = rehearse(text + RUN, memory_limit=200 * MEGABYTE)
    ending = ended(probe, "memory")
    assert ending.memory_limit == 200 * MEGABYTE
    assert probe.peak_memory
    assert probe.peak_memory > 200 * MEGABYTE
    assert line_of(ending) == (4, "init")


def test_children_count_towards_the_memory(rehearse: Rehearse) -> None:
    hog = "import time; kept = bytearray(b'x' * (400 << 20)); time.sleep(60)"
    text = f"import subprocess, sys\ndef init():\n    subprocess.run([sys.executable, '-c', {hog!r}])\n"
    ending = ended(rehearse(text + RUN, memory_limit=200 * MEGABYTE), "memory")
    assert line_of(ending) == (3, "init")


def test_a_kill_from_inside_is_told(rehearse: Rehearse) -> None:
    text = "import os, signal\ndef init():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    ending = ended(rehearse(text + RUN), "signal")
    assert (ending.signal, ending.call) == ("SIGKILL", "os.kill(os.getpid(), SIGKILL)")
    assert line_of(ending) == (3, "init")


def test_a_kill_from_outside_leaves_the_last_line(rehearse: Rehearse) -> None:
    text = (
        "import os, subprocess, time\ndef init():\n"
        "    subprocess.Popen(['sh', '-c', 'sleep 0.5; kill -9 %d' % os.getpid()])\n"
        "    time.sleep(30)\n"
    )
    ending = ended(rehearse(text + RUN), "signal")
    assert ending.signal == "SIGKILL"
    assert line_of(ending) == (4, "init")


def test_exec_is_told(rehearse: Rehearse) -> None:
    probe = rehearse("import os\ndef init():\n    os.execv('/bin/true', ['true'])\n" + RUN)
    ending = ended(probe, "exited")
    assert (ending.code, ending.call) == (0, "os.exec('/bin/true')")


def test_the_parent_and_the_rest_of_the_machine_are_out_of_reach(rehearse: Rehearse) -> None:
    probe = rehearse("import os, signal\ndef init():\n    os.kill(os.getppid(), signal.SIGKILL)\n" + RUN)
    raised = probe.steps[-1].raised
    assert raised
    assert raised.type == "PermissionError"


CHILDREN = {
    "sleeping": "    subprocess.Popen(['sleep', '600'])\n",
    "daemon": (
        "    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n"
        "            os.closerange(0, 70000); time.sleep(600)\n        os._exit(0)\n    time.sleep(0.2)\n"
    ),
    "without its environment": (
        "    command = '(sleep 600; : ' + os.environ['MARK'] + ') & exit 0'\n"
        "    subprocess.Popen(['setsid', 'sh', '-c', command], env={}).wait()\n"
    ),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_children_that_outlive_are_told_and_ended(name: str, rehearse: Rehearse) -> None:
    probe = rehearse("import os, subprocess, time\ndef init():\n" + CHILDREN[name] + RUN)
    assert probe.answered
    assert {started.kind for started in probe.started if started.left} == {"process"}


@pytest.mark.parametrize("name", CHILDREN)
def test_children_of_a_crash_are_ended(name: str, rehearse: Rehearse) -> None:
    text = "import os, subprocess, time\ndef init():\n" + CHILDREN[name] + "    time.sleep(0.3); os.abort()\n"
    assert ended(rehearse(text + RUN), "signal").signal == "SIGABRT"


def test_a_fork_that_returns_does_not_rehearse_twice(rehearse: Rehearse) -> None:
    probe = rehearse("import os\ndef init():\n    os.fork()\n" + RUN)
    assert probe.answered
    assert len([step for step in probe.steps if step.phase is Phase.RUN]) == 1


def test_threads_that_stay_are_told(rehearse: Rehearse) -> None:
    start_it = "threading.Thread(target=time.sleep, args=(900,), name='poll').start()"
    text = f"import threading, time\ndef init():\n    {start_it}\n"
    probe = rehearse(text + RUN)
    assert probe.answered
    (thread,) = (started for started in probe.started if started.left)
    assert (thread.kind, thread.name, thread.phase) == ("thread", "poll", Phase.INIT)
    assert thread.at
    assert thread.at.line == 3


def test_simultaneous_calls_that_lock_each_other_end_early(rehearse: Rehearse) -> None:
    probe = rehearse(
        "import threading\nlock = threading.Lock()\nseen = []\n"
        "def init(): ...\n"
        "def run(data):\n"
        "    if threading.current_thread() is threading.main_thread(): return 1\n"
        "    lock.acquire()\n"
        "    return 1\n",
    )
    assert probe.exit is None
    step = probe.step(Phase.CONCURRENT)
    assert step
    assert step.outcome == "timeout"
    assert [frame.line for frame in step.stack if frame.own] == [7]


LAUNCH = """
import sys, time
from pathlib import Path
from doctor.probe.launcher import Rehearsal, start
running = start(Rehearsal(script=Path(sys.argv[1]), timeout=60.0))
time.sleep(1.0)
print("under way", flush=True)
running.wait()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_the_end_of_doctor_is_the_end_of_all(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(
        "import os, subprocess, time\ndef init():\n    subprocess.Popen(['sleep', '600'])\n    time.sleep(60)\n"
    )
    marker = f"probe-test-{os.urandom(6).hex()}"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "MARK": marker}
    doctor = subprocess.Popen([sys.executable, "-c", LAUNCH, script], env=environment, stdout=subprocess.PIPE)
    with doctor:
        assert doctor.stdout
        assert doctor.stdout.readline() == b"under way\n"
        doctor.send_signal(number)
        assert doctor.wait(10) != 0
    until = time.monotonic() + 5
    while left := [process for process in psutil.process_iter() if marks(process, marker)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
    if number is not signal.SIGKILL:  # nobody can tidy up after that
        assert list(scratch.iterdir()) == []


def test_stopping_ends_everything_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    script = tmp_path / "score.py"
    script.write_text("import time\ntime.sleep(60)\n")
    began = time.monotonic()
    with start(Rehearsal(script=script)):
        assert len(list(scratch.iterdir())) == 1
    assert time.monotonic() - began < 3
    assert list(scratch.iterdir()) == []
