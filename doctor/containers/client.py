"""The library's client, with what it lacks: calls are counted, and no answer is waited for without an end.

The library switches time limits off where answers are streamed; an engine that stops in the middle would hold doctor
for ever. The streams are read here instead. Framing: Docker Engine API 1.41, "Attach to a container", stream format.
"""

import base64
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import quote

import requests
from docker.api.client import APIClient
from docker.errors import create_api_error_from_http_exception

PIECE = 256 * 1024  # bytes read at a time
HEADER = 8  # bytes before a frame: stream, three zeros, length
STDOUT, STDERR = 1, 2

_HEAD = struct.Struct(">B3xL")

Frame = tuple[int, bytes]  # stream, bytes


class Client(APIClient):
    """A connection to one engine. `about` is its answer to /version."""

    calls = 0
    about: Mapping[str, Any] = {}

    def __init__(self, **options: Any) -> None:
        try:
            super().__init__(**options)
        except BaseException:
            self.close()  # the connection over which the first answer came
            raise

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request."""
        self.calls += 1
        return super().send(request, **kwargs)

    def merge_environment_settings(self, *given: Any, **named: Any) -> Any:
        """As the library's, but REQUESTS_CA_BUNDLE does not replace the CA that came with the engine's address."""
        settings = super().merge_environment_settings(*given, **named)
        return {**settings, "verify": self.verify}

    def _retrieve_server_version(self) -> str:
        """As the library's, the whole answer kept and errors left as they are."""
        self.about = self.version(api_version=False)
        return str(self.about["ApiVersion"])

    def open_log(self, container: str, *, tail: int | None, follow: bool = False, since: str = "") -> requests.Response:
        """The log of a container, as a stream of frames, or of bytes where it has a terminal.

        `follow` waits for more, however long nothing comes; `since` is in seconds with a fraction.
        """
        query: dict[str, str | int] = {"stdout": 1, "stderr": 1, "timestamps": 1}
        query |= {"tail": "all" if tail is None else tail}
        query |= {"since": since} if since else {}
        if not follow:
            return self._open("GET", f"/containers/{quote(container)}/logs", params=query)
        address = f"/containers/{quote(container)}/logs"
        return self._open("GET", address, params={**query, "follow": 1}, timeout=(self.timeout, None))

    def open_archive(self, container: str, path: str) -> tuple[requests.Response, dict[str, Any]]:
        """A path inside as a stream of tar, and what it is."""
        plain = {"Accept-Encoding": "identity"}  # the engine's gzip is slow, and comes without saying so
        query = {"path": path}
        response = self._open("GET", f"/containers/{quote(container)}/archive", params=query, headers=plain)
        described = response.headers.get("x-docker-container-path-stat", "")
        return response, dict(json.loads(base64.b64decode(described))) if described else {}

    def run_inside(self, made: str, silence: float) -> requests.Response:
        """Start what `exec_create` made; its output as a stream of frames. `silence`: seconds without any output."""
        body = {"Tty": False, "Detach": False}
        return self._open("POST", f"/exec/{quote(made)}/start", json=body, timeout=(self.timeout, silence))

    def past_events(self, container: str, actions: Sequence[str], until: str) -> Iterator[dict[str, Any]]:
        """What the engine remembers of a container, up to a time that is over: it waits for one that is not."""
        filters = json.dumps({"container": [container], "type": ["container"], "event": list(actions)})
        query = {"since": "0", "until": until, "filters": filters}
        with closing(self._open("GET", "/events", params=query)) as response:
            for line in response.iter_lines():
                if line:
                    yield json.loads(line)

    def open_events(self, actions: Sequence[str], silence: float) -> requests.Response:
        """The events of containers from now on, a line of JSON each. `silence`: seconds without any."""
        query = {"filters": json.dumps({"type": ["container"], "event": list(actions)})}
        return self._open("GET", "/events", params=query, timeout=(self.timeout, silence))

    def _open(self, method: str, path: str, **options: Any) -> requests.Response:
        """An answer to be read as a stream. Raises APIError for a refusal."""
        address = f"{self.base_url}/v{self.api_version}{path}"
        response = self.request(method, address, stream=True, **{"timeout": self.timeout, **options})
        try:
            response.raise_for_status()
        except requests.exceptions.HTTPError as error:
            with closing(response):
                create_api_error_from_http_exception(error)
        return response


def pieces(response: requests.Response) -> Iterator[bytes]:
    """The bytes of an answer. Twice as fast as the library's way where the engine sends many small chunks."""
    while piece := response.raw.read(PIECE, decode_content=False):
        yield piece


def pieces_at_once(response: requests.Response) -> Iterator[bytes]:
    """The same as they come: whoever follows a log does not wait until a piece is full."""
    while piece := response.raw.read1(PIECE, decode_content=False):
        yield piece


def frames(
    response: requests.Response, read: Callable[[requests.Response], Iterator[bytes]] = pieces
) -> Iterator[Frame]:
    """The frames of a stream; what is cut off at the end is given as far as it goes."""
    parts: list[bytes] = []  # of a frame that is not whole: one of many pieces is put together once
    size, needed = 0, HEADER
    for piece in read(response):
        parts.append(piece)
        size += len(piece)
        if size < needed:
            continue
        held = b"".join(parts)
        at, needed = 0, HEADER
        while size - at >= HEADER:
            stream, length = _HEAD.unpack_from(held, at)
            end = at + HEADER + length
            if size < end:
                needed = end - at
                break
            yield stream, held[at + HEADER : end]
            at = end
        parts, size = [held[at:]], size - at
    held = b"".join(parts)
    if len(held) > HEADER:
        yield held[0], held[HEADER:]
