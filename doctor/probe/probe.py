"""The probe: imports an entry script, calls init() and run() as the scoring server does, and records what happened.

This one file needs nothing but the standard library and runs on Python 3.6 and newer, so that it can be copied into any
environment or container: `python probe.py PLAN`, PLAN being a JSON file (see `rehearse`). Records are appended to
`plan["record"]` as JSON lines while things happen, so that whatever ends the process, what came before is kept.

The order of calls, the rules for init() and run(), the parsing of requests and the judging of results follow
azureml-inference-server-http 1.5.1 (`server/user_script.py`, `server/input_parsers.py`, `server/routes.py`).
"""

import os
import sys

if __name__ == "__main__" and sys.path and sys.path[0] == os.path.dirname(os.path.abspath(sys.argv[0])):
    del sys.path[0]  # the server has no such folder on its path, and a script could import from it

import builtins
import errno
import faulthandler
import importlib.util  # loaded by the server too, so `import importlib` alone is enough for a script
import io
import json
import signal
import threading
import time
import types
import warnings
from _thread import start_new_thread

HERE = (lambda: 0).__code__.co_filename
HAS_AUDIT = hasattr(sys, "addaudithook")
# What clients name the files that they send, by their endings.
CONTENT_TYPES = {
    ".json": "application/json", ".jsonl": "application/jsonl", ".csv": "text/csv", ".txt": "text/plain",
    ".tsv": "text/tab-separated-values", ".xml": "application/xml", ".html": "text/html", ".pdf": "application/pdf",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp",
    ".webp": "image/webp", ".tif": "image/tiff", ".tiff": "image/tiff", ".wav": "audio/wav", ".mp3": "audio/mpeg",
    ".mp4": "video/mp4", ".zip": "application/zip", ".gz": "application/gzip",
    ".npy": "application/octet-stream", ".npz": "application/octet-stream", ".bin": "application/octet-stream",
    ".parquet": "application/octet-stream", ".pkl": "application/octet-stream",
}  # fmt: skip
TEXT_LIMIT = 4000  # characters of an answer
ANSWER_LIMIT = 200000  # the same while many requests are served: answers are held against the contract
MESSAGE_LIMIT = 10000  # characters of an exception's message
MOST_FRAMES = 100  # of one traceback
MOST_OPENED = 1000  # files that are told
MOST_ROWS = 1000  # of a batch result that are told and compared
MOST_SCHEMA = 5000000  # characters of the schemas of run() as JSON
MOST_COLUMNS = 10000  # of a sample's columns or fields that are told
MOST_CATEGORIES = 1000  # of a column that are told
READ_AT_MOST = 1 << 20  # bytes of a streamed response
WHERE_SIZE = 16384  # bytes for the sampled stack
TICK = 0.05  # seconds between two samples of the running line
REPEAT_SECONDS = 2.0  # spent on repeating all samples but the first
CONCURRENT_SECONDS = 5.0  # a run() slower than that is not tried concurrently
DUMP_SIGNAL = getattr(signal, "SIGRTMAX", 64) - 3  # asks a running probe for its stack

# User code may replace any of these.
_real_exit = os._exit
_real_write = os.write
_real_print = print
_dumps = json.dumps
_sleep = time.sleep
_clock = time.perf_counter
_getpid = os.getpid
_fstat = os.fstat
_os_open = os.open
_get_ident = threading.get_ident


class Channel(object):
    """An append-only file of JSON lines that survives whatever the script does to file descriptors."""

    def __init__(self, path):
        self.path = path
        self.pid = _getpid()
        self.fd = -1
        self.identity = None
        self.lock = threading.Lock()

    def open(self):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self.fd = _high(_os_open(self.path, flags, 0o600))
        self.identity = _identity(self.fd)

    def write(self, record):
        if _getpid() != self.pid:  # a forked child of the script: not our story
            return
        line = _dumps(record).encode("ascii") + b"\n"
        locked = self.lock.acquire(timeout=1.0)  # a signal handler may interrupt a write and write itself
        try:
            if self.identity is None or _identity(self.fd) != self.identity:  # closed, or the number is used anew
                self.open()
            while line:
                line = line[_real_write(self.fd, line) :]
        except OSError:
            pass
        finally:
            if locked:
                self.lock.release()


def _identity(fd):
    try:
        status = _fstat(fd)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _high(fd):
    """Move a descriptor up, out of the reach of loops that close the first few."""
    try:
        import fcntl
        import resource

        least = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 30, 990)
        moved = fcntl.fcntl(fd, getattr(fcntl, "F_DUPFD_CLOEXEC", fcntl.F_DUPFD), least)
    except Exception:
        return fd
    os.close(fd)
    return moved


class Memory(object):
    """Where `rehearse` keeps its records when it shares the caller's process."""

    def __init__(self):
        self.pid = _getpid()
        self.records = []

    def write(self, record):
        if _getpid() == self.pid:
            self.records.append(json.loads(_dumps(record)))


class Rejected(Exception):
    """The server would answer a request with this status and message, or refuse to start (status None)."""

    def __init__(self, message, status=None):
        Exception.__init__(self, message)
        self.message = message
        self.status = status


# ---------------------------------------------------------------------------------------------------------------------
# Places and frames


class Places(object):
    """Tells the script's own files from its model, from packages, and from the rest of the machine."""

    def __init__(self, plan):
        self.code = _folder(plan.get("code") or plan["app_root"])
        self.models = _folder(plan.get("models") or "\0")
        self.temporary = tuple(_folder(path) for path in plan.get("temporary", ()))
        self.protected = tuple(_folder(path) for path in plan.get("protected", ()))
        self.protected_files = frozenset(plan.get("protected_files", ()))
        self.stage = _folder(plan.get("stage") or "\0")
        stdlib = os.path.dirname(os.path.abspath(os.__file__))
        prefixes = {stdlib, os.path.realpath(stdlib)}
        for prefix in (sys.prefix, sys.exec_prefix, getattr(sys, "base_prefix", sys.prefix)):
            if prefix.rstrip("/") not in ("", "/usr", "/usr/local", "/opt", "/"):
                prefixes.update((prefix, os.path.realpath(prefix)))
        self.stdlib = _folder(stdlib)
        self.environment = tuple(_folder(prefix) for prefix in prefixes)
        system = (
            "/proc",
            "/sys",
            "/dev",
            "/etc",
            "/usr",
            "/lib",
            "/lib64",
            "/bin",
            "/sbin",
            "/run",
            "/var/lib",
            "/System",
        )
        self.system = tuple(_folder(path) for path in system)
        self.own_cache = {}
        self.folders = {}
        self.born = time.time()

    def of(self, path):
        if path.startswith(self.models):
            return "model"
        if path.startswith(self.code):
            return "environment" if _in_packages(path) else "code"
        if path.startswith(self.environment) or _in_packages(path):
            return "environment"
        if path.startswith(self.temporary):
            return "temporary"
        return "system" if path.startswith(self.system) else "elsewhere"

    def was_there(self, path):
        """Whether a file of the temporary folder is older than this rehearsal: somebody else left it there."""
        try:
            older = os.stat(path).st_ctime < self.born
            return older and os.path.isfile(path) and not path.startswith(self.stage)
        except OSError:
            return False

    def is_own(self, filename):
        known = self.own_cache.get(filename)
        if known is None:
            known = filename.startswith(self.code) and not _in_packages(filename)
            self.own_cache[filename] = known
        return known

    def is_protected(self, path):
        """Whether a path, or the file behind a link, is the person's own and must stay as it is."""
        return any(
            ((one + os.sep).startswith(self.protected) or one in self.protected_files)
            and (not one.startswith(self.stage) or one.startswith(self.models))
            for one in (path, self.real(path))
        )

    def real(self, path):
        """os.path.realpath, with folders remembered."""
        folder, name = os.path.split(path)
        if folder not in self.folders:
            self.folders[folder] = os.path.realpath(folder)
        path = os.path.join(self.folders[folder], name)
        return os.path.realpath(path) if os.path.islink(path) else path

    def own_frame(self, frame):
        """The innermost frame of the script's own code, as a record."""
        while frame is not None:
            if self.is_own(frame.f_code.co_filename):
                return self.frame(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
            frame = frame.f_back
        return None

    def frame(self, filename, line, function):
        return {"path": filename, "line": line or 0, "function": function, "own": self.is_own(filename)}

    def stack(self, frame):
        """A running stack, outermost first, without the probe's own frames."""
        frames = []
        while frame is not None and len(frames) < MOST_FRAMES:
            if not _is_ours(frame.f_code.co_filename):
                frames.append(self.frame(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
            frame = frame.f_back
        return frames[::-1]


def _folder(path):
    return path.rstrip("/\\") + os.sep


def _in_packages(path):
    return "/site-packages/" in path or "/dist-packages/" in path or "\\site-packages\\" in path


def _is_ours(filename):
    return filename == HERE or filename.startswith("<frozen importlib")


# ---------------------------------------------------------------------------------------------------------------------
# Observing

WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
IMPORT_SUFFIXES = (".pyc", ".so", ".pyd", ".pth")
UNPICKLERS = frozenset(["pickle", "joblib", "cloudpickle", "dill", "importlib", "torch"])
# Calls that change files: audit event -> positions of paths, and of the directory descriptors they are relative to.
CHANGES = {
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.utime": ((0, 3),),
    "shutil.rmtree": ((0, None),),
}
_handlers = {}  # audit event -> function(arguments, calling frame); empty while nothing is observed
_inside = set()  # threads that are inside a handler
_audit = []  # the hook that was added, for it cannot be removed


def _hook(event, arguments):
    handler = _handlers.get(event)
    if handler is None:
        return
    me = _get_ident()
    if me in _inside:
        return
    _inside.add(me)
    try:
        handler(arguments, sys._getframe(1))
    except Refused as refused:
        raise refused.error from None
    except Exception:
        pass
    finally:
        _inside.discard(me)


class Refused(Exception):
    def __init__(self, error):
        Exception.__init__(self)
        self.error = error


class Observer(object):
    """Notes what the script asks of the machine. `undo` takes all its hooks away again."""

    def __init__(self, channel, places, plan):
        self.channel = channel
        self.places = places
        self.plan = plan
        self.phase = "start"
        self.pid = _getpid()
        self.seen = set()
        self.names = {}  # top-level modules that own code imported
        self.threads = []
        self.texts = []
        self.undone = []
        self.last_lookup = None
        self.reaper = False
        self.opened_count = 0

    def note(self, key, record):
        """Write a record unless the same was written before."""
        if key in self.seen:
            return False
        self.seen.add(key)
        self.channel.write(record)
        return True

    def patch(self, owner, name, value):
        missing = object()
        before = owner.__dict__.get(name, missing) if isinstance(owner, type) else getattr(owner, name, missing)
        setattr(owner, name, value)

        def undo():
            if before is missing:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

        self.undone.append(undo)

    def undo(self):
        _handlers.clear()
        while self.undone:
            self.undone.pop()()

    def start(self):
        _handlers.update(
            {
                "open": self.on_open,
                "import": self.on_import,
                "os.listdir": self.on_list,
                "os.scandir": self.on_list,
                "sqlite3.connect": self.on_list,
                "socket.getaddrinfo": self.on_lookup,
                "socket.gethostbyname": self.on_lookup,
                "socket.connect": self.on_connect,
                "socket.sendto": self.on_connect,
                "subprocess.Popen": self.on_popen,
                "os.system": lambda arguments, frame: self.process(_text(arguments[0]), frame),
                "os.fork": lambda arguments, frame: self.process("fork", frame),
                "os.forkpty": lambda arguments, frame: self.process("fork", frame),
                "os.posix_spawn": self.on_spawn,
                "os.exec": lambda arguments, frame: self.ending("os.exec(%r)" % _text(arguments[0]), None, frame),
                "os.kill": self.on_kill,
                "os.killpg": self.on_kill,
            }
        )
        for event in CHANGES:
            _handlers[event] = self.changer(event)
        if not HAS_AUDIT:
            self.patch_calls()
        elif not _audit:
            sys.addaudithook(_hook)
            _audit.append(_hook)
        self.patch_environment()
        self.patch_threads()
        self.patch_warnings()
        self.patch_exits()
        self.patch_import_module()

    # Files

    def on_open(self, arguments, frame):
        path, _mode, flags = arguments
        if isinstance(path, int):
            return
        writing = flags & WRITE_FLAGS
        if not writing and isinstance(path, str) and path.endswith(IMPORT_SUFFIXES):
            return
        path = _absolute(path)
        if not writing and path.startswith(self.places.environment) and not path.startswith(self.places.code):
            if not self.places.is_own(frame.f_code.co_filename):
                return
        if not writing and flags & getattr(os, "O_DIRECTORY", 0):
            return
        if writing and self.places.is_protected(path):
            exists = os.path.exists(path)
            if exists or (flags & os.O_CREAT and os.path.isdir(os.path.dirname(path))):
                self.opened(path, True, True, frame)
                raise Refused(OSError(errno.EROFS, os.strerror(errno.EROFS), _shown(arguments[0])))
        self.opened(path, bool(writing), os.path.exists(os.path.dirname(path) if writing else path), frame)

    def on_list(self, arguments, frame):
        path = arguments[0]
        if isinstance(path, int) or not self.places.is_own(_skip(frame, "glob", "pathlib").f_code.co_filename):
            return
        path = _absolute("." if path is None else path)
        self.opened(path, False, os.path.exists(path), frame)

    def opened(self, path, writing, found, frame):
        place = self.places.of(path)
        if place == "temporary" and not writing and found and self.places.was_there(path):
            place = "elsewhere"
        if path in self.plan["private"] or (place == "system" and path.startswith(("/proc/", "/sys/", "/dev/"))):
            return
        if path.endswith((".py", ".pyc")) and not writing and place in ("code", "environment") and found:
            if not self.places.is_own(frame.f_code.co_filename):  # opened by the import system
                return
        reader = _skip(frame, "tokenize", "linecache")
        if reader is not frame and not writing and not self.places.is_own(reader.f_code.co_filename):
            return  # the lines that a traceback or a warning shows
        self.opened_count += 1
        if self.opened_count > MOST_OPENED:
            return
        self.note(
            ("opened", path, writing, found),
            {
                "k": "opened",
                "path": path,
                "mode": "write" if writing else "read",
                "place": place,
                "phase": self.phase,
                "at": self.places.own_frame(frame),
                "found": found,
            },
        )

    def changer(self, event):
        def changed(arguments, frame):
            for position, folder in CHANGES[event]:
                path = arguments[position]
                if isinstance(path, int):
                    continue
                fd = arguments[folder] if folder is not None and folder < len(arguments) else -1
                if isinstance(fd, int) and fd >= 0 and not os.path.isabs(os.fspath(path)):
                    path = os.path.join(os.readlink("/proc/self/fd/%d" % fd), os.fsdecode(path))
                full = _absolute(path, follow=event in ("os.truncate", "os.chmod", "os.utime"))
                makes = event in ("os.mkdir", "os.symlink", "os.link") or (event == "os.rename" and position == 1)
                if self.places.is_protected(full) and (makes ^ os.path.lexists(full) or event == "os.rename"):
                    self.opened(full, True, True, frame)
                    raise Refused(OSError(errno.EROFS, os.strerror(errno.EROFS), _shown(arguments[position])))
                if makes:
                    self.opened(full, True, True, frame)

        return changed

    # Imports

    def on_import(self, arguments, frame):
        name, filename = arguments[0], arguments[1]
        if filename is None:
            self.imported(name, frame)

    def imported(self, name, frame):
        top = name.partition(".")[0]
        if top in self.names:
            return
        for _ in range(60):  # unpickling imports what the pickle names: that is the script's doing
            if frame is None:
                return
            if self.places.is_own(frame.f_code.co_filename):
                self.names[top] = self.phase
                return
            owner = frame.f_globals.get("__name__") or ""
            if frame.f_code.co_name == "<module>" or owner.partition(".")[0] not in UNPICKLERS:
                return
            frame = frame.f_back

    def flush_imports(self, modules=()):
        """Tell the imports so far that succeeded and are no part of Python or of the script itself."""
        for module in modules:
            for value in list(vars(module).values()):
                if isinstance(value, types.ModuleType):
                    self.names.setdefault(value.__name__.partition(".")[0], self.phase)
        names = []
        for name, phase in sorted(self.names.items()):
            if phase is None or not self.is_package(name):
                continue
            self.names[name] = None
            names.append(name)
        if names:
            self.channel.write({"k": "imported", "names": names})

    def is_package(self, name):
        module = sys.modules.get(name)
        if module is None or name in sys.builtin_module_names or name == "entry_module":
            return False
        if name in getattr(sys, "stdlib_module_names", ()):
            return False
        place = getattr(module, "__file__", None) or "".join(list(getattr(module, "__path__", ()))[:1])
        if self.places.is_own(place) or place.startswith(self.places.models):
            return False
        return not (place.startswith(self.places.stdlib) and not _in_packages(place))

    def patch_import_module(self):
        import importlib

        real = importlib.import_module

        def import_module(name, package=None):
            if not name.startswith(".") and name not in sys.modules:
                self.imported(name, sys._getframe(1))
            return real(name, package)

        self.patch(importlib, "import_module", import_module)

    # Environment variables

    def patch_environment(self):
        kind = type(os.environ)
        real = kind.__getitem__

        def ask(key, value, strict, frame):
            try:
                if frame.f_code.co_name == "getenv" and frame.f_globals.get("__name__") == "os":
                    frame = frame.f_back
                if not self.places.is_own(frame.f_code.co_filename) or not isinstance(key, str):
                    return
                record = {"k": "asked", "name": key, "set": value is not None, "phase": self.phase, "strict": strict}
                record["at"] = self.places.own_frame(frame)
                self.note(("asked", key, strict, frame.f_lineno, frame.f_code.co_filename), record)
            except Exception:
                pass

        def look(environ, key):
            try:
                return real(environ, key)
            except KeyError:
                return None

        def __getitem__(environ, key):
            if isinstance(key, str) and environ is os.environ and _subscripts(sys._getframe(1)):
                ask(key, look(environ, key), True, sys._getframe(1))
            return real(environ, key)

        def get(environ, key, default=None):
            value = look(environ, key)
            if environ is os.environ:
                ask(key, value, False, sys._getframe(1))
            return default if value is None else value

        def __contains__(environ, key):
            value = look(environ, key)
            if environ is os.environ:
                ask(key, value, False, sys._getframe(1))
            return value is not None

        self.patch(kind, "__getitem__", __getitem__)
        self.patch(kind, "get", get)
        self.patch(kind, "__contains__", __contains__)

    # Network and processes

    def on_lookup(self, arguments, frame):
        host = arguments[0]
        port = arguments[1] if len(arguments) > 1 else None
        if not host:
            return
        self.last_lookup = (_get_ident(), _port(port))
        self.contact(_text(host), port, frame)

    def on_connect(self, arguments, frame):
        address = arguments[1]
        if isinstance(address, tuple) and len(address) >= 2:
            if self.last_lookup != (_get_ident(), _port(address[1])):
                self.contact(_text(address[0]), address[1], frame)

    def contact(self, host, port, frame):
        record = {"k": "contacted", "host": host, "port": _port(port), "phase": self.phase}
        record["at"] = self.places.own_frame(frame)
        self.note(("contacted", host, _port(port), self.phase), record)

    def on_popen(self, arguments, frame):
        command = arguments[1]
        if isinstance(command, (list, tuple)):
            command = " ".join(_text(word) for word in command)
        self.process(_text(command), frame)

    def on_spawn(self, arguments, frame):
        if os.path.basename(frame.f_code.co_filename) != "subprocess.py":  # else told by subprocess.Popen
            self.process(" ".join(_text(word) for word in arguments[1]), frame)

    def on_kill(self, arguments, frame):
        target, number = arguments[0], arguments[1]
        own_group = getattr(os, "getpgrp", lambda: 0)()
        if target in (self.pid, own_group) or (target == 0 and number):
            names = {value: name for name, value in vars(signal).items() if name.startswith("SIG") and "_" not in name}
            self.ending("os.kill(os.getpid(), %s)" % names.get(number, number), None, frame)
        elif number and (target == -1 or target == getattr(os, "getppid", lambda: 0)()):
            # Everything on this machine, or doctor itself.
            raise Refused(PermissionError(errno.EPERM, os.strerror(errno.EPERM)))

    def process(self, name, frame):
        if not self.reaper:
            self.reaper = True
            _become_reaper()
        record = {"k": "started", "kind": "process", "name": name[:300], "phase": self.phase}
        record["at"] = self.places.own_frame(frame)
        self.note(("process", name[:300], self.phase, str(record["at"])), record)

    def patch_threads(self):
        real = threading.Thread.start
        threads = self.threads

        def start(thread):
            if len(threads) < 500 and not getattr(thread, "of_the_probe", False) and _getpid() == self.pid:
                threads.append((thread, self.phase, self.places.own_frame(sys._getframe(1))))
            return real(thread)

        self.patch(threading.Thread, "start", start)

    def flush_threads(self):
        for thread, phase, at in self.threads:
            left = thread.is_alive()
            if left or at is not None:
                record = {"k": "started", "kind": "thread", "name": thread.name, "phase": phase, "left": left, "at": at}
                self.note(("thread", thread.name, left, str(at)), record)

    # Warnings

    def patch_warnings(self):
        real = warnings.warn
        shown = warnings._showwarnmsg
        quiet = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)

        def warn(message, category=None, stacklevel=1, *rest, **named):
            kind = type(message) if isinstance(message, Warning) else category or UserWarning
            if isinstance(kind, type) and not issubclass(kind, quiet):
                self.warned(kind, message)
            return real(message, category, stacklevel + 1, *rest, **named)

        def _showwarnmsg(message):
            self.warned(message.category, message.message)
            return shown(message)

        self.patch(warnings, "warn", warn)
        self.patch(warnings, "_showwarnmsg", _showwarnmsg)

    def warned(self, kind, message):
        try:
            text = "%s: %s" % (kind.__name__, str(message)[:500])
            if len(self.texts) < 50 and text not in self.texts:
                self.texts.append(text)
                self.channel.write({"k": "warning", "text": text})
        except Exception:
            pass

    # Ends

    def patch_exits(self):
        def _exit(status):
            if _getpid() == self.pid:
                self.ending("os._exit(%r)" % (status,), status, sys._getframe(1))
            _real_exit(status)

        real_abort = os.abort

        def abort():
            if _getpid() == self.pid:
                self.ending("os.abort()", None, sys._getframe(1))
            real_abort()

        self.patch(os, "_exit", _exit)
        self.patch(os, "abort", abort)

    def ending(self, call, code, frame):
        """The next thing will probably be the end: keep where it came from."""
        self.flush_imports()
        stack = self.places.stack(frame)
        self.channel.write({"k": "exit", "call": call, "code": code if isinstance(code, int) else None, "stack": stack})

    # Python 3.6 and 3.7 have no audit hooks: wrap the functions that people call.

    def patch_calls(self):
        import socket

        def wrapped(event, real, shape):
            def call(*arguments, **named):
                frame = sys._getframe(1)
                told = shape(arguments, named)
                if told is not None:
                    me = _get_ident()
                    handler = _handlers.get(event)
                    if handler is not None and me not in _inside:
                        _inside.add(me)
                        try:
                            handler(told, frame)
                        except Refused as refused:
                            raise refused.error from None
                        except Exception:
                            pass
                        finally:
                            _inside.discard(me)
                return real(*arguments, **named)

            call.__name__ = getattr(real, "__name__", "call")
            call.__doc__ = real.__doc__
            return call

        def opening(arguments, named):
            mode = arguments[1] if len(arguments) > 1 else named.get("mode", "r")
            flags = {"w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND}
            flags["x"] = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            bits = flags.get(mode[:1], 0) | (os.O_RDWR if "+" in mode else 0)
            return (arguments[0] if arguments else named["file"], mode, bits)

        real_import = builtins.__import__

        def __import__(name, globals=None, locals=None, fromlist=(), level=0):
            if level == 0 and name not in sys.modules:
                self.imported(name, sys._getframe(1))
            return real_import(name, globals, locals, fromlist, level)

        self.patch(builtins, "__import__", __import__)
        opener = wrapped("open", io.open, opening)
        for owner in (builtins, io):
            self.patch(owner, "open", opener)
        self.patch(os, "open", wrapped("open", os.open, lambda a, n: (a[0], None, a[1]) if len(a) > 1 else None))
        for event, positions in CHANGES.items():
            module, name = event.split(".")
            for alias in {"remove": ("remove", "unlink"), "rename": ("rename", "replace")}.get(name, (name,)):
                if module == "os" and hasattr(os, alias):
                    most = max(position for position, _ in positions) + 1
                    shape = lambda a, n, most=most: a[:most] if len(a) >= most and not n else None  # noqa: E731
                    self.patch(os, alias, wrapped(event, getattr(os, alias), shape))
        for name in ("listdir", "scandir"):
            self.patch(os, name, wrapped("os." + name, getattr(os, name), lambda a, n: a[:1] or (None,)))
        for name in ("system", "fork", "forkpty", "kill", "killpg", "execv", "execve"):
            if hasattr(os, name):
                event = "os.exec" if name.startswith("exec") else "os." + name
                self.patch(os, name, wrapped(event, getattr(os, name), lambda a, n: a))
        try:
            import _posixsubprocess

            shape = lambda a, n: (None, a[0], None, None)  # noqa: E731
            self.patch(_posixsubprocess, "fork_exec", wrapped("subprocess.Popen", _posixsubprocess.fork_exec, shape))
        except ImportError:
            pass
        self.patch(socket, "getaddrinfo", wrapped("socket.getaddrinfo", socket.getaddrinfo, lambda a, n: a))
        self.patch(socket, "gethostbyname", wrapped("socket.gethostbyname", socket.gethostbyname, lambda a, n: a))
        self.patch(socket.socket, "connect", wrapped("socket.connect", socket.socket.connect, lambda a, n: a))


def _subscripts(frame):
    """Whether a frame is at `x[...]`, not at a call such as dict(x) that reads every key."""
    try:
        import opcode

        return opcode.opname[frame.f_code.co_code[frame.f_lasti]] in ("BINARY_SUBSCR", "BINARY_OP")
    except Exception:
        return True


def _absolute(path, follow=False):
    path = os.fsdecode(path)
    path = os.path.normpath(path if os.path.isabs(path) else os.path.join(os.getcwd(), path))
    return os.path.realpath(path) if follow else path


def _shown(path):
    return os.fsdecode(path)


def _skip(frame, *modules):
    while frame.f_back is not None and (frame.f_globals.get("__name__") or "").partition(".")[0] in modules:
        frame = frame.f_back
    return frame


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    try:
        return str(os.fspath(value))
    except TypeError:
        return str(value)


def _port(port):
    try:
        return int(port)
    except (TypeError, ValueError):
        return None


def _become_reaper():
    """Let orphans of the script come to this process, where they are found at the end (Linux)."""
    if sys.platform.startswith("linux"):
        try:
            import ctypes

            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        except Exception:
            pass


def descendants(pid):
    """Processes below `pid` that still run: (pid, start time, command line)."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with io.open("/proc/%s/stat" % entry, "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                parents[int(entry)] = (int(fields[1]), fields[0], int(fields[19]))
            except (OSError, IndexError, ValueError):
                continue
    found, pending = [], [pid]
    while pending:
        here = pending.pop()
        for child, (parent, state, began) in parents.items():
            if parent == here:
                pending.append(child)
                if state not in (b"Z", b"X"):
                    found.append([child, began, _command(child)])
    return found


def _command(pid):
    try:
        with io.open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read(300).replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


# ---------------------------------------------------------------------------------------------------------------------
# Watching the running line


class Watch(object):
    """Keeps the place of execution outside the process: a sampler, and fault handlers that need no interpreter."""

    def __init__(self, plan, places):
        self.plan = plan
        self.places = places
        self.pid = _getpid()
        self.parent = os.getppid()
        self.main = _get_ident()
        self.deadline = _clock() + plan["timeout"]
        self.fault_fd = -1
        self.fault_identity = None
        self.last = None
        self.where = self.map()
        self.stopped = False

    def start(self):
        self.arm()
        try:
            start_new_thread(self.sample, ())
        except RuntimeError:  # no more threads are allowed here
            pass

    def map(self):
        """A file that is written like memory: no descriptor of it can be closed, and it outlives the process."""
        try:
            import mmap

            with io.open(self.plan["where"], "w+b") as file:
                file.truncate(WHERE_SIZE)
                return mmap.mmap(file.fileno(), WHERE_SIZE)
        except Exception:
            return None

    def arm(self):
        """(Re)open the file of the fault handlers and point them at it."""
        try:
            if self.fault_identity is None or _identity(self.fault_fd) != self.fault_identity:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                self.fault_fd = _high(_os_open(self.plan["faults"], flags, 0o600))
                self.fault_identity = _identity(self.fault_fd)
                faulthandler.enable(self.fault_fd, all_threads=True)
                if hasattr(faulthandler, "register"):
                    faulthandler.register(DUMP_SIGNAL, self.fault_fd, all_threads=True, chain=False)
                left = max(self.deadline - _clock(), 0.01)
                faulthandler.dump_traceback_later(left, exit=True, file=self.fault_fd)
        except Exception:
            pass

    def sample(self):
        me = _get_ident()
        while not self.stopped:
            _sleep(TICK)
            if _getpid() != self.pid or self.stopped:
                return
            if os.getppid() != self.parent:  # doctor is gone: nobody will read this, nobody would end it
                try:
                    os.killpg(0, signal.SIGKILL)
                finally:
                    _real_exit(1)
            _inside.add(me)
            try:
                self.arm()
                stack = self.places.stack(sys._current_frames().get(self.main))
                own = [place for place in stack if place["own"]]
                stack = stack[-12:] if any(place["own"] for place in stack[-12:]) else own[-1:] + stack[-11:]
                key = [(place["path"], place["line"]) for place in stack]
                if key != self.last and self.where is not None:
                    self.last = key
                    self.where[:] = _dumps(stack).encode("ascii").ljust(WHERE_SIZE, b" ")[:WHERE_SIZE]
            except Exception:
                pass
            finally:
                _inside.discard(me)


# ---------------------------------------------------------------------------------------------------------------------
# Exceptions as records


def describe(error, places, seen=()):
    """An exception with its frames, attributes and chain."""
    frames, dropped, own = [], 0, []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not _is_ours(code.co_filename):
            frames.append((code.co_filename, trace.tb_lineno, code.co_name))
            if places.frame(*frames[-1]).get("own"):
                own.append(trace)
            if len(frames) > MOST_FRAMES:
                del frames[20]
                dropped += 1
        trace = trace.tb_next
    record = {
        "type": type(error).__name__,
        "message": _message(error),
        "frames": [_with_source(places.frame(*frame)) for frame in frames],
        "detail": _detail(error),
        "cause": None,
        "explicit_cause": error.__cause__ is not None,
    }
    if own and isinstance(error, (LookupError, TypeError, ValueError, AttributeError)):
        record["detail"].update(_met(own[-20:]))
    if dropped:
        record["detail"]["dropped_frames"] = dropped
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen and len(seen) < 10 and not isinstance(before, Rejected):
        record["cause"] = describe(before, places, seen + (id(error),))
    return record


def _met(own):
    """Which expression failed, where Python tells, and of what kind the globals are that led to it.

    The globals are those that the innermost function reads, and its callers in the same module.
    Kinds, sizes and names of keys, never values. Only exact built-in types are looked into: no code of the script runs.
    """
    detail = {}
    try:
        code, held = own[-1].tb_frame.f_code, own[-1].tb_frame.f_globals
        if hasattr(code, "co_positions"):
            place = list(code.co_positions())[own[-1].tb_lasti // 2]
            if None not in place:
                detail["expression"] = "%d:%d-%d:%d" % (place[0], place[2], place[1], place[3])
        read = [one.tb_frame.f_code.co_names[:60] for one in own[::-1] if one.tb_frame.f_globals is held]
        for name in list(dict.fromkeys(name for names in read for name in names))[:100]:
            value = held.get(name)
            if name not in held or issubclass(type(value), (types.ModuleType, types.FunctionType, type)):
                continue
            said = type(value).__name__
            if type(value) is dict:
                said += ": " + ", ".join(key[:40] for key in list(value)[:8] if type(key) is str)
            elif type(value) in (list, tuple):
                said += ": %d" % len(value)
            detail["global " + name] = said
    except Exception:
        pass
    return detail


def _message(error):
    try:
        return str(error)[:MESSAGE_LIMIT]
    except Exception:
        return "(its message could not be made: __str__ raised)"


def _with_source(frame):
    try:
        import linecache

        frame["code"] = linecache.getline(frame["path"], frame["line"]).strip()[:500]
    except Exception:
        pass
    return frame


def _detail(error):
    kinds = {
        SyntaxError: ("filename", "lineno", "offset", "text", "msg"),
        OSError: ("filename", "errno"),
        ImportError: ("name", "path"),
        NameError: ("name",),
        AttributeError: ("name",),
    }
    detail = {}
    for kind, names in kinds.items():
        if isinstance(error, kind):
            for name in names:
                value = getattr(error, name, None)
                if isinstance(value, bytes):
                    value = value.decode("utf-8", "replace")
                if value is not None:
                    detail[name] = value if isinstance(value, int) else str(value)[:500]
    message = _message(error)
    if isinstance(error, NameError) and "name" not in detail and message.count("'") >= 2:  # before Python 3.10
        detail["name"] = message.split("'")[1]
    if isinstance(error, AttributeError):
        if "name" not in detail and message.count("'") >= 2:
            detail["name"] = message.rsplit("'", 2)[1]
        owner = getattr(error, "obj", None)
        if owner is not None:
            detail["object"] = type(owner).__name__
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], (str, int)):
        detail["key"] = error.args[0]
    text = getattr(error, "doc", None) if type(error).__name__ == "JSONDecodeError" else None
    if isinstance(text, str):  # what was parsed is not kept: only whether it was nothing, or a web page
        start = text.lstrip()[:1]
        if start in ("", "<"):
            detail["document"] = "markup" if start else "empty"
    if type(error).__module__ != "builtins":
        detail["module"] = str(type(error).__module__)
    if isinstance(error, SystemExit) and isinstance(error.code, (str, int)):
        detail["code"] = error.code
    return detail


# ---------------------------------------------------------------------------------------------------------------------
# What the server provides, where it is not installed


class LazyModule(types.ModuleType):
    """A module whose contents are made when one of its names is first asked for."""

    def __init__(self, name, make):
        types.ModuleType.__init__(self, name)
        self.__dict__["_make"] = make

    def __getattr__(self, name):
        make = self.__dict__.pop("_make", None)
        if make is not None:
            self.__dict__.update({key: value for key, value in make().items() if key not in ("__name__", "__spec__")})
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError("module %r has no attribute %r" % (self.__name__, name))


class StandIns(object):
    """Finder, last in line, for modules that the cloud has and this environment may lack."""

    def __init__(self, plan, observer):
        self.plan = plan
        self.observer = observer
        self.raw = [False]
        self.made = {}
        self.makers = {
            "azureml": None,
            "azureml.core": self.core,
            "azureml.core.model": self.core,
            "azureml.core.workspace": self.core,
            "azureml.exceptions": self.core,
            "azureml_inference_server_http": None,
            "azureml_inference_server_http.api": None,
            "azureml_inference_server_http.api.aml_request": self.request_module,
            "azureml_inference_server_http.api.aml_response": self.response_module,
        }
        self.core_made = None

    def install(self):
        """Aliases of the old package, which the server itself serves, and this finder.

        Nothing stands in where a plan says `as_it_is`: what an image lacks is missing there.
        """
        as_it_is = self.plan.get("as_it_is")
        if as_it_is and importlib.util.find_spec("azureml_inference_server_http") is None:
            return
        for part in ("aml_request", "aml_response"):
            name = "azureml.contrib.services." + part
            if name not in sys.modules:
                sys.modules[name] = LazyModule(name, self.alias(part))
                self.observer.undone.append(lambda name=name: sys.modules.pop(name, None))
        if as_it_is:
            return
        sys.meta_path.append(self)

        def undo():
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            for name in self.made:
                sys.modules.pop(name, None)

        self.observer.undone.append(undo)

    def alias(self, part):
        def make():
            import importlib

            return vars(importlib.import_module("azureml_inference_server_http.api." + part))

        return make

    def is_raw(self):
        names = ("azureml_inference_server_http.api.aml_request", "azureml.contrib.services.aml_request")
        real = [vars(sys.modules[name]) for name in names if name in sys.modules]
        return bool(self.raw[0] or any(one.get("_rawHttpRequested", False) for one in real))

    def find_spec(self, name, path=None, target=None):
        if name not in self.makers:
            return None
        return importlib.util.spec_from_loader(
            name,
            self,
            is_package=name in ("azureml", "azureml.core")
            or (name.startswith("azureml_inference_server_http") and self.makers[name] is None),
        )

    def create_module(self, spec):
        return Absent(spec.name) if spec.name.startswith("azureml.core") else None

    def exec_module(self, module):
        name = module.__name__
        self.made[name] = module
        maker = self.makers[name]
        if maker is not None:
            module.__dict__.update(maker())
            self.observer.channel.write({"k": "stand_in", "name": name})
        if name == "azureml.core":
            import importlib

            importlib.import_module("azureml.core.model")

    def core(self):
        if self.core_made is None:
            self.core_made = _core_names(self.plan)
        return self.core_made

    def request_module(self):
        raw = self.raw

        def rawhttp(function):
            raw[0] = True
            return function

        return {"AMLRequest": _flask().get("Request", Request), "rawhttp": rawhttp, "_rawHttpRequested": False}

    def response_module(self):
        base = _flask().get("Response", Response)

        class AMLResponse(base):
            def __init__(self, message, status_code, response_headers={}, json_str=False, run_function_failed=False):
                if message is None or json_str:
                    body = json.dumps({} if message is None else message)
                    super(AMLResponse, self).__init__(body, status=status_code, mimetype="application/json")
                else:
                    super(AMLResponse, self).__init__(message, status=status_code)
                    if "Content-Type" in response_headers:
                        self.headers.remove("Content-Type")
                self.headers["x-ms-run-function-failed"] = run_function_failed
                for header, value in response_headers.items():
                    for part in value.split(","):
                        self.headers.add_header(header, part.strip())

        return {"AMLResponse": AMLResponse}


def _flask():
    try:
        import flask

        return vars(flask)
    except ImportError:
        return {}


class Absent(types.ModuleType):
    """`azureml.core` where the SDK is not installed: what the probe cannot answer is missing, and says so."""

    def __getattr__(self, name):
        if name[:1].isupper():
            raise ModuleNotFoundError(
                "No module named %r (azureml-core is not installed here; doctor answers Model.get_model_path only)"
                % self.__name__,
                name=self.__name__,
            )
        raise AttributeError("module %r has no attribute %r" % (self.__name__, name))


def _core_names(plan):
    """What entry scripts use of azureml-core 1.61: `azureml/core/model.py`, `azureml/_common/exceptions.py`."""

    class AzureMLException(Exception):
        def __init__(self, exception_message, *_, **__):
            Exception.__init__(self, exception_message)
            self.message = exception_message

        def __str__(self):
            body = json.dumps({"error": dict(self.codes(), message=self.message)}, indent=4)
            text = "%s:\n\tMessage: %s\n\tInnerException None\n\tErrorResponse \n%s"
            return text % (type(self).__name__, self.message, body)

        def codes(self):
            return {}

    class WebserviceException(AzureMLException):
        pass

    class ModelNotFoundException(AzureMLException):
        pass

    class UserErrorException(AzureMLException):
        def codes(self):
            return {"code": "UserError"}

    class Model(object):
        def __init__(self, *_, **__):
            raise UserErrorException("A registered model can only be reached through a workspace, which is not here.")

        @staticmethod
        def get_model_path(model_name, version=None, _workspace=None):
            if version is not None and not isinstance(version, int):
                raise WebserviceException("version should be an int")
            if model_name is None:
                raise WebserviceException("model_name is None")
            models = os.path.join(os.environ.get("AML_APP_ROOT", ""), "azureml-models")
            folder = os.path.join(models, model_name)
            if not os.path.exists(folder) and plan.get("any_model") and plan.get("model_folder"):
                folder = os.path.dirname(plan["model_folder"])  # nobody said under which name it is registered
            if os.path.exists(folder):
                if version is None:
                    versions = [int(name) for name in os.listdir(folder)]
                    if not versions:
                        raise WebserviceException("versions is empty")
                    version = max(versions)
                place = os.path.join(folder, str(version))
                if os.path.exists(place):
                    entries = os.listdir(place)
                    if len(entries) != 1:
                        raise WebserviceException(
                            "Dir %s can contain only 1 file or folder. Found %s" % (place, entries)
                        )
                    return os.path.join(place, entries[0])
            if os.path.exists(model_name):
                return model_name
            error = ModelNotFoundException if version is None else WebserviceException
            raise error(
                "Model %s not found in cache at %s or in current working directory %s. "
                "For more info, set logging level to DEBUG." % (model_name, models, os.getcwd())
            )

    class Workspace(object):
        def __init__(self, *_, **__):
            raise UserErrorException("A workspace cannot be reached while doctor rehearses the script.")

        @staticmethod
        def from_config(path=None, *_, **__):
            here = os.path.abspath(path or os.getcwd())
            if os.path.isfile(here) or os.path.isfile(os.path.join(here, "config.json")):
                raise UserErrorException("A workspace cannot be reached while doctor rehearses the script.")
            raise UserErrorException(
                "We could not find config.json in: %s or in its parent directories. Please provide the full path to "
                "the config file or ensure that config.json exists in the parent directories." % here
            )

        get = create = from_config

    kinds = (AzureMLException, WebserviceException, ModelNotFoundException, UserErrorException, Model, Workspace)
    for kind in kinds:
        kind.__module__ = "azureml.core" if kind in (Model, Workspace) else "azureml.exceptions"
    return {kind.__name__: kind for kind in kinds}


class Headers(dict):
    """Header fields by name, whatever the case."""

    def __getitem__(self, name):
        return dict.__getitem__(self, name.title())

    def __setitem__(self, name, value):
        dict.__setitem__(self, name.title(), str(value))

    def __contains__(self, name):
        return dict.__contains__(self, name.title())

    def get(self, name, default=None):
        return dict.get(self, name.title(), default)

    def remove(self, name):
        dict.pop(self, name.title(), None)

    def add_header(self, name, value):
        before = self.get(name)
        self[name] = value if before is None else before + ", " + value


class Request(object):
    """What `@rawhttp` hands to run() where Flask is not installed: the parts that entry scripts use."""

    def __init__(self, body=b"", headers=()):
        self.method = "POST"
        self.headers = Headers(headers)
        self.content_type = self.headers.get("Content-Type")
        self.mimetype = (self.content_type or "").partition(";")[0].strip().lower()
        self.content_length = len(body)
        self.is_json = self.mimetype == "application/json" or self.mimetype.endswith("+json")
        self.data = body
        self.stream = io.BytesIO(body)
        self.args, self.form, self.files, self.values, self.cookies = {}, {}, {}, {}, {}
        self.path, self.full_path, self.query_string = "/score", "/score?", b""
        self.url, self.base_url, self.host = (
            "http://127.0.0.1:5001/score",
            "http://127.0.0.1:5001/score",
            "127.0.0.1:5001",
        )
        self.remote_addr = "127.0.0.1"
        self.environ = {"REQUEST_METHOD": "POST", "wsgi.input": self.stream}

    def get_data(self, cache=True, as_text=False, parse_form_data=False):
        return self.data.decode("utf-8", "replace") if as_text else self.data

    def get_json(self, force=False, silent=False, cache=True):
        if not (force or self.is_json):
            if silent:
                return None
            raise ValueError(
                "415 Unsupported Media Type: Did not attempt to load JSON data because the request Content-Type was "
                "not 'application/json'."
            )
        try:
            return json.loads(self.data.decode("utf-8"))
        except ValueError:
            if silent:
                return None
            raise

    @property
    def json(self):
        return self.get_json()


class Response(object):
    """A response where Flask is not installed."""

    def __init__(self, response=None, status=200, headers=None, mimetype=None, content_type=None):
        self.headers = Headers()
        self.headers["Content-Type"] = content_type or mimetype or "text/html; charset=utf-8"
        for name, value in (headers or {}).items():
            self.headers[name] = value
        self.status_code = int(status)
        if isinstance(response, (str, bytes)):
            response = [response]
        self.response = response or []

    def iter_encoded(self):
        for part in self.response:
            yield part.encode("utf-8") if isinstance(part, str) else part

    def get_data(self, as_text=False):
        body = b"".join(self.iter_encoded())
        return body.decode("utf-8", "replace") if as_text else body

    data = property(get_data)


class Hidden(object):
    """Finder, first in line: keeps doctor's own packages out of the way of modules of the same name."""

    NAMES = ("checks", "doctor", "tui")

    def __init__(self, owned):
        self.owned = tuple(os.path.realpath(path) for path in owned)

    def find_spec(self, name, path=None, target=None):
        if name not in self.NAMES or not self.owned:
            return None
        from importlib.machinery import PathFinder

        for entry in sys.path:
            spec = PathFinder.find_spec(name, [entry])
            if spec is not None and not self.is_ours(spec):
                return spec
        raise ModuleNotFoundError("No module named %r" % name, name=name)

    def is_ours(self, spec):
        places = list(spec.submodule_search_locations or ()) or [os.path.dirname(spec.origin or "")]
        return any(os.path.realpath(place) in self.owned for place in places)


# ---------------------------------------------------------------------------------------------------------------------
# Requests and answers


class Service(object):
    """The entry script as the server holds it: its init(), its run(), and how requests become arguments."""

    def __init__(self, script, stand_ins, batch=False):
        self.script = script
        self.stand_ins = stand_ins
        self.batch = batch
        self.module = self.run = self.init = None
        self.kind = "undecorated"
        self.parameters = []
        self.wants_headers = False
        self.sample = None  # the name of what is sent
        self.headers = {}  # that are sent beside those of every client
        self.app = None

    def load(self):
        """`UserScript.load_script`."""
        spec = importlib.util.spec_from_file_location("entry_module", self.script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.module = module

    def examine(self):
        """The server's checks of init and run after loading. Raises Rejected with its words."""
        module = self.module
        for name in ("init", "run"):
            if not hasattr(module, name):
                raise Rejected("User script at %s does not have a %s() function defined." % (module.__file__, name))
        inner = getattr(module, "driver_module", None)
        self.run = inner.run if isinstance(inner, types.ModuleType) and hasattr(inner, "run") else module.run
        self.init = module.init

        import inspect

        try:
            parameters = list(inspect.signature(self.run).parameters.values())
        except (TypeError, ValueError) as error:
            raise Rejected("%s: %s" % (type(error).__name__, error))
        if self.batch:  # the batch driver has none of the server's rules
            self.kind, self.parameters = "batch", parameters
            return {"kind": self.kind, "parameters": [one.name for one in parameters]}
        if any(one.kind not in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD) for one in parameters):
            raise Rejected("run() cannot accept positional-only arguments, *args, or **kwargs.")
        self.wants_headers = any(one.name == "request_headers" for one in parameters)
        self.parameters = [one for one in parameters if one.name != "request_headers"]
        if not self.parameters:
            if self.wants_headers:
                raise Rejected('run() needs to accept an argument other than "request_headers".')
            raise Rejected("run() needs to accept an argument for input data.")
        schema, raw = self.is_decorated(), self.stand_ins.is_raw()
        if raw and schema:
            raise Rejected("run() cannot be decorated with both @rawhttp and @input_schema")
        self.kind = "rawhttp" if raw else "schema" if schema else "undecorated"
        return {"kind": self.kind, "parameters": [one.name for one in parameters]}

    def is_decorated(self):
        util = sys.modules.get("inference_schema.schema_util")
        return bool(util is not None and util.is_schema_decorated(self.run))

    def example(self):
        """A request body from the decorator's own sample, as text, or None."""
        if self.kind != "schema":
            return None
        try:
            schema = sys.modules["inference_schema.schema_util"].get_input_schema(self.run)
            example = dict(schema["example"])
            for one in self.parameters:
                described = schema.get("properties", {}).get(one.name)
                if not described and one.default is not one.empty:
                    example.pop(one.name, None)  # not described by any decorator: leave it to its default
            example.pop("request_headers", None)
            return json.dumps(example)
        except Exception:
            return None

    def arguments(self, body, content_type, request):
        """`InputParserBase`: request -> keyword arguments. Raises Rejected with status and message."""
        first = self.parameters[0].name
        if self.kind == "rawhttp":
            return {first: request}
        if self.kind == "undecorated":
            try:
                return {first: str(body, "utf-8")}
            except UnicodeDecodeError as error:
                raise Rejected("Input cannot be decoded as UTF-8: %s" % error, 400)
        if content_type != "application/json":
            raise Rejected("Expects Content-Type to be application/json", 415)
        try:
            values = json.loads(body)
        except json.JSONDecodeError as error:
            if body:
                raise Rejected("POST body could not be decoded as JSON: %s" % error, 400)
            raise Rejected("POST body is empty. Expecting a JSON dictionary.", 400)
        if not isinstance(values, dict):
            raise Rejected("POST body should be a JSON dictionary.", 400)
        found = {}
        for one in self.parameters:
            value = values.get(one.name, one.default)
            if value is one.empty:
                raise Rejected("A value is not provided for the %r parameter." % one.name, 400)
            found[one.name] = value
        return found

    def call(self, body):
        """One request, as the server serves it: the result of run(). The body is parsed anew each time."""
        content_type = self.content_type(body)
        if not self.needs_flask():
            headers = dict(_headers(body, content_type), **self.headers)
            return self.call_run(body, content_type, Request(body, headers), headers)
        with self.flask_context(body, content_type) as context:
            return self.call_run(body, content_type, sys.modules["flask"].request, dict(context.request.headers))

    def content_type(self, body):
        """What a client names the body: a raw request goes by the sample's file name, unless that says JSON."""
        return content_type_of(body, self.sample if self.kind == "rawhttp" else None)

    def call_run(self, body, content_type, request, headers):
        arguments = self.arguments(body, content_type, request)
        if self.wants_headers:
            arguments["request_headers"] = headers
        return self.run(**arguments)

    def needs_flask(self):
        """Whether the script can tell that a Flask request is being served."""
        if "flask" in sys.modules:
            return True
        if self.kind == "rawhttp":
            return bool(_flask())
        if self.app is None:
            self.app = False
            try:
                with io.open(self.script, "rb") as file:
                    if b"flask" in file.read():
                        return bool(_flask())
            except OSError:
                pass
        return "flask" in sys.modules

    def flask_context(self, body, content_type):
        import flask

        if not self.app:
            root = os.path.dirname(self.script)
            name = "azureml_inference_server_http.server.create_app"
            self.app = flask.Flask(name, root_path=root, instance_path=os.path.join(root, "instance"))
        environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/score",
            "QUERY_STRING": "",
            "REQUEST_URI": "/score",
            "RAW_URI": "/score",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "5001",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_SOFTWARE": "gunicorn",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in dict(_headers(body, content_type), **self.headers).items():
            if not name.startswith("Content-"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return self.app.request_context(environ)


def content_type_of(body, name):
    """What a client names a body: by the ending of its name, unless that says JSON or there is none, then by itself."""
    named = CONTENT_TYPES.get(os.path.splitext(name or "")[1].lower())
    if named and named != "application/json":
        return named
    try:
        body.decode("utf-8")
        is_text = b"\0" not in body
    except UnicodeDecodeError:
        is_text = False
    is_text = is_text or json.detect_encoding(body) != "utf-8"  # UTF-16 and UTF-32, which the server's parser reads
    return "application/json" if is_text else "application/octet-stream"


def _headers(body, content_type):
    return {
        "Host": "127.0.0.1:5001",
        "User-Agent": "doctor",
        "Accept": "*/*",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
    }


def judge(result, limit=TEXT_LIMIT):
    """What the server makes of a result: the body it would send, or why it cannot."""
    record = {"type": type(result).__name__}
    flask = sys.modules.get("flask")
    kinds = (Response,) + ((flask.Response,) if flask is not None and hasattr(flask, "Response") else ())
    if isinstance(result, kinds):
        return _judge_response(result, record, limit)
    try:
        text = json.dumps({} if result is None else result)
    except Exception as error:
        record["problem"] = "%s: %s" % (type(error).__name__, _message(error))
        found = _offender(result, "result", [])
        if found is not None:
            record["problem_path"], record["problem_type"], record["problem_module"] = found
        return record
    if "NaN" in text or "Infinity" in text:
        record["not_finite"] = _not_finite(result, "result")
    body = text.encode("utf-8")
    record.update(text=text[:limit], size=len(body), digest=_digest(body))
    return record


def judge_rows(result, files):
    """What the batch driver makes of a result: how many rows, or why there are none. No JSON is needed."""
    kind = type(result).__name__
    record = {"type": kind, "files": files, "rows": _rows(result)}
    if record["rows"] is None:
        named = "None" if result is None else "%s %s" % ("an" if kind[:1] in "aeiouAEIOU" else "a", kind)
        record["problem"] = "run() of a batch script returns %s; the platform takes a list, tuple or DataFrame" % named
        record["problem_type"] = kind
        return record
    try:
        if hasattr(result, "to_json"):
            text = result.head(MOST_ROWS).to_json(orient="records")
        else:
            text = json.dumps(list(result[:MOST_ROWS]), default=_plain)
    except Exception:
        return record
    body = text.encode("utf-8")
    record.update(text=text[:TEXT_LIMIT], size=len(body), digest=_digest(body))
    return record


def _rows(result):
    """The length of a list, a tuple, a data frame or an array; None for what has no rows."""
    from collections.abc import Mapping, Sized

    refused = (str, bytes, bytearray, Mapping)
    if isinstance(result, refused) or not isinstance(result, Sized) or not hasattr(result, "__getitem__"):
        return None
    try:
        return len(result)
    except Exception:
        return None


def _plain(value):
    """A value without a form in JSON, so that two of them can be compared: never with its address."""
    for name in ("tolist", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    return str(value) if isinstance(value, os.PathLike) else type(value).__name__


def _judge_response(response, record, limit):
    record["status"] = int(response.status_code)
    try:
        body = b""
        for part in response.iter_encoded():
            body += part
            if len(body) > READ_AT_MOST:
                break
    except Exception as error:
        record["problem"] = "%s: %s" % (type(error).__name__, _message(error))
        return record
    record.update(text=body.decode("utf-8", "replace")[:limit], size=len(body), digest=_digest(body))
    return record


def _digest(body):
    import hashlib

    return hashlib.sha256(body).hexdigest()


def _offender(value, path, above):
    """The first value that the JSON encoder refuses: (path, type name, the module of the type)."""
    if value is None or isinstance(value, (str, int, float)):
        return None
    if any(value is one for one in above):
        return path, "circular reference", None
    if isinstance(value, (dict, list, tuple)) and len(above) > 500:
        return path, "nested too deeply", None
    if isinstance(value, dict):
        for key, part in value.items():
            if not (key is None or isinstance(key, (str, int, float))):
                return "%s (key %.80r)" % (path, key), type(key).__name__, _module_of(key)
            found = _offender(part, "%s[%.80r]" % (path, key), above + [value])
            if found is not None:
                return found
        return None
    if isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            found = _offender(part, "%s[%d]" % (path, index), above + [value])
            if found is not None:
                return found
        return None
    return path, type(value).__name__, _module_of(value)


def _module_of(value):
    module = getattr(type(value), "__module__", None)
    return module[:200] if isinstance(module, str) else None


def _not_finite(value, path):
    if isinstance(value, float):
        return path if value != value or value in (float("inf"), float("-inf")) else None
    parts = ()
    if isinstance(value, dict):
        parts = (("%s[%.80r]" % (path, key), part) for key, part in value.items())
    elif isinstance(value, (list, tuple)):
        parts = (("%s[%d]" % (path, index), part) for index, part in enumerate(value))
    for place, part in parts:
        found = _not_finite(part, place)
        if found is not None:
            return found
    return None


# ---------------------------------------------------------------------------------------------------------------------
# What run() declares


def interface_of(service):
    """What run() takes and gives, as inference-schema holds it. Schemas are JSON texts, as the server would send them.

    Asks only what the script has loaded, and imports nothing.
    """
    record = {"kind": service.kind}
    declared = {}
    if service.kind == "schema":
        util = sys.modules["inference_schema.schema_util"]
        declared = _decorations(service.run)
        for name in _described(util, service.run):
            declared.setdefault(name, {"kind": "unknown"})
        record.update(_schemas(util, service.run), described=list(declared))
    record["parameters"] = [
        {
            "name": one.name,
            "required": one.default is one.empty,
            "keyword_only": one.kind == one.KEYWORD_ONLY,
            "type": declared.get(one.name),
            "default": _default(one.default),
        }
        for one in service.parameters
    ]
    record["library"], record["numpy"], record["pandas"] = _installed(("inference_schema", "numpy", "pandas"))
    return record


def _default(value):
    """A default that is a plain JSON value, as JSON text."""
    plain = value is None or type(value) in (bool, int, float, str)
    if plain or (type(value) in (list, dict) and not value):
        text = _dumps(value)
        return text if len(text) < 1000 else None
    return None


def _described(util, run):
    """The parameters that have a schema of their own."""
    try:
        properties = util.get_input_schema(run).get("properties") or {}
        return [name for name in properties if properties[name] and isinstance(name, str)]
    except Exception:
        return []


def _schemas(util, run):
    """`input`, `output` and `versions` of a decorated function, or `problem`."""
    texts = {}
    try:
        for name, ask in (("input", util.get_input_schema), ("output", util.get_output_schema)):
            schema = ask(run)
            if not isinstance(schema, dict):
                return {"problem": "the %s schema is of type %s, not a dict" % (name, type(schema).__name__)}
            texts[name] = _dumps(schema) if _nodes(schema) < MOST_SCHEMA // 2 else None
            if texts[name] is None or sum(map(len, texts.values())) > MOST_SCHEMA:
                return {"problem": "the %s schema with its example is larger than 5 MB" % name}
    except Exception as error:
        return {"problem": "%s: %s" % (type(error).__name__, _message(error)[:500])}
    if not hasattr(util, "get_supported_versions"):
        texts["problem"] = "this inference-schema has no get_supported_versions(), which the server needs"
        return texts
    try:
        texts["versions"] = [str(version) for version in util.get_supported_versions(run)]
    except Exception as error:
        texts["problem"] = "%s: %s" % (type(error).__name__, _message(error)[:500])
    return texts


def _nodes(value):
    """How many values there are in a JSON value; counting ends at MOST_SCHEMA."""
    waiting, count = [value], 0
    while waiting and count < MOST_SCHEMA:
        one = waiting.pop()
        count += len(one)
        waiting.extend(part for part in (one.values() if isinstance(one, dict) else one) if _holds_more(part))
    return count


def _holds_more(value):
    return isinstance(value, (dict, list, tuple))


def _decorations(run):
    """The type of each parameter that a decorator describes, by name.

    inference-schema wraps the function once for each decorator (wrapt), and the wrapper's closure holds what it was
    given. Decorators of others may lie between: what they wrap is in `__wrapped__` or in their closure.
    """
    described, waiting, seen = {}, [run], set()
    wrapper = getattr(sys.modules.get("wrapt"), "FunctionWrapper", None) or types.FunctionType
    while waiting and len(seen) < 1000:
        one = waiting.pop(0)
        # Nothing else is looked into: asking an object of the script for an attribute may run its code.
        if id(one) in seen or not issubclass(type(one), (wrapper, types.FunctionType)):
            continue
        seen.add(id(one))
        try:
            given = _closure(getattr(one, "_self_wrapper", None))
            if isinstance(given.get("param_name"), str) and "param_type" in given:
                told = describe_type(given["param_type"])
                told["converts"] = bool(given.get("convert_to_provided_type", True))
                told["optional"] = bool(given.get("optional", False))
                described.setdefault(given["param_name"], told)
            waiting.append(getattr(one, "__wrapped__", None))
            waiting.extend(_closure(one).values())
        except Exception:
            continue
    return described


def _closure(function):
    """The variables that a function closes over, by name."""
    found = {}
    if type(function) is not types.FunctionType or not function.__closure__:
        return found
    for name, cell in zip(function.__code__.co_freevars, function.__closure__):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # empty yet
            pass
    return found


TYPES = {
    "standard_py_parameter_type": ("StandardPythonParameterType", "standard"),
    "numpy_parameter_type": ("NumpyParameterType", "numpy"),
    "pandas_parameter_type": ("PandasParameterType", "pandas"),
    "spark_parameter_type": ("SparkParameterType", "spark"),
}


def describe_type(parameter_type, depth=0):
    """One parameter type; `unknown` when it is the person's own, or cannot be told."""
    try:
        kind = _kind_of(type(parameter_type))
        told = {"kind": kind}
        sample = parameter_type.sample_input
        if kind == "standard":
            told.update(_standard(parameter_type, sample, depth))
        elif kind == "numpy":
            told.update(dtype=str(sample.dtype), shape=[int(size) for size in sample.shape])
            names = (sample.dtype.names or ())[:MOST_COLUMNS]
            told["fields"] = [[str(name), str(sample.dtype[name])] for name in names]
        elif kind == "pandas":
            told.update(orient=getattr(parameter_type, "orient", "records"), shape=[int(size) for size in sample.shape])
            pairs = list(zip(sample.columns[:MOST_COLUMNS], sample.dtypes[:MOST_COLUMNS]))
            told["columns"] = [[str(name), str(dtype)] for name, dtype in pairs]
            told["numbered"] = bool(pairs) and all(isinstance(name, int) for name, _ in pairs)
            told["categories"] = {str(name): _categories(dtype) for name, dtype in pairs if _categories(dtype)}
        if kind in ("numpy", "pandas"):
            told["enforce_shape"] = bool(parameter_type.enforce_shape)
            told["enforce_types"] = bool(parameter_type.enforce_column_type)
        return told
    except Exception:
        return {"kind": "unknown"}


def _categories(dtype):
    """The categories of a pandas type that has them, when they are few and plain."""
    values = getattr(dtype, "categories", None)
    found = values.tolist() if values is not None and len(values) <= MOST_CATEGORIES else []
    return found if all(type(one) in (bool, int, float, str) for one in found) else []


def _kind_of(cls):
    """A class that is derived from a known type counts as that while it converts in the same way."""
    for module, (name, kind) in TYPES.items():
        known = getattr(sys.modules.get("inference_schema.parameter_types." + module), name, None)
        if isinstance(known, type) and issubclass(cls, known):
            same = getattr(cls, "deserialize_input", None) is getattr(known, "deserialize_input", None)
            return kind if same else "unknown"
    return "unknown"


def _standard(parameter_type, sample, depth):
    told = {"python": type(sample).__name__}
    inner = getattr(parameter_type, "sample_data_type_map", None) or {}
    items = getattr(parameter_type, "sample_data_type_list", None) or []
    if depth < 50:
        told["inner"] = {key: describe_type(inner[key], depth + 1) for key in inner if isinstance(key, str)}
        told["item"] = describe_type(items[0], depth + 1) if items else None
    return told


def _installed(names):
    """The versions of packages: as loaded, else as the folders of sys.path tell without importing anything."""
    found = {}
    for name in names:
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found[name] = version
    for folder in sys.path:
        if len(found) == len(names):
            break
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in entries:
            stem, _, suffix = entry.rpartition(".")
            name, _, version = stem.partition("-")
            name = name.replace("-", "_").lower()
            if suffix in ("dist-info", "egg-info") and name in names and version:
                found.setdefault(name, version.partition("-")[0])
    return [found.get(name) for name in names]


# ---------------------------------------------------------------------------------------------------------------------
# The rehearsal


class Rehearsal(object):
    """Runs the steps and records each."""

    def __init__(self, plan, channel, places, observer, service):
        self.plan = plan
        self.channel = channel
        self.places = places
        self.observer = observer
        self.service = service
        self.began = _clock()
        self.pid = _getpid()
        self.times = {}

    def left(self):
        return self.plan["timeout"] - (_clock() - self.began) if self.plan["timeout"] else 1e9

    def step(self, phase, work, sample=None, extra=None):
        """Do one thing and record its outcome; `work` returns the value and the record of it."""
        self.observer.phase = phase
        wrote = written() if phase == "run" else None
        self.channel.write(
            {"k": "begin", "phase": phase, "sample": sample, "at": _clock() - self.began, "wrote": wrote}
        )
        record = {"phase": phase, "sample": sample, "outcome": "passed"}
        before = resident()
        began = _clock()
        try:
            value = work()
            record["seconds"] = _clock() - began
            if extra is not None:
                record.update(extra(value))
            value = None
        except Rejected as rejected:
            record.update(outcome="rejected", message=rejected.message, status=rejected.status)
        except BaseException as error:
            record["seconds"] = _clock() - began
            record.update(outcome="raised", raised=describe(error, self.places))
        record.setdefault("seconds", _clock() - began)
        if _getpid() != self.pid:  # the script forked, and this is the child that came back
            _real_exit(0)
        if before is not None:
            record["memory"] = resident() - before
        self.observer.flush_imports([self.service.module] if self.service.module else ())
        _flush()
        self.channel.write({"k": "step", "step": record})
        return record

    def skip(self, phase, sample, message):
        self.channel.write(
            {"k": "step", "step": {"phase": phase, "sample": sample, "outcome": "skipped", "message": message}}
        )

    def all(self):
        service = self.service
        signature = {}

        def load():
            service.load()
            signature.update(service.examine())

        loaded = self.step("import", load)
        if signature:
            self.channel.write({"k": "signature", "signature": signature})
        if loaded["outcome"] != "passed":
            return None
        if service.kind != "batch":
            self.declare()
        if self.plan.get("stop_after") == "import":
            return None
        if self.step("init", lambda: service.init())["outcome"] != "passed":
            return None
        if self.plan.get("serve"):
            return self.serve(*self.plan["serve"])
        if service.kind == "batch":
            return self.mini_batch(self.plan.get("payloads", ()))
        payloads = []
        for payload in self.plan.get("payloads", ()):
            with io.open(payload["file"], "rb") as file:
                payloads.append((payload["source"], file.read()))
        if not payloads:
            example = service.example()
            if example is None:
                self.skip("run", None, "there is no sample to send")
                return None
            self.channel.write({"k": "example", "text": example[:100000]})
            payloads.append(("the sample of @input_schema", example.encode("utf-8")))
        self.requests(payloads)
        return None

    def declare(self):
        """Record what run() declares; whatever prevents it is no failure of the script."""
        try:
            self.channel.write({"k": "interface", "interface": interface_of(self.service)})
        except (Exception, SystemExit):
            pass

    def mini_batch(self, payloads):
        """All files in one call, as a list of paths; then again. Workers of a batch are processes: no threads."""
        run = self.service.run
        required = [
            one
            for one in self.service.parameters
            if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        ]
        if not payloads or len(required) > 1:
            names = ", ".join(one.name for one in required[1:])
            return self.skip("run", None, "only the driver can give %s" % names if names else "there is no sample")
        files = [payload["file"] for payload in payloads]
        name = payloads[0]["source"] if len(files) == 1 else "%d files" % len(files)

        def told(value):
            return {"returned": judge_rows(value, len(files))}

        first = self.step("run", lambda: run(list(files)), name, told)
        if first["outcome"] != "passed":
            return None
        if first["seconds"] * 1.5 > self.left() - 1:
            return self.skip("repeat", name, "too slow to be repeated within the time limit")
        return self.step("repeat", lambda: run(list(files)), name, told)

    def told(self, body):
        def told(value):
            record = {"returned": judge(value)}
            if self.service.kind == "rawhttp":
                record["content_type"] = self.service.content_type(body)
            return record

        return told

    def requests(self, payloads):
        passed = []
        for source, body in payloads:
            self.service.sample = source
            record = self.step("run", lambda: self.service.call(body), source, self.told(body))
            if record["outcome"] == "passed":
                passed.append((source, body, record))
        spent = 0.0
        for position, (source, body, record) in enumerate(passed):
            if record["seconds"] * 1.5 > self.left() - 1 or (position and spent + record["seconds"] > REPEAT_SECONDS):
                self.skip("repeat", source, "too slow to be repeated within the time limit")
                continue
            self.service.sample = source
            again = self.step(
                "repeat", lambda: self.service.call(body), source, lambda value: {"returned": judge(value)}
            )
            spent += again["seconds"]
        if passed:
            self.concurrently(*passed[0])

    def concurrently(self, source, body, record):
        seconds = record["seconds"]
        count = 4 if seconds < 0.5 else 2
        limit = self.plan.get("memory_limit")
        growth = max(record.get("memory") or 0, 0) * count
        if seconds > CONCURRENT_SECONDS or seconds * count * 1.5 > self.left() - 1:
            return self.skip("concurrent", source, "too slow to be tried concurrently within the time limit")
        if limit and (resident() or 0) + growth > limit * 0.9:
            return self.skip("concurrent", source, "%d calls at once may need more memory than there is" % count)
        self.service.sample = source
        began = _clock()
        patience = min(max(5.0, seconds * count * 20), self.left() - 0.5)
        answers, stuck = self.in_threads(body, count, patience)
        taken = _clock() - began
        if stuck is not None:
            message = "%d calls at once did not end within %.0f s" % (count, patience)
            step = {"phase": "concurrent", "sample": source, "outcome": "timeout", "seconds": taken}
            step.update(message=message, stack=stuck)
            self.channel.write({"k": "step", "step": step})
            return None
        raised = next((one for one in answers if isinstance(one, BaseException)), None)
        if raised is not None:
            alone = self.in_threads(body, 1, patience)[0][0]
            if isinstance(alone, BaseException):
                kind = "%s: %s" % (type(alone).__name__, _message(alone)[:200])
                return self.skip(
                    "concurrent", source, "run() works in the main thread only, where the server calls it (%s)" % kind
                )
        own = record.get("returned", {}).get("digest")

        def work():
            if raised is not None:
                raise raised
            return next((one for one in answers if one.get("digest") != own), answers[0])

        def told(value):
            return {"returned": value, "message": "%d calls at once" % count, "seconds": taken}

        return self.step("concurrent", work, source, told)

    def in_threads(self, body, count, patience):
        """The answers of simultaneous calls, or what they raised; and the stack of one that never ended."""
        answers = [None] * count
        gate = threading.Event()

        def one(position):
            gate.wait()
            try:
                answers[position] = judge(self.service.call(body))
            except BaseException as error:
                answers[position] = error

        self.observer.phase = "concurrent"
        self.channel.write({"k": "begin", "phase": "concurrent", "sample": None, "at": _clock() - self.began})
        threads = []
        for position in range(count):
            thread = threading.Thread(target=one, args=(position,), name="probe-%d" % position)
            thread.daemon = thread.of_the_probe = True
            thread.start()
            threads.append(thread)
        gate.set()
        until = _clock() + patience
        for thread in threads:
            thread.join(max(until - _clock(), 0.001))
        stuck = next((thread for thread in threads if thread.is_alive()), None)
        if stuck is None:
            return answers, None
        return answers, self.places.stack(sys._current_frames().get(stuck.ident))

    def serve(self, requests, answers):
        """Answer request bodies until nobody sends more. Both are pipes by their paths.

        A request is the name of the sample, headers as a JSON object, and the body, each behind its length in four
        bytes, big-endian; an answer is one line of JSON. The first line says that requests may come.
        """
        source = _high(_os_open(requests, os.O_RDONLY))
        target = _high(_os_open(answers, os.O_WRONLY))
        _real_write(target, b"{}\n")  # ready
        while True:
            name, headers, body = _read_sized(source), _read_sized(source), _read_sized(source)
            if name is None or headers is None or body is None:
                return
            self.service.sample = name.decode("utf-8", "replace") or None
            self.service.headers = {one.title(): value for one, value in json.loads(headers.decode("ascii")).items()}
            self.observer.phase = "run"
            self.channel.write({"k": "begin", "phase": "run", "sample": None, "at": _clock() - self.began})
            line = _dumps(self.answer(body)).encode("ascii") + b"\n"
            _flush()
            while line:
                line = line[_real_write(target, line) :]

    def answer(self, body):
        """What the server makes of one request."""
        began = _clock()
        try:
            record = {"outcome": "passed", "returned": judge(self.service.call(body), ANSWER_LIMIT)}
        except Rejected as rejected:
            record = {"outcome": "rejected", "message": rejected.message, "status": rejected.status}
        except BaseException as error:
            record = {"outcome": "raised", "raised": describe(error, self.places)}
        if _getpid() != self.pid:  # the script forked, and this is the child that came back
            _real_exit(0)
        record["seconds"] = _clock() - began
        return record


def _read_sized(fd):
    """What stands in a pipe behind its length; None when it ends before."""
    size = _read_exactly(fd, 4)
    return None if size is None else _read_exactly(fd, int.from_bytes(size, "big"))


def _read_exactly(fd, count):
    """So many bytes of a pipe; None when it ends before."""
    parts = b""
    while len(parts) < count:
        part = os.read(fd, count - len(parts))
        if not part:
            return None
        parts += part
    return parts


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def resident():
    """Resident memory in bytes, where /proc has it."""
    try:
        fd = _os_open("/proc/self/statm", os.O_RDONLY)
        try:
            return int(os.read(fd, 100).split()[1]) * PAGE
        finally:
            os.close(fd)
    except (OSError, ValueError, IndexError):
        return None


def written():
    """Bytes that this process and its children that have ended wrote, to whatever it was, where /proc has it."""
    try:
        fd = _os_open("/proc/self/io", os.O_RDONLY)
        try:
            told = os.read(fd, 1000).split()
            return int(told[told.index(b"wchar:") + 1])
        finally:
            os.close(fd)
    except (OSError, ValueError, IndexError):
        return None


PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def peak():
    """The largest resident memory so far, in bytes."""
    try:
        with io.open("/proc/self/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    except Exception:
        return None


def rehearse(plan, channel):
    """Run the whole rehearsal that `plan` describes and write its records to `channel`.

    Keys of a plan: `script`, `app_root`; `code` (folder of the person's own files, where that is another); `first`
    (folders that the server puts before the rest of sys.path); `payloads` (each `source` and `file`); `batch` (run()
    takes the payloads' paths, as the batch driver calls it, and not their contents); `stop_after` ("import": init() and
    run() are not called); `timeout` in seconds (0: none);
    `serve` (two pipes: payloads come through them, see `Rehearsal.serve`);
    `models` (folder of models), `model_folder`, `any_model`; `temporary`, `protected`, `protected_files`, `private`
    (paths); `owned` (folders of doctor's own packages); `memory_limit` in bytes; `record`, `faults`, `where` (files to
    write to).
    """
    places = Places(plan)
    observer = Observer(channel, places, plan)
    stand_ins = StandIns(plan, observer)
    channel.write(
        {"k": "hello", "python": "%d.%d.%d" % sys.version_info[:3], "interpreter": sys.executable, "path": sys.path[:]}
    )
    began = _clock()
    app_root = plan["app_root"]
    blank = types.ModuleType("__main__")
    observer.undone.append(_keeper(sys.modules, "__main__"))
    sys.modules["__main__"] = blank
    for folder in plan.get("first", ()):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    sys.path.append(app_root)
    if os.environ.get("AZUREML_SOURCE_DIRECTORY"):
        sys.path.append(os.path.join(app_root, os.environ["AZUREML_SOURCE_DIRECTORY"]))
    sys.meta_path.insert(0, Hidden(plan.get("owned", ())))
    stand_ins.install()
    service = Service(plan["script"], stand_ins, bool(plan.get("batch")))
    rehearsal = Rehearsal(plan, channel, places, observer, service)
    observer.start()
    try:
        rehearsal.all()
    finally:
        observer.phase = "start"
        observer.flush_threads()
        left = []
        if observer.reaper and sys.platform.startswith("linux"):
            left = descendants(_getpid())
        channel.write({"k": "end", "peak": peak(), "seconds": _clock() - began, "left": left, "wrote": written()})
        observer.undo()


def _keeper(mapping, name):
    value = mapping[name]

    def restore():
        mapping[name] = value

    return restore


def serve_prints():
    """Send print() where the server sends it: to the stream that stdout was at the start, one flushed record a call.

    `azureml_inference_server_http/print_log_hook.py`: `end` and `flush` are lost, a closed stdout is no error.
    """
    stream = sys.stdout

    def print(*objects, sep=" ", end="\n", file=None, flush=False):
        file = file or sys.stdout
        content = sep.join(map(str, objects))
        if file is not sys.stdout:
            return _real_print(*objects, sep=sep, end=end, file=file, flush=flush)
        try:
            stream.write(content + "\n")
            stream.flush()
        except Exception:
            pass

    builtins.print = print


def main():
    with io.open(sys.argv[1], "r", encoding="utf-8") as file:
        plan = json.load(file)
    channel = Channel(plan["record"])
    # What gunicorn's command line leaves there: scripts that parse arguments meet it.
    command = os.path.join(os.path.dirname(sys.executable or ""), "azmlinfsrv")
    sys.argv[:] = [command, "-b", "0.0.0.0:31311", "-w", "1", "--timeout", "300", "--access-logfile", "-"]
    sys.argv += ["--error-logfile", "/dev/null", "azureml_inference_server_http.server.entry:app"]
    watch = Watch(plan, Places(plan))
    watch.start()
    serve_prints()
    try:
        rehearse(plan, channel)
    finally:
        watch.stopped = True
        _flush()
        # No teardown: threads, atexit functions and destructors of the script have no part in a running service.
        _real_exit(0)


if __name__ == "__main__":
    main()
