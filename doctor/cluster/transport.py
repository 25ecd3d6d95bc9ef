"""Requests as they go over the wire: one pool of connections, gzip, time limits, bodies never longer than asked for."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import urllib3

from doctor import __version__
from doctor.cluster.kubeconfig import Settings
from doctor.errors import CannotExamine

CONNECTIONS = 16  # kept open at the same time
PIECE = 1 << 18
MOST_REFUSAL = 64 << 10  # bytes of an answer that is not good
ACCEPT = "application/json, */*"


@dataclass(frozen=True)
class Answer:
    """One answer, its body unpacked."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        """True for what was asked for; a page for people is not, whatever its status."""
        return 200 <= self.status < 300 and not self.is_page

    @property
    def is_page(self) -> bool:
        """True for HTML, and for a redirection to some."""
        return "text/html" in self.headers.get("Content-Type", "") or 300 <= self.status < 400


class Transport:
    """The connections to one server. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._credentials = threading.Lock()  # the client may read a token anew
        self._pool = _pool(settings)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pool.clear()

    def token(self) -> str:
        """The header by which the server knows who asks, `Bearer …`; empty without one. Never shown to anybody."""
        with self._credentials:
            found = self.settings.configuration.auth_settings().get("BearerToken") or {}
        return " ".join(str(found.get("value") or "").split())

    def headers(self) -> list[tuple[str, str]]:
        """What every request says."""
        token = self.token()
        return [
            ("User-Agent", f"deployment-doctor/{__version__}"),
            *([("Authorization", token)] if token else []),
            *self.settings.headers,
        ]

    def ask(
        self,
        method: str,
        target: str,
        more: Mapping[str, str],
        body: bytes | None,
        *,
        wait: float,
        until: float,
        most: int | None,
    ) -> Answer:
        """Send one request. `wait`: seconds of silence that are borne; `until`: the deadline on the monotonic clock.

        Raises urllib3's exceptions and OSError.
        """
        timeout = urllib3.Timeout(connect=wait, read=wait)
        response = self._sent(method, target, {"Accept-Encoding": "gzip", **more}, body, timeout)
        good = 200 <= response.status < 300
        try:
            data = _read(response, most if good else MOST_REFUSAL, until)
        except BaseException:
            response.close()  # or else the rest would be taken for the next answer
            raise
        return Answer(response.status, response.reason or "", response.headers, data)

    @contextmanager
    def opened(self, target: str, *, wait: float, silence: float | None) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """An answer to a GET, its body in pieces as they come; of one that is not good the body is in the answer.

        `silence`: seconds without a piece that are borne. Raises urllib3's exceptions and OSError.
        """
        response = self._sent("GET", target, {}, None, urllib3.Timeout(connect=wait, read=silence))
        try:
            answer = Answer(response.status, response.reason or "", response.headers, b"")
            if not answer.is_good:
                answer = replace(answer, body=_read(response, MOST_REFUSAL, time.monotonic() + wait))
            yield answer, iter(lambda: response.read1(PIECE), b"")
        finally:
            response.close()

    def _sent(
        self, method: str, target: str, more: Mapping[str, str], body: bytes | None, timeout: urllib3.Timeout
    ) -> urllib3.BaseHTTPResponse:
        headers = urllib3.HTTPHeaderDict([("Accept", ACCEPT), *more.items()])
        for name, value in self.headers():
            headers.add(name, value)
        return self._pool.request(
            method,
            f"{self.settings.address}{target}",
            body=body,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )


def _read(response: urllib3.BaseHTTPResponse, most: int | None, until: float) -> bytes:
    """The body, of a longer one the beginning."""
    parts: list[bytes] = []
    size = 0
    while piece := response.read1(PIECE):
        parts.append(piece)
        size += len(piece)
        if most is not None and size >= most:
            response.close()
            return b"".join(parts)[:most]
        if time.monotonic() > until:
            raise TimeoutError("the deadline came in the middle of an answer")
    response.release_conn()
    return b"".join(parts)


def _pool(settings: Settings) -> urllib3.PoolManager:
    configuration = settings.configuration
    options: dict[str, Any] = {"num_pools": 2, "maxsize": CONNECTIONS}
    if settings.tls is not None:
        options["ssl_context"] = settings.tls
        if configuration.tls_server_name:
            options |= {"server_hostname": configuration.tls_server_name}
            options |= {"assert_hostname": configuration.tls_server_name}
        if not configuration.verify_ssl:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the kubeconfig wants it so
            options["assert_hostname"] = False
    if not settings.proxy:
        return urllib3.PoolManager(**options)
    if settings.proxy.startswith("socks"):
        return _socks(settings.proxy, options)
    proxy = urllib3.util.parse_url(settings.proxy)
    if proxy.auth:
        options["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=proxy.auth)
    return urllib3.ProxyManager(settings.proxy, **options)


def _socks(proxy: str, options: dict[str, Any]) -> urllib3.PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager
    except ImportError:
        raise CannotExamine(
            f"the proxy {proxy.rpartition('@')[2]} is a SOCKS proxy, for which doctor needs the package PySocks: "
            "install it beside doctor (pip install pysocks)"
        ) from None
    return SOCKSProxyManager(proxy, **options)
