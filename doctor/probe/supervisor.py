"""Watches the probe's process from outside: drains its output, holds it to its limits, and ends all that it started."""

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Literal

from doctor.probe import processes

HEAD = 64 * 1024  # bytes of each stream that are kept
TAIL = 16 * 1024  # the last bytes are kept too: a dying interpreter writes there
POLL = 0.05  # seconds between two looks at the memory
GRACE = 0.4  # seconds after the time limit in which the probe tells its stack and ends by itself
TELL = 0.1  # seconds given to a process over its memory limit to tell its stack


@dataclass
class Stream:
    """The first and the last bytes of an output, and how many there were."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytes = b""
    size: int = 0

    def take(self, part: bytes) -> None:
        """Keep what belongs to the head or the tail."""
        self.size += len(part)
        if len(self.head) < HEAD:
            self.head += part[: HEAD - len(self.head)]
        self.tail = part[-TAIL:] if len(part) >= TAIL else (self.tail + part)[-TAIL:]


class Supervisor:
    """Runs in threads of its own from the moment the process starts. `done` is set when nothing is left of it.

    `killed` says why doctor ended it, `seconds` how long it ran, `peak` the most memory seen in bytes, `left` which
    processes outlived it (they were ended). `told` gives the descendants that the probe itself found at its end.
    """

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        marker: str,
        timeout: float,
        memory_limit: int,
        dump_signal: int,
        told: Callable[[], list[processes.Process]],
    ) -> None:
        self.process = process
        self.stdout, self.stderr = Stream(), Stream()
        self.killed: Literal["timeout", "memory", "stopped"] | None = None
        self.seconds = 0.0
        self.peak = 0
        self.left: list[processes.Process] = []
        self.done = threading.Event()
        self._marker = marker
        self._memory_limit = memory_limit
        self._dump_signal = dump_signal
        self._told = told
        self._began = time.monotonic()
        self._deadline = self._began + timeout + GRACE
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self._known: set[processes.Process] = set()
        self._pipes = tuple(os.fstat(pipe.fileno()).st_ino for pipe in (process.stdout, process.stderr) if pipe)
        self._pumps = [
            threading.Thread(target=_pump, args=(pipe, stream), daemon=True)
            for pipe, stream in ((process.stdout, self.stdout), (process.stderr, self.stderr))
        ]
        self._thread = threading.Thread(target=self._run, daemon=True, name="doctor-supervisor")
        for thread in (*self._pumps, self._thread):
            thread.start()

    def stop(self) -> None:
        """End everything now, and wait until it is gone."""
        if not self.done.is_set():
            self._stopping.set()
            with contextlib.suppress(OSError):
                os.write(self._wake_write, b"x")
        self.done.wait()

    def _run(self) -> None:
        try:
            self._watch()
        finally:
            self._finish()

    def _watch(self) -> None:
        """Return when the process has ended, or must end."""
        waiter = _Exit(self.process, self._wake_read)
        try:
            pause = 0.01
            while not waiter.wait(pause):
                now = time.monotonic()
                if self._stopping.is_set():
                    self.killed = "stopped"
                elif now >= self._deadline:
                    self.killed = "timeout"
                    self._ask_for_stack()
                elif self._too_large():
                    self.killed = "memory"
                    self._ask_for_stack()
                if self.killed:
                    return
                pause = min(POLL, max(self._deadline - now, 0.001))
        finally:
            waiter.close()

    def _too_large(self) -> bool:
        pids = processes.tree(self.process.pid)
        size = processes.resident(pids)
        if len(pids) > 1:
            known = {process.pid for process in self._known}
            self._known.update(p for pid in pids[1:] if pid not in known and (p := processes.identify(pid)))
            if size > self._memory_limit:  # children share pages with their parent: count those once
                size = processes.proportional(pids)
        self.peak = max(self.peak, size)
        return size > self._memory_limit

    def _ask_for_stack(self) -> None:
        """The probe's fault handler writes the stack, even while C code runs."""
        with contextlib.suppress(OSError):
            self.process.send_signal(self._dump_signal)
            time.sleep(TELL)

    def _finish(self) -> None:
        self.seconds = time.monotonic() - self._began
        pid = self.process.pid
        try:
            if self.killed is None:
                self.left = [process for process in processes.marked(self._marker) if process.pid != pid]
                self._known.update(self._told())
            processes.end(pid, self._marker, self._known)
        finally:
            with contextlib.suppress(OSError):
                self.process.kill()
            self.process.wait()
            self._end_output()
            os.close(self._wake_write)
            os.close(self._wake_read)
            self.done.set()

    def _end_output(self) -> None:
        """Wait until the pipes are drained; whoever still holds them open belongs to the rehearsal."""
        for pump in self._pumps:
            pump.join(timeout=0.2)
        for _ in range(5):
            if not any(pump.is_alive() for pump in self._pumps):
                return
            processes.end_holders(self._pipes)
            for pump in self._pumps:
                pump.join(timeout=0.2)


class _Exit:
    """Waits for the end of a process without reaping it, so that its number stays its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", wake: int) -> None:
        self._process = process
        self._wake = wake
        try:
            self._fd = os.pidfd_open(process.pid)
        except (AttributeError, OSError):
            self._fd = -1

    def wait(self, seconds: float) -> bool:
        """True when the process has ended."""
        if self._fd < 0:
            end = time.monotonic() + seconds
            while not (ended := self._has_ended()) and time.monotonic() < end:
                if select.select([self._wake], [], [], 0.005)[0]:
                    break
            return ended
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        return any(fd == self._fd for fd, _ in poll.poll(seconds * 1000))

    def _has_ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        try:
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)


def _pump(pipe: IO[bytes] | None, stream: Stream) -> None:
    assert pipe is not None
    with contextlib.suppress(OSError, ValueError), pipe:
        fd = pipe.fileno()
        _widen(fd)
        while part := os.read(fd, 1 << 20):
            stream.take(part)


def _widen(fd: int) -> None:
    """A larger pipe: fewer switches between writer and reader (Linux)."""
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import fcntl

        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)


def name_of_signal(number: int) -> str:
    """`SIGSEGV` for 11."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
