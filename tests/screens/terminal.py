"""A real terminal for tests: tmux with a shell in it, its keys, its screen, and what is left when all is over."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MARK = "DOCTOR_TEST_TERMINAL"
PROMPT = "ready>"


def wait(seen: Callable[[], object], seconds: float = 60, told: Callable[[], str] = str) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"it did not come to that{told()}"
        time.sleep(0.05)


class Terminal:
    """A terminal in which `doctor` can be called. `folder` is where its shell stands, `temporary` its TMPDIR."""

    def __init__(self, folder: Path, width: int, height: int, environment: dict[str, str]) -> None:
        self.mark = uuid.uuid4().hex
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._own = Path(tempfile.mkdtemp(prefix="tmux-"))  # the path of a socket must be short
        outside = {name: value for name, value in os.environ.items() if not name.startswith(("TMUX", "DOCTOR_", "LC_"))}
        outside |= {
            MARK: self.mark,
            "TMPDIR": str(self.temporary),
            "HOME": str(folder),
            **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "CONFIG", "CACHE", "DATA")},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PS1": PROMPT,
            "HISTFILE": "/dev/null",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        self._environment = outside
        size = ["-x", str(width), "-y", str(height)]
        inside = [f"{name}={value}" for name, value in environment.items()]
        shell = ["env", "-u", "TMUX", *inside, "bash", "--norc", "--noprofile", "-i"]
        self.tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder), *shell)
        self.tmux("set", "-g", "status", "off")
        self.tmux("set", "-g", "window-size", "manual")
        self.tmux("set", "-sg", "escape-time", "0")
        self.until(lambda: PROMPT in self.screen())

    def tmux(self, *words: str) -> str:
        """What a command of tmux says."""
        command = ["tmux", "-u", "-S", str(self._own / "socket"), *words]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=20, cwd=self.folder
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def screen(self) -> str:
        """What is to be read on the terminal."""
        return self.tmux("capture-pane", "-p")

    def raw(self) -> str:
        """The same, with the sequences that colour it."""
        return self.tmux("capture-pane", "-p", "-e")

    def press(self, *keys: str) -> None:
        """Keys as tmux names them: `f`, `Enter`, `Escape`, `C-c`."""
        self.tmux("send-keys", *keys)

    def type(self, line: str) -> None:
        """A line for the shell."""
        self.tmux("send-keys", "-l", line)
        self.press("Enter")

    def resize(self, width: int, height: int) -> None:
        """Make the terminal larger or smaller."""
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def until(self, seen: Callable[[], object], seconds: float = 60) -> None:
        """Wait until it is so."""
        wait(seen, seconds, lambda: f"; the terminal shows:\n{self.screen()}")

    def reads(self, *texts: str, seconds: float = 60) -> None:
        """Wait until all of that is to be read."""
        self.until(lambda: all(text in self.screen() for text in texts), seconds)

    def answer(self, line: str) -> str:
        """What a line of the shell prints."""
        file = self.folder / f"answer-{uuid.uuid4().hex}"
        self.type(f"{{ {line} ; }} > {file}.part 2>&1; mv {file}.part {file}")
        self.until(file.exists)
        return file.read_text()

    @property
    def is_alternate(self) -> bool:
        """Whether a program has the whole terminal."""
        return self.tmux("display", "-p", "#{alternate_on}").strip() == "1"

    @property
    def modes(self) -> str:
        """Whether the mouse is asked for, and the cursor shown."""
        return self.tmux("display", "-p", "#{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag} #{keypad_cursor_flag}")

    def processes(self) -> list[int]:
        """Processes that were started from this terminal and still run, the shell and its terminal left out."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if (
                state != "Z"
                and f"{MARK}={self.mark}".encode() in environment
                and Path(words[0].decode()).name
                not in {
                    "bash",
                    "tmux",
                }
            ):
                found.append(int(entry.name))
        return found

    def app(self) -> int:
        """The process that draws."""
        for number in self.processes():
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            if b"tui" in words:
                return number
        raise AssertionError(f"no app runs in this terminal, which shows:\n{self.screen()}")

    def is_clean(self) -> bool:
        """Whether neither a process nor a temporary file is left."""
        return not self.processes() and not list(self.temporary.iterdir())

    def end(self) -> None:
        """Close it, and whatever runs in it."""
        for number in self.processes():
            os.kill(number, signal.SIGKILL)
        with contextlib.suppress(AssertionError):
            self.tmux("kill-server")
        shutil.rmtree(self._own, ignore_errors=True)


@contextmanager
def terminal(folder: Path, width: int = 100, height: int = 30, **environment: str) -> Iterator[Terminal]:
    """A terminal, closed at the end. The test is skipped where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux, to drive a real terminal")
    folder.mkdir(exist_ok=True)
    made = Terminal(folder, width, height, environment)
    try:
        yield made
    finally:
        made.end()
