"""An interpreter is given a file that is not there, or a program that is no script.

What it finds
-------------
"can't open file" of the command's own interpreter, held against the words of the command and the files inside.

Why it breaks
-------------
The engine puts the image's command behind the entrypoint. With `--entrypoint python`, or `entrypoint:` in a compose
file, `gunicorn app:app` becomes `python gunicorn app:app`, and Python looks for a file of that name in its working
folder. A script that another working folder holds is missed in the same words.

How to fix
----------
Take the entrypoint away where the command is a program of its own; else name the script as it lies inside.

Learn more
----------
Dockerfile reference, "Understand how CMD and ENTRYPOINT interact". Python documentation, "Command line": exit code 2.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.commands import SERVERS
from checks.container.failed_calls import absolute, log_lines
from checks.container.places import container_of
from checks.container.remake import remade
from checks.container.scenes import folder, frozen, seen
from checks.container.seen import command_quote, has_ended, image_of
from checks.containers import Container, ContainerState, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.runtime.wording import titled

_SAID = re.compile(
    r"(?:python[\d.]*|perl|node|ruby|sh|bash|dash|Rscript): (?:\d+: )?[Cc]an(?:'t|not) open (?:file |perl script )?"
    r"['\"]?(?P<path>[^'\":\s]+)['\"]?|Error: Unable to access jarfile (?P<jar>\S+)"
    r"|Cannot find module '(?P<module>[^']+)'"
)
_PROGRAMS = SERVERS | {"python", "python3", "bash", "sh", "node", "java", "nginx", "supervisord", "runsvdir"}


@check(
    "container.program-is-no-script",
    needs=("container",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "container.entry-script-missing",
        "logs.unrecognised-error",
        "logs.file-missing",
        "logs.entry-script-not-found",
        "logs.main-script-not-found",
        "logs.server-file-missing",
    ),
)
def program_is_no_script(evidence: Evidence) -> Iterator[Finding]:
    """Only of what the command itself names: what a script misses later is another fault."""
    container = container_of(evidence)
    said = next(log_lines(evidence, _SAID), None)
    if said is None or not has_ended(evidence):
        return
    quote, found = said
    missed = next(value for value in found.groupdict().values() if value)
    path = absolute(missed, container.working_dir)
    word = next((one for one in container.words[1:] if absolute(one, container.working_dir) == path), None)
    if word is None:
        return
    if word in _PROGRAMS:
        title = f"`{posixpath.basename(container.command[0])}` is given the program `{word}` as if it were a script"
        fixes: tuple[Fix, ...] = (_bare(container),)
    else:
        title = f"the command starts {path}, which is not inside"
        fixes = (_named(evidence, word, path),)
    yield Finding(
        title=titled(title, 88),
        evidence=(quote, command_quote(container)),
        about=(f"file:{path}", f"file:{posixpath.basename(path)}"),
        fixes=fixes,
    )


def _bare(container: Container) -> Fix:
    image = image_of(container)
    if image and image.entrypoint and container.command[: len(image.entrypoint)] == image.entrypoint:
        return Fix(title="clear the entrypoint of the image", commands=("ENTRYPOINT []",))
    return remade("leave the entrypoint as the image has it", container, compose="# without entrypoint:")


def _named(evidence: Evidence, word: str, path: str) -> Fix:
    """The same name elsewhere inside, as far as that was read."""
    inside = evidence.inside
    folders = inside.folders if isinstance(inside, Inside) else ()
    near = [
        f"{one.path.rstrip('/')}/{file.path}"
        for one in folders
        for file in one.files
        if posixpath.basename(file.path) == posixpath.basename(path)
    ]
    if near:
        return Fix(title=f"name it as it lies inside: {near[0]} instead of {word}")
    return Fix(
        title=f"copy {posixpath.basename(path)} into the image, or name the script that is there",
        safety=Safety.PLACEHOLDER,
        commands=(f"COPY <folder of the code>/{posixpath.basename(path)} {path}",),
    )


def _ended(text: str, *command: str, files: tuple[str, ...] = ()) -> Evidence:
    state = ContainerState(status="exited", exit_code=2)
    return seen(frozen(folder("/srv", *files)), text, command=command, working_dir="/app", state=state, environment={})


CASES = (
    fires(
        _ended(
            "python: can't open file '/app/gunicorn': [Errno 2] No such file or directory\n",
            "python",
            "gunicorn",
            "app:app",
        ),
        saw="given the program `gunicorn` as if it were a script",
        findings=1,
    ),
    fires(
        _ended(
            "python: can't open file '/app/serve.py': [Errno 2] No such file or directory\n",
            "python",
            "serve.py",
            files=("serve.py",),
        ),
        saw="the command starts /app/serve.py, which is not inside",
    ),
    fires(_ended("sh: 0: cannot open start.sh: No such file\n", "/bin/sh", "start.sh"), saw="/app/start.sh"),
    quiet(
        _ended("python: can't open file '/app/x.py': [Errno 2] No such file or directory\n", "sh", "-c", "python y.py"),
        name="another file than the command names",
    ),
    quiet(_ended("all well\n", "python", "serve.py")),
)
