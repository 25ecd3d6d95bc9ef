"""What an error of the network means: which problem of a call it is, and words for it."""

import json
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpcore

from doctor.endpoint.transport import Heard

if TYPE_CHECKING:
    from doctor.endpoint.asking import Answer

_TLS_RECORD = b"\x15\x03"
_SHOWN = 60  # bytes of what is no HTTP


def failure(error: Exception, heard: Heard, answer: "Answer", *, proxied: bool) -> tuple[str, str]:
    """The problem of a call that ended with this error, and its words (not masked yet)."""
    errors = list(_chain(error))
    words = str(error) or type(error).__name__
    if isinstance(error, httpcore.ProxyError) or (isinstance(error, ImportError) and proxied):
        return "proxy", words
    if isinstance(error, httpcore.ConnectError):
        return _of_connecting(errors, words, proxied)
    tls = next((one for one in errors if isinstance(one, ssl.SSLError)), None)
    if tls is not None and answer.status is None:
        return "tls", str(tls).partition(" (_ssl.c")[0]
    if any(isinstance(one, ConnectionError) for one in errors):
        return "reset", "the connection was reset"
    if isinstance(error, httpcore.RemoteProtocolError):
        return _of_protocol(words, heard, answer)
    if isinstance(error, httpcore.ReadError | httpcore.WriteError):
        return ("closed" if not heard.count else "cut"), words
    return "other", f"{type(error).__name__}: {words}"


def _of_connecting(errors: list[BaseException], words: str, proxied: bool) -> tuple[str, str]:
    tls = next((one for one in errors if isinstance(one, ssl.SSLError)), None)
    if tls is not None or "TLS" in words or any(isinstance(one, EOFError) for one in errors):
        return "tls", str(tls or words).partition(" (_ssl.c")[0]
    if proxied:
        return "proxy", words
    if any(isinstance(one, ConnectionRefusedError) for one in errors):
        return "refused", "connection refused"
    return ("reset" if any(isinstance(one, ConnectionResetError) for one in errors) else "other"), words


def _of_protocol(words: str, heard: Heard, answer: "Answer") -> tuple[str, str]:
    head = bytes(heard.head)
    if answer.status is not None:
        if answer.declared is None:
            return "cut", words
        came = f"{answer.body.size:,} of {answer.declared:,} bytes came"
        return ("length" if _is_whole(bytes(answer.body.content)) else "cut"), came
    if not heard.count:
        return "closed", "the connection was closed without an answer"
    if "too long" in words.lower() or "too large" in words.lower():
        return "large", f"the header of the answer goes on after {heard.count:,} bytes"
    if not head.startswith(b"HTTP/"[: len(head)]):
        return "not-http", _told(head)
    if "disconnected" in words:
        return "cut", f"the answer ended within its header, after {heard.count:,} bytes"
    return "not-http", words


def _told(head: bytes) -> str:
    if head.startswith(_TLS_RECORD):
        return "the port answers with TLS"
    if len(head) > 3 and head[3] == 4 and head[0] == 0:
        return "the port speaks HTTP/2 alone: it began with a SETTINGS frame"
    return f"it began with {head[:_SHOWN]!r}"


def _is_whole(body: bytes) -> bool:
    """True when a body is whole JSON though more was promised: then the promise is wrong."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
