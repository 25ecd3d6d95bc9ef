"""What the checks of a container share: the container, the lines of its log, and quotes of both."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checks.containers import Answer, Answers, Container, Image, Inside, Mount, Socket
from checks.evidence import Evidence, Log, Logs, Missing, Probe
from checks.finding import Quote
from checks.logs.analysis import Analysis, analyse
from checks.logs.own_requests import of_others
from checks.logs.proof import cut
from checks.runtime.wording import few_lines, one_line

DNS_OF_DOCKER = "127.0.0.11"  # the engine's own resolver, which listens inside of every user-defined network
NEVER = "0001-01-01"
SEVERAL = 2  # restarts that are no accident

_BEGINS = re.compile(
    r"Starting gunicorn \d|Azure ML Inferencing HTTP server v|supervisord started|Started server process"
)
_TIME = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_SERVER = re.compile(
    r"\b(?:azmlinfsrv|amlserver|azureml_inference_server_http|gunicorn|uvicorn|hypercorn|waitress|mlserver|uwsgi|"
    r"tritonserver|torchserve|tensorflow_model_server|ray::|daphne|granian)\b"
)
_KEEPERS = frozenset(
    {
        *(
            "runsvdir",
            "runsv",
            "svlogd",
            "supervisord",
            "s6-svscan",
            "s6-supervise",
            "tini",
            "docker-init",
            "dumb-init",
        ),
        *("catatonit", "bash", "sh", "dash", "ash", "sleep", "tail", "cat", "nginx:", "nginx", "rsyslogd", "cron"),
        *("crond", "sshd", "sshd:", "tee", "init", "conda"),
    }
)
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*$")


@dataclass(frozen=True)
class Told:
    """One line of a container's log; `time` is in seconds since 1970."""

    source: str
    number: int
    text: str
    raw: str
    time: float | None = None

    @property
    def quote(self) -> Quote:
        """The line as evidence, as the checks of logs quote it, so that it is shown once."""
        return Quote(source=self.source, line=self.number, text=cut(self.raw, self.text))


def container_of(evidence: Evidence) -> Container:
    """The container. The engine runs a check only when what it needs is there, so it is."""
    assert isinstance(evidence.container, Container), "declare needs=('container',)"
    return evidence.container


def inside_of(evidence: Evidence) -> Inside | None:
    """What was read inside, when anything was."""
    return evidence.inside if isinstance(evidence.inside, Inside) else None


def image_of(container: Container) -> Image | None:
    """The image, when the engine still has it."""
    return container.image if isinstance(container.image, Image) else None


def name_of_image(container: Container) -> str:
    """What to call the image in a command."""
    image = image_of(container)
    if container.is_pod:
        return container.labels.get("doctor.image") or "<image>"
    return (image.reference or image.id) if image else "<image>"


def probe_if_any(evidence: Evidence) -> Probe | None:
    """The record of the rehearsal, when there was one."""
    return evidence.probe if isinstance(evidence.probe, Probe) else None


def answers_of(evidence: Evidence) -> tuple[Answer, ...]:
    """The requests that were tried; empty when none was."""
    return evidence.answers.items if isinstance(evidence.answers, Answers) else ()


def answered(evidence: Evidence) -> bool:
    """True when the server answered by any way."""
    return any(one.status is not None for one in answers_of(evidence))


def is_up(container: Container) -> bool:
    """True when its processes run now."""
    return container.state.status == "running"


def has_ended(evidence: Evidence) -> bool:
    """True when its command came to an end, and perhaps begins again."""
    return container_of(evidence).state.status in {"exited", "restarting", "dead"} or keeps_ending(evidence)


def keeps_ending(evidence: Evidence) -> bool:
    """True for a container in a loop of restarts, also in the moment in which it runs again.

    One that was restarted earlier and now answers is not meant; nor one whose last end the engine has forgotten.
    """
    state = container_of(evidence).state
    if state.status == "restarting":
        return True
    between = state.status == "running" and state.restarts >= SEVERAL and state.exit_code is not None
    return between and not answered(evidence)


def was_out_of_memory(evidence: Evidence) -> bool:
    """True when the engine says so of the last end, or of any end of a loop: the flag is gone once it runs again."""
    state = container_of(evidence).state
    return state.oom_killed or (keeps_ending(evidence) and any(end.oom_killed for end in state.ends))


def is_settled(evidence: Evidence) -> bool:
    """True when it runs, and not only for the moment."""
    return is_up(container_of(evidence)) and not keeps_ending(evidence)


def logs_of(evidence: Evidence) -> tuple[Log, ...]:
    """The logs without requests that doctor sent before, empty when they could not be read."""
    return tuple(map(of_others, evidence.logs.items)) if isinstance(evidence.logs, Logs) else ()


def all_lines(evidence: Evidence) -> tuple[Told, ...]:
    """Every line that was read of the log, without its prefixes."""
    return tuple(line for log in logs_of(evidence) for line in _read(log))


def last_start(evidence: Evidence) -> tuple[Told, ...]:
    """The lines since a server began for the last time; all of them when none announced itself."""
    return tuple(line for log in logs_of(evidence) for line in _since_start(log))


def last_that(lines: Sequence[Told], pattern: re.Pattern[str]) -> tuple[Told, re.Match[str]] | None:
    """The last line that matches, with its match."""
    found = ((line, match) for line in reversed(lines) if (match := pattern.search(line.text)))
    return next(found, None)


def blamed(evidence: Evidence, *ids: str) -> tuple[Told, ...]:
    """One line for each of the log's causes with such an id (without `logs.`); a final dot stands for a whole area."""
    return tuple(_blamed(evidence, ids))


def _blamed(evidence: Evidence, ids: Sequence[str]) -> Iterator[Told]:
    for log in logs_of(evidence):
        analysis: Analysis = analyse(log)
        for group in analysis.causes:
            if group.signature.id in ids:
                line = analysis.lines[group.best.position]
                yield Told(log.source, line.number, line.text, line.raw)


@lru_cache(maxsize=4)
def _since_start(log: Log) -> tuple[Told, ...]:
    lines = _read(log)
    places = range(len(lines) - 1, -1, -1)
    return lines[next((place for place in places if _BEGINS.search(lines[place].text)), 0) :]


@lru_cache(maxsize=4)
def _read(log: Log) -> tuple[Told, ...]:
    return tuple(
        Told(log.source, line.number, line.text, line.raw, moment(line.time) or moment(line.raw[:60]))
        for line in analyse(log).lines
        if line.text and not line.derived
    )


def moment(text: str | None) -> float | None:
    """The time that a text begins with, in seconds since 1970 and UTC; None for none, as for the year 1."""
    found = _TIME.search(text or "")
    if found is None or found[0].startswith(NEVER):
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return None
    return float(((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01. Years are counted from March, so that the leap day is their last one."""
    year, month = (year - 1, month + 9) if month <= 2 else (year, month - 3)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 719469


def lasted(container: Container) -> float | None:
    """Seconds from the last start to the end of it; None while it runs, and when the engine does not tell."""
    began, ended = moment(container.state.started), moment(container.state.finished)
    return ended - began if began and ended and ended >= began else None


def command_of(container: Container) -> str:
    """The command as a person would type it."""
    return one_line(shlex.join(container.command), 120) or "none"


def inspected(container: Container, text: str) -> Quote:
    """Something that the engine says, as evidence; of a pod what the API says."""
    if container.is_pod:
        name = container.labels.get("io.kubernetes.pod.name", "<pod>")
        return Quote(source=f"pod/{name} container {container.name}", text=few_lines(text))
    return Quote(source=f"docker inspect {container.name}", text=few_lines(text))


def state_quote(container: Container) -> Quote:
    """How it stands, or how it ended."""
    state = container.state
    parts = [f"state: {state.status}"]
    if state.exit_code is not None:
        last = "last " if state.status == "running" else ""
        parts.append(f"{last}exit code {state.exit_code}{f' ({state.signal})' if state.signal else ''}")
    if state.oom_killed:
        parts.append("OOMKilled: true")
    if state.restarts:
        parts.append(f"restarts: {state.restarts}")
    seconds = lasted(container)
    if seconds is not None and state.status != "running":
        parts.append(f"ran for {seconds:.0f} s")
    return inspected(container, ", ".join(parts))


def command_quote(container: Container) -> Quote:
    """What the container executes."""
    return inspected(container, f"command: {command_of(container)}")


def programs(command: str) -> tuple[str, ...]:
    """The names that say what a process is: its program, and after an interpreter the script or module."""
    words = command.split()
    names: list[str] = []
    for word in words[:4]:
        name = word.rstrip("/").rsplit("/", 1)[-1]
        if word.startswith("-") and names:
            continue
        names.append(name)
        if not _PYTHON.match(name):
            break
    return tuple(names)


def is_keeper(command: str) -> bool:
    """True for a process that keeps others or the container going, and serves nothing of its own."""
    names = programs(command)
    return bool(names) and not _SERVER.search(command.split(" run ", 1)[0]) and names[-1] in _KEEPERS


def is_server(command: str) -> bool:
    """True for a process that serves, as far as its name tells."""
    return not is_keeper(command) and _SERVER.search(command) is not None


def sockets(evidence: Evidence) -> tuple[Socket, ...] | None:
    """What listens inside, without the engine's resolver; None when that is not known."""
    inside = inside_of(evidence)
    if inside is None or isinstance(inside.listening, Missing):
        return None
    return tuple(one for one in inside.listening if one.address != DNS_OF_DOCKER)


def mount_of(container: Container, path: str) -> Mount | None:
    """The mount that a path inside lies on, the innermost of several; None when the image has it."""
    inner = (one for one in container.mounts if path == one.target or path.startswith(f"{one.target.rstrip('/')}/"))
    return max(inner, key=lambda one: len(one.target), default=None)


def on_host(mount: Mount, path: str) -> str:
    """Where a path on a mount lies on the engine's machine, as far as the mount tells."""
    rest = path[len(mount.target.rstrip("/")) :]
    return f"{mount.source.rstrip('/')}{rest}" if mount.source.startswith("/") else path
