"""The API server: the official client's configuration and authentication, raw answers, retries and one deadline."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from doctor.errors import CannotExamine
from doctor.patience import API_SERVER, CLUSTER

if TYPE_CHECKING:
    from doctor.cluster.kubeconfig import Settings
    from doctor.cluster.transport import Answer

SECONDS = CLUSTER
"""The deadline of a whole run, unless --timeout says otherwise."""

Query = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class Access:
    """Which cluster, and how long everything may take. None takes kubectl's own choice; `seconds` is for the whole run,
    `patience` for one request.
    """

    kubeconfig: Path | None = None
    context: str | None = None
    seconds: float = SECONDS
    patience: float = API_SERVER


class Refused(Exception):
    """The server answered, and said no. `reason` is that of its Status (`Forbidden`, `NotFound`), empty where the
    answer was no Status.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Unanswered(CannotExamine):
    """No answer came in time, or none that can be read. Where `Api.answered` is true, others came before."""


@dataclass(frozen=True)
class Executed:
    """What a command in a container wrote (cut at the bytes that were asked for), and its exit code; None: unknown."""

    stdout: bytes
    stderr: bytes
    code: int | None


class Api:
    """One API server. Safe to use from several threads. `calls` counts requests that were sent, retries included."""

    def __init__(self, settings: "Settings", access: Access, began: float) -> None:
        from doctor.cluster.transport import Transport

        self.settings = settings
        self.access = access
        self.address = settings.address
        self.namespace = settings.namespace
        """The namespace of the context, `default` where it names none."""
        self.calls = 0
        self.answered = False
        """True once the server has answered anything as an API server does."""
        self._deadline = began + access.seconds
        self._transport = Transport(settings)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._asking_version = threading.Lock()
        self._version: tuple[str, int | None] | None = None
        self._date = ""
        self._nobody = ""

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End waiting threads, and the connections that are idle."""
        self._stopped.set()
        self._transport.close()

    @property
    def version(self) -> tuple[str, int | None]:
        """`v1.20.2` and 20; asked for once. Empty and None where the server does not tell everybody."""
        with self._asking_version:
            if self._version is None:
                try:
                    self._version = _version(self.get("/version"))
                except Refused:
                    self._version = ("", None)
            return self._version

    @property
    def taken(self) -> str:
        """The server's time of its latest answer (`2026-11-20T18:17:07Z`), this machine's where it told none."""
        from datetime import UTC, datetime
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(self._date).astimezone(UTC)
        except ValueError:
            moment = datetime.now(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def left(self) -> float:
        """Seconds until the deadline, never less than 0."""
        return max(0.0, self._deadline - time.monotonic())

    def get(self, path: str, query: Query | None = None, *, most: int | None = None, tries: int | None = None) -> bytes:
        """The body of a GET. Of one longer than `most` bytes the first `most`.

        429, 5xx, time-outs and dropped connections are tried again with back-off, heeding Retry-After, as long as the
        deadline allows; `tries` 1 asks once. Raises Refused, and CannotExamine where no server answers (or 401).
        """
        return self._ask("GET", _target(path, query), None, "", most, tries)

    @contextmanager
    def opened(
        self, path: str, query: Query | None = None, *, silence: float | None = None
    ) -> Iterator[Iterator[bytes]]:
        """A GET whose body comes in pieces, as long as the server sends any; asked once.

        `silence` is how many seconds may pass without a piece, None for ever. Raises Refused, and CannotExamine where
        no server answers, also while it is read.
        """
        from urllib3.exceptions import HTTPError

        from doctor.cluster import failures

        self._begin()
        wait = min(self.access.patience, self.left)
        try:
            with self._transport.opened(_target(path, query), wait=wait, silence=silence) as (answer, pieces):
                if not answer.is_good:
                    raise self.refusal(answer)
                self.answered = True
                yield pieces
        except (HTTPError, OSError) as error:
            raise self._lost(failures.told(self.settings, error)) from error

    def send(
        self,
        method: Literal["POST", "PUT", "PATCH", "DELETE"],
        path: str,
        body: Any = None,
        *,
        content: str = "application/json",
        query: Query | None = None,
    ) -> bytes:
        """A request that changes something; tried again only where the server surely did nothing. Raises as `get`."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask(method, _target(path, query), data, content, None, None)

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

        `stdin` is written whole; where the protocol cannot close it (v4), the command must know where it ends. After
        `seconds`, or `most` bytes of one stream, the command is left alone: its code is None.
        """
        from doctor.cluster.executing import execute

        self._begin()
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
        pairs = [("container", container), ("stdout", "true"), ("stderr", "true")]
        pairs += [("stdin", "true")] if stdin is not None else []
        pairs += [("command", word) for word in command]
        target = f"{path}?{urlencode(pairs)}"
        return execute(self, target, stdin=stdin, seconds=min(seconds, self.left), most=most)

    def headers(self) -> list[tuple[str, str]]:
        """What every request says, the token included: not for the eyes of anybody."""
        return self._transport.headers()

    def _ask(
        self, method: str, target: str, body: bytes | None, content: str, most: int | None, tries: int | None
    ) -> bytes:
        """One request, as often as it takes."""
        from urllib3.exceptions import HTTPError

        from doctor.cluster import failures
        from doctor.cluster.retrying import TRIES, pause

        headers = {"Content-Type": content} if body is not None else {}
        attempt = 0
        while True:
            attempt += 1
            self._begin()
            wait = min(self.access.patience, self.left)
            try:
                answer = self._transport.ask(method, target, headers, body, wait=wait, until=self._deadline, most=most)
            except (HTTPError, OSError) as error:
                most_tries = tries or TRIES
                if not self.answered:  # nobody may be there at all, and a person waits for that word
                    most_tries = min(most_tries, failures.worth_trying(error))
                again = attempt < most_tries and (method == "GET" or failures.never_sent(error))
                if not again or failures.is_of_tls(error) or not self._wait(pause(attempt)):
                    raise self._lost(failures.told(self.settings, error)) from error
                continue
            self._date = answer.headers.get("Date", "") or self._date
            if answer.is_good:
                self.answered = True
                return answer.body
            later = _may_succeed_later(method, answer.status, attempt, tries)
            if not later or not self._wait(pause(attempt, answer.headers.get("Retry-After"))):
                raise self.refusal(answer)

    def _lost(self, told: str) -> Unanswered:
        """What is raised for a request that got no answer. Where none ever came, the next ones do not try."""
        if self.left < 0.1 and self.answered:
            return Unanswered(self._over)
        self._nobody = "" if self.answered else told
        return Unanswered(told)

    def refusal(self, answer: "Answer") -> Refused:
        """What an answer that is not good means. Raises CannotExamine for 401, and for what no API server says."""
        from doctor.cluster import failures

        reason, message = _status(answer.body)
        if answer.status == 401:
            token = self._transport.token().partition(" ")[2]
            raise CannotExamine(failures.unauthorized(self.settings, message or "Unauthorized", token))
        if not message and answer.is_page and not self.answered:
            raise Unanswered(failures.not_kubernetes(self.settings, answer.status, answer.reason, answer.body))
        self.answered = self.answered or bool(message)
        if not message:
            said = "" if answer.is_page else failures.short(answer.body[:1000].decode("utf-8", "replace"))
            message = f"{answer.status} {answer.reason}" + (f": {said}" if said.strip("b'") else "")
            reason = "NotFound" if answer.status == 404 else ""
        return Refused(answer.status, reason, message)

    def _begin(self) -> None:
        """Before each request. Raises Unanswered when there is no time left."""
        if self._stopped.is_set():
            raise Unanswered("doctor was stopped before it asked")
        if self._nobody and not self.answered:
            raise Unanswered(self._nobody)
        if self.left <= 0.05:
            raise Unanswered(self._over)
        with self._lock:
            self.calls += 1

    @property
    def _over(self) -> str:
        return f"the {self.access.seconds:.0f} s for this run were over before it was read; --timeout gives more"

    def _wait(self, seconds: float) -> bool:
        """Wait; False where the deadline would come first, or doctor was stopped."""
        return seconds < self.left and not self._stopped.wait(seconds)


def connect(access: Access = Access()) -> Api:
    """The API server of a kubeconfig, a context, or of the pod that doctor runs in; nothing is asked yet.

    Raises CannotExamine when there is no configuration, or one that names no such context.
    """
    from doctor.cluster.kubeconfig import settings_of

    began = time.monotonic()
    return Api(settings_of(access.kubeconfig, access.context, access.seconds), access, began)


def contexts(kubeconfig: Path | None = None) -> list[str]:
    """The contexts of the kubeconfig, for completion and for errors; empty when there is none."""
    from doctor.cluster.kubeconfig import contexts_of

    return contexts_of(kubeconfig)


def _target(path: str, query: Query | None) -> str:
    """Path and query as they are sent; booleans in Go's words."""
    if not query:
        return path
    pairs = {key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()}
    return f"{path}?{urlencode(pairs)}"


def _may_succeed_later(method: str, status: int, attempt: int, tries: int | None) -> bool:
    """True for a request that is worth another try."""
    from doctor.cluster.retrying import TRIES, TRIES_WHEN_BUSY

    if status == 429:
        return attempt < (tries or TRIES_WHEN_BUSY)
    return method == "GET" and status >= 500 and attempt < (tries or TRIES)


def _status(body: bytes) -> tuple[str, str]:
    """Reason and message of a Status object, empty for anything else."""
    from doctor.redact import redact

    try:
        found = json.loads(body)
    except ValueError:
        return "", ""
    if not isinstance(found, dict) or found.get("kind") != "Status":
        return "", ""
    return str(found.get("reason") or ""), redact(str(found.get("message") or found.get("reason") or "no reason given"))


def _version(body: bytes) -> tuple[str, int | None]:
    """The version of an answer to /version. A provider may write `20+`."""
    try:
        found = json.loads(body)
        minor = "".join(letter for letter in str(found["minor"]) if letter.isdigit())
        return str(found["gitVersion"]), int(minor) if minor else None
    except (ValueError, KeyError, TypeError) as error:
        raise Unanswered("what answers is no API server: /version tells no version; check the kubeconfig") from error
