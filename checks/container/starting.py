"""Why a command could not be started: the words of the engine and of its runtimes, read once for all checks.

An engine writes them to `State.Error` when it fails before the command begins. What fails later, in `execve`, the
runtime or the init process writes to the container's log, and the exit code is 1, 126, 127 or 255.

Sources: observed with engine 20.10.24 and runc 1.1.5; runc `libcontainer/standard_init_linux.go` and
`container_linux.go` of 1.0 to 1.2; crun `src/libcrun/container.c`; tini `src/tini.c`; moby `daemon/start.go`,
`daemon/errors.go`. The older wordings wrap the same inner sentence, with its quotation marks escaped.
"""

import re
from dataclasses import dataclass
from typing import Literal

from checks.container.seen import all_lines, container_of, has_ended, image_of, inside_of, inspected, last_that
from checks.containers import Container
from checks.evidence import Evidence
from checks.finding import Quote

Kind = Literal[
    "not-found",
    "not-executable",
    "a-folder",
    "no-interpreter",
    "wrong-format",
    "port",
    "mount",
    "device",
    "gpu",
    "user",
    "folder",
    "network",
    "memory",
    "other",
]

_Q = r"\\*[\"'`]?"  # any quotation mark, escaped or not
_PROGRAM = rf"{_Q}(?P<program>[^\"`\n]*?){_Q}"
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("gpu", r"could not select device driver .*gpu|nvidia-container-cli|[Uu]nknown (?:or invalid )?runtime.*nvidia"),
    (
        "port",
        r"port is already allocated|address already in use|[Pp]orts are not available|cannot assign requested address",
    ),
    ("user", r"unable to find (?:user|group) (?P<what>\S+?):|no matching entries in (?:passwd|group) file"),
    (
        "device",
        rf"gathering device information while adding custom device {_Q}(?P<what>[^\"\\]+)|no such device",
    ),
    ("not-found", rf"exec: {_PROGRAM}: (?:executable file not found|stat .*no such file or directory)"),
    ("not-found", rf"executable file {_PROGRAM} not found"),
    ("a-folder", rf"exec: {_PROGRAM}: is a directory"),
    ("not-executable", rf"exec: {_PROGRAM}: permission denied"),
    ("not-executable", r"open executable: Permission denied"),
    ("wrong-format", rf"exec:? {_PROGRAM}: exec format error"),
    ("no-interpreter", rf"exec:? {_PROGRAM}: no such file or directory"),
    ("mount", r"Are you trying to mount a directory onto a file"),
    ("mount", r"error mounting|creating mount source path|bind source path does not exist|invalid mount config"),
    ("mount", r"[Mm]ounts denied|path (?P<what>\S+) is not shared|failed to mount|error while mounting volume"),
    ("memory", r"memory limit too low|container init was OOM-killed"),
    (
        "network",
        r"network (?P<what>\S+) not found|could not find (?:a|an) (?:available|network)|failed to create endpoint",
    ),
    ("folder", r"chdir to cwd|mkdir (?P<what>\S+): |Cannot mkdir"),
)
_STATE = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)

_EXEC = re.compile(
    r"^(?:\[FATAL tini \(\d+\)\] |standard_init_linux\.go:\d+: )?"
    r"exec(?: container process(?: \(missing dynamic library\?\))?| user process caused)?:? ?"
    r"[\"`']?(?P<program>/?[^\s\"`':]*)[\"`']?(?: failed)?:? ?[\"`']?"
    r"(?P<why>(?i:no such file or directory|exec format error|permission denied|is a directory))"
)
_SHELL = (
    re.compile(
        r"^(?:/\S*/)?(?:ba|da|a)?sh: (?:(?:line )?\d+: )?(?:exec: )?(?P<program>[^:]+): (?:command )?not found$"
    ),
    re.compile(r"^\S+: (?:line )?\d+: (?:exec: )?(?P<program>[^:]+): (?:command )?not found$"),
    re.compile(r"^(?:ba|da|a)?sh: (?:(?:line )?\d+: )?(?:exec: )?(?P<program>/[^:]+): No such file or directory$"),
    re.compile(r"^(?:/usr/bin/)?env: [‘'\"]?(?P<program>[^’'\"]+)[’'\"]?: No such file or directory"),
)
INIT_PROCESSES = frozenset({"tini", "dumb-init", "docker-init", "catatonit"})
_ENDS_OF_A_START = frozenset({1, 126, 127, 128, 255})


@dataclass(frozen=True)
class StartFailure:
    """A command that could not be started. `program` is what was to be executed, `what` a user, folder or device.

    `by_shell`: a shell or `env` ran and said it, so that the container itself did start.
    """

    kind: Kind
    program: str
    quote: Quote
    words: str
    what: str = ""
    by_shell: bool = False


def start_failure(evidence: Evidence) -> StartFailure | None:
    """Why the command of the container could not be started; None when it was."""
    container = container_of(evidence)
    return _of_state(container) or (_of_log(evidence) if has_ended(evidence) else None)


def _of_state(container: Container) -> StartFailure | None:
    error = container.state.error
    if not error:
        return None
    first = container.command[0] if container.command else ""
    kind, program, what = read_words(error)
    # the runtime says it of folders as well, which the engine knows by the command alone
    return StartFailure(kind, program or first, _error(container), error, what)


def read_words(error: str) -> tuple[Kind, str, str]:
    """What an engine's or a runtime's error means, the program that it names, and what else: a user, folder, device."""
    for kind, pattern in _STATE:
        if found := pattern.search(error):
            said = {name: value.replace("\\", "") for name, value in found.groupdict().items() if value}
            return kind, said.get("program", ""), said.get("what", "")
    return "other", "", ""


def _error(container: Container) -> Quote:
    return inspected(container, f"State.Error: {container.state.error[:400]}")


def _of_log(evidence: Evidence) -> StartFailure | None:
    container = container_of(evidence)
    if container.state.exit_code not in _ENDS_OF_A_START:
        return None
    said = all_lines(evidence)
    lines = said[-40:]
    if found := last_that(lines, _EXEC):
        line, match = found
        line = next(one for one in said if one.text == line.text)  # of a loop the first time, as logs are quoted
        program = match["program"] or program_of(container)
        return StartFailure(_kind_of_exec(match["why"].lower(), program, evidence), program, line.quote, line.text)
    if container.state.exit_code != 127:
        return None
    for pattern in _SHELL:
        if found := last_that(lines[-5:], pattern):
            line, match = found
            line = next(one for one in said if one.text == line.text)
            return StartFailure("not-found", match["program"].strip(), line.quote, line.text, by_shell=True)
    return None


def _kind_of_exec(why: str, program: str, evidence: Evidence) -> Kind:
    if why == "exec format error":
        return "wrong-format"
    if why == "permission denied":
        return "not-executable"
    if why == "is a directory":
        return "a-folder"
    inside = inside_of(evidence)
    known = inside is not None and (program in inside.texts or inside.file(program) is not None)
    # runc looks for the file before it starts anything: what it misses afterwards is the interpreter. tini does not.
    return "no-interpreter" if known or (program.startswith("/") and not _from_tini(evidence)) else "not-found"


def _from_tini(evidence: Evidence) -> bool:
    return any(line.text.startswith("[FATAL tini") for line in all_lines(evidence)[-5:])


def program_of(container: Container) -> str:
    """The program that the command is, behind an init process that only starts it."""
    words = list(container.command)
    if words and words[0].rsplit("/", 1)[-1] in INIT_PROCESSES:
        words = [word for word in words[1:] if not word.startswith("-")]
    return words[0] if words else ""


def script_text(evidence: Evidence, program: str) -> str | None:
    """The text of the script that is the command, when it was read."""
    inside = inside_of(evidence)
    if inside is None:
        return None
    container = container_of(evidence)
    path = program if program.startswith("/") else f"{(container.working_dir or '/').rstrip('/')}/{program}"
    return inside.texts.get(path, inside.texts.get(program))


def looks_like_script(program: str) -> bool:
    """True for names that scripts have: an ending of a script language, `entrypoint`, `start`, `run`."""
    name = program.rsplit("/", 1)[-1].lower()
    return name.endswith((".sh", ".bash", ".py", ".pl", ".rb", ".zsh")) or name in {
        *("entrypoint", "docker-entrypoint", "start", "run", "start-server", "runme", "init", "entry"),
    }


def other_platform(container: Container) -> str | None:
    """The architecture of the image where it is not that of the engine: `arm64`; None for the same, and unknown."""
    image = image_of(container)
    mine, theirs = _plain(container.engine.architecture), _plain(image.architecture) if image else ""
    return theirs if mine and theirs and mine != theirs else None


def _plain(architecture: str) -> str:
    return {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i386": "386"}.get(architecture, architecture)
