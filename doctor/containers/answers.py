"""Whether the service answers: a few requests, through the published port and from inside.

Only `GET /` and `GET /swagger.json` are sent, which have no effect (azureml-inference-server-http 0.8-1.5: health text
and the description of the interface); `POST /score` only for payloads that a person gave.
"""

import base64
import ipaddress
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from checks.containers import Answer, Answers, Container, Inside, Port
from checks.logs.own_requests import agent
from checks.missing import Missing
from doctor.containers.engine import Engine
from doctor.content_types import kind_of_body
from doctor.errors import CannotExamine
from doctor.probe.launcher import Payload
from doctor.redact import redact

HEALTH, SWAGGER, SCORE = "/", "/swagger.json", "/score"
USUAL_PORTS = (5001, 31311)  # of the images: their front, and the server behind it
MOST_PORTS = 6  # that are asked on each route
MOST_BODY = 2000  # bytes of an answer
MOST_SWAGGER = 100_000  # bytes of a description
SCORING = 15.0  # seconds for one payload
MOST_TOLD = 6  # requests in a note
BAD = 400  # the first status that is a failure
LARGEST_INSIDE = 1_000_000  # bytes of a payload that is sent from inside
PIECE = 100_000  # bytes of one argument of a command: Linux allows 128 kB

REFUSED = "connection refused"
CLOSED = "the connection was closed without an answer"
NO_HTTP = "what listens there does not speak HTTP"


@dataclass(frozen=True)
class Ask:
    """One request; `id` is named in the log of a server that writes down who asked."""

    method: str
    path: str
    payload: Payload | None = None
    id: str = field(default_factory=lambda: f"doctor-{uuid.uuid4().hex}")

    @property
    def body(self) -> bytes | None:
        """What is sent; None for nothing."""
        return self.payload.body if self.payload else None

    @property
    def most(self) -> int:
        """Bytes of the answer that are kept unless told: a description is of use as a whole."""
        return MOST_SWAGGER if self.path == SWAGGER else MOST_BODY

    @property
    def headers(self) -> dict[str, str]:
        """Those that are sent."""
        headers = {"User-Agent": agent(self.id), "x-ms-client-request-id": self.id}
        if one := self.payload:
            headers["Content-Type"] = one.content_type or kind_of_body(one.body, one.source)
            headers |= one.headers
        return headers


@dataclass(frozen=True)
class _Place:
    """Where to send requests: an address and a port; `inside` is the container's port."""

    host: str
    port: int
    inside: int

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def ask(
    engine: Engine,
    container: Container,
    inside: Inside | Missing,
    payloads: Sequence[Payload],
    *,
    timeout: float = 5.0,
    most: int = MOST_BODY,
) -> Answers | Missing:
    """Ask for health (`GET /`) and swagger; score with the payloads, which only a person can have given.

    Both routes are asked at the same time, each for `timeout` seconds at most; each payload may take SCORING seconds,
    and the first that has no answer is the last; `most` bytes of its answer are kept. `error` of an answer is REFUSED,
    CLOSED, NO_HTTP, `no answer within … s`, or says what else came.
    """
    if container.state.status != "running":
        return Missing(reason=f"the container is {container.state.status}, so nothing in it answers")
    published = list(_published(container))
    within, interpreter = _places_inside(container, inside), inside.interpreter if isinstance(inside, Inside) else None
    if not published and not interpreter:
        return Missing(
            reason="no port of the container can be reached from here (docker run -p 5001:5001), and no Python was "
            "found inside to ask from"
        )
    found: dict[_Place, list[Answer]] = {place: [] for place in published}
    threads = [
        threading.Thread(target=_ask_place, args=(place, found[place], timeout), daemon=True) for place in published
    ]
    until = time.monotonic() + timeout
    for thread in threads:
        thread.start()
    asked = _ask_inside(engine, container, interpreter, [(place, _health()) for place in within], timeout)
    for thread in threads:
        thread.join(max(until + 0.2 - time.monotonic(), 0))
    outside = [one for place in published for one in list(found[place]) or [_late(place, HEALTH, timeout)]]
    if _is_in_container():  # then localhost may be another one, where nobody listens
        outside = [one for one in outside if one.error != REFUSED]
    items = [*outside, *asked]
    if payloads:
        items += _score(engine, container, interpreter, published, within, items, payloads, most)
    return Answers(items=tuple(items))


def requests_told(answers: Answers | Missing) -> tuple[str, ...]:
    """A note of what was asked at the place that answered best, and what came; empty where nothing was asked."""
    if isinstance(answers, Missing) or not answers.items:
        return ()
    best = min(answers.items, key=_fitness)
    # What is scored goes to one place alone, which need not be that whose health is best.
    told = [one for one in answers.items if one.address == best.address or one.method == "POST"]
    told = list({(one.method, one.path, one.sample): one for one in reversed(told)}.values())[::-1]
    more = [f"{len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return (f"asked {', '.join([*(_told(one) for one in told[:MOST_TOLD]), *more])}",)


def _fitness(one: Answer) -> tuple[bool, bool, bool]:
    return one.status is None, one.status is not None and one.status >= BAD, one.route != "published"


def _told(one: Answer) -> str:
    request = f"{one.method} {one.path}" + (f" with {one.sample}" if one.sample else "")
    if one.status is None:
        return f"{request}: {one.error}"
    return f"{request} {one.status}" + (f" in {one.seconds:.2f} s" if one.sample else "")


def _health() -> list[Ask]:
    return [Ask("GET", HEALTH), Ask("GET", SWAGGER)]


def _published(container: Container) -> Iterator[_Place]:
    """The published TCP ports that can be reached from here, the usual one first, each once."""
    ports = [port for port in container.ports if port.host_port and port.protocol == "tcp"]
    seen: set[int] = set()
    for port in sorted(ports, key=lambda port: (port.container not in USUAL_PORTS, ":" in (port.host_ip or ""))):
        host = _host_of(container, port)
        if host and port.host_port and port.host_port not in seen and len(seen) < MOST_PORTS:
            seen.add(port.host_port)
            yield _Place(host, port.host_port, port.container)


def _is_in_container() -> bool:
    """True when doctor itself runs in a container, perhaps with the socket of the engine mounted."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def _host_of(container: Container, port: Port) -> str | None:
    """The address at which a published port is reached from here; None for the loopback of another machine."""
    address = ipaddress.ip_address(port.host_ip or "0.0.0.0")  # noqa: S104 # what the engine means by nothing
    if container.engine.remote:
        if address.is_loopback:
            return None
        return urlsplit(container.engine.address).hostname if address.is_unspecified else str(address)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)


def _places_inside(container: Container, inside: Inside | Missing) -> list[_Place]:
    """What listens inside; where that is not known, what is exposed, and the usual port."""
    if isinstance(inside, Missing):
        return []
    if isinstance(inside.listening, Missing):
        ports = [port.container for port in container.ports if port.protocol == "tcp"] or [USUAL_PORTS[0]]
        found = [_Place("127.0.0.1", port, port) for port in dict.fromkeys(ports)]
    else:
        # 127.0.0.11 is the engine's own name server, which is in every container of a named network
        sockets = [socket for socket in inside.listening if socket.address != "127.0.0.11"]
        found = list(
            {one.port: _Place(_reached(one.address), one.port, one.port) for one in reversed(sockets)}.values()
        )
    return sorted(found, key=lambda place: (place.port not in USUAL_PORTS, place.port))[:MOST_PORTS]


def _reached(address: str) -> str:
    """The address by which a process of the same container reaches a socket."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return "127.0.0.1"
    return "127.0.0.1" if given.is_unspecified else str(given)


def _ask_place(place: _Place, found: list[Answer], timeout: float) -> None:
    """Health and swagger of one published port; swagger only where health had an answer."""
    until = time.monotonic() + timeout
    for one in _health():
        answer = _ask_one(place, one, max(until - time.monotonic(), 0.1))
        found.append(answer)
        if answer.status is None:
            return


def _ask_one(place: _Place, one: Ask, timeout: float, most: int | None = None) -> Answer:
    most = most or one.most
    began = time.monotonic()
    status, came, kind, error = None, b"", "", None
    with requests.Session() as session:
        session.trust_env = False  # a proxy knows nothing of this port
        try:
            with session.request(
                one.method,
                f"{place.url}{one.path}",
                data=one.body,
                headers=one.headers,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                status, kind = response.status_code, response.headers.get("Content-Type", "")
                came = response.raw.read(most + 1, decode_content=True)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            error = _error(problem, timeout)
    return Answer(
        method=one.method,
        path=one.path,
        route="published",
        address=place.url,
        status=status,
        seconds=round(time.monotonic() - began, 4),
        body=redact(came[:most].decode("utf-8", "replace")),
        content_type=kind,
        error=error,
        sample=one.payload.source if one.payload else None,
        cut=len(came) > most,
        request_id=one.id,
    )


def _error(problem: Exception, timeout: float) -> str:
    """What kept the answer away, in few words."""
    said = " ".join(str(problem).split())
    if isinstance(problem, requests.exceptions.Timeout) or "timed out" in said:
        return _no_answer(timeout)
    if "Connection refused" in said or "actively refused" in said:
        return REFUSED
    if "BadStatusLine" in said or "InvalidHeader" in said or "parse" in said.lower():
        return NO_HTTP
    if "RemoteDisconnected" in said or "Connection aborted" in said or "reset by peer" in said or "broken" in said:
        return CLOSED
    return redact(said.rsplit(": ", 1)[-1].rstrip(")'\"")[:200])


def _no_answer(timeout: float) -> str:
    return f"no answer within {timeout:.0f} s"


def _late(place: _Place, path: str, timeout: float, source: str | None = None) -> Answer:
    """An answer whose bytes came so slowly that it was given up."""
    return Answer(
        method="POST" if source else "GET",
        path=path,
        route="published",
        address=place.url,
        seconds=timeout,
        error=_no_answer(timeout),
        sample=source,
    )


Execute = Callable[[str, str, float], bytes]
"""Runs a Python program inside with one argument, for so many seconds, and gives its output; raises CannotExamine."""


def ask_within(
    execute: Execute,
    container: Container,
    inside: Inside,
    payloads: Sequence[Payload],
    *,
    timeout: float = 5.0,
    most: int = MOST_BODY,
) -> Answers:
    """As `ask`, from inside alone."""
    within = _places_inside(container, inside)
    items = _asked(execute, [(place, _health()) for place in within], timeout)
    well = {one.address for one in items if one.path == HEALTH and one.status is not None}
    place = next((place for place in within if place.url in well), None)
    for payload in payloads if place else ():
        scored = Ask("POST", SCORE, payload)
        some = _asked(execute, [(place, [scored])], SCORING, most) if place else []
        items += [_of_sample(some[0], payload.source)] if some else []
        if not some or some[0].status is None:
            break
    return Answers(items=tuple(items))


def _ask_inside(
    engine: Engine,
    container: Container,
    interpreter: str | None,
    places: Iterable[tuple[_Place, list[Ask]]],
    timeout: float,
    most: int | None = None,
) -> list[Answer]:
    """The requests from inside, in the order of the places; none where nothing can be executed there."""
    if not interpreter:
        return []

    def execute(script: str, document: str, seconds: float) -> bytes:
        pieces = [document[at : at + PIECE] for at in range(0, len(document), PIECE)]
        # Isolated: a json.py or http.py of the service's own folder is not ours.
        words = [interpreter, "-I", "-S", "-c", script, *pieces]
        return engine.execute(container.id, words, silence=seconds, most=room_for(most or MOST_SWAGGER)).stdout

    return _asked(execute, places, timeout, most)


def room_for(most: int) -> int:
    """Bytes that a program inside may write, where it hands over answers of at most so many: JSON escapes them."""
    return (8 << 20) + 6 * most


def _asked(
    execute: Execute, places: Iterable[tuple[_Place, list[Ask]]], timeout: float, most: int | None = None
) -> list[Answer]:
    asked = [(place, one) for place, some in places for one in some]
    if not asked:
        return []
    asks = [
        [place.host, place.port, one.method, one.path, one.headers, _base64(one.body), most or one.most]
        for place, one in asked
    ]
    document = json.dumps({"asks": asks, "seconds": timeout})
    script = Path(__file__).with_name("requests_inside.py").read_text(encoding="utf-8")
    try:
        told = json.loads(execute(script, document, timeout + 10))
    except (CannotExamine, ValueError):  # it may have stopped just now; what was asked from outside still counts
        return []
    order = {(place.host, place.port, one.path): number for number, (place, one) in enumerate(asked)}
    told.sort(key=lambda one: order.get((one["address"], one["port"], one["path"]), 0))
    ids = {(place.host, place.port, one.path): one.id for place, one in asked}
    return [_inside_answer(one, timeout, ids.get((one["address"], one["port"], one["path"]), "")) for one in told]


def _inside_answer(one: dict[str, Any], timeout: float, request_id: str) -> Answer:
    words = {"time": _no_answer(timeout), "refused": REFUSED, "closed": CLOSED, "no HTTP": NO_HTTP}
    error = one.get("error")
    return Answer(
        method=one["method"],
        path=one["path"],
        route="inside",
        address=_Place(one["address"], one["port"], one["port"]).url,
        status=one.get("status"),
        seconds=one.get("seconds", 0.0),
        body=redact(one.get("body", "")),
        content_type=one.get("content_type", ""),
        error=None if error is None else words.get(error, redact(error)),
        cut=one.get("cut", False),
        request_id=request_id,
    )


def _base64(body: bytes | None) -> str | None:
    return None if body is None else base64.b64encode(body).decode("ascii")


def _score(
    engine: Engine,
    container: Container,
    interpreter: str | None,
    published: Sequence[_Place],
    within: Sequence[_Place],
    items: Sequence[Answer],
    payloads: Sequence[Payload],
    most: int,
) -> Iterator[Answer]:
    """Each payload to the port that answered, from outside where that is possible, until one has no answer."""
    well = {(one.route, one.address) for one in items if one.path == HEALTH and one.status is not None}
    outside = next((place for place in published if ("published", place.url) in well), None)
    inside = next((place for place in within if ("inside", place.url) in well), None)
    for payload in payloads:
        one = Ask("POST", SCORE, payload)
        answer: Answer | None
        if outside:
            answer = _in_time(outside, one, most)
        elif inside and len(payload.body) <= LARGEST_INSIDE:
            some = _ask_inside(engine, container, interpreter, [(inside, [one])], SCORING, most)
            answer = _of_sample(some[0], payload.source) if some else None
        else:
            return
        if answer is not None:
            yield answer
        if answer is None or answer.status is None:
            return


def _of_sample(answer: Answer, source: str) -> Answer:
    import msgspec

    return msgspec.structs.replace(answer, sample=source)


def _in_time(place: _Place, one: Ask, most: int) -> Answer:
    """One answer, given up after SCORING seconds also where its bytes come one by one."""
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(_ask_one(place, one, SCORING, most)), daemon=True)
    thread.start()
    thread.join(SCORING + 0.5)
    return found[0] if found else _late(place, one.path, SCORING, one.payload.source if one.payload else None)
