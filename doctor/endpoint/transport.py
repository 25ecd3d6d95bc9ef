"""The network below httpx: leads to the address that was found to answer, and counts what comes in, up to a limit."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpcore
import httpx

from doctor.endpoint.proxies import Proxy

MOST_BYTES = 8 << 20  # of one answer, its headers included
_SMALL, _PART = 64 << 10, 64 << 10
_HEAD = 128 << 10  # bytes of the beginning that are kept


class TooMuch(Exception):
    """An answer is larger than what is read of one."""


@dataclass
class Heard:
    """What came in for one request: when first, how much, and how it began."""

    first: float | None = None
    count: int = 0
    head: bytearray = field(default_factory=bytearray)

    def add(self, part: bytes) -> None:
        """Counts a part. Raises TooMuch at the limit."""
        if part and self.first is None:
            self.first = monotonic()
        self.count += len(part)
        self.head += part[: max(0, _HEAD - len(self.head))]
        if self.count > MOST_BYTES:
            raise TooMuch

    @property
    def end_of_head(self) -> int | None:
        """Where the header of the answer ends, interim answers (1xx) included; None when its end was not kept."""
        start = 0
        while (end := self.head.find(b"\r\n\r\n", start)) >= 0:
            if self.head[start:].split(b" ", 2)[1:2][0][:1] != b"1":
                return end + 4
            start = end + 4
        return None


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, network: "Network") -> None:
        self._stream, self._network = stream, network
        self._early = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._early:
            part, self._early = self._early[:max_bytes], self._early[max_bytes:]
            return part
        part = await self._stream.read(max_bytes, timeout)
        self._network.heard.add(part)
        return part

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if len(buffer) <= _SMALL:
            await self._stream.write(buffer, timeout)
        else:
            await self._write_listening(buffer)

    async def _write_listening(self, buffer: bytes) -> None:
        """Sends a long body with an ear open: many servers refuse one before it is whole, answer and hang up.

        Raises WriteError after such an answer: httpcore reads it then.
        """
        writing = asyncio.ensure_future(self._stream.write(buffer))
        try:
            while not writing.done():
                reading = asyncio.ensure_future(self._stream.read(_PART))
                try:
                    await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
                    if writing.done() and writing.exception() and not reading.done():
                        await asyncio.wait({reading}, timeout=0.1)
                finally:
                    part = await _ended(reading)
                self._network.heard.add(part)
                self._early += part
                if part and not self._early.startswith(b"HTTP/1.1 1"):
                    raise httpcore.WriteError("the service answered before it had the whole body")
                if not part:
                    break  # closed or reset: writing knows
            await writing
        finally:
            await _ended(writing)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        self._network.heard = Heard()  # the proxy's answer is not the service's
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Network(httpcore.AsyncNetworkBackend):
    """Connects to `leads`: host -> address. No other host is ever asked. `heard` is of the request under way."""

    def __init__(self, leads: dict[str, str]) -> None:
        self._leads, self._below = leads, httpcore.AnyIOBackend()
        self.heard = Heard()
        self.connected = 0

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the address of a host that may be asked."""
        address = self._leads.get(host)
        if address is None:
            raise httpcore.ConnectError("only the host that was named is asked")
        self.connected += 1
        return _Stream(await self._below.connect_tcp(address, port, timeout, local_address, socket_options), self)

    async def sleep(self, seconds: float) -> None:
        """Waits, as httpcore does between attempts."""
        await self._below.sleep(seconds)


async def _ended(task: "asyncio.Future[Any]") -> Any:
    """What a task gave; nothing of one that failed or has to be ended."""
    task.cancel()
    await asyncio.wait({task})  # unlike `await task`, it does not take our own end for the task's
    return b"" if task.cancelled() or task.exception() else task.result()


class _Body(httpx.AsyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._parts:
            yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


class Transport(httpx.AsyncBaseTransport):
    """What httpx sends through, with our own network below. Errors are those of httpcore."""

    def __init__(self, network: Network, context: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, network_backend=network, proxy=_for_httpcore(proxy) if proxy else None
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, as the pool of httpcore answers it."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        got = await self._pool.handle_async_request(asked)
        return httpx.Response(got.status, headers=got.headers, stream=_Body(got.stream), extensions=got.extensions)

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._pool.aclose()


def _for_httpcore(proxy: Proxy) -> httpcore.Proxy:
    credentials = (proxy.user, proxy.password or "") if proxy.user is not None else None
    return httpcore.Proxy(proxy.shown, auth=credentials)
