"""The start script does not say what is to run it.

What it finds
-------------
A script as the command that begins with no `#!` line (or with a byte order mark, or a blank line before it), and the
message `exec format error`.

Why it breaks
-------------
The kernel knows compiled programs and scripts by their first bytes. A shell would run such a file all the same, the
container runtime does not, so the container ends at once.

How to fix
----------
Let the first line be `#!/bin/sh`, with nothing before it, or name the interpreter in the command.

Learn more
----------
execve(2), ENOEXEC. Observed with engine 20.10.24, runc 1.1.5.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import command_quote, container_of, image_of, state_quote
from checks.container.starting import looks_like_script, other_platform, script_text, start_failure
from checks.containers import Container, ContainerState, Image, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import one_line, titled


@check(
    "container.entrypoint-without-shebang",
    needs=("container",),
    stage=Stage.BUILD,
    explains=("container.restart-loop", "logs.exec-format-error", "logs.container-cannot-run", "logs.exit-code-126"),
)
def entrypoint_without_shebang(evidence: Evidence) -> Iterator[Finding]:
    """Certain when the script was read; likely when only its name tells that it is one."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind != "wrong-format":
        return
    text = script_text(evidence, failure.program)
    if text is None and (not looks_like_script(failure.program) or other_platform(seen)):
        return
    if text is not None and (text.startswith("#!") or "\0" in text[:200]):
        return
    lead = ""
    if text is not None:
        lead = _before(text)
    shell = "python3" if failure.program.endswith(".py") else "sh"
    first = text.splitlines()[0] if text else "(an empty file)"
    read = (
        (Quote(source=failure.program, line=1, text=one_line(first) or "(a blank line)"),) if text is not None else ()
    )
    doubt = "" if text is not None else ", or is for another processor"
    yield Finding(
        title=titled(f"the start script `{failure.program}` {lead or 'has no #! line'}{doubt}", 88),
        evidence=(*read, failure.quote, command_quote(seen), state_quote(seen)),
        confidence=Confidence.LIKELY if text is None else Confidence.CERTAIN,
        fixes=(
            Fix(
                title="begin the file with the interpreter's line",
                commands=("#!/usr/bin/env python3" if shell == "python3" else "#!/bin/sh",),
            ),
            Fix(title="name the interpreter in the command", commands=(f'CMD ["{shell}", "{failure.program}"]',)),
            *((_for_the_platform(seen),) if doubt else ()),
        ),
    )


def _for_the_platform(seen: Container) -> Fix:
    """What else the kernel's words can mean, where neither the script nor the image could be read."""
    image = image_of(seen)
    processor, name = seen.engine.architecture or "<processor>", image.reference if image else "<image>"
    return Fix(
        title="where the script has that line, build the image for the machine's processor",
        safety=Safety.PLACEHOLDER if "<" in processor + name else Safety.REVIEW,
        commands=(f"docker build --platform linux/{processor} -t {name} .",),
    )


def _before(text: str) -> str:
    if not text.strip():
        return "is empty"
    if text.startswith("\ufeff"):
        return "begins with a byte order mark"
    return "has something before its #! line" if "\n#!" in text[:400] else ""


ENDED = ContainerState(status="exited", exit_code=1)
SAYS = "exec /app/run.sh: exec format error"
ARM = Image(id="sha256:1", reference="score:1", architecture="arm64")


def _with(text: str) -> dict[str, object]:
    return {"inside": Inside(how="frozen", texts={"/app/run.sh": text})}


CASES = (
    fires(container(SAYS, _with("echo hi\n"), state=ENDED, command=("/app/run.sh",)), saw="has no #! line", findings=1),
    fires(container(SAYS, _with("\ufeff#!/bin/sh\necho\n"), state=ENDED, command=("/app/run.sh",)), saw="byte order"),
    fires(container(SAYS, _with("\n#!/bin/sh\n"), state=ENDED, command=("/app/run.sh",)), saw="something before"),
    fires(container(SAYS, _with(""), state=ENDED, command=("/app/run.sh",)), saw="is empty"),
    fires(container(SAYS, state=ENDED, command=("/app/run.sh",)), saw="or is for another processor"),
    quiet(container(SAYS, state=ENDED, command=("/app/run.sh",), image=ARM), name="an image for another processor"),
    quiet(container("exec /app/scorer: exec format error", state=ENDED, command=("/app/scorer",)), name="no script"),
    quiet(
        container("OSError: [Errno 8] Exec format error: '/app/tool'", state=ENDED), name="the service started a tool"
    ),
)
