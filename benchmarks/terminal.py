"""A program on a terminal of its own, as a person meets it: what it paints, and how soon after a key."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SILENCE = 0.03  # seconds without output after which a screen counts as painted
SIZE = (30, 100)  # lines, columns


class Terminal:
    """Starts the program; ends it when the block ends."""

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        self.child, self.file = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
            os.chdir(folder)
            own = {"TERM": "xterm-256color", "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
            # What is installed has its bytecode, also where none is written beside the sources.
            own |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / ".bytecode")}
            os.execvpe(words[0], list(words), os.environ | own)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.file)

    def wait(self, text: str, seconds: float = 120) -> None:
        """Until it has painted that text. Fails after `seconds`."""
        seen, end = b"", time.monotonic() + seconds
        while text.encode() not in seen:
            ready = select.select([self.file], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, f"`{text}` was not painted; the last was {seen[-800:]!r}"
            seen = seen[-10_000:] + os.read(self.file, 1 << 16)

    def settle(self, silence: float = 1.0) -> None:
        """Until it paints nothing more."""
        while select.select([self.file], [], [], silence)[0]:
            os.read(self.file, 1 << 16)

    def press(self, key: str, silence: float = SILENCE, sees: str = "") -> float:
        """Seconds from a key to the last byte of the repaint that shows `sees`. Fails when that does not follow."""
        began = time.perf_counter()
        os.write(self.file, key.encode())
        painted, seen, is_there = began, b"", False
        while select.select([self.file], [], [], silence if is_there else 5)[0]:
            seen += os.read(self.file, 1 << 16)
            painted, is_there = time.perf_counter(), sees.encode() in seen
        assert is_there, f"{key!r} painted {seen!r}"
        return painted - began

    @property
    def memory(self) -> int:
        """Bytes that the program holds: its own, and those of its children."""
        import psutil

        program = psutil.Process(self.child)
        return sum(one.memory_info().rss for one in (program, *program.children(recursive=True)))


def percentile(times: Sequence[float], share: float) -> float:
    """The time that this share of all times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
