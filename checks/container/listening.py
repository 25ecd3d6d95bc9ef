"""What a container serves on, told by its sockets, and by the server's own words where they are not known."""

import posixpath
import re
from dataclasses import dataclass

from checks.container.seen import Told, container_of, inside_of, last_start, sockets
from checks.containers import Container, Port
from checks.evidence import Evidence
from checks.finding import Quote

_ANNOUNCED = re.compile(
    r"(?:Listening at:|Uvicorn running on|Running on|Serving on|Running at|Serving HTTP on \S+ port \d+ \()"
    r" ?\(?https?://(?P<address>\[[\da-fA-F:]+\]|[\w.-]+):(?P<port>\d+)"
)
_EVERYWHERE = re.compile(r"Running on all addresses")
LOOPBACK = ("127.", "localhost", "[::1]", "::1")
BEHIND_NGINX = frozenset({31311, 9090})  # where the server of an Azure ML image listens, for its nginx alone


_STARTS = re.compile(
    r"\.run\(|\bserve\(|\b(?:Threading)?HTTPServer\("
    r"|^\s*(?:exec )?(?:\S*/)?(?:gunicorn|uvicorn|hypercorn|waitress-serve)\b",
)


def start_line(evidence: Evidence) -> tuple[Quote, ...]:
    """The line that starts the server, where the script that the command names was read and one line alone does so."""
    container, inside = container_of(evidence), inside_of(evidence)
    if inside is None:
        return ()
    home = container.working_dir or "/"
    named = dict.fromkeys(posixpath.normpath(posixpath.join(home, word)) for word in container.words)
    found = [
        Quote(source=path, line=number, text=line.strip())
        for path in named
        for number, line in enumerate(inside.texts.get(path, "").splitlines(), 1)
        if _STARTS.search(line) and not line.lstrip().startswith("#")
    ]
    return tuple(found) if len(found) == 1 else ()


@dataclass(frozen=True)
class Open:
    """One port that something listens on. `loopback` is reached from inside of the container alone."""

    port: int
    address: str
    loopback: bool
    quote: Quote
    sure: bool


def listening(evidence: Evidence) -> tuple[Open, ...] | None:
    """What listens, by the sockets or by the log of the last start; None when neither tells."""
    known = sockets(evidence)
    if known is not None:
        return tuple(
            Open(
                port=one.port,
                address=one.address,
                loopback=one.is_loopback,
                quote=Quote(
                    source="inside",
                    text=f"listens on {one.address}:{one.port}{f' ({one.process})' if one.process else ''}",
                ),
                sure=True,
            )
            for one in known
        )
    told = _told(evidence)
    return told or None


def _told(evidence: Evidence) -> tuple[Open, ...]:
    lines = last_start(evidence)
    everywhere = any(_EVERYWHERE.search(line.text) for line in lines)
    found: dict[int, Open] = {}
    for line in lines:
        if match := _ANNOUNCED.search(line.text):
            one = _announced(line, match, everywhere=everywhere)
            if one.port not in found or found[one.port].loopback:
                found[one.port] = one
    return tuple(found.values())


def _announced(line: Told, match: re.Match[str], *, everywhere: bool) -> Open:
    address = match["address"]
    loopback = address.startswith(LOOPBACK) and not everywhere
    return Open(port=int(match["port"]), address=address, loopback=loopback, quote=line.quote, sure=False)


def published(container: Container) -> tuple[Port, ...]:
    """The TCP ports that are published on the host."""
    return tuple(one for one in container.ports if one.host_port is not None and one.protocol == "tcp")


def shares_network(container: Container) -> bool:
    """True where nothing is published, because the network is the host's or another container's."""
    return container.network_mode == "host" or container.network_mode.startswith(("container:", "ns:"))


def port_line(port: Port) -> str:
    """A published port as `docker ps` writes it."""
    host = f"{port.host_ip or '0.0.0.0'}:{port.host_port or 'any'}"  # noqa: S104 - text, nothing is bound
    return f"{host} -> {port.container}/{port.protocol}"


def ports_text(evidence: Evidence) -> str:
    """The published ports of the container, for a quote."""
    ports = published(container_of(evidence))
    alike = {(one.container, one.host_port): one for one in reversed(ports)}  # once for IPv4 and IPv6
    return ", ".join(port_line(one) for one in reversed(alike.values())) or "no port is published"


def likeliest(ports: tuple[Open, ...]) -> Open:
    """The one that clients are meant to use: 5001, else the lowest."""
    return min(ports, key=lambda one: (one.port != 5001, one.port))
