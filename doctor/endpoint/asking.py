"""One request of a live service, by httpx: bounded in time as a whole and in memory, its key never led astray."""

import asyncio
import logging
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import httpx

from checks.http.records import Call
from checks.logs.own_requests import agent
from doctor.endpoint.address import Address
from doctor.endpoint.body import MOST_CHARACTERS, BadEncoding, Body
from doctor.endpoint.deadline import Deadline
from doctor.endpoint.failing import failure
from doctor.endpoint.masking import Secrets
from doctor.endpoint.proxies import Proxy
from doctor.endpoint.transport import Heard, Network, TooMuch, Transport

Purpose = Literal["health", "swagger", "score", "empty", "no-key", "wrong-key", "preflight", "plain", "series"]
_JSON = "application/json"
_MOST_REDIRECTS = 5
_MOST_HEADERS = 60
_LONGEST_HEADER = 1000  # characters
_TELLING = (
    "access-control-", "ms-azureml-", "azureml-", "x-ms-", "x-azure-", "x-envoy-", "x-request", "x-ratelimit",
    "ratelimit", "x-served-by", "x-cache", "x-powered-by", "apim-", "content-",
)  # fmt: skip
_TELLING_TOO = {
    "server", "via", "date", "allow", "location", "retry-after", "www-authenticate", "proxy-authenticate", "connection",
    "transfer-encoding", "traceid", "traceparent", "x-correlation-id", "upgrade", "alt-svc",
    "strict-transport-security", "keep-alive", "vary",
}  # fmt: skip
"""Headers of an answer that are kept; cookies never are."""


@dataclass(frozen=True)
class Wanted:
    """One request. `key` is the word behind Bearer, None for none; `headers` are added; `query` is ours.

    `most` characters of the answer are kept.
    """

    purpose: Purpose
    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    key: str | None = field(default=None, repr=False)
    sample: str | None = None
    most: int = MOST_CHARACTERS


@dataclass
class Answer:
    """What came, as far as it came."""

    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Body = field(default_factory=Body)
    charset: str | None = None
    redirects: list[str] = field(default_factory=list)
    declared: int | None = None

    def header(self, name: str) -> str:
        """The value of a header, empty when it is not there."""
        return next((value for key, value in self.headers if key == name), "")


class Asker:
    """Asks one service. `leads` is the address that its host (or that of the proxy) has."""

    def __init__(
        self, address: Address, leads: dict[str, str], context: ssl.SSLContext, proxy: Proxy | None, secrets: Secrets
    ) -> None:
        self.address = address
        self._leads, self._context, self._proxy, self._secrets = leads, context, proxy, secrets

    async def ask(self, wanted: Wanted, limit: float) -> tuple[Call, bytes]:
        """One request over a connection of its own, and the body of its answer, masked but not cut."""
        async with self.connected() as line:
            return await line.ask(wanted, limit)

    def connected(self) -> "Line":
        """A connection that is used again, as that of a client with keep-alive."""
        return Line(self.address, Network(self._leads), self._context, self._proxy, self._secrets)


class Line:
    """A client with connections of its own."""

    def __init__(
        self, address: Address, network: Network, context: ssl.SSLContext, proxy: Proxy | None, secrets: Secrets
    ) -> None:
        self._address, self._network, self._secrets = address, network, secrets
        self._transport = Transport(network, context, proxy)
        self._proxied = proxy is not None
        self._used = False

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(Exception):
            await self._transport.aclose()

    async def ask(self, wanted: Wanted, limit: float) -> tuple[Call, bytes]:
        """One request within so many seconds, whatever the service does. Never raises for what it does."""
        call, content, again = await self._asked(wanted, Deadline(limit))
        if again:  # a connection that was kept had been closed meanwhile: clients connect anew
            call, content, _ = await self._asked(wanted, Deadline(max(0.1, limit - call.seconds)))
        return call, content

    async def _asked(self, wanted: Wanted, deadline: Deadline) -> tuple[Call, bytes, bool]:
        self._network.heard = Heard()
        answer, start, opened = Answer(), monotonic(), self._network.connected
        own = f"doctor-{uuid.uuid4().hex}"
        problem, words = None, ""
        try:
            async with asyncio.timeout(deadline.left()):
                await self._follow(wanted, own, answer)
            problem, words = _disagreement(answer, self._network.heard, wanted.method)
        except TimeoutError:
            heard = self._network.heard
            problem = "slow" if heard.count else "timeout"
            words = (
                f"{heard.count:,} bytes came within the time limit" if heard.count else "no answer in the time limit"
            )
        except TooMuch:
            problem, words = (
                "large",
                f"given up after {max(self._network.heard.count, len(answer.body.content)):,} bytes",
            )
        except BadEncoding as error:
            problem, words = "encoding", str(error)
        except _Circle as error:
            problem, words = "redirects", str(error)
        except Exception as error:
            problem, words = failure(error, self._network.heard, answer, proxied=self._proxied)
        again = self._used and opened == self._network.connected and problem in ("closed", "reset")
        self._used = True
        first = self._network.heard.first
        times = (monotonic() - start, first - start if first is not None else None)
        return self._call(wanted, answer, times, own, problem, words), self._content(answer), again

    async def _follow(self, wanted: Wanted, own: str, answer: Answer) -> None:
        url, method, body = self._address.to(wanted.path, wanted.query), wanted.method, wanted.body
        been = {(method, url)}
        while True:
            await self._once(url, method, body, wanted, own, answer)
            target = _target(url, answer)
            if target is None:
                return
            answer.redirects.append(self._shown(target))
            if answer.status in (301, 302, 303) and method not in ("GET", "HEAD", "OPTIONS"):
                circle = target == url
                method, body = "GET", None  # as every client does it
            else:
                circle = (method, target) in been
            if circle:
                raise _Circle("the redirects lead in a circle")
            if len(answer.redirects) > _MOST_REDIRECTS:
                raise _Circle(f"more than {_MOST_REDIRECTS} redirects")
            if not self._may_follow(url, target) or self._scores(method, target):
                return
            been.add((method, target))
            url = target

    def _scores(self, method: str, target: str) -> bool:
        """True for a GET of the scoring path: the server hands it to run(), without the sample."""
        return method == "GET" and urlsplit(target).path == self._address.path

    def _may_follow(self, url: str, target: str) -> bool:
        """Only to the host that was named, and never from https to http: there neither key nor payload may go."""
        here, there = urlsplit(url), urlsplit(target)
        try:
            ports = [one.port or (443 if one.scheme == "https" else 80) for one in (here, there)]
        except ValueError:
            return False
        if there.hostname != here.hostname or "@" in there.netloc:
            return False
        upgraded = (here.scheme, there.scheme) == ("http", "https") and ports[1] in (443, ports[0])
        return upgraded or (here.scheme == there.scheme and ports[0] == ports[1])

    async def _once(self, url: str, method: str, body: bytes | None, wanted: Wanted, own: str, answer: Answer) -> None:
        headers = {
            "user-agent": agent(own), "accept": "*/*", "accept-encoding": "gzip, deflate",
            "x-request-id": own, "x-ms-client-request-id": own, **wanted.headers,
        }  # fmt: skip
        if wanted.key is not None:
            headers["authorization"] = f"Bearer {wanted.key}"
        if body is None:
            headers.pop("content-type", None)
        request = httpx.Request(method, url, headers=headers, content=body)
        self._network.heard = Heard(first=self._network.heard.first)
        # Past httpx.AsyncClient, which reads the Location of every redirect, and raises for one that is no URL.
        response = await self._transport.handle_async_request(request)
        try:
            answer.status = response.status_code
            answer.headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
            answer.body = Body(answer.header("content-encoding"))
            answer.charset = response.charset_encoding
            answer.declared = _number(answer.header("content-length"))
            async for part in response.stream:  # type: ignore[union-attr]
                answer.body.add(part)
            answer.body.end()
        finally:
            await response.aclose()

    def _shown(self, url: str) -> str:
        """A URL without user and query."""
        parts = urlsplit(url)
        return self._secrets.hide(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")[:_LONGEST_HEADER]

    def _content(self, answer: Answer) -> bytes:
        return self._secrets.hide_bytes(bytes(answer.body.content))

    def _call(
        self, wanted: Wanted, answer: Answer, times: tuple[float, float | None], own: str, problem: Any, words: str
    ) -> Call:
        text, cut = answer.body.text(answer.charset, wanted.most)
        return Call(
            purpose=wanted.purpose,
            method=wanted.method,
            path=self._secrets.hide(wanted.path),
            status=answer.status,
            seconds=times[0],
            first_byte=times[1],
            headers=self._kept(answer),
            body=self._secrets.hide_lines(text, problem is None and not cut),
            cut=cut,
            size=answer.body.size,
            content_type=self._secrets.hide(answer.header("content-type"))[:_LONGEST_HEADER],
            problem=problem,
            words=self._secrets.hide(words)[:_LONGEST_HEADER],
            redirects=tuple(answer.redirects),
            sample=wanted.sample,
            sent=len(wanted.body or b""),
            sent_type="" if (kind := wanted.headers.get("content-type", _JSON)) == _JSON else kind,
            request_id=own,
        )

    def _kept(self, answer: Answer) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in ((self._secrets.hide(name), value) for name, value in answer.headers):
            if len(kept) >= _MOST_HEADERS or not (name in _TELLING_TOO or name.startswith(_TELLING)):
                continue
            shown = self._secrets.hide(value.partition("?")[0] if name.endswith("location") else value)
            kept[name] = (f"{kept[name]}, {shown}" if name in kept else shown)[:_LONGEST_HEADER]
        return kept


class _Circle(Exception):
    """Redirects that lead nowhere."""


def _target(url: str, answer: Answer) -> str | None:
    """Where an answer leads, as a whole URL."""
    location = answer.header("location")
    if answer.status not in (301, 302, 303, 307, 308) or not location:
        return None
    try:
        target = urljoin(url, location).partition("#")[0]
        parts = urlsplit(target)
        assert parts.port != 0
    except (ValueError, AssertionError):
        return None
    return target if parts.scheme in ("http", "https") and parts.hostname else None


def _disagreement(answer: Answer, heard: Heard, method: str) -> tuple[str | None, str]:
    """More came than Content-Length says: clients read the part that it names, and take the rest for garbage."""
    head = heard.end_of_head
    if answer.declared is None or head is None or method == "HEAD" or answer.status in (204, 304):
        return None, ""
    more = heard.count - head - answer.declared
    return ("length", f"{more:,} bytes more than Content-Length: {answer.declared}") if more > 0 else (None, "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


@contextmanager
def quiet() -> Iterator[None]:
    """While it lasts, the libraries below log no line: theirs hold URLs and headers."""
    loggers = [
        logging.getLogger(name)
        for name in ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "proxy", "socks", "http2")))
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
