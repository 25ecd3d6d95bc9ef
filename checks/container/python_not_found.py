"""The image has no Python under the name that the command uses.

What it finds
-------------
`python`, `python3` or a version of it as the command, or in the first line of the start script, which is not in the
image or not on its PATH.

Why it breaks
-------------
Many images have `python3` and no `python`, or keep Python in a conda environment that only an activated shell has on
its PATH; the command of a container is run without one.

How to fix
----------
Name the interpreter that is there, by its full path if need be.

Learn more
----------
Docker documentation, "Shell and exec form". Conda documentation, `conda run`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import is_python
from checks.container.seen import command_quote, container_of, inside_of, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled


@check(
    "container.python-not-found",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "logs.entrypoint-not-found",
        "logs.command-not-found",
        "logs.file-without-interpreter",
        "logs.program-missing",
        "logs.container-cannot-run",
        "logs.exit-code-127",
    ),
)
def python_not_found(evidence: Evidence) -> Iterator[Finding]:
    """Offer the interpreter that was found inside."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind != "not-found" or not is_python(failure.program):
        return
    if failure.program.endswith(("\r", "\\r")):
        return  # its line ends are at fault
    inside = inside_of(evidence)
    there = inside.interpreter if inside else None
    saw: tuple[Quote, ...] = ()
    if there and there != failure.program:
        saw = (Quote(source="inside", text=f"the image has {there}"),)
        fixes: tuple[Fix, ...] = (Fix(title="name the interpreter that is there", commands=(f'CMD ["{there}", ...]',)),)
    else:
        fixes = (
            Fix(title="install Python, or base the image on one that has it", commands=("FROM python:3.11-slim",)),
            Fix(
                title="where a conda environment has it, name its path",
                commands=('CMD ["/opt/miniconda/envs/<environment>/bin/python", ...]',),
            ),
        )
    yield Finding(
        title=titled(f"the image has no `{failure.program}` where the command looks for it", 88),
        evidence=(failure.quote, *saw, command_quote(seen), state_quote(seen)),
        fixes=fixes,
    )


CREATED = ContainerState(status="created", exit_code=127, error='exec: "python": executable file not found in $PATH')
CASES = (
    fires(
        container(
            seen={"inside": Inside(how="frozen", interpreter="/usr/bin/python3")},
            state=CREATED,
            command=("python", "serve.py"),
        ),
        saw="the image has /usr/bin/python3",
        findings=1,
    ),
    fires(container(state=CREATED, command=("python", "serve.py")), saw="the image has no `python`"),
    fires(
        container(
            "/usr/bin/env: 'python': No such file or directory",
            state=ContainerState(status="exited", exit_code=127),
            command=("/app/serve.py",),
        ),
        line=1,
    ),
    quiet(
        container(
            "/usr/bin/env: 'python3\\r': No such file or directory",
            state=ContainerState(status="exited", exit_code=127),
            command=("/app/serve.py",),
        ),
        name="line ends",
    ),
    quiet(container("sh: 1: pythonic: not found", state=ContainerState(status="exited", exit_code=127))),
    quiet(container(command=("python", "serve.py")), name="it runs"),
)
