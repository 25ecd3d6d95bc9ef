"""The first process of a rehearsal container: starts the probe, holds it to its time, and looks around afterwards.

This one file needs nothing but the standard library of Python 3.6 or newer, and no shell:
`python -E -s attendant.py ORDERS`, ORDERS being a JSON file (see `main`). It is a process of its own beside the probe,
for three reasons: the kernel keeps most signals from the first process of a container, so a script that ends itself
would end differently there; when memory runs out, the probe is killed and this one still tells; and processes that the
script leaves behind are seen. It starts no threads: where the number of processes is limited, they count.

It must also be understood by older Pythons, to tell them what they are.
"""

import errno
import io
import json
import os
import select
import signal
import sys
import time

OLDEST = (3, 6)
TOO_OLD = 97  # exit code

if sys.version_info < OLDEST:
    sys.stderr.write("Python %d.%d is older than 3.6\n" % tuple(sys.version_info[:2]))
    sys.exit(TOO_OLD)

HEAD = 64 * 1024  # bytes of each stream that are kept
TAIL = 16 * 1024  # the last bytes are kept too: a dying interpreter writes there
GRACE = 0.4  # seconds after the time limit in which the probe tells its stack and ends by itself
TELL = 0.1  # seconds given to a process that is about to be killed to tell its stack
POLL = 0.05  # seconds between two looks at the probe
CLOSE_POLL = 0.005  # the same where memory is limited: the kernel kills without warning
NEARLY = 0.75  # of the memory limit: from here on the stack is asked for
STEPS = 6  # times that it is asked for on the way to the limit
SHARE = 0.75  # of the memory that is available: what the probe may take where the container has no limit
DUMP_SIGNAL = getattr(signal, "SIGRTMAX", 64) - 3  # as in probe.py
PAGE = os.sysconf("SC_PAGE_SIZE")

clock = time.time if not hasattr(time, "perf_counter") else time.perf_counter


class Stream(object):
    """The first and the last bytes of an output, and how many there were."""

    def __init__(self, fd, most=HEAD):
        self.fd = fd
        self.most = most
        self.head = bytearray()
        self.tail = b""
        self.size = 0

    def take(self):
        """Read what is there; False at the end."""
        try:
            part = os.read(self.fd, 1 << 20)
        except OSError as error:
            return error.errno in (errno.EAGAIN, errno.EINTR)
        self.size += len(part)
        if len(self.head) < self.most:
            self.head += part[: self.most - len(self.head)]
        self.tail = part[-TAIL:] if len(part) >= TAIL else (self.tail + part)[-TAIL:]
        return bool(part)


class Child(object):
    """One process that is started, watched and ended; `told` is what became of it."""

    def __init__(self, command, cwd, seconds, desk, memory_limit=None, most=HEAD):
        self.desk = desk
        self.memory_limit = memory_limit
        self.available = None if memory_limit else available()
        self.deadline = clock() + seconds
        self.asked = 0  # how often for its stack, on the way to the memory limit
        self.seen = None  # the sampled place when it was last asked for
        self.there = set(pids())  # before it: in a pod, what keeps the container going
        self.told = {"code": None, "killed": None, "peak": 0, "seconds": 0.0, "left": []}
        out, err = os.pipe(), os.pipe()
        self.began = clock()
        self.pid = os.fork()
        if self.pid == 0:
            become(command, cwd, out[1], err[1])
        os.close(out[1])
        os.close(err[1])
        self.streams = [Stream(out[0], most), Stream(err[0])]

    def watch(self, wake):
        """Return when it has ended, or had to be ended."""
        open_streams = {stream.fd: stream for stream in self.streams}
        pause = CLOSE_POLL if self.memory_limit else POLL
        while not self.reaped():
            now = clock()
            if now >= self.deadline:
                self.told["killed"] = "timeout"
                self.ask()
                time.sleep(TELL)
                break
            self.look_at_memory()
            if self.takes_too_much():
                self.told.update(killed="memory", limit=int(self.available * SHARE))
                self.ask()
                time.sleep(TELL)
                break
            for fd in ready([wake] + list(open_streams), min(pause, max(self.deadline - now, 0.001))):
                if fd == wake:
                    os.read(wake, 4096)
                elif not open_streams[fd].take():
                    del open_streams[fd]
        self.told["seconds"] = clock() - self.began
        self.told["left"] = others(self.there)
        end_all(self.pid)
        until = clock() + 1.0
        while self.told["code"] is None and not self.reaped() and clock() < until:
            time.sleep(0.002)
        while open_streams and clock() < until:
            for fd in ready(list(open_streams), 0.05) or list(open_streams)[:0]:
                if not open_streams[fd].take():
                    del open_streams[fd]

    def reaped(self):
        """Whether it has ended; whatever else has ended is taken along."""
        while self.told["code"] is None:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except OSError:
                return True
            if pid == 0:
                return False
            if pid == self.pid:
                self.told["code"] = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                self.told["peak"] = used.ru_maxrss * 1024
        return True

    def ask(self):
        """Its fault handler writes the stack, even while C code runs."""
        try:
            os.kill(self.pid, DUMP_SIGNAL)
        except OSError:
            pass

    def look_at_memory(self):
        """Ask for the stack a few times on the way to the limit: the kernel gives no warning when it kills."""
        if not self.memory_limit or self.asked >= STEPS:
            return
        step = NEARLY + (1 - NEARLY) * self.asked / STEPS
        if resident(self.pid) > step * self.memory_limit:
            self.asked += 1
            self.seen = read(self.desk, "where")
            self.ask()

    def takes_too_much(self):
        """Whether the machine itself comes to its end, where the container has no limit that would keep it from that.

        Processes share pages, so their sum only counts when the machine has less, too.
        """
        if not self.available:
            return False
        most = self.available * SHARE
        if resident(self.pid) > most:
            return True
        left = available()
        if left is None or left > self.available - most:
            return False
        return sum(resident(int(entry)) for entry in os.listdir("/proc") if entry.isdigit()) > most

    def forget_old_stacks(self):
        """Stacks that were asked for on the way tell nothing when the script went on since."""
        if (
            self.asked
            and self.told["killed"] is None
            and (self.told["code"] != -signal.SIGKILL or read(self.desk, "where") != self.seen)
        ):
            path = os.path.join(self.desk, "faults")
            text = read(self.desk, "faults")
            fatal = text.find(b"Fatal Python error")
            try:
                with io.open(path, "wb") as file:
                    file.write(text[fatal:] if fatal >= 0 else b"")
            except OSError:
                pass


def become(command, cwd, out, err):
    """In the child: another program, with nothing of this one but its environment."""
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        for fd, place in ((null, 0), (out, 1), (err, 2)):
            os.dup2(fd, place)
        os.closerange(3, 256)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        restrain()
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            os.chdir(cwd)
        except OSError as error:
            os.write(2, ("the working directory: %s\n" % error).encode("utf-8", "replace"))
        os.execv(command[0], command)
    except BaseException as error:
        os.write(2, ("%s: %s\n" % (command[0], error)).encode("utf-8", "replace"))
    os._exit(127)


def restrain():
    """No core dumps, and first to go when the memory runs out."""
    try:
        import resource

        # 1, not 0: the kernel hands no core to a collecting program then either (core(5), fs/coredump.c).
        resource.setrlimit(resource.RLIMIT_CORE, (1, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except Exception:
        pass
    try:
        with io.open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except (OSError, IOError):
        pass


def ready(fds, seconds):
    """Which of some descriptors can be read now, waiting so long."""
    try:
        return select.select(fds, [], [], seconds)[0]
    except (OSError, select.error):
        return []


def resident(pid):
    """Resident memory of a process in bytes, 0 when it is gone."""
    try:
        with io.open("/proc/%d/statm" % pid, "rb") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IOError, ValueError, IndexError):
        return 0


def available():
    """Bytes that programs of this machine could still take, None where it does not tell."""
    try:
        with io.open("/proc/meminfo", "rb") as file:
            for line in file:
                if line.startswith(b"MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, IOError, ValueError, IndexError):
        pass
    return None


def pids():
    """The numbers of all processes, as names of /proc."""
    return [entry for entry in os.listdir("/proc") if entry.isdigit()]


def others(there):
    """Commands of the processes that still run beside this one, and did not before (`there`)."""
    found = []
    for entry in pids():
        if int(entry) == os.getpid() or entry in there:
            continue
        try:
            with io.open("/proc/%s/stat" % entry, "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
            with io.open("/proc/%s/cmdline" % entry, "rb") as file:
                command = file.read(300).replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except (OSError, IOError, IndexError):
            continue
        if state not in (b"Z", b"X") and command:
            found.append(command)
    return found


def end_all(pid):
    """Kill a process with all that it started. The first process of a container reaches everything but itself."""
    for target in (-1,) if os.getpid() == 1 else (-pid, pid):
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass


def oom_kills():
    """How many processes of this container the kernel has killed for want of memory; None where it does not tell."""
    for path in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"):
        try:
            with io.open(path, "rb") as file:
                for line in file:
                    if line.startswith(b"oom_kill "):
                        return int(line.split()[1])
        except (OSError, IOError, ValueError):
            continue
    return None


def read(desk, name):
    try:
        with io.open(os.path.join(desk, name), "rb") as file:
            return file.read()
    except (OSError, IOError):
        return b""


def write(desk, name, content):
    """Write a file so that it is there whole or not at all."""
    path = os.path.join(desk, name)
    with io.open(path + ".part", "wb") as file:
        file.write(content)
    os.rename(path + ".part", path)


def imported(desk):
    """Whether the record says that the script was imported without an error."""
    for line in read(desk, "record").splitlines():
        try:
            step = json.loads(line.decode("ascii")).get("step") or {}
        except ValueError:
            continue
        if step.get("phase") == "import":
            return step.get("outcome") == "passed"
    return False


def rehearse(orders, desk, wake):
    """Let the probe do its work."""
    before = oom_kills()
    limit = orders.get("memory_limit")
    child = Child([sys.executable] + orders["probe"], orders["cwd"], orders["timeout"] + GRACE, desk, limit)
    child.watch(wake)
    child.forget_old_stacks()
    after = oom_kills()
    child.told["oom_kills"] = after - before if None not in (before, after) else None
    child.told["sizes"] = [stream.size for stream in child.streams]
    for name, stream in zip(("stdout", "stderr"), child.streams):
        write(desk, name, bytes(stream.head))
        write(desk, name + "-tail", stream.tail)
    write(desk, "ended", json.dumps(child.told).encode("ascii"))


def look(orders, desk, wake):
    """Look around. Imports are tried one by one only where the script itself could not be imported."""
    wishes = orders["wishes"]
    if orders.get("probe") and imported(desk):
        wishes["imports"] = []
    command = [sys.executable] + orders["look"] + [json.dumps(wishes)]
    child = Child(command, "/", orders["look_seconds"], desk, most=orders["look_most"])
    child.watch(wake)
    write(desk, "look", bytes(child.streams[0].head))
    write(desk, "look-stderr", bytes(child.streams[1].head))


def main():
    """Do as ordered, step by step; what was written before an end stays.

    Keys of the orders: `desk` (folder of all results), `probe` (file and plan; none: only look), `cwd`, `timeout` in
    seconds, `memory_limit` in bytes; `look` (file and options; none: do not look), `wishes` (its argument),
    `look_seconds`, `look_most` in bytes.
    """
    with io.open(sys.argv[1], "r", encoding="utf-8") as file:
        orders = json.load(file)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker)
    if orders.get("probe"):
        rehearse(orders, orders["desk"], wake)
    if orders.get("look"):
        look(orders, orders["desk"], wake)


if __name__ == "__main__":
    main()
