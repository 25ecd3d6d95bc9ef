"""The targets that were diagnosed last, kept between runs: no variables, no secrets, for the person's own eyes."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import asdict, replace

from checks.finding import Record
from doctor.diagnosis.call import Call, public
from doctor.redact import MASK, redact

SCHEMA = "doctor.recent/1"
MOST = 20
LARGEST = 1 << 20  # bytes of a file that is believed
_PATHS = ("model_dir", "environment", "source", "kubeconfig")
_OF_FILES = frozenset({"script", "document", "manifest", "folder", "log", "report"})


class Recent(Record, frozen=True):
    """One call, when it was made last (seconds since 1970), and what came of it (`failing`; empty: not known)."""

    call: Call
    used: float
    outcome: str = ""


class _File(Record, frozen=True, kw_only=True):
    schema: str
    recent: tuple[Recent, ...] = ()


@dataclass(frozen=True)
class Recents:
    """The latest first. `remark` says why there are none where the file could not be read."""

    items: tuple[Recent, ...] = ()
    remark: str = ""


def place() -> Path:
    """Where they are kept."""
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state") / "doctor" / "recent.json"


def recents() -> Recents:
    """What was diagnosed last. A file that cannot be read is told, and counts as empty."""
    path = place()
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST)
        return Recents(msgspec.json.decode(content, type=_File).recent[:MOST])
    except FileNotFoundError:
        return Recents()
    except OSError as error:
        return Recents(remark=f"{path} cannot be read: {error.strerror or error}; check its permissions")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Recents(
            remark=f"{path} cannot be read: it is no list of recent targets; the next diagnosis writes it anew"
        )


def remember(call: Call, outcome: str = "") -> None:
    """Put a call in front of the others. Raises OSError when it cannot be written."""
    kept = storable(call)
    path = place()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path.with_suffix(".lock")):
        before = [one for one in recents().items if one.call != kept]
        items = (Recent(call=kept, used=time.time(), outcome=outcome), *before)[:MOST]
        _write(path, msgspec.json.format(msgspec.json.encode(_File(schema=SCHEMA, recent=items)), indent=1))


def forget(call: Call) -> None:
    """Leave a call out from now on. Raises OSError when that cannot be written."""
    kept, path = storable(call), place()
    with _alone(path.with_suffix(".lock")):
        left = tuple(one for one in recents().items if one.call != kept)
        _write(path, msgspec.json.format(msgspec.json.encode(_File(schema=SCHEMA, recent=left)), indent=1))


def storable(call: Call) -> Call:
    """The call without values of variables and without secrets, its paths whole: it is found from every folder."""
    kept = replace(call, variables={}, **{name: _whole(getattr(call, name)) for name in _PATHS})
    kept = replace(kept, samples=tuple(str(_whole(one)) for one in call.samples))
    if call.kind in _OF_FILES:
        kept = replace(kept, name=str(_whole(call.name)))
    if call.kind == "url":
        kept = replace(kept, name=public(call.name))
    if call.python and os.sep in call.python:
        kept = replace(kept, python=_whole(call.python))
    masked = {name: redact(value) for name, value in asdict(kept).items() if isinstance(value, str)}
    return replace(kept, samples=tuple(map(redact, kept.samples)), **masked)


def usable(call: Call, folder: Path) -> Call:
    """A kept call with paths as a person in `folder` would write them."""
    there = folder.absolute()

    def short(path: str | None) -> str | None:
        if path and Path(path).is_relative_to(there):
            return str(folder / Path(path).relative_to(there))
        return path

    used = replace(call, samples=tuple(str(short(one)) for one in call.samples))
    used = replace(used, **{name: short(getattr(call, name)) for name in _PATHS})
    return replace(used, name=str(short(call.name))) if call.kind in _OF_FILES else used


def is_whole(call: Call) -> bool:
    """False for a call of which a secret was left out: it has to be typed again."""
    words = [value for value in asdict(call).values() if isinstance(value, str)]
    return not any(MASK in word for word in (*words, *call.samples))


def _whole(path: str | None) -> str | None:
    return os.path.abspath(Path(path).expanduser()) if path else path  # noqa: PTH100 # `..` goes, links stay


def _write(path: Path, content: bytes) -> None:
    """Whoever reads meanwhile sees the old list or the new one."""
    handle, made = tempfile.mkstemp(prefix=".recent-", dir=path.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time, where the system can say so; elsewhere the last one wins."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
