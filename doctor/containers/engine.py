"""The engine: one connection, its calls counted, its failures told as a person would say them.

Everything that doctor asks of an engine goes through `Engine`, whose methods only read unless they say so. Routes and
fields: Docker Engine API 1.41.
"""

import io
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import docker.errors
import requests
import urllib3.exceptions

from checks.containers import EngineInfo
from doctor.containers.address import meant
from doctor.containers.client import STDERR, STDOUT, Client, Frame, frames, pieces, pieces_at_once
from doctor.containers.failures import Refused, told_failure
from doctor.errors import CannotExamine
from doctor.patience import ENGINE as PATIENCE

SILENCE = 120.0  # seconds that a command inside may take without writing anything
MOST_OUTPUT = 8 * 1024 * 1024  # bytes of what a command inside may write
MOST_NAMES = 8  # names of containers in a message
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Executed:
    """What a command inside wrote and how it ended; `code` is None when it did not end in time.

    `cut` says that it wrote more than was allowed, and was left alone from then on.
    """

    code: int | None
    stdout: bytes
    stderr: bytes
    cut: bool = False


@dataclass(frozen=True)
class Stat:
    """A path inside, as the archive call describes it; `mode` has Go's bits for the kind."""

    name: str
    size: int
    mode: int
    link: str = ""

    @property
    def is_folder(self) -> bool:
        """Go's os.ModeDir."""
        return bool(self.mode & (1 << 31))


class Engine:
    """A connection to an engine. `api` is the library's client, for the calls that have no method here.

    `said_by` tells who named the address, as in ``context `name` ``.
    """

    def __init__(self, api: Client, address: str, said_by: str = "") -> None:
        self.api = api
        self.address = address
        self.said_by = said_by
        self.known: set[str] = set()  # names and ids of containers that were there
        with told(self):
            version = api.about or api.version(api_version=False)
        self.info = EngineInfo(
            address=address,
            version=str(version.get("Version", "")),
            os=str(version.get("Os", "linux")),
            architecture=str(version.get("Arch", "")),
            remote=not address.startswith(("unix://", "npipe://", "http+unix://"))
            and (urlsplit(address).hostname not in LOOPBACK or address.startswith("ssh://")),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return self.api.calls

    def names(self) -> dict[str, str]:
        """The containers there are, stopped ones too, and their status as `docker ps` shows it."""
        with told(self):
            found = self.api.containers(all=True)
        return {_name(one): str(one.get("Status", "")) for one in found}

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine says of a container. Raises CannotExamine with the nearest names when there is none."""
        with told(self):
            try:
                found: dict[str, Any] = self.api.inspect_container(name)
            except docker.errors.NotFound:
                if name in self.known:
                    raise
                if (removed := self._removed(name)) is not None:
                    at, name = removed
                    when = f"{time.strftime('%H:%M:%S', time.localtime(at))}, {ago(time.time() - at)} ago"
                    words = "make it again under this name (docker run, without --rm)"
                    raise CannotExamine(f"the container {name} was removed at {when}; {words}") from None
                raise CannotExamine(f"no container is called `{name}`; {self._instead_of(name)}") from None
            except docker.errors.APIError as error:
                if "multiple ids" in str(error).lower():
                    raise CannotExamine(f"`{name}` is the beginning of several ids: {self._begun(name)}") from None
                raise
        self.known |= {name, str(found.get("Id", "")), str(found.get("Name", "")).lstrip("/")}
        return found

    def inspect_image(self, name: str) -> dict[str, Any] | None:
        """What the engine says of an image, None when there is none of that name or id."""
        with told(self):
            try:
                found: dict[str, Any] = self.api.inspect_image(name)  # type: ignore[no-untyped-call]
            except docker.errors.NotFound:
                return None
        return found

    def events(self, container: str, actions: Sequence[str], until: str) -> list[dict[str, Any]]:
        """The events of a container that the engine remembers (its last 256), oldest first.

        `until` is a time of the engine that is over, in seconds with a fraction.
        """
        with told(self):
            return list(self.api.past_events(container, actions, until))

    @contextmanager
    def log(
        self,
        container: str,
        *,
        tail: int | None = None,
        tty: bool = False,
        follow: bool = False,
        since: str = "",
        at_once: bool = False,
    ) -> Iterator[Iterator[Frame]]:
        """The log from its oldest record, or its last `tail` records, each frame one record with its time before it.

        With a terminal there are no frames: pieces of any length come instead. `follow` goes on until the container
        ends; `since` is in seconds with a fraction. `at_once` gives what has come also where the engine then falls
        silent, and takes three times as long. Raises CannotExamine, also while read.
        """
        with told(self):
            response = self.api.open_log(container, tail=tail, follow=follow, since=since)
        read = pieces_at_once if follow or at_once else pieces
        with closing(response):
            raw = ((STDOUT, piece) for piece in read(response))
            yield self._guarded(raw if tty else frames(response, read))

    def _guarded(self, some: Iterator[Frame]) -> Iterator[Frame]:
        with told(self):
            yield from some

    def execute(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        most: int = MOST_OUTPUT,
        silence: float = SILENCE,
    ) -> Executed:
        """Run a command inside of a running container, and wait for its end.

        The command has to end by itself: an engine cannot end it. Raises CannotExamine, also when the container stops,
        and when the command writes nothing for `silence` seconds.
        """
        parts = {STDOUT: bytearray(), STDERR: bytearray()}
        cut = False
        with told(self):
            made = self.api.exec_create(container, list(command), user=user)["Id"]
            with closing(self.api.run_inside(made, silence)) as response:
                try:
                    for stream, part in frames(response):
                        held = parts.setdefault(stream, bytearray())
                        cut = len(held) + len(part) > most
                        held.extend(part[: most - len(held)])
                        if cut:
                            break
                except (requests.exceptions.ConnectionError, urllib3.exceptions.ReadTimeoutError) as error:
                    if "timed out" not in str(error).lower():
                        raise
                    self.api.ping()  # the engine itself, or only the command?
                    raise CannotExamine(
                        f"a command in the container {container} wrote nothing for {silence:.0f} s: {command[0]}; "
                        "the container may have no processor time left, or be paused (docker stats, docker unpause)"
                    ) from error
            code = None if cut else self.api.exec_inspect(made)["ExitCode"]
        return Executed(code, bytes(parts[STDOUT]), bytes(parts[STDERR]), cut)

    @contextmanager
    def archive(self, container: str, path: str) -> Iterator[tuple[io.RawIOBase, Stat] | None]:
        """A path inside as a stream of tar, with its description; None when nothing is there. Works on stopped ones."""
        with told(self):
            opened = self._open_archive(container, path)
        if opened is None:
            yield None
            return
        response, stat = opened
        with closing(response):
            yield (
                _Stream(pieces(response), self),
                Stat(
                    str(stat.get("name", "")),
                    int(stat.get("size", 0)),
                    int(stat.get("mode", 0)),
                    stat.get("linkTarget") or "",
                ),
            )

    def _open_archive(self, container: str, path: str) -> tuple[requests.Response, dict[str, Any]] | None:
        try:
            return self.api.open_archive(container, path)
        except docker.errors.NotFound as error:
            if "no such container" in str(error.explanation).lower():
                raise  # the container, and not the path in it
            return None

    def _removed(self, name: str) -> tuple[float, str] | None:
        """When a container was removed, in seconds since the epoch, and its name, as far as the engine remembers."""
        ends = list(self.api.past_events(name, ["destroy"], f"{time.time():.6f}"))
        its = [(float(one.get("time") or 0), _names(one)[0] or name) for one in ends if name in _names(one)]
        return max(its, default=None)

    def _instead_of(self, name: str) -> str:
        """What there is instead of a container of that name."""
        from doctor.near import nearest

        there = self.api.containers(all=True)
        names = [_name(one) for one in there]
        of_image = [_name(one) for one in there if name in {one.get("Image"), str(one.get("Image")).split(":")[0]}]
        if of_image:
            return f"of the image `{name}` there {_are(of_image)}"
        near = nearest(name, names, limit=3) or [one for one in names if name.lower() in one.lower()][:3]
        if near:
            return f"the nearest is {' or '.join(f'`{one}`' for one in near)}"
        return f"there {_are(sorted(names))}" if names else "the engine has no containers at all (docker ps -a)"

    def _begun(self, name: str) -> str:
        """The containers whose ids begin so."""
        some = [one for one in self.api.containers(all=True) if str(one.get("Id", "")).startswith(name)]
        return (
            ", ".join(f"{one['Id'][:12]} ({_name(one)})" for one in some[:MOST_NAMES]) + "; give more of it, or a name"
        )


def _names(event: Mapping[str, Any]) -> tuple[str, ...]:
    """What an event calls its container; the filter of the engine also lets parts of names through."""
    actor = event.get("Actor") or {}
    identity = str(actor.get("ID", ""))
    return str((actor.get("Attributes") or {}).get("name", "")), identity, identity[:12]


def ago(seconds: float) -> str:
    """`12 s`, `5 min`, `3 h`."""
    seconds = max(0.0, seconds)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def _name(listed: Mapping[str, Any]) -> str:
    """The name of a container in a listing; further ones are those of links."""
    names = [str(name).lstrip("/") for name in listed.get("Names") or ()]
    return next((name for name in names if "/" not in name), str(listed.get("Id", ""))[:12])


def _are(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return f"{'is' if len(names) == 1 else 'are'} {shown}{f' and {more} more (docker ps -a)' if more > 0 else ''}"


class _Stream(io.RawIOBase):
    """Chunks of an answer as a file that can only be read on."""

    def __init__(self, chunks: Iterator[bytes], engine: Engine) -> None:
        super().__init__()
        self._chunks, self._engine, self._rest = chunks, engine, b""

    def read(self, size: int = -1) -> bytes:
        """As much as was asked for, less only at the end."""
        parts, length = [self._rest], len(self._rest)
        with told(self._engine):
            while size < 0 or length < size:
                part = next(self._chunks, None)
                if part is None:
                    break
                parts.append(part)
                length += len(part)
        whole = b"".join(parts)
        taken, self._rest = (whole, b"") if size < 0 else (whole[:size], whole[size:])
        return taken


def connect(patience: int = PATIENCE) -> Engine:
    """Connect to the engine that the docker command would use. Raises CannotExamine with place and remedy."""
    address = meant()
    try:
        _knock(address.shown)
        api = Client(base_url=address.url, tls=address.tls or False, timeout=patience, version="auto")
    except Exception as error:
        # By ssh the library lets through whatever paramiko raises.
        raise CannotExamine(told_failure(address.shown, error, said_by=address.said_by)) from error
    return Engine(api, address.shown, address.said_by)


def _knock(address: str) -> None:
    """Connect once to a socket of this machine; the library leaves open what it cannot connect. Raises OSError."""
    if address.startswith("unix://") and hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as tried:
            tried.settimeout(PATIENCE)
            tried.connect(address.removeprefix("unix://"))


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the library raises into CannotExamine, with the engine's own words."""
    try:
        yield
    except (
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        docker.errors.DockerException,
        OSError,
    ) as error:
        text = told_failure(engine.address, error, said_by=engine.said_by, known=frozenset(engine.known))
        refused = isinstance(error, docker.errors.APIError) and not isinstance(error, docker.errors.NotFound)
        raise (Refused if refused else CannotExamine)(text) from error


Listen = Callable[[str], None]
Environment = Mapping[str, str]
