"""The server listens on 127.0.0.1 inside of the container.

What it finds
-------------
A server whose socket is bound to a loopback address of the container, while nothing listens on the others.

Why it breaks
-------------
Each container has a loopback of its own. What the engine forwards arrives at another address of the container, where
nobody listens, so that clients get a reset or "connection refused", while a request from inside succeeds.

How to fix
----------
Bind the server to 0.0.0.0. The image's nginx may listen for it; then the server is right, and nginx does not run.

Learn more
----------
Docker documentation, "Networking overview". Flask, uvicorn and gunicorn bind 127.0.0.1 unless told otherwise; in images
of Azure ML nginx has 5001, and gunicorn 31311 on loopback behind it.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.listening import BEHIND_NGINX, listening, ports_text, published, shares_network, start_line
from checks.container.seen import answers_of, container_of, inspected, is_up
from checks.containers import Answer, Answers, Inside, Port, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled


@check(
    "container.listens-on-loopback",
    needs=("container",),
    stage=Stage.ANSWER,
    explains=("logs.listens-on-loopback", "logs.app-service-loopback", "logs.connection-refused"),
)
def listens_on_loopback(evidence: Evidence) -> Iterator[Finding]:
    """Certain by the sockets, likely by the server's own words."""
    seen, known = container_of(evidence), listening(evidence)
    if not is_up(seen) or not known or shares_network(seen):
        return
    if any(one.status is not None and one.route == "published" for one in answers_of(evidence)):
        return
    wanted = {port.container for port in published(seen)}
    inner = tuple(one for one in known if one.loopback)
    outer = {one.port for one in known if not one.loopback}
    hit = tuple(one for one in inner if one.port in wanted and one.port not in outer)
    told = hit or (inner if not outer else ())
    if not told or (not told[0].sure and told[0].port in BEHIND_NGINX):
        return
    server = told[0]
    nginx = server.port in BEHIND_NGINX
    answers = [one for one in answers_of(evidence) if one.route == "inside" and one.status is not None]
    yield Finding(
        title=titled(
            f"only {server.address}:{server.port} listens: nginx, which should stand before it, does not run"
            if nginx
            else f"the server listens on {server.address}:{server.port}, inside of the container only",
            88,
        ),
        evidence=(
            *start_line(evidence),
            server.quote,
            inspected(seen, f"published: {ports_text(evidence)}"),
            *(inspected(seen, f"inside, GET {one.path} answers {one.status}") for one in answers[:1]),
        ),
        confidence=Confidence.CERTAIN if server.sure else Confidence.LIKELY,
        about=(f"port:{server.port}",),
        fixes=(
            Fix(title="start nginx, or let the server have the public port", commands=("--port 5001",))
            if nginx
            else Fix(
                title="bind it to every address of the container",
                commands=(
                    f"gunicorn --bind 0.0.0.0:{server.port} ...",
                    f"uvicorn --host 0.0.0.0 --port {server.port} ...",
                    f'app.run(host="0.0.0.0", port={server.port})',
                ),
            ),
        ),
    )


def _inside(*listening: Socket) -> dict[str, object]:
    return {"inside": Inside(how="running", listening=listening)}


P5001 = (Port(container=5001, host_ip="0.0.0.0", host_port=5001),)  # noqa: S104 - text
EVERY = Socket(address="0.0.0.0", port=5001, process="nginx")  # noqa: S104 - text
LOCAL = Socket(address="127.0.0.1", port=5001, process="python")
BEHIND = Socket(address="127.0.0.1", port=31311, process="gunicorn")
OK = Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=200)
CODED = Inside(
    how="running",
    listening=(LOCAL,),
    texts={"/app/app.py": "app = Flask(__name__)\n\n# app.run(port=80)\napp.run(port=5001)\n"},
)
CASES = (
    fires(
        container(seen={**_inside(LOCAL), "answers": Answers(items=(OK,))}, ports=P5001),
        saw="the server listens on 127.0.0.1:5001, inside of the container only",
        findings=1,
    ),
    fires(
        container(seen={"inside": CODED}, ports=P5001, command=("python", "app.py"), working_dir="/app"),
        saw="app.run(port=5001)",
        line=4,
        name="the line of the code that binds it",
    ),
    fires(container(seen=_inside(Socket(address="::1", port=5001)), ports=P5001), saw="::1:5001"),
    fires(container("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", ports=P5001), line=1),
    fires(container(seen=_inside(BEHIND), ports=P5001), saw="nginx, which should stand before it"),
    quiet(container(seen=_inside(EVERY, BEHIND), ports=P5001), name="nginx before gunicorn"),
    quiet(
        container(" * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:5000\n", ports=P5001),
        name="Flask names every address",
    ),
    quiet(container(seen=_inside(EVERY, Socket(address="127.0.0.11", port=40211)), ports=P5001), name="a resolver"),
    quiet(
        container(seen=_inside(EVERY, Socket(address="127.0.0.1", port=6379)), ports=P5001), name="a cache beside it"
    ),
    quiet(container(seen=_inside(LOCAL), network_mode="host"), name="the host's network"),
    quiet(container("I [1] gunicorn.error - Listening at: http://127.0.0.1:31311 (13)", ports=P5001)),
)
