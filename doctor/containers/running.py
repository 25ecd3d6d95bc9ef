"""What a running container holds, read by a command executed in it."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import docker.errors
import msgspec

from checks.containers import Container, Folder, Inside, ProcessInside, Socket
from checks.evidence import Installed, Missing
from checks.finding import Record
from doctor.containers.archived import LARGEST_BROUGHT, MOST_BROUGHT, read_file, read_folder
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine, Executed, told
from doctor.containers.frozen import MOST_LINKED, read_frozen
from doctor.containers.inside_records import (
    SECONDS,
    answer_of,
    command,
    inside_of,
    installed_of,
    model_places,
    problems_of,
    wishes_of,
)
from doctor.containers.interpreters_inside import interpreters
from doctor.containers.look_inside import MOST_OUTPUT, listeners
from doctor.errors import CannotExamine
from doctor.redact import redact

MOST_INTERPRETERS = 3  # that are tried
SPARE = 48 << 20  # bytes that have to be left under the memory limit, so that looking harms nobody
ARGUMENT = 128 * 1024  # bytes of one argument: Linux, MAX_ARG_STRLEN


class Looked(Record, frozen=True):
    """What was seen inside. `document` is the answer of look_inside.py, empty when nothing could be executed."""

    inside: Inside
    installed: Installed | Missing
    document: dict[str, Any] = {}
    notes: tuple[str, ...] = ()


def look(engine: Engine, container: Container, brought: Brought) -> Looked | Missing:
    """Look inside a running container, with the packages of its interpreter.

    Where no Python is inside, or the memory is nearly used up, its files are read by the archive call, and the rest as
    far as it can be known without entering it. Missing when it is not running (any more). Raises CannotExamine when
    the engine does not answer, or the container was removed.
    """
    why = _no_room(engine, container)
    if why is None:
        entered = _enter(engine, container)
        if isinstance(entered, Missing):
            return entered
        if not isinstance(entered, str):
            inside = inside_of(entered, container, "running", brought)
            bring_models(engine, container, inside, brought)
            return Looked(inside=inside, installed=installed_of(entered), document=entered, notes=problems_of(entered))
        why = entered
    reason = Missing(reason=why)
    listening = _without_python(engine, container) if why.startswith("no Python") else reason
    inside = read_frozen(
        engine,
        container,
        brought,
        listening=listening,
        processes=processes_of(engine, container),
    )
    if isinstance(listening, tuple):
        inside = msgspec.structs.replace(inside, how="running")
    return Looked(inside=inside, installed=reason, notes=(f"{why}: files were read by the archive call",))


def _enter(engine: Engine, container: Container) -> dict[str, Any] | Missing | str:
    """The document of a look; Missing when the container does not run; a text when no Python inside can look."""
    said = ""
    wishes = wishes_of(container)
    for python in islice(interpreters(engine, container), MOST_INTERPRETERS):
        words = command(python, wishes)
        assert all(len(word) < ARGUMENT for word in words)
        try:
            done = engine.execute(container.id, words, most=MOST_OUTPUT + (1 << 20), silence=SECONDS + 20)
        except CannotExamine as error:
            status = engine.inspect(container.id)["State"]["Status"]  # raises when the engine is what is gone
            told_now = f"it is {status} by now" if status != "running" else "although it runs"
            return Missing(reason=f"the container could not be entered, {told_now}: {error}")
        document = answer_of(done.stdout)
        if document is not None:
            return document
        status = _status_after(engine, container, done)
        if status != "running":
            return Missing(reason=f"the container stopped while doctor looked inside; it is {status} by now")
        text = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        last = redact(text[-1][:300]) if text else "it wrote nothing"
        said = f"; {python} could not look: {last} (exit code {done.code})"
    return f"no Python inside that could look{said}"


def _status_after(engine: Engine, container: Container, done: Executed) -> str:
    """The container's status after a look that failed. One that was killed counts as running for a moment more."""
    for pause in (0.1, 0.2, 0.4) if done.code in {None, 137, 143} else ():
        status = str(engine.inspect(container.id)["State"]["Status"])
        if status != "running":
            return status
        time.sleep(pause)
    return str(engine.inspect(container.id)["State"]["Status"])


def _no_room(engine: Engine, container: Container) -> str | None:
    """Why nothing may be executed: a process more, in a container at its memory limit, can end the service."""
    if not container.limits.memory:
        return None
    with told(engine):
        try:
            usage = engine.api.stats(container.id, stream=False, one_shot=True).get("memory_stats", {})
        except (docker.errors.APIError, docker.errors.InvalidVersion):
            return None
    detail = usage.get("stats", {})
    cache = detail.get("total_inactive_file", detail.get("inactive_file", 0))
    left = container.limits.memory - (usage.get("usage", 0) - cache)
    if left >= SPARE:
        return None
    return f"only {max(left, 0) >> 20} MB are left under the memory limit, so nothing was executed inside"


def _without_python(engine: Engine, container: Container) -> tuple[Socket, ...] | Missing:
    """The listening sockets, where at least `cat` is inside."""
    try:
        done = engine.execute(container.id, ["cat", "/proc/net/tcp", "/proc/net/tcp6"], silence=10)
    except CannotExamine as error:
        return Missing(reason=f"there is neither a Python nor `cat` inside: {error}")
    text = done.stdout.decode("ascii", "replace")
    if "local_address" not in text:
        return Missing(reason="there is neither a Python nor `cat` inside, so its sockets could not be read")
    return tuple(Socket(address=address, port=port) for address, port, _ in listeners(text, {}))


def processes_of(engine: Engine, container: Container) -> tuple[ProcessInside, ...] | Missing:
    """The processes as the engine's host lists them; the numbers are those of the host."""
    with told(engine):
        try:
            table = engine.api.top(container.id, ps_args="-eo pid,ppid,uid,stat,rss,etimes,args")
        except docker.errors.APIError as error:
            return Missing(reason=f"the engine could not list the processes: {error.explanation or error}")
    found = []
    for row in table.get("Processes") or ():
        pid, parent, uid, state, rss, seconds, words = (*row[:6], " ".join(row[6:]))
        found.append(
            ProcessInside(
                pid=int(pid),
                parent=int(parent),
                uid=int(uid) if uid.isdigit() else None,
                state=state[:1],
                memory=int(rss) * 1024 if rss.isdigit() else None,
                seconds=float(seconds) if seconds.isdigit() else None,
                command=redact(words[:1000]),
            )
        )
    return tuple(found)


def bring_models(engine: Engine, container: Container, inside: Inside, brought: Brought) -> None:
    """Bring out the model files that are small enough: a whole folder at once, or, of a large one, file by file."""
    wanted = model_places(container)
    for folder in inside.folders:
        prefix = folder.path.rstrip("/") + "/"
        for path in wanted if folder.path not in wanted else [folder.path]:
            if path == folder.path or (path not in _listed(inside) and path.startswith(prefix)):
                _bring(engine, container, folder, path, brought)


def _listed(inside: Inside) -> set[str]:
    return {folder.path for folder in inside.folders}


def _bring(engine: Engine, container: Container, folder: Folder, path: str, brought: Brought) -> None:
    prefix = folder.path.rstrip("/") + "/"
    files = [file for file in folder.files if file.kind != "folder" and (prefix + file.path).startswith(path + "/")]
    plain = [file for file in files if file.kind == "file"]
    if not folder.truncated and plain and sum(file.size for file in plain) <= MOST_BROUGHT:
        everything: Callable[[str], bool] = lambda _: True  # noqa: E731
        read_folder(engine, container.id, path, brought, wanted=everything, texts=False)
        plain = []
    left = MOST_BROUGHT
    links = [file for file in files if file.kind == "link"]
    for file in (*sorted(plain, key=lambda one: one.size)[:50], *links[:MOST_LINKED]):
        if file.size <= min(LARGEST_BROUGHT, left):
            read_file(engine, container.id, prefix + file.path, brought, most=LARGEST_BROUGHT)
            left -= file.size
