"""The container lives, the server in it does not.

What it finds
-------------
A running container whose processes are supervisors, shells, nginx or log writers only: none of them serves the script.

Why it breaks
-------------
The engine looks at the first process alone. When a supervisor, a shell or `sleep` is that, the container stays up
after the server ended, or without one ever having been started; nginx then answers 502.

How to fix
----------
Cure what ended the server; let the server be the first process, so that its end is the container's.

Learn more
----------
Docker documentation, "Run multiple processes in a container". Supervisors of Azure ML images: supervisord in 2018,
runit (`runsvdir`) since.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import serving_command
from checks.container.listening import BEHIND_NGINX
from checks.container.remake import lines_of_log
from checks.container.seen import (
    answers_of,
    command_quote,
    container_of,
    inside_of,
    is_keeper,
    is_settled,
    programs,
    sockets,
)
from checks.containers import Answer, Answers, Container, Inside, ProcessInside, Socket
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line, titled

BAD_GATEWAY = 502
IDLE = frozenset({"sleep", "tail", "cat"})
ENDED = "Z"  # the state of a process that ended and was not waited for


@check(
    "container.server-gone",
    needs=("container", "inside"),
    stage=Stage.OPERATE,
    explains=("container.nothing-listens", "logs.nginx-upstream-unreachable", "logs.bad-gateway"),
)
def server_gone(evidence: Evidence) -> Iterator[Finding]:
    """Show what runs instead. A symptom, where something tells why the server ended."""
    seen, inside = container_of(evidence), inside_of(evidence)
    if not is_settled(evidence) or inside is None or inside.how != "running" or isinstance(inside.processes, Missing):
        return
    living = tuple(one for one in inside.processes if one.state != ENDED)
    if not living or not all(is_keeper(one.command) for one in living) or _answers(evidence):
        return
    if any(one.port in BEHIND_NGINX for one in sockets(evidence) or ()):
        return
    first = min(living, key=lambda one: one.pid)
    idle = len(living) == 1 and programs(first.command)[-1] in IDLE
    name = programs(first.command)[-1]
    title = (
        f"no server runs in the container: its command is `{one_line(first.command, 40)}`"
        if idle
        else f"`{name}` keeps the container up, and no server runs in it"
    )
    yield Finding(
        title=titled(title, 88),
        evidence=(
            *(Quote(source="inside", text=f"process {one.pid}: {one_line(one.command, 120)}") for one in living[:3]),
            command_quote(seen),
        ),
        confidence=Confidence.CERTAIN,
        fixes=_fixes(seen, idle=idle),
    )


def _answers(evidence: Evidence) -> bool:
    return any(one.status is not None and one.status != BAD_GATEWAY for one in answers_of(evidence))


def _fixes(seen: Container, *, idle: bool) -> tuple[Fix, ...]:
    serve = Fix(title="let the server be the command", commands=(serving_command(seen),))
    if idle:
        return (serve,)
    return (
        Fix(title="look at what it said before it ended", commands=(lines_of_log(seen, 200),)),
        serve,
    )


def _running(*commands: str, listening: tuple[Socket, ...] = ()) -> dict[str, object]:
    processes = tuple(ProcessInside(pid=number, command=command) for number, command in enumerate(commands, 1))
    return {"inside": Inside(how="running", processes=processes, listening=listening)}


NGINX = Socket(address="0.0.0.0", port=5001, process="nginx")  # noqa: S104 - text
BAD = Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=502)
CONDA = "/opt/miniconda/bin/python /opt/miniconda/bin/conda run -n inf-conda-env runsvdir /var/runit"
CASES = (
    fires(
        container(seen=_running("runsvdir /var/runit", "runsv nginx", "svlogd -tt /log")), saw="runsvdir", findings=1
    ),
    fires(
        container(
            seen={
                **_running(CONDA, "runsvdir /var/runit", "nginx: master process", listening=(NGINX,)),
                "answers": Answers(items=(BAD,)),
            }
        ),
        saw="`conda` keeps the container up",
    ),
    fires(container(seen=_running("/usr/bin/python3 /usr/bin/supervisord -n")), saw="supervisord"),
    fires(container(seen=_running("sleep infinity")), saw="its command is `sleep infinity`"),
    quiet(container(seen=_running("runsvdir /var/runit", "python /opt/env/bin/azmlinfsrv --port 31311"))),
    quiet(container(seen=_running("tini -- python serve.py", "python serve.py")), name="a server of one's own"),
    quiet(container(seen=_running("bash /app/run.sh", "/app/scorer")), name="a compiled server"),
    quiet(
        container(
            seen={
                **_running("bash", "nginx: master process nginx"),
                "answers": Answers(items=(Answer(method="GET", path="/", route="inside", address="a", status=200),)),
            }
        ),
        name="it answers",
    ),
    quiet(container(seen={"inside": Inside(how="running")}), name="the processes are not known"),
)
