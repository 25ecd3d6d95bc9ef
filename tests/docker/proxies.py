"""Something between doctor and a real engine: it forwards what is said, until it is told to go wrong."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

REQUEST = re.compile(rb"^(?:GET|HEAD|POST|PUT|DELETE) /")

Fault = Literal["silent", "closes", "none"]


class Proxy:
    """Forwards connections of `listener` to the engine's socket `real`.

    After `good` requests it goes wrong: `silent` takes what it is sent and never answers, `closes` ends the connection.
    `requests` counts what came.
    """

    def __init__(
        self,
        listener: socket.socket,
        real: str,
        fault: Fault = "none",
        good: int = 0,
        wrap: Callable[[socket.socket], socket.socket] = lambda one: one,
    ) -> None:
        self.listener, self.real, self.fault, self.good, self.wrap = listener, real, fault, good, wrap
        self.requests = 0
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End everything."""
        for one in (self.listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                came, _ = self.listener.accept()
                self._open.append(came)
                self._begin(self._serve, came)

    def _begin(self, what: Callable[..., None], *given: socket.socket) -> None:
        thread = threading.Thread(target=what, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, came: socket.socket) -> None:
        with contextlib.suppress(OSError):
            came = self.wrap(came)  # the handshake of TLS, which may fail
            self._open.append(came)
            engine = socket.socket(socket.AF_UNIX)
            self._open.append(engine)
            engine.connect(self.real)
            self._begin(self._answer, engine, came)
            while said := came.recv(65536):
                self.requests += bool(REQUEST.match(said))
                if self.fault == "none" or self.requests <= self.good:
                    engine.sendall(said)
                elif self.fault == "closes":
                    break
            for one in (came, engine):  # a thread that reads is woken by this, and not by closing
                one.shutdown(socket.SHUT_RDWR)

    def _answer(self, engine: socket.socket, came: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while said := engine.recv(65536):
                came.sendall(said)
            came.shutdown(socket.SHUT_RDWR)


@contextmanager
def on_socket(path: Path, real: str, fault: Fault = "none", good: int = 0) -> Iterator[Proxy]:
    """A proxy that listens on a unix socket."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(16)
    proxy = Proxy(listener, real, fault, good)
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def on_tls(folder: Path, real: str, *, wants_certificate: bool = True) -> Iterator[str]:
    """A proxy with TLS on loopback, with ca.pem, cert.pem and key.pem of `folder`. Gives HOST:PORT."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    if wants_certificate:
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = Proxy(listener, real, wrap=lambda came: context.wrap_socket(came, server_side=True))
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        proxy.close()
