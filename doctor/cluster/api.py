"""The API server: the official client's configuration and authentication, raw answers, retries and one deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

SECONDS = 120.0
"""The deadline of a whole run, unless --timeout says otherwise."""


@dataclass(frozen=True)
class Access:
    """Which cluster, and how long everything may take. None takes kubectl's own choice; `seconds` is for the whole run,
    `patience` for one request.
    """

    kubeconfig: Path | None = None
    context: str | None = None
    seconds: float = SECONDS
    patience: float = 20.0


class Refused(Exception):
    """The server answered, and said no. `reason` is that of its Status (`Forbidden`, `NotFound`)."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Executed:
    """What a command in a container wrote (cut at the bytes that were asked for), and its exit code; None: unknown."""

    stdout: bytes
    stderr: bytes
    code: int | None


class Api:
    """One API server. Safe to use from several threads. `calls` counts requests that were sent, retries included."""

    address: str
    namespace: str
    """The namespace of the context, `default` where it names none."""
    calls: int

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    @property
    def version(self) -> tuple[str, int | None]:
        """`v1.20.2` and 20; asked for once."""
        raise NotImplementedError

    @property
    def taken(self) -> str:
        """The server's time of its latest answer (`2026-11-20T18:17:07Z`), this machine's where it told none."""
        raise NotImplementedError

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        raise NotImplementedError

    def get(self, path: str, query: Mapping[str, str | int | bool] | None = None, *, most: int | None = None) -> bytes:
        """The body of a GET. Of one longer than `most` bytes the first `most`.

        429, 5xx, time-outs and dropped connections are tried again with back-off, heeding Retry-After, as long as the
        deadline allows. Raises Refused, and CannotExamine where no server answers (or 401).
        """
        raise NotImplementedError

    def send(
        self,
        method: Literal["POST", "PUT", "PATCH", "DELETE"],
        path: str,
        body: Any = None,
        *,
        content: str = "application/json",
        query: Mapping[str, str | int | bool] | None = None,
    ) -> bytes:
        """A request that changes something; tried again only where the server surely did nothing. Raises as `get`."""
        raise NotImplementedError

    def execute(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: bytes | None = None,
        seconds: float = 30.0,
        most: int = 4 << 20,
    ) -> Executed:
        """Run a command in a container over a websocket (v5.channel, else v4). Raises as `get`.

        `stdin` is written whole; where the protocol cannot close it (v4), the command must know where it ends.
        """
        raise NotImplementedError


def connect(access: Access = Access()) -> Api:
    """The API server of a kubeconfig, a context, or of the pod that doctor runs in; nothing is asked yet.

    Raises CannotExamine when there is no configuration, or one that names no such context.
    """
    raise NotImplementedError


def contexts(kubeconfig: Path | None = None) -> list[str]:
    """The contexts of the kubeconfig, for completion and for errors; empty when there is none."""
    raise NotImplementedError
