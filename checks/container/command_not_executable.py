"""The command of the container must not be executed.

What it finds
-------------
A start that failed with "permission denied" or "is a directory": a file without the execute bit, a folder as the
command, or a file on a mount that forbids execution.

Why it breaks
-------------
The runtime opens the program with execve(2), which the system refuses, so the container ends with 126 before any line
of the service runs. Git on Windows and some archives do not keep the execute bit.

How to fix
----------
Set the bit when the image is built (`RUN chmod +x`, `COPY --chmod=755`), or name the interpreter before the script.

Learn more
----------
Dockerfile reference, `COPY --chmod`. execve(2), EACCES. Source: moby `daemon/errors.go`: 126.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import command_quote, container_of, inside_of, inspected, mount_of, on_host, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Mount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled


@check(
    "container.command-not-executable",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "container.permission-denied",
        "logs.entrypoint-not-executable",
        "logs.executable-not-permitted",
        "logs.permission-denied",
        "logs.container-cannot-run",
        "logs.exit-code-126",
    ),
)
def command_not_executable(evidence: Evidence) -> Iterator[Finding]:
    """Tell a folder, a mount and a missing execute bit apart."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind not in ("not-executable", "a-folder"):
        return
    program, inside = failure.program, inside_of(evidence)
    file = inside.file(program) if inside else None
    folder = failure.kind == "a-folder" or (file is not None and file.kind == "folder")
    folder = folder or bool(inside and inside.folder(program))
    mount = mount_of(seen, program)
    if folder:
        title = f"the command `{program}` is a folder"
        fix = Fix(title="name the program inside of the folder", commands=(f'CMD ["{program}/<program>"]',))
    elif mount:
        title = f"the command `{program}` lies on a mount, and has no right to be executed"
        fix = Fix(title="set the bit where the file lies", commands=(f"chmod +x {on_host(mount, program)}",))
    else:
        title = f"the command `{program}` has no execute permission"
        fix = Fix(title="set the bit when the image is built", commands=(f"RUN chmod +x {program}",))
    mode = (inspected(seen, f"{program}: mode {file.mode:04o}, owner {file.uid}"),) if file else ()
    shell = "python" if program.endswith(".py") else "sh"
    other = () if folder else (Fix(title="name its interpreter", commands=(f'CMD ["{shell}", "{program}"]',)),)
    yield Finding(
        title=titled(title, 88),
        evidence=(failure.quote, *mode, command_quote(seen), state_quote(seen)),
        fixes=(fix, *other),
    )


RUNC = "OCI runtime create failed: runc create failed: unable to start container process: "


def _refused(words: str, program: str, mounts: tuple[Mount, ...] = ()) -> Evidence:
    state = ContainerState(status="created", exit_code=126, error=f"{RUNC}{words}: unknown")
    return container(state=state, command=(program,), mounts=mounts)


CASES = (
    fires(
        _refused('exec: "/app/run.sh": permission denied', "/app/run.sh"),
        saw="`/app/run.sh` has no execute permission",
        findings=1,
    ),
    fires(_refused('exec: "/app": is a directory', "/app"), saw="is a folder"),
    fires(
        _refused(
            'exec: "/app/run.sh": permission denied',
            "/app/run.sh",
            mounts=(Mount(kind="bind", target="/app", source="/home/me/app"),),
        ),
        saw="lies on a mount",
    ),
    fires(
        container(
            "[FATAL tini (7)] exec /app/run.sh failed: Permission denied",
            state=ContainerState(status="exited", exit_code=126),
            command=("/app/run.sh",),
        ),
        line=1,
        name="an init process",
    ),
    quiet(
        container(
            "PermissionError: [Errno 13] Permission denied: '/app/model.pkl'",
            state=ContainerState(status="exited", exit_code=3),
        ),
        name="the service itself must not open a file",
    ),
    quiet(container(), name="it runs"),
)
