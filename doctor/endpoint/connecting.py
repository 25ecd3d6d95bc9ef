"""The TCP connection: to the service, or to the proxy that stands between."""

import base64
import socket
import time

from checks.http.records import Connection
from doctor.endpoint.address import Address
from doctor.endpoint.deadline import Deadline
from doctor.endpoint.proxies import Proxy

_MOST = 4  # addresses that are tried
_LONGEST_HEAD = 65536  # bytes of a proxy's answer


def connect(addresses: tuple[str, ...], port: int, deadline: Deadline, limit: float, proxy: Proxy | None) -> Connection:
    """Connects to the addresses one after the other, and tells of the first that answers; else of the first at all."""
    tried: list[Connection] = []
    for address in addresses[:_MOST]:
        start = time.monotonic()
        problem, words = None, ""
        try:
            socket.create_connection((address, port), timeout=deadline.left(limit / min(len(addresses), _MOST))).close()
        except OSError as error:
            problem, words = _problem(error), error.strerror or str(error)
        seconds = time.monotonic() - start
        shown = proxy.shown if proxy else None
        tried.append(
            Connection(address=address, port=port, problem=problem, words=words, seconds=seconds, proxy=shown)  # type: ignore[arg-type]
        )
        if problem is None:
            return tried[-1]
    return tried[0]


def _problem(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError):
        return "reset"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "unreachable" if "unreachable" in str(error).lower() or "no route" in str(error).lower() else "other"


def opened(address: Address, connection: Connection, proxy: Proxy | None, limit: float) -> socket.socket:
    """A connection over which TLS with the service can begin. Raises OSError, also for what a proxy refuses."""
    made = socket.create_connection((connection.address, connection.port), timeout=limit)
    if proxy is None:
        return made
    try:
        _tunnel(made, f"[{address.host}]" if ":" in address.host else address.host, address.port, proxy)
    except BaseException:
        made.close()
        raise
    return made


def _tunnel(made: socket.socket, host: str, port: int, proxy: Proxy) -> None:
    place = f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.user is not None:
        word = base64.b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {word}")
    made.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        part = made.recv(1)  # no more than the head: what follows belongs to TLS
        if not part:
            break
        head += part
    words = head.split(b"\r\n")[0].decode("latin-1", "replace").split(" ", 2)
    if len(words) < 2 or not words[1].startswith("2"):
        raise ProxyRefused(f"the proxy answered {' '.join(words[1:])[:80] or 'nothing'}")


class ProxyRefused(OSError):
    """The proxy does not lead to the service."""
