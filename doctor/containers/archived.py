"""A folder inside, read as the tar stream of the engine's archive call, within bounds.

The stream is what a stranger's container makes of it: names that lead out of the folder are passed over, links are
told and never made, and only plain files are laid out (`Brought.put`). The engine sends content with every name, so a
large file ends the listing: the names behind it are unknown, and `truncated` says so.
"""

import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from tarfile import TarError, TarInfo
from typing import IO

from checks.containers import FileInside, Folder
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.look_inside import FIRST_TEXT, HASHED, MOST_TEXT, TEXT, TEXTS
from doctor.containers.paths_inside import members, opened_at

MOST_ENTRIES = 20_000
MOST_SECONDS = 5.0  # of one folder
MOST_STREAMED = 256 << 20  # bytes of one folder from a local engine, about half a second
MOST_STREAMED_REMOTE = 64 << 20
LARGEST_BROUGHT = 32 << 20  # bytes of one file that is brought out
MOST_BROUGHT = 64 << 20  # of one folder
MOST_LINKS = 16


@dataclass
class Archived:
    """What was read of one folder. `texts` are the contents of small text files by path inside."""

    folder: Folder
    texts: dict[str, bytes] = field(default_factory=dict)


def read_folder(
    engine: Engine, container: str, path: str, brought: Brought, *, wanted: Callable[[str], bool], texts: bool
) -> Archived | None:
    """Read a folder inside; None when it is not there. Files whose path is `wanted` are brought out.

    With `texts` small text files are brought out too, and kept. Raises CannotExamine.
    """
    with opened_at(engine, container, path) as opened:
        if opened is None:
            return None
        stream, _, found = opened
        mode = found.mode & 0o777
        if not found.is_folder:
            return Archived(Folder(path=path, files=(), problem="not a folder", mode=mode))
        reading = _Reading(path, brought, wanted, texts)
        most = MOST_STREAMED_REMOTE if engine.info.remote else MOST_STREAMED
        reading.read(_Bounded(stream, most, time.monotonic() + MOST_SECONDS))
    reading.follow_links()
    return reading.done(mode)


def read_text_file(engine: Engine, container: str, path: str, brought: Brought) -> bytes | None:
    """As `read_file`, for text files alone: None too for a link that leads to anything else."""
    return read_file(engine, container, path, brought, FIRST_TEXT, TEXTS)


def read_file(
    engine: Engine, container: str, path: str, brought: Brought, most: int, ends: tuple[str, ...] = ("",)
) -> bytes | None:
    """The content of one file inside, links followed, brought out as `path`; None when it is not there or too large."""
    with opened_at(engine, container, path) as opened:
        if opened is None:
            return None
        stream, real, found = opened
        if found.is_folder or found.size > most or not real.endswith(ends):
            return None
        try:
            for member, content in members(stream):
                if content is None or member.size > most:
                    return None
                text = content.read()
                brought.put(normpath(path), text)
                return text
        except TarError:
            return None
    return None


class _Enough(Exception):
    """More than the bounds allow."""


class _Bounded(io.RawIOBase):
    """A stream that ends with _Enough when too much was read of it, or for too long."""

    def __init__(self, stream: io.RawIOBase, most: int, deadline: float) -> None:
        super().__init__()
        self._stream, self.left, self._deadline = stream, most, deadline
        self.broken = False  # whether it ended without the zeros that end a tar file

    def read(self, size: int = -1) -> bytes:
        if self.left <= 0 or time.monotonic() > self._deadline:
            raise _Enough
        part = self._stream.read(size) or b""
        self.left -= len(part)
        if 0 < len(part) < size:
            self.broken = any(part[-512:])
        return part


class _Reading:
    """One folder under way; names are relative to it."""

    def __init__(self, path: str, brought: Brought, wanted: Callable[[str], bool], texts: bool) -> None:
        self._path, self._brought, self._wanted, self._texts = path.rstrip("/") or "/", brought, wanted, texts
        self._entries: dict[str, FileInside] = {}
        self._kept: dict[str, bytes] = {}
        self._root: TarInfo | None = None
        self._text_left, self._brought_left = MOST_TEXT, MOST_BROUGHT
        self._truncated = False

    def read(self, stream: _Bounded) -> None:
        """Read to the end, or to the first entry that would be too much."""
        try:
            for member, content in members(stream):
                name = _relative(member.name)
                if name == "":
                    self._root = member
                elif name is not None and not self._take(name, member, content, stream):
                    break
        except (_Enough, TarError):
            self._truncated = True
        self._truncated |= stream.broken

    def _take(self, name: str, member: TarInfo, content: IO[bytes] | None, stream: _Bounded) -> bool:
        """Record one entry; False when the rest is not to be read."""
        if len(self._entries) >= MOST_ENTRIES:
            self._truncated = True
            return False
        entry = _entry(name, member)
        if member.islnk() and (same := self._entries.get(_relative(member.linkname) or "")):
            entry = FileInside(
                path=name, size=same.size, mode=entry.mode, uid=entry.uid, gid=entry.gid, digest=same.digest
            )
            if (kept := self._kept.get(same.path)) is not None:
                self._lay(name, kept)
        self._entries[name] = entry
        if content is None:
            return True
        if member.size > stream.left - (1 << 20):
            self._truncated = True
            return False
        inside = self._inside(name)
        wanted = member.size <= min(LARGEST_BROUGHT, self._brought_left) and self._wanted(inside)
        if not wanted and member.size > HASHED:
            return True
        found = content.read()
        self._entries[name] = FileInside(
            path=entry.path,
            size=entry.size,
            mode=entry.mode,
            uid=entry.uid,
            gid=entry.gid,
            digest=hashlib.sha256(found).hexdigest() if len(found) <= HASHED else None,
        )
        if self._texts and name.endswith(TEXTS) and len(found) <= min(TEXT, self._text_left):
            self._text_left -= len(found)
            self._lay(name, found)
        elif wanted:
            self._brought_left -= len(found)
            self._brought.put(inside, found)
        return True

    def _lay(self, name: str, content: bytes) -> None:
        self._kept[name] = content
        self._brought.put(self._inside(name), content)

    def follow_links(self) -> None:
        """Links to files of the folder that were kept are files of that name too: so does a cluster mount them."""
        for name, entry in list(self._entries.items()):
            aim = self._aim(name) if entry.kind == "link" and name not in self._kept else None
            if aim is None:
                continue
            content = self._kept.get(aim) if name.endswith(TEXTS) else None
            if content is not None and len(content) <= self._text_left:
                self._text_left -= len(content)
                self._lay(name, content)
            elif self._wanted(self._inside(name)) and (file := self._brought.path(self._inside(aim))).is_file():
                size = file.stat().st_size
                if size <= self._brought_left:
                    self._brought_left -= size
                    self._brought.put(self._inside(name), file.read_bytes())

    def _aim(self, name: str) -> str | None:
        """Where a name of the folder leads to, links on the way followed; None when it leads out of it, or nowhere."""
        pending, done = name.split("/"), ""
        for _ in range(64):
            if not pending:
                return done
            part = pending.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                if not done:
                    return None
                done = dirname(done)
                continue
            done = join(done, part)
            entry = self._entries.get(done)
            if entry is None:
                return None
            if entry.kind == "link":
                target = entry.target or ""
                if target.startswith("/"):
                    if not target.startswith(self._path + "/"):
                        return None
                    target, done = target[len(self._path) + 1 :], ""
                else:
                    done = dirname(done)
                pending = target.split("/") + pending
        return None

    def _inside(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"

    def done(self, mode: int) -> Archived:
        """What was read."""
        root = self._root
        folder = Folder(
            path=self._path,
            files=tuple(self._shown(entry) for entry in self._entries.values()),
            truncated=self._truncated,
            mode=mode,
            uid=root.uid if root else 0,
            gid=root.gid if root else 0,
        )
        return Archived(folder, {tidy(self._inside(name)): content for name, content in self._kept.items()})

    @staticmethod
    def _shown(entry: FileInside) -> FileInside:
        path, target = tidy(entry.path), tidy(entry.target) if entry.target is not None else None
        if path == entry.path and target == entry.target:
            return entry
        return FileInside(
            path=path,
            kind=entry.kind,
            size=entry.size,
            mode=entry.mode,
            uid=entry.uid,
            gid=entry.gid,
            digest=entry.digest,
            target=target,
        )


def _relative(name: str) -> str | None:
    """The name below the folder, empty for the folder itself; None for one that does not lie in it."""
    parts = name.rstrip("/").split("/")
    if any(part in {"", ".."} for part in parts) or "\0" in name:
        return None
    return "/".join(part for part in parts[1:] if part != ".")


def _entry(name: str, member: TarInfo) -> FileInside:
    common = {"path": name, "mode": member.mode & 0o7777, "uid": member.uid, "gid": member.gid}
    if member.issym():
        return FileInside(kind="link", target=member.linkname, size=len(member.linkname), **common)  # type: ignore[arg-type]
    kind = "folder" if member.isdir() else "file" if member.isreg() or member.islnk() else "other"
    return FileInside(kind=kind, size=member.size, **common)  # type: ignore[arg-type]


def tidy(text: str) -> str:
    """A name whose bytes are no UTF-8 still has to come out as text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
