"""The screens: from the start to the first paint beside a bare Textual app, and from a key to its repaint."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import Ratio, in_turn

ROUNDS = 9
SIZE = (30, 100)  # lines, columns
BARE = """
from textual.app import App
from textual.widgets import Footer, Static
class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Static("Targets")
        yield Footer()
Bare().run()
"""


def ratios() -> list[Ratio]:
    """The promises about screens."""
    with tempfile.TemporaryDirectory() as folder:
        ours = _painted([sys.executable, "-m", "doctor", "tui"], b"Targets", Path(folder))
        bare = _painted([sys.executable, "-c", BARE], b"Targets", Path(folder))
        our_seconds, bare_seconds = in_turn(ROUNDS, ours, bare)
    ratio = our_seconds / bare_seconds
    measured = f"{ratio:.2f}x ({our_seconds * 1000:.0f} ms, bare {bare_seconds * 1000:.0f} ms)"
    return [Ratio("doctor tui, first paint / bare Textual app", measured, "below 1.5x", ratio < 1.5)]


def _painted(words: Sequence[str], text: bytes, folder: Path) -> Callable[[], None]:
    """A job that starts a program on a terminal of its own, waits until it shows the text, and ends it."""

    def job() -> None:
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(folder)
            os.execvpe(words[0], list(words), {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(folder)})
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
            _read_until(terminal, text)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)

    return job


def _read_until(terminal: int, text: bytes, seconds: float = 20) -> None:
    seen, end = b"", time.monotonic() + seconds
    while text not in seen:
        ready = select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]
        assert ready, seen[-500:]
        seen += os.read(terminal, 1 << 16)


if __name__ == "__main__":
    for ratio in ratios():
        print(ratio)
