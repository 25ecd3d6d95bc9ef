"""Resolves the name of a host, with a time limit that the system's own resolver does not have."""

import queue
import socket
import threading
import time
from typing import Literal

from checks.http.records import Name

_MOST = 16  # addresses that are kept
_UNKNOWN = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)}
_NO_ANSWER = {getattr(socket, name) for name in ("EAI_AGAIN", "EAI_FAIL") if hasattr(socket, name)}


def resolve(host: str, port: int, limit: float) -> Name:
    """The addresses of a host, each once, in the resolver's order. `limit` is in seconds."""
    answers: queue.Queue[list[str] | Exception] = queue.Queue()
    start = time.monotonic()
    # A daemon: the resolver cannot be interrupted, and must not hold up the end of the program.
    threading.Thread(target=_ask, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=limit)
    except queue.Empty:
        words = f"the name server did not answer within {limit:.0f} s"
        return Name(host=host, problem="no-answer", words=words, seconds=time.monotonic() - start)
    seconds = time.monotonic() - start
    if isinstance(answer, Exception):
        return Name(host=host, problem=_problem(answer), words=_words(answer), seconds=seconds)
    return Name(host=host, addresses=tuple(dict.fromkeys(answer))[:_MOST], seconds=seconds)


def _ask(host: str, port: int, answers: "queue.Queue[list[str] | Exception]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([str(place[0]) for *_, place in found])
    except (OSError, UnicodeError) as error:
        answers.put(error)


def _problem(error: Exception) -> Literal["unknown", "no-answer", "other"]:
    if isinstance(error, UnicodeError):  # a label that is empty or too long for a name
        return "unknown"
    number = getattr(error, "errno", None)
    return "unknown" if number in _UNKNOWN else "no-answer" if number in _NO_ANSWER else "other"


def _words(error: Exception) -> str:
    return "the name has a part that is empty or too long" if isinstance(error, UnicodeError) else str(error)
