"""However the app ends in the middle of a diagnosis, nothing runs on and nothing is left."""

import os
import select
import signal
from pathlib import Path

import pytest
from screens.terminal import Terminal, terminal, wait

from tui.ending import LONGEST

ENDLESS = """import subprocess, time

def init():
    print("init() runs", flush=True)
    subprocess.Popen(["sleep", "777"])
    while True:
        time.sleep(1)

def run(data):
    return data
"""


def in_the_middle(shell: Terminal, folder: Path) -> None:
    """A diagnosis whose init() runs for ever, with a process that it started."""
    (folder / "service").mkdir()
    (folder / "service" / "score.py").write_text(ENDLESS)
    shell.type(f"clear; doctor tui {folder}/service/score.py --timeout 300; echo code=$?")
    shell.until(lambda: any(_is_sleep(one) for one in shell.processes()))
    shell.reads("running init()")
    assert list(shell.temporary.iterdir())


def _is_sleep(process: int) -> bool:
    try:
        return b"777" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def test_escape_cancels_and_the_screen_stays(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        in_the_middle(shell, tmp_path)
        shell.press("Escape")
        shell.reads("cancelled")
        shell.until(lambda: shell.processes() == [shell.app()])
        shell.until(lambda: not list(shell.temporary.iterdir()))
        shell.press("q")
        shell.reads("code=0")


def test_leaving_in_the_middle(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        before = shell.answer("stty -a"), shell.modes
        in_the_middle(shell, tmp_path)
        shell.press("q")
        shell.reads("code=0")
        shell.until(shell.is_clean, 20)
        assert not shell.is_alternate
        assert (shell.answer("stty -a"), shell.modes) == before


def test_ctrl_c_ends_nothing_behind_the_back(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        in_the_middle(shell, tmp_path)
        shell.press("C-c")
        shell.press("q")
        shell.reads("code=0")
        shell.until(shell.is_clean, 20)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_in_the_middle(tmp_path: Path, sent: signal.Signals) -> None:
    with terminal(tmp_path / "terminal") as shell:
        before = shell.answer("stty -a"), shell.modes
        in_the_middle(shell, tmp_path)
        os.kill(shell.app(), sent)
        wait(shell.is_clean, 30)
        if sent is not signal.SIGKILL:  # of which no program hears
            shell.reads("code=")
            assert not shell.is_alternate
            assert (shell.answer("stty -a"), shell.modes) == before


def test_closing_the_terminal_in_the_middle(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        in_the_middle(shell, tmp_path)
        shell.tmux("kill-session")
        wait(shell.is_clean, 30)


def test_to_the_shell_and_back(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        before = shell.answer("stty -a"), shell.modes
        (tmp_path / "score.py").write_text("def init():\n    pass\n")
        shell.type(f"clear; doctor tui {tmp_path}/score.py --no-run; echo code=$?")
        shell.reads("[2 causes]", "failing")
        shell.press("C-z")
        shell.until(lambda: not shell.is_alternate)
        assert (shell.answer("stty -a"), shell.modes) == before
        shell.type("fg")
        shell.until(lambda: shell.is_alternate)
        shell.reads("[2 causes]", "failing")
        shell.press("q")
        shell.until(shell.is_clean, 20)


def test_the_window_is_closed_in_the_middle(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal") as shell:
        in_the_middle(shell, tmp_path)
        handle = os.pidfd_open(shell.app())
        shell.tmux("kill-server")
        ended, _, _ = select.select([handle], [], [], LONGEST["SIGHUP"] - 1)
        os.close(handle)
        assert ended, "it waited for a terminal that is gone, until the last resort ended it"
        wait(shell.is_clean, 30)
