"""The engine: one connection, its calls counted, its failures told as a person would say them.

Everything that doctor asks of an engine goes through `Engine`, whose methods only read unless they say so. Routes and
fields: Docker Engine API 1.41.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors
import requests
from docker.api.client import APIClient
from docker.tls import TLSConfig

from checks.containers import EngineInfo
from doctor.errors import CannotExamine

PATIENCE = 20  # seconds until an engine that says nothing counts as lost
MOST_OUTPUT = 8 * 1024 * 1024  # bytes of what a command inside may write


@dataclass(frozen=True)
class Executed:
    """What a command inside wrote and how it ended; `code` is None when it did not end in time."""

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


class _Client(APIClient):
    """The library's client, with its calls counted."""

    calls = 0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request."""
        self.calls += 1
        return super().send(request, **kwargs)


class Engine:
    """A connection to an engine. `api` is the library's client, for the calls that have no method here."""

    def __init__(self, api: _Client, address: str) -> None:
        self.api = api
        self.address = address
        with told(self):
            version = api.version(api_version=False)
        self.info = EngineInfo(
            address=address,
            version=str(version.get("Version", "")),
            os=str(version.get("Os", "linux")),
            architecture=str(version.get("Arch", "")),
            remote=not address.startswith(("unix://", "npipe://", "http+unix://")),
        )

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return self.api.calls

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine says of a container. Raises CannotExamine with the nearest names when there is none."""
        with told(self):
            try:
                found: dict[str, Any] = self.api.inspect_container(name)
            except docker.errors.NotFound:
                raise CannotExamine(f"no container is called `{name}`; {self._nearest(name)}") from None
        return found

    def inspect_image(self, name: str) -> dict[str, Any] | None:
        """What the engine says of an image, None when there is none of that name or id."""
        with told(self):
            try:
                found: dict[str, Any] = self.api.inspect_image(name)  # type: ignore[no-untyped-call]
            except docker.errors.NotFound:
                return None
        return found

    def execute(self, container: str, command: Sequence[str], *, user: str = "", most: int = MOST_OUTPUT) -> Executed:
        """Run a command inside of a running container, and wait for its end.

        The command has to end by itself: an engine cannot end it. Raises CannotExamine, also when the container stops.
        """
        with told(self):
            made = self.api.exec_create(container, list(command), user=user)["Id"]
            parts: tuple[bytearray, bytearray] = (bytearray(), bytearray())
            cut = False
            for pair in self.api.exec_start(made, stream=True, demux=True):
                for number, part in enumerate(pair):
                    parts[number].extend((part or b"")[: max(most - len(parts[number]), 0)])
                    cut |= bool(part) and len(parts[number]) >= most
            code = self.api.exec_inspect(made)["ExitCode"]
        return Executed(code, bytes(parts[0]), bytes(parts[1]), cut)

    @contextmanager
    def archive(self, container: str, path: str) -> Iterator[tuple[io.RawIOBase, Stat] | None]:
        """A path inside as a stream of tar, with its description; None when nothing is there. Works on stopped ones."""
        with told(self):
            try:
                chunks, stat = self.api.get_archive(container, path, chunk_size=256 * 1024)
            except docker.errors.NotFound:
                yield None
                return
        with closing(chunks):
            yield (
                _Stream(chunks, self),
                Stat(stat["name"], stat["size"], stat["mode"], stat.get("linkTarget") or ""),
            )

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        names = [each.lstrip("/") for one in self.api.containers(all=True) for each in one.get("Names") or ()]
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        if near:
            return f"the nearest is {' or '.join(f'`{one}`' for one in near)}"
        some = ", ".join(sorted(names)[:8])
        return f"there are {some}" if names else "the engine has no containers at all (docker ps -a)"


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
    """Connect to the engine that the docker command would use. Raises CannotExamine with place and remedy.

    As the command does, DOCKER_HOST goes first, then DOCKER_CONTEXT and the current context of the configuration.
    Source: Docker documentation, "Docker contexts", "Protect the Docker daemon socket".
    """
    address, tls = _address()
    try:
        api = _Client(base_url=address, tls=tls or False, timeout=patience, version="auto")
    except docker.errors.DockerException as error:
        raise CannotExamine(_unreachable(address or "", error)) from error
    return Engine(api, address or api.base_url)


def _address() -> tuple[str | None, TLSConfig | None]:
    """The address and the certificates of the engine that is meant; None for the usual socket."""
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    if os.environ.get("DOCKER_HOST"):
        try:
            given = kwargs_from_env()
        except docker.errors.TLSParameterError as error:
            raise CannotExamine(f"the certificates of DOCKER_CERT_PATH cannot be used: {error}") from error
        return given.get("base_url"), given.get("tls")
    name = os.environ.get("DOCKER_CONTEXT")
    context = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    if context is None:
        raise CannotExamine(f"there is no Docker context `{name}`; docker context ls lists those there are")
    return context.Host, context.TLSConfig


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the library raises into CannotExamine, with the engine's own words."""
    try:
        yield
    except (requests.exceptions.RequestException, docker.errors.DockerException, OSError) as error:
        raise CannotExamine(_unreachable(engine.address, error)) from error


def _unreachable(address: str, error: Exception) -> str:
    """Place and remedy of a call that failed."""
    return f"the Docker engine at {address} did not answer: {error}"


Listen = Callable[[str], None]
Environment = Mapping[str, str]
