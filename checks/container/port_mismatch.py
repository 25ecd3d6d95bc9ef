"""The published port is not the one that the server listens on.

What it finds
-------------
Published ports of the container behind which nothing listens, while the server listens on another port.

Why it breaks
-------------
The engine forwards to the port of the container that was named at its start, whatever the server does, so clients get
"connection refused" or a reset. Images of Azure ML listen on 5001. The variable SERVER_PORT does not change the port of
`azmlinfsrv`, only `--port` does.

How to fix
----------
Publish the port that the server listens on, or let the server listen on the published one.

Learn more
----------
Docker documentation, "Port publishing and mapping". Source: azureml-inference-server-http 1.5.1, `amlserver.py`.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.listening import likeliest, listening, ports_text, published, shares_network, start_line
from checks.container.remake import remade
from checks.container.seen import answers_of, container_of, image_of, inspected, is_up
from checks.containers import Answer, Answers, Container, ContainerState, Image, Inside, Port, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import titled


@check(
    "container.port-mismatch",
    needs=("container",),
    stage=Stage.ANSWER,
    explains=("container.unhealthy", "container.nothing-listens", "logs.app-service-port", "logs.connection-refused"),
)
def port_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Name both ports; certain by the sockets, likely by the server's own words."""
    seen, known = container_of(evidence), listening(evidence)
    ports = published(seen)
    if not ports or not known or shares_network(seen):
        return
    if any(one.status is not None and one.route == "published" for one in answers_of(evidence)):
        return
    wanted = {port.container for port in ports}
    outside = tuple(one for one in known if not one.loopback)
    if not outside or wanted & {one.port for one in known}:
        return
    server, port = likeliest(outside), ports[0]
    shown = ", ".join(dict.fromkeys(str(one.container) for one in ports[:4]))
    yield Finding(
        title=titled(f"port {shown} of the container is published, the server listens on {server.port}", 88),
        evidence=(
            *start_line(evidence),
            inspected(seen, f"published: {ports_text(evidence)}"),
            *(one.quote for one in outside[:3]),
            *_exposed(seen, server.port),
            *_variable(seen, wanted),
            *_refused(evidence),
        ),
        severity=Severity.ERROR if is_up(seen) else Severity.WARNING,
        confidence=Confidence.CERTAIN if server.sure else Confidence.LIKELY,
        about=(f"port:{server.port}",),
        fixes=_fixes(seen, port, server.port),
    )


def _exposed(seen: Container, port: int) -> tuple[Quote, ...]:
    image = image_of(seen)
    if image is None or not image.exposed or port in image.exposed:
        return ()
    return (inspected(seen, f"the image exposes {', '.join(map(str, image.exposed))}"),)


def _variable(seen: Container, wanted: set[int]) -> tuple[Quote, ...]:
    if seen.is_other_program:
        named = _named(seen, wanted)
        return (
            (inspected(seen, f"{named}={seen.environment[named]} is set, which the server does not heed"),)
            if named
            else ()
        )
    given = seen.environment.get("SERVER_PORT", "")
    if not given.isdigit() or int(given) not in wanted:
        return ()
    return (inspected(seen, f"SERVER_PORT={given} is set, which azmlinfsrv does not heed: only --port counts"),)


def _refused(evidence: Evidence) -> tuple[Quote, ...]:
    tried = [one for one in answers_of(evidence) if one.route == "published" and one.error]
    return tuple(Quote(source=f"{one.method} {one.path} at {one.address}", text=one.error or "") for one in tried[:1])


def _fixes(seen: Container, port: Port, server: int) -> tuple[Fix, ...]:
    host = port.host_port or server
    publish = remade(
        "publish the port that the server listens on",
        seen,
        "-p",
        f"{host}:{server}",
        compose=f'    ports: ["{host}:{server}"]',
        edge=f'"HostConfig": {{"PortBindings": {{"{server}/tcp": [{{"HostPort": "{host}"}}]}}}}',
    )
    listen = Fix(title=f"let the server listen on {port.container}", commands=(_listens(seen, port.container),))
    return (publish, listen)


def _listens(seen: Container, port: int) -> str:
    """How the server of this command is told its port; in code by the variable that has it, where one does."""
    if not seen.is_other_program:
        return f"azmlinfsrv ... --port {port}"
    names = {posixpath.basename(word) for word in seen.words}
    if "gunicorn" in names or "hypercorn" in names:
        return f"gunicorn --bind 0.0.0.0:{port} ..."
    if "uvicorn" in names:
        return f"uvicorn --host 0.0.0.0 --port {port} ..."
    named = _named(seen, {port})
    value = f'int(os.environ["{named}"])' if named else str(port)
    return f'app.run(host="0.0.0.0", port={value})'


def _named(seen: Container, wanted: set[int]) -> str | None:
    """The variable with which App Service, and others like it, tell a server its port."""
    ports = {str(port) for port in wanted}
    return next((one for one in ("PORT", "WEBSITES_PORT") if seen.environment.get(one) in ports), None)


def _inside(*listening: Socket) -> dict[str, object]:
    return {"inside": Inside(how="running", listening=listening)}


P8080 = (Port(container=8080, host_ip="0.0.0.0", host_port=8080),)  # noqa: S104 - text
P5001 = (Port(container=5001, host_ip="0.0.0.0", host_port=5001),)  # noqa: S104 - text
EVERY = Socket(address="0.0.0.0", port=5001, process="gunicorn")  # noqa: S104 - text
HERE = Socket(address="127.0.0.1", port=31311, process="gunicorn")
SAYS = "I [1] gunicorn.error - Starting gunicorn 27.0.1\nI [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)"
OK = Answer(method="GET", path="/", route="published", address="127.0.0.1:8080", status=200)
CASES = (
    fires(
        container(seen=_inside(EVERY), ports=P8080),
        saw="port 8080 of the container is published, the server listens on 5001",
        findings=1,
    ),
    fires(container(SAYS, ports=P8080), saw="Listening at", name="by the log alone"),
    fires(
        container(seen=_inside(EVERY), ports=P8080, environment={"PORT": "8080"}, command=("python", "app.py")),
        saw="PORT=8080 is set, which the server does not heed",
        name="a server of one's own, which does not heed what App Service gives",
    ),
    fires(container(seen=_inside(EVERY), ports=P8080, environment={"SERVER_PORT": "8080"}), saw="only --port counts"),
    fires(
        container(seen=_inside(EVERY), ports=P8080, image=Image(id="sha256:1", reference="score:1", exposed=(8080,))),
        saw="the image exposes 8080",
    ),
    fires(container(SAYS, state=ContainerState(status="exited", exit_code=3), ports=P8080), name="it ended: a warning"),
    quiet(container(seen=_inside(EVERY, HERE), ports=P5001), name="nginx before gunicorn"),
    quiet(
        container(seen=_inside(EVERY), ports=(*P5001, Port(container=8883, host_port=8883))), name="one of two serves"
    ),
    quiet(container(seen=_inside(), ports=P8080), name="nothing listens at all"),
    quiet(
        container(seen=_inside(Socket(address="127.0.0.11", port=40211)), ports=P8080), name="the engine's own resolver"
    ),
    quiet(container(seen=_inside(EVERY), network_mode="host"), name="the network of the host"),
    quiet(container(seen={**_inside(EVERY), "answers": Answers(items=(OK,))}, ports=P8080), name="it answers"),
    quiet(container(seen=_inside(Socket(address="127.0.0.1", port=8080)), ports=P8080), name="on loopback"),
    quiet(container(ports=(Port(container=5001),)), name="exposed and not published"),
)
