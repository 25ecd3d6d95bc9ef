"""Single paths inside a container: what they are, and how a file begins. Works on running and on stopped ones.

Source: Docker Engine API 1.41, `HEAD` and `GET /containers/{id}/archive`. A link in the last place is not followed by
the engine; its header names the link's final place inside.
"""

import base64
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from doctor.containers.engine import Engine, Stat, told

LINK = 1 << 27  # Go's os.ModeSymlink
SPECIAL = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19  # device, pipe, socket, character device, irregular
MOST_LINKS = 8
_BLOCK = 256 * 1024  # bytes
_HEADER = "X-Docker-Container-Path-Stat"


def stat(engine: Engine, container: str, path: str) -> Stat | None:
    """What a path is, without following it; None when nothing is there, or the container itself is no more."""
    address = f"{engine.api.base_url}/v{engine.api.api_version}/containers/{container}/archive"
    with told(engine), engine.api.head(address, params={"path": path}, timeout=engine.api.timeout) as answer:
        header = answer.headers.get(_HEADER)
        refused = answer.status_code >= 500
    if refused:
        with engine.archive(container, path) as opened:  # has a body that says why
            return opened[1] if opened else None
    if header is None:
        return None
    found = json.loads(base64.b64decode(header))
    return Stat(found["name"], found["size"], found["mode"], found.get("linkTarget") or "")


def resolve(engine: Engine, container: str, path: str) -> tuple[str, Stat] | None:
    """The final place of a path, links followed, and what is there; None when nothing is, or links run in a circle."""
    for _ in range(MOST_LINKS):
        found = stat(engine, container, path)
        if found is None:
            return None
        if not found.mode & LINK:
            return path, found
        if not found.link.startswith("/") or found.link == path:
            return None
        path = found.link
    return None


def is_program(found: Stat) -> bool:
    """Whether somebody may execute it."""
    return not found.is_folder and not found.mode & (LINK | SPECIAL) and bool(found.mode & 0o111)


@contextmanager
def opened_at(engine: Engine, container: str, path: str) -> Iterator[tuple[io.RawIOBase, str, Stat] | None]:
    """A path as a stream of tar, links followed, with its final place and what is there; None when nothing is.

    Costs one call where the path is no link.
    """
    with engine.archive(container, path) as opened:
        if opened is None or not opened[1].mode & LINK:
            yield (opened[0], path, opened[1]) if opened else None
            return
        aim = opened[1].link
    place = resolve(engine, container, aim) if aim.startswith("/") and aim != path else None
    if place is None:
        yield None
        return
    with engine.archive(container, place[0]) as followed:
        yield (followed[0], *place) if followed else None


def head(engine: Engine, container: str, path: str, most: int = 4096) -> bytes | None:
    """The first bytes of a regular file, links followed; None when there is none."""
    with opened_at(engine, container, path) as opened:
        if opened is None or opened[2].is_folder:
            return None
        try:
            for member, content in members(opened[0]):
                return content.read(most) if content is not None and member.isreg() else None
        except tarfile.TarError:
            return None
    return None


def members(stream: object) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The entries of a tar stream in their order, each with its content. Raises TarError for a stream that is none."""
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|", errorlevel=0, bufsize=_BLOCK) as archive:
        while (member := archive.next()) is not None:
            yield member, archive.extractfile(member) if member.isreg() else None
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps them all
