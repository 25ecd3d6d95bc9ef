"""Whether a failed step was about to write: what the audit hooks saw, the calls on the stack, the person's line."""

import re

from checks.evidence import Evidence, Opened, Probe
from checks.runtime.failures import Failure
from checks.runtime.paths import missing_path, refused_path
from checks.writes import line_writes, stack_writes

_ERRORS = ("FileNotFoundError", "PermissionError", "OSError", "FileExistsError")


def is_write(failure: Failure, evidence: Evidence) -> bool:
    """True when the file or folder that the exception names was to be made or written, not read."""
    seen = _opened(failure, missing_path(failure) or refused_path(failure), evidence)
    if seen is None:
        return _looks_written(failure)
    # A folder that is there and a file that is not: the file was to be updated (`r+`), or a folder was to be made.
    updated = seen.found and failure.kind == "FileNotFoundError" and not _looks_written(failure)
    return seen.mode == "write" and not updated


def unwritten_path(failure: Failure, evidence: Evidence) -> str | None:
    """The path that could not be written because its folder is not there; None for other exceptions."""
    if failure.kind == "OperationalError" and "unable to open database file" in failure.message:
        return _database(failure, evidence)
    if folder := re.search(r"Cannot save file into a non-existent directory: '([^']+)'", failure.message):
        named = re.search(rf"{re.escape(folder[1])}/([^\"'/]+)[\"']", failure.own.code if failure.own else "")
        return f"{folder[1]}/{named[1] if named else 'a file'}"
    if failure.kind not in _ERRORS or not (path := missing_path(failure)):
        return None
    target = re.search(r"' -> '([^']+)'$", failure.message)  # os.replace: the source was there if it was just written
    if target and (source := _opened(failure, path, evidence)) and source.found:
        return target.group(1)
    return path if is_write(failure, evidence) else None


def _database(failure: Failure, evidence: Evidence) -> str | None:
    """SQLite names no file: it is the last that the person's line asked for. What is shipped is there to be read."""
    if not isinstance(evidence.probe, Probe) or failure.own is None:
        return None
    line = failure.own.line
    asked = [o for o in evidence.probe.opened if o.phase is failure.phase and o.at and o.at.line == line]
    last = asked[-1] if asked else None
    return last.path if last and not last.found and last.place not in ("model", "code") else None


def _looks_written(failure: Failure) -> bool:
    """What the calls on the stack and the person's line say, where no audit hook saw the file."""
    frames = [frame for frame in (failure.innermost, failure.own) if frame]
    return any(stack_writes(frame.path, frame.function) for frame in failure.error.frames) or any(
        line_writes(frame.code) for frame in frames
    )


def _opened(failure: Failure, path: str, evidence: Evidence) -> Opened | None:
    """The last time that the script touched this path in the step that failed."""
    if not path or not isinstance(evidence.probe, Probe):
        return None
    return next(
        (o for o in reversed(evidence.probe.opened) if o.phase is failure.phase and _same(o.path, path)),
        None,
    )


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one.replace("\\", "/"), other.replace("\\", "/")), key=len)
    return longer == shorter or longer.endswith(f"/{shorter.removeprefix('./').lstrip('/')}")
