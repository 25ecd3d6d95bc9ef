"""The start script has the line ends of Windows.

What it finds
-------------
A script as the command whose first line ends in a carriage return, and the messages that this causes:
`exec /app/run.sh: no such file or directory`, `/usr/bin/env: 'bash\\r'`.

Why it breaks
-------------
The kernel takes the carriage return for a part of the interpreter's name, and there is no `/bin/bash\\r`. The message
speaks of the script, which is there, and of a missing file.

How to fix
----------
Save the script with LF ends, and keep Git from changing them (`.gitattributes`); or mend them while the image is built.

Learn more
----------
execve(2), "Interpreter scripts". Git documentation, gitattributes, `eol`. Observed with engine 20.10.24, runc 1.1.5.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import all_lines, command_quote, container_of, mount_of, on_host, state_quote
from checks.container.starting import looks_like_script, other_platform, program_of, script_text, start_failure
from checks.containers import ContainerState, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled


@check(
    "container.entrypoint-line-ends",
    needs=("container",),
    stage=Stage.BUILD,
    explains=(
        "container.restart-loop",
        "logs.file-without-interpreter",
        "logs.script-line-endings",
        "logs.entrypoint-not-found",
        "logs.command-not-found",
        "logs.program-missing",
        "logs.container-cannot-run",
        "logs.exit-code-127",
    ),
)
def entrypoint_line_ends(evidence: Evidence) -> Iterator[Finding]:
    """Certain when the script was read; likely when only the message and the name tell."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None:
        return
    named = program_of(seen) or failure.program
    program = failure.program if failure.kind == "no-interpreter" else named
    by_env = failure.program.endswith(("\\r", "\r"))
    if failure.kind != "no-interpreter" and not by_env:
        return
    text = script_text(evidence, program)
    first = text.split("\n", 1)[0] if text else ""
    if not by_env:
        if text is None and (not looks_like_script(program) or other_platform(seen)):
            return
        if text is not None and not (first.startswith("#!") and first.endswith("\r")):
            return
    mount = mount_of(seen, program)
    read = (Quote(source=program, line=1, text=first.replace("\r", "\\r")),) if first.endswith("\r") else ()
    more = tuple(line.quote for line in all_lines(evidence)[-10:] if "\\r'" in line.text)[:1]
    yield Finding(
        title=titled(f"the start script `{program}` has Windows line ends (CRLF)", 88),
        evidence=(
            *read,
            failure.quote,
            *(one for one in more if one != failure.quote),
            command_quote(seen),
            state_quote(seen),
        ),
        confidence=Confidence.CERTAIN if by_env or read else Confidence.LIKELY,
        fixes=(
            Fix(
                title="mend the line ends where the file lies",
                commands=(f"sed -i 's/\\r$//' {on_host(mount, program)}",),
            )
            if mount
            else Fix(title="mend them while the image is built", commands=(f"RUN sed -i 's/\\r$//' {program}",)),
            Fix(title="keep Git from writing them", commands=("echo '*.sh text eol=lf' >> .gitattributes",)),
        ),
    )


ENDED = ContainerState(status="exited", exit_code=1)
SAYS = "exec /app/run.sh: no such file or directory"


def _with(text: str) -> dict[str, object]:
    return {"inside": Inside(how="frozen", texts={"/app/run.sh": text})}


CASES = (
    fires(
        container(SAYS, _with("#!/bin/bash\r\necho hi\r\n"), state=ENDED, command=("/app/run.sh",)),
        saw="#!/bin/bash\\r",
        findings=1,
    ),
    fires(container(SAYS, state=ENDED, command=("/app/run.sh",)), saw="CRLF", name="the script could not be read"),
    fires(
        container(
            "/usr/bin/env: 'python3\\r': No such file or directory\n"
            "/usr/bin/env: use -[v]S to pass options in shebang lines",
            state=ContainerState(status="exited", exit_code=127),
            command=("/app/serve.py",),
        ),
        saw="`/app/serve.py` has Windows line ends",
    ),
    fires(
        container(
            'standard_init_linux.go:211: exec user process caused "no such file or directory"',
            state=ENDED,
            command=("/entrypoint.sh",),
        ),
        saw="`/entrypoint.sh`",
        name="an old runtime names no program",
    ),
    quiet(
        container(SAYS, _with("#!/opt/none/bash\necho hi\n"), state=ENDED, command=("/app/run.sh",)),
        name="the interpreter is missing",
    ),
    quiet(container("exec /app/scorer: no such file or directory", state=ENDED, command=("/app/scorer",))),
    quiet(container("FileNotFoundError: [Errno 2] No such file or directory: '/app/run.sh'", state=ENDED)),
    quiet(container(SAYS, command=("/app/run.sh",)), name="it runs"),
)
