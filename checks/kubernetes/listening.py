"""Which port the server of a pod really listens on, and what is known of its routes.

Witnesses, the best first: sockets read inside, the log's own words, the command line, and what images of Azure ML do by
themselves. Containers of a pod share one network, so a port may be served by any of them.

Sources: azureml-inference-server-http 1.5.1, `amlserver.py` (only `--port` counts, SERVER_PORT does not); the servers'
own documentation for the ports that they take when none is named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from posixpath import basename
from typing import Literal

from checks.cluster.pods import Container, PodSpec
from checks.cluster.subject import Workload
from checks.container.seen import Told, all_lines, logs_of, sockets
from checks.containers import Container as Engined
from checks.containers import ContainerState, EngineInfo
from checks.evidence import Evidence, Log, Logs, Missing, Target
from checks.finding import Quote
from checks.kubernetes.seen import workload_of
from checks.kubernetes.serving_commands import AZURE_PORT, LOOPBACK, ports_of

Witness = Literal["socket", "log", "command", "image"]

BEHIND_NGINX = frozenset({31311, 9090})
"""Where the server of an Azure ML image listens for its nginx, which has AZURE_PORT."""


_SAYS = re.compile(
    r"(?:[Ll]istening (?:at|on)|Uvicorn running on|Running on|Serving on|Running at|Serving HTTP on|API bind to"
    r"|Inference address|Started \w+Service at|ModelServer at|HTTP/REST API at"
    r"|server (?:listening|running|started) (?:at|on))"
    r":? ?\(?(?P<rest>.+)"
)
_PLACE = re.compile(
    r"(?:(?P<scheme>https?)://|\btcp://|^|[\s,(])(?P<host>\[[\da-fA-F:]*\]|[A-Za-z0-9.*-]*):(?P<port>\d{2,5})\b"
)
_PORT_ONLY = re.compile(r"^(?:\S+ )?port:? (?P<port>\d{2,5})\b")
_BANNER = re.compile(r"^Server Port: (?P<port>\d+)$")
_BEGINS = re.compile(r"Starting gunicorn \d|Started server process|supervisord started")
_EVERYWHERE = re.compile(r"Running on all addresses")
_PROXY = re.compile(r"\b(?:nginx|envoy|haproxy|supervisord|caddy|httpd|apache2)\b")
_IMAGE_OF_AZURE = re.compile(r"(?:^|/)azureml/.*inference|azureml.*-inference-")


@dataclass(frozen=True)
class Listener:
    """One port that something listens on. `tls` is None where nobody tells; `loopback`: reached from inside alone."""

    port: int
    witness: Witness
    quote: Quote
    loopback: bool = False
    tls: bool | None = None

    @property
    def is_sure(self) -> bool:
        """True when it was seen, and not only concluded from a command or an image."""
        return self.witness in {"socket", "log"}


def listeners(evidence: Evidence, container: Container | None = None) -> tuple[Listener, ...]:
    """What listens in the pods of a workload (of one container, where the log tells); empty when nobody knows."""
    known = sockets(evidence)
    if known is not None:
        return tuple(
            Listener(
                port=one.port,
                witness="socket",
                loopback=one.is_loopback,
                quote=Quote(
                    source="inside",
                    text=f"listens on {one.address}:{one.port}{f' ({one.process})' if one.process else ''}",
                ),
            )
            for one in known
        )
    workload = workload_of(evidence)
    asked = [container] if container else list(workload.spec.containers if workload.spec else ())
    return _told(evidence, container) or tuple(one for each in asked for one in _commanded(workload, each))


def elsewhere(evidence: Evidence, port: int, container: Container | None = None) -> Listener | None:
    """The server's own listener, when `port` is none that anything in the pod is known or may be thought to serve.

    None where the port is right, and where that cannot be told.
    """
    known = tuple(one for one in listeners(evidence, container) if not one.loopback)
    if not known or any(one.port == port for one in known) or port in {one.port for one in listeners(evidence)}:
        return None
    workload = workload_of(evidence)
    thought = (_is_before(evidence, container), _may_be_a_neighbours(workload, port, container))
    if known[0].witness != "socket" and (any(thought) or is_answered(workload, port)):
        return None
    return likeliest(known)


def likeliest(known: Sequence[Listener]) -> Listener:
    """The one that clients are meant to use: 5001, else the lowest."""
    return min(known, key=lambda one: (one.port != AZURE_PORT, one.port))


def is_answered(workload: Workload, port: int) -> bool:
    """True when a pod is ready by a probe that asks this port: then something listens on it."""
    for pod in workload.pods:
        if not pod.is_ready:
            continue
        for container in pod.spec.containers:
            probe = container.readiness_probe
            asks = probe and (probe.http_get or probe.tcp_socket or probe.grpc)
            if asks and number_of(asks.port, container) == port:
                return True
    return False


def number_of(port: int | str, container: Container) -> int | None:
    """The number that a probe's or service's port stands for in a container; None for a name that it lacks."""
    if isinstance(port, int):
        return port
    named = next((one.container_port for one in container.ports if one.name == port), None)
    return named if named is not None else (int(port) if port.isdigit() else None)


def declared(spec: PodSpec | None) -> dict[int, Container]:
    """The ports that containers of a pod declare, sidecars among the init containers included."""
    if spec is None:
        return {}
    every = (*spec.containers, *(one for one in spec.init_containers if one.restart_policy == "Always"))
    return {port.container_port: one for one in every for port in one.ports}


def is_azure_server(evidence: Evidence, container: Container) -> bool:
    """True when the container runs azureml-inference-server-http itself, whose routes are known."""
    if (engined := as_engined(container)).server_options is not None:
        return True
    if any("azureml_inference_server_http" in word for word in engined.words):
        return True
    lines = lines_of(evidence, container)
    return any(line.text.startswith("Azure ML Inferencing HTTP server v") for line in lines)


def lines_of(evidence: Evidence, container: Container | None) -> tuple[Told, ...]:
    """The lines of the log of one container; all where logs do not name theirs."""
    lines = all_lines(evidence)
    if container is None:
        return lines
    return tuple(line for line in lines if (name := _container(line.source)) is None or name == container.name)


def as_engined(container: Container) -> Engined:
    """A container of a pod in the terms of an engine, for what its command line tells."""
    return Engined(
        id="",
        name=container.name,
        engine=EngineInfo(address="kubernetes"),
        state=ContainerState(status="running"),
        image=Missing(reason="not read"),
        command=(*container.command, *container.args),
        working_dir=container.working_dir,
        environment={one.name: one.value or "" for one in container.env},
    )


def _container(source: str) -> str | None:
    found = re.search(r" -c (\S+)", source)
    return found[1] if found else None


def _told(evidence: Evidence, container: Container | None) -> tuple[Listener, ...]:
    """What the logs announced in their last starts."""
    found: dict[int, Listener] = {}
    for log in logs_of(evidence):
        name = _container(log.source)
        if container is None or name is None or name == container.name:
            found |= {one.port: one for one in _announced(log) if one.port not in found or found[one.port].loopback}
    behind = next((one for one in found.values() if one.port in BEHIND_NGINX), None)
    if behind and AZURE_PORT not in found:
        found[AZURE_PORT] = Listener(port=AZURE_PORT, witness="log", quote=behind.quote)
    return tuple(found.values())


@lru_cache(maxsize=16)
def _announced(log: Log) -> tuple[Listener, ...]:
    lines = all_lines(Evidence(target=Target(kind="log", name=log.source), logs=Logs(items=(log,))))
    begins = [place for place, line in enumerate(lines) if _BEGINS.search(line.text)]
    current = lines[begins[-1] :] if begins else lines
    everywhere = any(_EVERYWHERE.search(line.text) for line in current)
    found: dict[int, Listener] = {}
    for line in current:
        for port, host, tls in _places(line.text):
            says_so_always = "REST API at" in line.text
            loopback = host.startswith(LOOPBACK) and not everywhere and not says_so_always
            if port not in found or found[port].loopback:
                found[port] = Listener(port=port, witness="log", quote=line.quote, loopback=loopback, tls=tls)
    return tuple(found.values())


def _places(text: str) -> Iterator[tuple[int, str, bool | None]]:
    if banner := _BANNER.search(text):
        yield int(banner["port"]), "", None
    announced = _SAYS.search(text)
    if announced is None:
        return
    places = list(_PLACE.finditer(announced["rest"]))
    for place in places:
        yield int(place["port"]), place["host"], place["scheme"] == "https" if place["scheme"] else None
    only = None if places else _PORT_ONLY.search(announced["rest"])
    if only:
        yield int(only["port"]), "", None


def _commanded(workload: Workload, container: Container) -> Iterator[Listener]:
    """What the command line, or an image of Azure ML, says."""
    engined = as_engined(container)
    source, where = workload.shown, f"container {container.name}"
    words = [part for word in engined.words for part in (word.split("=", 1) if word.startswith("-") else [word])]
    quote = Quote(source=source, text=f"{where}, command: {' '.join(engined.command)[:200]}")
    if known := ports_of(words, engined.environment):
        for one in known:
            witness: Witness = "image" if one.is_guess else "command"
            if one.is_guess and engined.environment.get("PORT") == str(one.port):
                quote = Quote(source=source, text=f"{quote.text}, env PORT: {one.port}")
            yield Listener(port=one.port, witness=witness, quote=quote, loopback=one.loopback, tls=one.tls)
    elif "runsvdir" in {basename(word) for word in words} or (
        not engined.command and (_IMAGE_OF_AZURE.search(container.image) or container.variable("AZUREML_ENTRY_SCRIPT"))
    ):
        text = f"{where}, image {container.image}: images of Azure ML serve on {AZURE_PORT}"
        yield Listener(port=AZURE_PORT, witness="image", quote=Quote(source=source, text=text))


def _is_before(evidence: Evidence, container: Container | None) -> bool:
    """True when a proxy in the same container may have the port, which says nothing in the log."""
    spec = workload_of(evidence).spec
    words = [
        word
        for one in ((container,) if container else spec.containers if spec else ())
        for word in (*one.command, *one.args)
    ]
    told = (line.text for line in lines_of(evidence, container)[:200])
    return any(_PROXY.search(text) for text in (*words, *told))


def _may_be_a_neighbours(workload: Workload, port: int, container: Container | None) -> bool:
    """True when another container of the pod declares the port, or when it is asked for on several."""
    owner = declared(workload.spec).get(port)
    if owner is not None and (container is None or owner.name != container.name):
        return container is not None or len(workload.spec.containers if workload.spec else ()) > 1
    return False
