"""Nothing listens in the container, though it runs.

What it finds
-------------
A running container without a single listening TCP socket.

Why it breaks
-------------
No server has got as far as binding its port: it is still loading, it hangs before that, it ended and left others
running, or the command starts no server. Clients get "connection refused" or a reset.

How to fix
----------
Find out what the processes of the container do. gunicorn and `azmlinfsrv` bind before they load the script, uvicorn
afterwards.

Learn more
----------
Docker documentation, `docker top`. Source: gunicorn `arbiter.py`, uvicorn `server.py`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import lines_of_log, processes_of
from checks.container.seen import answered, container_of, inside_of, inspected, is_settled, sockets
from checks.containers import Inside, ProcessInside, Socket
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line


@check("container.nothing-listens", needs=("container", "inside"), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def nothing_listens(evidence: Evidence) -> Iterator[Finding]:
    """Show the processes. A symptom, where something tells why."""
    seen, inside = container_of(evidence), inside_of(evidence)
    if (
        not is_settled(evidence)
        or inside is None
        or inside.how != "running"
        or sockets(evidence) != ()
        or answered(evidence)
    ):
        return
    processes = () if isinstance(inside.processes, Missing) else inside.processes
    shown = tuple(
        Quote(source="inside", text=f"process {one.pid}: {one_line(one.command, 120)}") for one in processes[:3]
    )
    yield Finding(
        title="nothing listens in the container, though it runs",
        evidence=(inspected(seen, f"running since {seen.state.started}"), *shown),
        fixes=(
            Fix(title="look what its processes are", commands=(processes_of(seen),)),
            Fix(title="look what it said last", commands=(lines_of_log(seen, 50),)),
        ),
    )


LOADS = ProcessInside(pid=1, command="python serve.py")
CASES = (
    fires(
        container(seen={"inside": Inside(how="running", listening=(), processes=(LOADS,))}),
        saw="process 1: python serve.py",
        findings=1,
    ),
    fires(container(seen={"inside": Inside(how="running", listening=(Socket(address="127.0.0.11", port=40000),))})),
    quiet(container(seen={"inside": Inside(how="running")}), name="not known"),
    quiet(container(seen={"inside": Inside(how="rehearsal", listening=())}), name="of another container"),
    quiet(container(seen={"inside": Inside(how="running", listening=(Socket(address="::", port=5001),))})),
)
