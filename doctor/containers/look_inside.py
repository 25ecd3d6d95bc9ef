"""Looks around inside a container: files, sockets, processes, memory, file systems, packages; one JSON document.

    python -I -B -S -c SOURCE WISHES          (or: python -I -B -S look_inside.py WISHES)

This one file needs nothing but the standard library and runs on Python 3.6 and newer. It writes nothing but its answer,
to standard output, imports nothing of the person's (save `imports`, each in a process of its own) and ends by itself.
WISHES is JSON; every key may be left out:

    folders       [{"path": "/var/azureml-app", "texts": true, "deep": true}]: trees to list; of which to give the
                  small text files; whether folders below are listed too (unless told, they are)
    first         paths of text files that are read before all others
    systems       paths whose file systems are measured
    imports       modules to try, one by one
    path          folders that the server puts on sys.path before it imports
    packages      true: what the interpreter has installed
    state         true: sockets, processes, memory
    variables     true: names of all variables, and the values of those that servers read (see PUBLIC)
    seconds       for everything (default 15), import_seconds: for one import (default 20)

Sources: proc(5); Linux kernel documentation, cgroup-v1/memory and cgroup-v2; PEP 376 and the core metadata
specification; PEP 508, environment markers.
"""

import base64
import hashlib
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import time

MOST_ENTRIES = 20000  # of all trees
HASHED = 8 << 20  # bytes of one file
MOST_HASHED = 64 << 20  # bytes of all files
TEXT = 256 << 10  # bytes of one text file
FIRST_TEXT = 1 << 20  # bytes of one that was asked for by name
MOST_TEXT = 2 << 20  # bytes of all
MOST_PROCESSES = 1000
MOST_DISTRIBUTIONS = 3000
MOST_METADATA = 1 << 20  # bytes of one metadata file
MOST_OUTPUT = 7 << 20  # bytes of the answer
TEXTS = (".py", ".yml", ".yaml", ".json", ".txt", ".toml", ".cfg", ".sh", ".conf", ".ini")
PUBLIC = re.compile(
    r"(?:AZUREML|AML|WORKER|PYTHON|CONDA|NVIDIA|CUDA|OMP|MKL|OPENBLAS|GUNICORN|UVICORN)_?\w*|PATH|LD_LIBRARY_PATH|HOME"
    r"|USER|LANG|LC_ALL|TZ|TMPDIR|PORT|WEB_CONCURRENCY|(?i:https?_proxy|no_proxy|all_proxy)"
)
PASSED_OVER = {".git", ".hg", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".mypy_cache"}


class Late(BaseException):
    """The time is up."""


def main():
    wishes = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    document = {"format": 1, "problems": []}
    seconds = float(wishes.get("seconds", 15))
    look = Look(wishes, document, time.time() + seconds)
    arm(seconds)
    try:
        for part in (look.about, look.variables, look.state, look.trees, look.systems, look.packages, look.imports):
            try:
                part()
            except Exception as error:
                document["problems"].append([part.__name__, "%s: %s" % (type(error).__name__, error)])
        signal.alarm(0)
    except Late:
        document["late"] = True
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(15)  # nobody may be left who reads the answer
    answer(document)


def arm(seconds):
    def ring(number, frame):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20)
        raise Late()

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        os.nice(5)
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # where the memory is full, this process goes, and not the service
    except OSError:
        pass


def answer(document):
    content = json.dumps(document).encode("ascii")
    if len(content) > MOST_OUTPUT:
        for tree in document.get("folders", ()):
            if len(tree["entries"]) > 2000:
                tree["entries"], tree["truncated"] = tree["entries"][:2000], True
        document.get("packages", {}).pop("requires", None)
        content = json.dumps(document).encode("ascii")
    while content:
        content = content[os.write(1, content) :]


class Look(object):
    """One look; `document` is filled while it goes on."""

    def __init__(self, wishes, document, deadline):
        self.wishes = wishes
        self.document = document
        self.deadline = deadline
        self.left = MOST_ENTRIES
        self.hash_left = MOST_HASHED
        self.text_left = MOST_TEXT
        self.digests = {}

    # -- who and where

    def about(self):
        uid = os.getuid()
        self.document["user"] = {"uid": uid, "gid": os.getgid(), "groups": os.getgroups(), "name": name_of(uid)}
        self.document["python"] = {
            "executable": sys.executable,
            "version": ".".join(map(str, sys.version_info[:3])),
            "implementation": sys.implementation.name,
        }
        self.document["shell"] = next((p for p in ("/bin/sh", "/bin/bash") if os.access(p, os.X_OK)), None)
        self.document["cwd"] = os.getcwd()

    def variables(self):
        """The value of any other may come from a secret, and stays where it is."""
        if self.wishes.get("variables"):
            items = sorted(os.environ.items())
            self.document["variables"] = {tidy(k): tidy(v) if PUBLIC.fullmatch(k) else None for k, v in items}

    # -- files

    def trees(self):
        self.document["folders"] = []
        self.document["texts"] = {}
        for path in self.wishes.get("first", ()):
            try:
                self.text(path, os.stat(path).st_size, FIRST_TEXT)
            except OSError:
                pass
        for wish in self.wishes.get("folders", ()):
            path = wish["path"]
            try:
                status = os.stat(path)
            except OSError as error:
                try:
                    status = os.lstat(path)
                except OSError:
                    if error.errno == 2:
                        continue  # not there
                    status = None
                found = {"path": path, "entries": [], "truncated": False, "problem": reason(error)}
                if status:
                    found.update(mode=status.st_mode & 0o7777, uid=status.st_uid, gid=status.st_gid)
                self.document["folders"].append(found)
                continue
            found = {
                "path": path,
                "entries": [],
                "truncated": False,
                "problem": None,
                "mode": status.st_mode & 0o7777,
                "uid": status.st_uid,
                "gid": status.st_gid,
            }
            self.document["folders"].append(found)
            if stat.S_ISDIR(status.st_mode):
                self.tree(found, wish)
            else:
                found["problem"] = "not a folder"

    def tree(self, found, wish):
        root = os.path.realpath(found["path"])
        pending, texts, files = [""], [], []  # names as the system has them, which are not always text
        while pending:
            here = pending.pop(0)
            try:
                with os.scandir(os.path.join(root, here)) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                if not here:
                    found["problem"] = reason(error)
                continue
            for entry in entries:
                if self.left <= 0:
                    found["truncated"] = True
                    del pending[:]
                    break
                self.left -= 1
                record = self.entry(entry, here)
                if record is None:
                    continue
                found["entries"].append(record)
                if record[1] == "folder" and entry.name not in PASSED_OVER and wish.get("deep", True):
                    pending.append(here + entry.name + "/")
                elif record[1] in ("file", "link") and wish.get("texts"):
                    texts.append(entry.path)
                if record[1] == "file":
                    files.append((entry.path, record))
        for path in texts:
            try:
                shown = os.path.join(found["path"].rstrip("/") or "/", os.path.relpath(path, root))
                if shown.endswith(TEXTS):
                    self.text(shown, os.stat(path).st_size, TEXT)
            except OSError:
                continue
        for path, record in files:
            record[6] = self.digest(path, record[2])

    def entry(self, entry, here):
        """[path, kind, size, mode, uid, gid, digest, target]"""
        try:
            status = entry.stat(follow_symlinks=False)
            target = None
            if stat.S_ISLNK(status.st_mode):
                kind, target = "link", tidy(os.readlink(entry.path))
            elif stat.S_ISDIR(status.st_mode):
                kind = "folder"
            else:
                kind = "file" if stat.S_ISREG(status.st_mode) else "other"
        except OSError:
            return None  # it went away
        name = tidy(here + entry.name)
        return [name, kind, status.st_size, status.st_mode & 0o7777, status.st_uid, status.st_gid, None, target]

    def digest(self, path, size):
        if size > HASHED or size > self.hash_left or time.time() > self.deadline - 3:
            return None
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            status = os.fstat(fd)
            key = (status.st_dev, status.st_ino)
            if key not in self.digests:
                self.hash_left -= size
                self.digests[key] = hash_of(fd)
            return self.digests[key]
        except OSError:
            return None
        finally:
            os.close(fd)

    def text(self, path, size, most):
        texts = self.document["texts"]
        if path in texts or size > min(most, self.text_left) or not os.path.realpath(path).endswith(TEXTS):
            return
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                content = read(fd, most)
                self.text_left -= len(content)
                texts[tidy(path)] = base64.b64encode(content).decode("ascii")
        finally:
            os.close(fd)

    # -- what goes on

    def state(self):
        if not self.wishes.get("state", True):
            return
        self.document["memory"] = memory()
        self.document["processes"], owners = processes()
        self.document["listening"] = listening(owners)

    def systems(self):
        mounts = mount_table()
        self.document["systems"] = []
        for path in self.wishes.get("systems", ()):
            try:
                found = os.statvfs(path)
                real = os.path.realpath(path)
            except OSError:
                continue
            at = max((m for m in mounts if is_below(real, m)), key=len, default=None)
            kind, options = mounts.get(at, ("", ()))
            self.document["systems"].append(
                {
                    "path": path,
                    "total": found.f_blocks * found.f_frsize,
                    "free": found.f_bavail * found.f_frsize,
                    "free_inodes": found.f_favail if found.f_files else None,
                    "kind": kind,
                    "read_only": "ro" in options or bool(found.f_flag & os.ST_RDONLY),
                    "mounted_at": at,
                }
            )

    # -- the interpreter

    def packages(self):
        if not self.wishes.get("packages", True):
            return
        begun = time.time()
        # Without -I and -S: the path that the service has, with PYTHONPATH, .pth files and the user's own folder.
        ask = "import json, sys; print('\\n' + json.dumps([sys.path[1:], sys.prefix, sys.base_prefix]))"
        code, out, err = run([sys.executable, "-B", "-c", ask], min(10, self.remaining()))
        try:
            path, prefix, base = json.loads(out.decode("utf-8", "replace").strip().splitlines()[-1])
        except (ValueError, IndexError):
            last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or [ended(code)]
            self.document["problems"].append(["packages", "the interpreter does not start: " + last[0][:500]])
            path, prefix, base = sys.path, sys.prefix, sys.base_prefix
        self.document["python"].update(path=path, prefix=prefix, base_prefix=base, start=time.time() - begun)
        self.document["packages"] = dict(distributions(path), markers=markers(), modules=modules(path))

    def imports(self):
        self.document["imports"] = []
        folders = [folder for folder in self.wishes.get("path", ()) if os.path.isdir(folder)]
        here = folders[0] if folders and os.access(folders[0], os.X_OK) else "/"
        for module in self.wishes.get("imports", ()):
            most = min(float(self.wishes.get("import_seconds", 20)), self.remaining() - 1)
            if most <= 0:
                self.document["problems"].append(["imports", "no time was left for " + module])
                continue
            self.document["imports"].append(try_import(module, folders, most, here))

    def remaining(self):
        return max(self.deadline - time.time(), 0)


# -- small helpers


def reason(error):
    return error.strerror or str(error)


def tidy(text):
    """A name whose bytes are no UTF-8 still has to go into JSON and come out as text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def name_of(uid):
    try:
        with open("/etc/passwd", encoding="utf-8", errors="replace") as file:
            for line in file:
                parts = line.split(":")
                if len(parts) > 2 and parts[2] == str(uid):
                    return parts[0]
    except OSError:
        pass
    return None


def read(fd, most):
    parts, length = [], 0
    while length < most:
        part = os.read(fd, min(1 << 20, most - length))
        if not part:
            break
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def read_file(path, most=MOST_METADATA):
    """The text of a file, empty when it cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        return read(fd, most).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(fd)


def hash_of(fd):
    found, length = hashlib.sha256(), 0
    while length <= HASHED:
        part = os.read(fd, 1 << 20)
        if not part:
            return found.hexdigest()
        length += len(part)
        found.update(part)
    return None  # it grew


def is_below(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


# -- /proc and /sys


def processes():
    """[pid, parent, uid, state, memory, seconds, command] of all but this one, and the owner of each socket's inode."""
    own, found, owners = os.getpid(), [], {}
    tick = os.sysconf("SC_CLK_TCK")
    try:
        uptime = float(read_file("/proc/uptime").split()[0])
    except (IndexError, ValueError):
        uptime = None
    for name in sorted((n for n in os.listdir("/proc") if n.isdigit()), key=int)[:MOST_PROCESSES]:
        pid = int(name)
        if pid == own:
            continue
        place = "/proc/" + name
        line = read_file(place + "/stat", 4096)
        if ")" not in line:
            continue
        rest = line[line.rindex(")") + 2 :].split()
        status = read_file(place + "/status", 8192)
        resident = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        uid = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
        command = read_file(place + "/cmdline", 4096).replace("\0", " ").strip()
        if not command:
            command = "[%s]" % line[line.index("(") + 1 : line.rindex(")")]
        seconds = None if uptime is None else max(uptime - int(rest[19]) / tick, 0)
        found.append(
            [
                pid,
                int(rest[1]),
                int(uid.group(1)) if uid else None,
                rest[0],
                int(resident.group(1)) * 1024 if resident else None,
                None if seconds is None else round(seconds, 2),
                command[:1000],
            ]
        )
        try:
            for number in os.listdir(place + "/fd"):
                link = os.readlink(place + "/fd/" + number)
                if link.startswith("socket:["):
                    owners.setdefault(link[8:-1], command[:1000])
        except OSError:
            continue  # of another user, or gone
    return found, owners


def listening(owners):
    """[address, port, command] of every TCP socket in the state LISTEN; None when the table cannot be read."""
    text = "".join(read_file(table, 4 << 20) for table in ("/proc/net/tcp", "/proc/net/tcp6"))
    return listeners(text, owners) if text else None


def listeners(text, owners):
    found = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 10 or fields[3] != "0A":
            continue
        address, port = fields[1].split(":")
        record = [spelled(address), int(port, 16), owners.get(fields[9])]
        if record not in found:
            found.append(record)
    return found


def spelled(address):
    """An address of /proc/net/tcp: words in the machine's own byte order."""
    import socket

    words = [struct.pack("=I", int(address[at : at + 8], 16)) for at in range(0, len(address), 8)]
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, b"".join(words))


def memory():
    """Bytes as the control group counts them; the limit is None where there is none."""
    own = [line.split(":", 2) for line in read_file("/proc/self/cgroup").splitlines() if line.count(":") >= 2]
    for number, controllers, path in own:
        if "memory" in controllers.split(","):
            for place in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory" + path):
                found = old_memory(place)
                if found:
                    return found
        elif number == "0" and not controllers:
            for place in ("/sys/fs/cgroup" + path, "/sys/fs/cgroup"):
                found = new_memory(place)
                if found:
                    return found
    return {}


def old_memory(place):
    current = number_in(place + "/memory.usage_in_bytes")
    if current is None:
        return None
    limit = number_in(place + "/memory.limit_in_bytes")
    return {
        "current": current,
        "peak": number_in(place + "/memory.max_usage_in_bytes"),
        "limit": limit if limit is not None and limit < 1 << 60 else None,
        "kills": field_in(place + "/memory.oom_control", "oom_kill"),
        "reclaimable": field_in(place + "/memory.stat", "total_inactive_file"),
    }


def new_memory(place):
    current = number_in(place + "/memory.current")
    if current is None:
        return None
    return {
        "current": current,
        "peak": number_in(place + "/memory.peak"),
        "limit": number_in(place + "/memory.max"),
        "kills": field_in(place + "/memory.events", "oom_kill"),
        "reclaimable": field_in(place + "/memory.stat", "inactive_file"),
    }


def number_in(path):
    text = read_file(path, 64).strip()
    return int(text) if text.isdigit() else None


def field_in(path, name):
    match = re.search(r"^%s (\d+)$" % name, read_file(path), re.MULTILINE)
    return int(match.group(1)) if match else None


def mount_table():
    """Mount point to kind and options; of several at one place the last one counts."""
    found = {}
    for line in read_file("/proc/self/mounts").splitlines():
        fields = line.split(" ")
        if len(fields) >= 4:
            place = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), fields[1])
            found[place] = (fields[2], fields[3].split(","))
    return found


# -- packages


def distributions(path):
    """Versions, top-level names and requirements of what lies on the path; the first of a name wins, as in Python."""
    versions, tops, requires = {}, {}, {}
    for place in dict.fromkeys(path):
        try:
            names = sorted(os.listdir(place or "."))
        except OSError:
            continue
        for name in names:
            match = re.match(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info\Z", name) or re.match(
                r"(?P<name>.+?)(?:-(?P<version>[^-]+?))?(?:-py\d[\d.]*)?\.egg-info\Z", name
            )
            if not match or len(versions) >= MOST_DISTRIBUTIONS:
                continue
            key = re.sub(r"[-_.]+", "-", match.group("name")).lower()
            if key in versions:
                continue
            info = os.path.join(place, name)
            metadata = read_file(os.path.join(info, "METADATA")) or read_file(os.path.join(info, "PKG-INFO"))
            metadata = metadata or (read_file(info) if name.endswith(".egg-info") else "")
            header = metadata.replace("\r\n", "\n").split("\n\n", 1)[0]
            written = re.search(r"^Version: *(\S+)", header, re.MULTILINE)
            versions[key] = match.group("version") or (written.group(1) if written else "")
            tops[key] = top_level(info)
            lines = re.findall(r"^Requires-Dist: *(.+?)\s*$", header, re.MULTILINE)
            if lines:
                requires[key] = lines[:200]
    return {"versions": versions, "tops": tops, "requires": requires}


def top_level(info):
    """The import names that a distribution installs, by `top_level.txt` or, without it, `RECORD`."""
    names = read_file(os.path.join(info, "top_level.txt")).split()
    if names:
        return names[:200]
    found = {}
    for line in read_file(os.path.join(info, "RECORD"), 8 << 20).splitlines():
        name = module_of(line.split(",", 1)[0].split("/", 1)[0], folder="/" in line.split(",", 1)[0])
        if name:
            found[name] = True
    return list(found)[:200]


def module_of(name, folder):
    """The import name of an entry of a folder on the path, None for what cannot be imported."""
    if folder:
        return name if name.isidentifier() and name != "__pycache__" else None
    match = re.match(r"([^.]+)\.(?:py|pyc|so|pyd|[\w-]+\.so)\Z", name)
    return match.group(1) if match and match.group(1).isidentifier() else None


def modules(path):
    """Every name that can be imported at the top level."""
    found = set(sys.builtin_module_names)
    for place in path:
        try:
            with os.scandir(place or ".") as scan:
                for entry in scan:
                    name = module_of(entry.name, entry.is_dir())
                    if name:
                        found.add(name)
        except OSError:
            continue
        if len(found) > 5000:
            break
    return sorted(found)


def markers():
    """The environment of PEP 508, for the interpreter inside."""
    import platform

    info = sys.implementation.version
    kind = info.releaselevel
    version = "%d.%d.%d" % info[:3] + ("" if kind == "final" else kind[0] + str(info.serial))
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


# -- children

TRY = """
import json, os, sys, time
folders, module = json.loads(sys.argv[1])
sys.path[:1] = folders
told = os.fdopen(os.dup(1), "wb", 0)
os.dup2(2, 1)
begun = time.time()
try:
    import importlib
    found = importlib.import_module(module)
    version = getattr(found, "__version__", None)
    record = {"version": version if isinstance(version, str) else None}
except BaseException as error:
    name = type(error).__module__ + "." + type(error).__qualname__
    name = name[9:] if name.startswith("builtins.") else name
    lines = str(error).strip().splitlines() or [""]
    record = {"error": (name + ": " + lines[0] if lines[0] else name)[:1000]}
record["seconds"] = time.time() - begun
told.write(b"\\n" + json.dumps(record).encode("ascii") + b"\\n")
os._exit(0)
"""


def try_import(module, folders, seconds, here):
    begun = time.time()
    code, out, err = run([sys.executable, "-B", "-c", TRY, json.dumps([folders, module])], seconds, here)
    record = {"module": module, "seconds": round(time.time() - begun, 3), "error": None, "version": None}
    try:
        record.update(json.loads(out.decode("ascii", "replace").strip().splitlines()[-1]))
        record["seconds"] = round(record["seconds"], 3)
    except (ValueError, IndexError):
        last = err.decode("utf-8", "replace").strip().splitlines()
        record["error"] = ended(code, seconds) + (": " + last[-1][:500] if last and code is not None else "")
    return record


def ended(code, seconds=10):
    """How a process ended; None stands for one that had to be ended."""
    if code is None:
        return "not done after %.0f seconds" % seconds
    if code >= 0:
        return "ended the process with exit code %d" % code
    try:
        return "ended the process by %s" % signal.Signals(-code).name
    except ValueError:
        return "ended the process by signal %d" % -code


def run(command, seconds, here="/"):
    """(exit code, output, errors); all that it started is ended. Output is bounded by reading on and throwing away."""
    import select

    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1")
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=here,
        env=environment,
        start_new_session=True,
    )
    end = time.time() + seconds
    pipes = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    kept = dict(pipes)
    try:
        code = None
        while time.time() < end:
            ready = select.select(list(pipes), [], [], 0.02 if pipes else 0)[0]
            for fd in ready:
                part = os.read(fd, 1 << 16)
                if part:
                    kept[fd] += part
                    del kept[fd][: max(len(kept[fd]) - (1 << 16), 0)]
                else:
                    del pipes[fd]
            code = child.poll()
            if code is not None and not ready:
                break
            if not pipes:
                try:
                    code = child.wait(timeout=max(end - time.time(), 0.01))
                except subprocess.TimeoutExpired:
                    pass
                break
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except OSError:
            pass
        child.wait()
    out, err = bytes(kept[child.stdout.fileno()]), bytes(kept[child.stderr.fileno()])
    child.stdout.close()
    child.stderr.close()
    return code, out, err


if __name__ == "__main__":
    main()
