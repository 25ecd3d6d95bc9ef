"""Commands in containers, over a websocket: streams are channels, and the last message tells how the command ended.

Source: the remote command protocol, subprotocols v4.channel.k8s.io and, with an end of standard input (servers from
1.30 on), v5.channel.k8s.io. A server takes the first one that it knows.
"""

import json
import select
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from doctor.cluster.api import Executed, Refused, Unanswered
from doctor.redact import redact

if TYPE_CHECKING:
    from doctor.cluster.api import Api

STDIN, STDOUT, STDERR, STATUS, CLOSE = 0, 1, 2, 3, 255
PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
PIECE = 32 << 10  # bytes of standard input in one message
MOST_STATUS = 1 << 20


def execute(api: "Api", target: str, *, stdin: bytes | None, seconds: float, most: int) -> Executed:
    """Run what `target` (path and query of the exec call) names, at most so many seconds and bytes of each stream.

    Raises Refused, and CannotExamine where no server answers.
    """
    import websocket

    from doctor.cluster import failures

    until = time.monotonic() + seconds
    try:
        connection = _connected(api, target, min(api.access.patience, seconds))
    except websocket.WebSocketBadStatusException as error:
        raise api.refusal(_as_answer(error)) from None
    except (websocket.WebSocketException, OSError) as error:
        raise Unanswered(failures.told(api.settings, error)) from error
    api.answered = True
    streams = {STDOUT: bytearray(), STDERR: bytearray(), STATUS: bytearray()}
    try:
        _talk(connection, streams, stdin, until, most)
    except (websocket.WebSocketException, OSError, ValueError):
        pass  # what came so far is told, with a code that is not known
    finally:
        connection.shutdown()
    return Executed(bytes(streams[STDOUT][:most]), bytes(streams[STDERR][:most]), _code(bytes(streams[STATUS])))


def _connected(api: "Api", target: str, wait: float) -> Any:
    """The connection, its handshake done."""
    import websocket

    settings = api.settings
    options: dict[str, Any] = {}
    if settings.tls is not None:
        options["context"] = settings.tls
        if settings.configuration.tls_server_name:
            options["server_hostname"] = settings.configuration.tls_server_name
    connection: Any = websocket.WebSocket(sslopt=options, skip_utf8_validation=True)
    way: dict[str, Any] = {"http_no_proxy": ["*"]}  # or else the library looks for proxies by itself
    if settings.proxy:
        proxy = urlsplit(settings.proxy)
        way = {"http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port or 80, "http_no_proxy": ["doctor.none"]}
        way["proxy_type"] = proxy.scheme if proxy.scheme.startswith("socks") else "http"
        if proxy.username:
            way["http_proxy_auth"] = (proxy.username, proxy.password or "")
    connection.connect(
        "ws" + settings.address.removeprefix("http") + target,
        header=[f"{name}: {value}" for name, value in api.headers()],
        subprotocols=list(PROTOCOLS),
        suppress_origin=True,
        redirect_limit=0,  # the token is for this server only
        timeout=wait,
        **way,
    )
    return connection


def _talk(connection: Any, streams: dict[int, bytearray], stdin: bytes | None, until: float, most: int) -> None:
    """Write the input, and read until the server closes, the time is over, or a stream is full."""
    if stdin is not None:
        for start in range(0, len(stdin), PIECE):
            while _has_more(connection):  # a command that writes while it is written to
                if not _take(connection, streams, until, most):
                    return
            connection.send_binary(bytes([STDIN]) + stdin[start : start + PIECE])
        if connection.getsubprotocol() == PROTOCOLS[0]:
            connection.send_binary(bytes([CLOSE, STDIN]))
    while _take(connection, streams, until, most):
        pass


def _has_more(connection: Any) -> bool:
    """True when something can be read without waiting."""
    sock = connection.sock
    pending = getattr(sock, "pending", None)
    return bool((pending and pending()) or select.select([sock], [], [], 0)[0])


def _take(connection: Any, streams: dict[int, bytearray], until: float, most: int) -> bool:
    """Read one message; False where it was the last, or is the last that is wanted."""
    import websocket

    left = until - time.monotonic()
    if left <= 0:
        return False
    connection.settimeout(left)
    kind, frame = connection.recv_data_frame(control_frame=True)
    if kind == websocket.ABNF.OPCODE_CLOSE:
        return False
    if kind not in {websocket.ABNF.OPCODE_BINARY, websocket.ABNF.OPCODE_TEXT} or len(frame.data) < 2:
        return True
    channel, data = frame.data[0], frame.data[1:]
    stream = streams.get(channel)
    if stream is None:
        return True
    if channel == STATUS:
        stream += data
        return len(stream) < MOST_STATUS
    stream += data
    return len(stream) <= most


def _code(status: bytes) -> int | None:
    """The exit code of a Status. Raises Refused where the command could not be run at all."""
    try:
        found = json.loads(status)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    if found.get("status") == "Success":
        return 0
    for cause in (found.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode" and str(cause.get("message")).isdigit():
            return int(cause["message"])
    raise Refused(
        int(found.get("code") or 500),
        str(found.get("reason") or "InternalError"),
        redact(str(found.get("message") or "the command could not be run")),
    )


def _as_answer(error: Any) -> Any:
    """A refused handshake as the answer that it is."""
    from urllib3 import HTTPHeaderDict

    from doctor.cluster.transport import Answer

    body = error.resp_body or b""
    return Answer(
        int(error.status_code),
        str(getattr(error, "status_message", "") or ""),
        HTTPHeaderDict(error.resp_headers or {}),
        body if isinstance(body, bytes) else str(body).encode(),
    )
