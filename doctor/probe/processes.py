"""The processes of a rehearsal: how much memory they hold, which are left, and their end.

On Linux /proc is read, elsewhere psutil is asked. A process belongs to a rehearsal when it descends from the probe,
shares its process group, or carries its marker in the environment it was started with.
"""

import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

MARKER = "DOCTOR_REHEARSAL"
_LINUX = sys.platform.startswith("linux")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Process:
    """One process; `began` tells it from a later one with the same number."""

    pid: int
    began: int
    command: str = field(default="", compare=False)  # changes when the process runs another program


def available_memory() -> int:
    """Bytes that could be used now: of the machine, or of the control group when that is less."""
    if not _LINUX:
        import psutil

        return int(psutil.virtual_memory().available)
    free = 0
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_bytes().splitlines():
            if line.startswith(b"MemAvailable:"):
                free = int(line.split()[1]) * 1024
                break
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):
            room = int(Path(limit).read_bytes()) - int(Path(used).read_bytes())
            free = min(free, room) if free else room
    return free or 1 << 32


def tree(pid: int) -> list[int]:
    """A process and its descendants, as far as their parents still live."""
    if not _LINUX:
        import psutil

        try:
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        except psutil.Error:
            return [pid]
    found, pending = [], [pid]
    while pending:
        here = pending.pop()
        found.append(here)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{here}/task").iterdir():
                with contextlib.suppress(OSError):
                    pending += [int(child) for child in (task / "children").read_bytes().split()]
    return found


def resident(pids: list[int]) -> int:
    """Resident memory of some processes in bytes; pages that they share count once for each."""
    if not _LINUX:
        import psutil

        total = 0
        for pid in pids:
            with contextlib.suppress(psutil.Error):
                total += psutil.Process(pid).memory_info().rss
        return total
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    return total


def proportional(pids: list[int]) -> int:
    """Memory of some processes in bytes, shared pages split between them. Slower than `resident`."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith(b"Pss:")) * 1024
        except (OSError, StopIteration, ValueError):
            total += resident([pid])
    return total


def identify(pid: int) -> Process | None:
    """A running process by its number; None when it is gone or only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        if fields[0] in (b"Z", b"X"):
            return None
        command = (
            Path(f"/proc/{pid}/cmdline").read_bytes()[:300].replace(b"\0", b" ").decode("utf-8", "replace").strip()
        )
        return Process(pid, int(fields[19]), command)
    except (OSError, IndexError, ValueError):
        return None


def marked(marker: str) -> list[Process]:
    """Processes that were started, directly or not, by the rehearsal with this marker."""
    if not _LINUX:
        return []
    needle, found = f"{MARKER}={marker}".encode(), []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and needle in (entry / "environ").read_bytes():
                process = identify(int(entry.name))
                found += [process] if process else []
    return found


def end(pid: int, marker: str, known: set[Process]) -> None:
    """Kill the probe, its group, its descendants, `known` and everything marked, until nothing is left."""
    for _ in range(20):
        _kill_group(pid)
        for each in tree(pid):
            _kill(each)
        left = [process for process in known if identify(process.pid) == process] if _LINUX else []
        left += [process for process in marked(marker) if process.pid != pid]
        if not left:
            return
        for process in left:
            _kill(process.pid)
        time.sleep(0.005)


def end_holders(pipes: tuple[int, ...]) -> None:
    """Kill the processes, other than this one, that can still write to one of these pipes (inode numbers)."""
    if not _LINUX:
        return
    names = {f"pipe:[{inode}]" for inode in pipes}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if any(str(fd.readlink()) in names and _writes(entry, fd.name) for fd in (entry / "fd").iterdir()):
                    _kill(int(entry.name))


def _writes(process: Path, fd: str) -> bool:
    for line in (process / "fdinfo" / fd).read_bytes().splitlines():
        if line.startswith(b"flags:"):
            return bool(int(line.split()[1], 8) & (os.O_WRONLY | os.O_RDWR))
    return False


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _kill_group(pid: int) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
