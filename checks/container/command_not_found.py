"""The command of the container is not in the image.

What it finds
-------------
A start that failed because the program, or the interpreter in its first line, is not there: the engine's own error, the
word of a shell that ended with 127, or of the init process.

Why it breaks
-------------
The container ends before any line of the service runs, so its log is empty or holds one line, and the engine starts it
again if its restart policy says so.

How to fix
----------
Name a program that the image has, with its full path where PATH does not lead there; write the command of a Dockerfile
as a JSON list, with double quotes and one word an entry.

Learn more
----------
Dockerfile reference, "Shell and exec form". Source: runc `libcontainer/standard_init_linux.go`; moby
`daemon/errors.go`: 127 for what was not found, 126 for what cannot be executed.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import SERVERS, base, is_python, serving_command
from checks.container.seen import command_quote, container_of, image_of, state_quote
from checks.container.starting import StartFailure, looks_like_script, other_platform, script_text, start_failure
from checks.containers import Container, ContainerState, FileInside, Folder, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.runtime.wording import titled

SAYS_NOT_FOUND = (
    "logs.conda-missing",
    "logs.entrypoint-not-found",
    "logs.command-not-found",
    "logs.file-without-interpreter",
    "logs.program-missing",
    "logs.container-cannot-run",
    "logs.exit-code-127",
)


@check(
    "container.command-not-found",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=("container.restart-loop", "container.exited-at-once", "container.entry-script-missing", *SAYS_NOT_FOUND),
)
def command_not_found(evidence: Evidence) -> Iterator[Finding]:
    """Name the program, and tell a wrong form of the command from a program that is missing."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None:
        return
    if failure.kind == "no-interpreter":
        yield from _interpreter(evidence, seen, failure)
    elif failure.kind == "not-found" and not _told_elsewhere(failure):
        title, fixes = _missing(seen, failure)
        yield Finding(
            title=titled(title, 88),
            evidence=(failure.quote, command_quote(seen), state_quote(seen)),
            fixes=fixes,
        )


def _told_elsewhere(failure: StartFailure) -> bool:
    name = base(failure.program)
    return is_python(name) or name in SERVERS or "\r" in failure.program or failure.program.endswith("\\r")


def _missing(seen: Container, failure: StartFailure) -> tuple[str, tuple[Fix, ...]]:
    program = failure.program
    words = program.strip("[]").replace("'", "").replace('"', "").replace(",", " ").split()
    listed = ", ".join(f'"{word}"' for word in words)
    whole = " ".join(seen.command)
    if program.startswith("[") or "sh -c [" in whole:
        return (
            "the command is a list in the wrong quotation marks, and was run as one word",
            (Fix(title="write the list with double quotes", commands=(_with_double_quotes(whole),)),),
        )
    if len(words) > 1 and not failure.by_shell:
        return (
            f"the command is one word with spaces, `{program}`, and no program is called so",
            (Fix(title="give every word an entry of its own", commands=(f"CMD [{listed}]",)),),
        )
    if "/" in program:
        fixes = (
            Fix(title=f"copy {program} into the image, or mend the path in CMD or ENTRYPOINT"),
            Fix(
                title="look what the image has there",
                commands=(
                    f"docker run --rm --entrypoint ls {_reference(seen)} -la {program.rsplit('/', 1)[0] or '/'}",
                ),
            ),
        )
        return f"the command `{program}` does not exist in the image", fixes
    if failure.by_shell and program in _OF_BASH:
        return (
            f"`{program}` is a word of bash, and the script is run by sh",
            (
                Fix(title="let bash run the script, where the image has it", commands=("#!/bin/bash",)),
                *(
                    (Fix(title="write it as sh knows it", commands=(". <file>",), safety=Safety.PLACEHOLDER),)
                    if program == "source"
                    else ()
                ),
            ),
        )
    fixes = (
        Fix(title=f"install what brings `{program}`, or name a command that the image has"),
        *(
            ()
            if failure.by_shell or seen.is_other_program
            else (
                Fix(
                    title="where the image is to serve an entry script, let the server be its command",
                    commands=(serving_command(seen),),
                ),
            )
        ),
    )
    return f"the command `{program}` is in no folder of PATH in the image", fixes


_OF_BASH = frozenset({"source", "[[", "function", "declare", "pushd", "popd", "shopt", "let", "mapfile", "readarray"})
"""Words that bash has and dash, the sh of Debian, does not."""


def _with_double_quotes(whole: str) -> str:
    inner = whole[whole.find("[") + 1 : whole.rfind("]")] if "[" in whole else whole
    words = [word for word in inner.replace(",", " ").replace("'", "").replace('"', "").split() if word]
    return "CMD [" + ", ".join(f'"{word}"' for word in words) + "]"


def _interpreter(evidence: Evidence, seen: Container, failure: StartFailure) -> Iterator[Finding]:
    """The file is there; what its first line names, or the loader of a compiled program, is not."""
    text = script_text(evidence, failure.program)
    if text is None and looks_like_script(failure.program):
        return  # most often its line ends, which another check tells
    first = text.splitlines()[0] if text else ""
    if text is not None and (text.split("\n", 1)[0].endswith("\r") or not first.startswith("#!")):
        return
    interpreter = first[2:].split()[0] if first[2:].split() else ""
    if interpreter:
        title = f"`{failure.program}` asks for `{interpreter}`, which the image does not have"
        fix = Fix(title="name an interpreter that the image has in the first line", commands=("#!/usr/bin/env bash",))
    elif other_platform(seen):
        return
    else:
        title = f"`{failure.program}` needs a loader or interpreter that the image does not have"
        fix = Fix(title="take a program built for this image: one of glibc does not start in an image of musl (Alpine)")
    yield Finding(
        title=titled(title, 88),
        evidence=(failure.quote, command_quote(seen), state_quote(seen)),
        confidence=Confidence.CERTAIN if interpreter else Confidence.LIKELY,
        fixes=(fix,),
    )


def _reference(seen: Container) -> str:
    image = image_of(seen)
    return image.reference if image else "<image>"


RUNC = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
NEW = f"failed to create task for container: {RUNC}error during container init: "
OLD = 'OCI runtime create failed: container_linux.go:349: starting container process caused "'


def _refused(error: str, *command: str, code: int = 127) -> Evidence:
    state = ContainerState(status="created", exit_code=code, error=error)
    return container(state=state, command=command)


def _script(text: str) -> dict[str, object]:
    folder = Folder(path="/app", files=(FileInside(path="run.sh", mode=0o755, size=len(text)),))
    return {"inside": Inside(how="frozen", folders=(folder,), texts={"/app/run.sh": text})}


ENDED = ContainerState(status="exited", exit_code=1)
SHELL = ContainerState(status="restarting", exit_code=127, restarts=4)
CASES = (
    fires(
        _refused(f'{RUNC}exec: "scorer": executable file not found in $PATH: unknown', "scorer"),
        saw="the command `scorer` is in no folder of PATH",
        findings=1,
    ),
    fires(
        _refused(f'{NEW}exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown', "/app/run.sh"),
        saw="`/app/run.sh` does not exist",
        name="engine 28",
    ),
    fires(
        _refused(f'{OLD}exec: \\"scorer\\": executable file not found in $PATH": unknown', "scorer"),
        saw="the command `scorer`",
        name="engine 19",
    ),
    fires(
        _refused(
            "OCI runtime create failed: crun: executable file `scorer` not found in $PATH: No such file", "scorer"
        ),
        saw="the command `scorer`",
        name="crun",
    ),
    fires(
        _refused(
            f'{RUNC}exec: "azmlinfsrv --entry_script score.py": executable file not found in $PATH: unknown',
            "azmlinfsrv --entry_script score.py",
        ),
        saw="one word with spaces",
    ),
    fires(
        container(
            "sh: 1: [python,score.py]: not found", state=SHELL, command=("/bin/sh", "-c", "['python','score.py']")
        ),
        saw="wrong quotation marks",
        line=1,
    ),
    fires(
        container("/app/start.sh: 3: source: not found", state=SHELL, command=("/app/start.sh",)),
        saw="`source` is a word of bash",
    ),
    fires(
        container("bash: line 1: /app/none.sh: No such file or directory", state=SHELL, command=("bash", "-c", "x")),
        saw="`/app/none.sh` does not exist",
    ),
    fires(
        container("[FATAL tini (7)] exec scorer failed: No such file or directory", state=SHELL, command=("scorer",)),
        saw="the command `scorer`",
        name="an init process",
    ),
    fires(
        container(
            "exec /app/run.sh: no such file or directory",
            _script("#!/opt/none/python\nprint(1)\n"),
            state=ENDED,
            command=("/app/run.sh",),
        ),
        saw="asks for `/opt/none/python`",
    ),
    fires(
        container("exec /app/scorer: no such file or directory", state=ENDED, command=("/app/scorer",)),
        saw="needs a loader",
    ),
    quiet(
        container(
            "exec /app/run.sh: no such file or directory",
            _script("#!/bin/bash\r\necho\r\n"),
            state=ENDED,
            command=("/app/run.sh",),
        ),
        name="its line ends are at fault",
    ),
    quiet(
        _refused(f'{RUNC}exec: "gunicorn": executable file not found in $PATH: unknown', "gunicorn"), name="the server"
    ),
    quiet(_refused(f'{RUNC}exec: "python": executable file not found in $PATH: unknown', "python"), name="Python"),
    quiet(
        container("run.sh: line 3: jq: command not found", state=ContainerState(status="exited", exit_code=3)),
        name="a step of the start script failed, and it went on",
    ),
    quiet(container("sh: 1: jq: not found"), name="it runs"),
    quiet(_refused(f'{RUNC}exec: "/app/run.sh": permission denied: unknown', "/app/run.sh", code=126)),
)
