"""Commands in containers over a websocket: the channels of v4.channel.k8s.io and v5.channel.k8s.io."""

import base64
import contextlib
import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from cluster.answers import Refusal
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
_NOT_FOUND = (
    "OCI runtime exec failed: exec failed: container_linux.go:367: starting container process caused: "
    'exec: "{0}": executable file not found in $PATH: unknown\r\n'
)


@dataclass(frozen=True)
class Exec:
    """A command that somebody wants to be run in a container."""

    namespace: str
    pod: str
    container: str
    command: tuple[str, ...]
    stdin: bool = False


Process = subprocess.Popen[bytes]
Handler = Callable[[Exec], Process]
"""Starts the command and gives the process, with pipes at all three ends. FileNotFoundError: the container has no such
program. A Refusal is handed to the client before anything starts."""


def nowhere(asked: Exec) -> Process:
    """The handler of recordings, which have no container that a command could run in."""
    raise Refusal(500, f'unable to upgrade connection: container not found ("{asked.container}")', reason="")


def on_this_machine(
    environment: Mapping[str, str] | None = None, folder: Path | None = None, replace: Mapping[str, str] | None = None
) -> Handler:
    """A handler that runs commands here, as real processes. `replace` names other programs for some (`python3`)."""

    def start(asked: Exec) -> Process:
        first, *rest = asked.command
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [(replace or {}).get(first, first), *rest],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=None if environment is None else dict(environment),
            cwd=folder,
        )

    return start


def serve(request: BaseHTTPRequestHandler, asked: Exec, handler: Handler, protocols: Sequence[str]) -> None:
    """Take the websocket, run the command, hand its streams over, close. Refused before, as the server does."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise Refusal(400, "Upgrade request required")
    offered = [one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    protocol = next((one for one in protocols if one in offered), None)
    if protocol is None:
        raise Refusal(403, f"websocket: no protocol of {', '.join(offered)} is supported", reason="Forbidden")
    process: Process | None = None
    with contextlib.suppress(FileNotFoundError):
        process = handler(asked)
    key = request.headers["Sec-WebSocket-Key"].encode()
    request.send_response_only(101, "Switching Protocols")
    request.send_header("Upgrade", "websocket")
    request.send_header("Connection", "Upgrade")
    request.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key + GUID).digest()).decode())
    request.send_header("Sec-WebSocket-Protocol", protocol)
    request.end_headers()
    request.wfile.flush()
    _Channels(request, asked, process).run()


class _Channels:
    """One connection: frames in and out, and a process between them."""

    def __init__(self, request: BaseHTTPRequestHandler, asked: Exec, process: Process | None) -> None:
        self.request, self.asked, self.process = request, asked, process
        self.connection = Connection(ConnectionType.SERVER)
        self.sending = threading.Lock()

    def run(self) -> None:
        """Until the process has ended and all is said, or the client is gone."""
        process = self.process
        reader = threading.Thread(target=self._read)
        if process is None:
            self._say(STDOUT, _NOT_FOUND.format(self.asked.command[0]).encode())
            self._end(126)
            reader.start()
        else:
            reader.start()
            pumps = [
                threading.Thread(target=self._pump, args=(channel, stream))
                for channel, stream in ((STDOUT, process.stdout), (STDERR, process.stderr))
            ]
            for pump in pumps:
                pump.start()
            for pump in pumps:
                pump.join()
            self._end(process.wait())
        reader.join()
        if process is not None:
            for stream in (process.stdin, process.stdout, process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]

    def _pump(self, channel: int, stream: Any) -> None:
        while data := stream.read1(16384):
            self._say(channel, data)

    def _say(self, channel: int, data: bytes) -> None:
        self._send(BytesMessage(data=bytes([channel]) + data))

    def _send(self, event: Any) -> None:
        with self.sending, contextlib.suppress(OSError, LocalProtocolError, ValueError):
            self.request.wfile.write(self.connection.send(event))
            self.request.wfile.flush()

    def _end(self, code: int) -> None:
        status: dict[str, Any] = {"metadata": {}, "status": "Success"}
        if code:
            status = {
                "metadata": {},
                "status": "Failure",
                "message": f"command terminated with non-zero exit code: Error executing in Docker Container: {code}",
                "reason": "NonZeroExitCode",
                "details": {"causes": [{"reason": "ExitCode", "message": str(code if code > 0 else 128 - code)}]},
            }
        self._say(ERROR, json.dumps(status).encode())
        self._send(CloseConnection(code=1000))

    def _read(self) -> None:
        """What the client sends, until it closes; then the process gets no more, and is ended when it still runs."""
        whole = b""
        with contextlib.suppress(OSError, RemoteProtocolError, ValueError):
            while data := self.request.rfile.read1(65536):  # type: ignore[attr-defined]
                self.connection.receive_data(data)
                for event in self.connection.events():
                    if isinstance(event, CloseConnection):
                        self._send(event.response())
                        return self._hang_up()
                    if isinstance(event, Ping):
                        self._send(event.response())
                    elif isinstance(event, BytesMessage | TextMessage):
                        whole += event.data if isinstance(event.data, bytes | bytearray) else event.data.encode()
                        if event.message_finished:  # a long message comes in pieces
                            self._take(whole)
                            whole = b""
        return self._hang_up()

    def _take(self, data: bytes) -> None:
        if not data or self.process is None or self.process.stdin is None:
            return
        channel, rest = data[0], data[1:]
        with contextlib.suppress(OSError, ValueError):
            if channel == STDIN:
                self.process.stdin.write(rest)
                self.process.stdin.flush()
            elif channel == CLOSE and rest[:1] == bytes([STDIN]):
                self.process.stdin.close()

    def _hang_up(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
