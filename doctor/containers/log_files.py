"""Logs that a service writes into files of its container, so that `docker logs` does not have them.

A start script sends the output of a server into a file, supervisord keeps the output of each program in files of its
own, gunicorn and nginx are told one. Which they are is read from the command, the start scripts and the settings that
lie beside the code; nothing is guessed.

Sources: supervisord documentation, `[program:x]`: `stdout_logfile`, `stderr_logfile`, `logfile`; gunicorn
documentation, `--error-logfile`, `--log-file`; nginx documentation, `error_log`.
"""

import posixpath
import re
import tarfile
from collections import deque

from checks.containers import Container, Inside
from checks.evidence import Log
from doctor.containers.engine import Engine
from doctor.containers.failures import Refused
from doctor.containers.paths_inside import members, opened_at
from doctor.logs.reading import read_text

MOST_FILES = 6
NEWEST = 1 << 20  # bytes of one file
MOST_READ = 64 << 20  # bytes of one file that are read in search of its end; of a longer one nothing is
_BLOCK = 1 << 16

_PATH = r"[\"']?(?P<path>[\w./-]+)"
_NAMED = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"^\s*(?:stderr_logfile|stdout_logfile|logfile)\s*=\s*{_PATH}",
        rf"--(?:error-logfile|log-file)[\s=,\"']+{_PATH}",
        rf"^\s*error_?log\s*[=\s]\s*{_PATH}",
        rf"^[^#\n]*?(?:&>>?|[12]?>>?)\s*{_PATH}",
        rf"\btee\s+(?:-a\s+)?{_PATH}",
    )
)
_SETTINGS = (".sh", ".conf", ".ini", ".cfg")
_NO_FILES = ("/dev/", "/proc/", "/sys/")


def logs_inside(engine: Engine, container: Container, inside: Inside) -> tuple[Log, ...]:
    """The newest part of each such file that is there and holds anything. Raises CannotExamine."""
    read = ((path, _newest(engine, container.id, path)) for path in log_files(container, inside.texts))
    return tuple(read_text(path, iter((content,))) for path, content in read if content)


def log_files(container: Container, texts: dict[str, str]) -> tuple[str, ...]:
    """Their absolute paths, as the command names them, then the scripts and settings that were read."""
    home = container.working_dir or "/"
    read = [" ".join(container.command), *(text for path, text in texts.items() if _is_read(path, container))]
    named = (said["path"] for text in read for pattern in _NAMED for said in pattern.finditer(text))
    paths = (posixpath.normpath(posixpath.join(home, path)) for path in named if "/" in path or path.endswith(".log"))
    kept = (path for path in paths if not path.startswith(_NO_FILES))
    return tuple(dict.fromkeys(kept))[:MOST_FILES]


def _is_read(path: str, container: Container) -> bool:
    """Settings and shell scripts; of other files only those that the command names."""
    home = container.working_dir or "/"
    return path.endswith(_SETTINGS) or path in {
        posixpath.normpath(posixpath.join(home, one)) for one in container.words
    }


def _newest(engine: Engine, container: str, path: str) -> bytes:
    """The end of a file, from the beginning of a line; empty for what is none, or far too long."""
    try:
        with opened_at(engine, container, path) as opened:
            if opened is None or opened[2].is_folder or opened[2].size > MOST_READ:
                return b""
            for member, content in members(opened[0]):
                if content is None or not member.isreg():
                    return b""
                kept: deque[bytes] = deque(iter(lambda: content.read(_BLOCK), b""), maxlen=NEWEST // _BLOCK)  # noqa: B023
                text = b"".join(kept)
                return text.partition(b"\n")[2] if member.size > len(text) else text
    except (tarfile.TarError, Refused):
        return b""
    return b""
