"""How the containers of an engine stand, followed by its own events: nothing is asked while nothing happens."""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any

import docker.errors
import requests
import urllib3.exceptions

from doctor.containers.engine import Engine, connect, told
from doctor.containers.owned import LABEL
from doctor.errors import CannotExamine
from doctor.redact import redact
from doctor.states import Level, Standing, times

ACTIONS = (
    *("create", "start", "restart", "stop", "die", "kill", "oom", "pause", "unpause", "destroy", "rename", "update"),
    "health_status",
)
SILENCE = 60.0  # seconds without events, after which the engine is asked whether it is still there
GATHERED = 0.05  # seconds in which events are gathered: a restart is several
BATCH = 50  # containers that are inspected between two tellings
LONGEST_PAUSE = 20.0  # seconds between two tries to reach an engine
KILLED = {130: "interrupted", 137: "killed", 143: "terminated"}
_STATUS = re.compile(r"\((?P<code>\d+)\)|\((?P<health>healthy|unhealthy|health: starting)\)")


@dataclass(frozen=True, slots=True)
class ContainerState:
    """One container. `since` is when it came into this state, in seconds since 1970."""

    id: str
    name: str
    image: str
    standing: Standing
    since: float | None = None


@dataclass(frozen=True)
class Containers:
    """All containers of an engine that answers, by name."""

    address: str
    items: tuple[ContainerState, ...]


@dataclass(frozen=True)
class NoEngine:
    """Why there is no engine to ask, and how to reach it."""

    reason: str


Told = Containers | NoEngine


class Following:
    """The containers of the engine that the docker command would use. `run` goes on until `close` is called.

    `tell` is called in the thread of `run`, at every change. An engine that goes is looked for until it comes back.
    """

    def __init__(self, tell: Callable[[Told], None], *, patience: int = 20, silence: float = SILENCE) -> None:
        self._tell, self._patience, self._silence = tell, patience, silence
        self._stopped = threading.Event()
        self._hurry = threading.Event()
        self._changes: SimpleQueue[str | None] = SimpleQueue()
        self._stream: requests.Response | None = None
        self._states: dict[str, ContainerState] = {}
        self._said: Told | None = None

    def run(self) -> None:
        """Follow, until closed."""
        pause = 1.0
        while not self._stopped.is_set():
            try:
                with connect(self._patience) as engine:
                    self._follow(engine)
                pause = 1.0
            except CannotExamine as error:
                self._states = {}
                self._say(NoEngine(str(error)))
            self._hurry.wait(pause)
            self._hurry.clear()
            pause = min(pause * 2, LONGEST_PAUSE)

    def close(self) -> None:
        """End it; from any thread."""
        self._stopped.set()
        self._hurry.set()
        self._changes.put(None)
        self._hang_up()

    def hurry(self) -> None:
        """Look for an engine that is gone now, and not after the pause."""
        self._said = None
        self._hurry.set()

    def _say(self, news: Told) -> None:
        if news != self._said and not self._stopped.is_set():
            self._said = news
            self._tell(news)

    def _follow(self, engine: Engine) -> None:
        self._read_all(engine)
        changes = self._changes = SimpleQueue()
        ended: list[str] = []
        with told(engine):
            self._stream = stream = engine.api.open_events(ACTIONS, self._silence)
        if self._stopped.is_set():
            stream.close()
            return
        reader = threading.Thread(target=_read, args=(stream, changes, ended), name="engine-events", daemon=True)
        reader.start()
        try:
            self._read_all(engine)  # what happened between the first look and the first event
            while (changed := self._gathered(changes)) is not None:
                self._inspect(engine, changed)
                self._say_all(engine)
        finally:
            self._hang_up()
            reader.join(5)
            stream.close()
        if ended and not self._stopped.is_set():
            raise CannotExamine(f"the Docker engine at {engine.address} ended the stream of events: {ended[0]}")

    def _gathered(self, changes: "SimpleQueue[str | None]") -> list[str] | None:
        """The ids of what changed; None at the end."""
        found: dict[str, None] = {}
        one = changes.get()
        while one is not None:
            found[one] = None
            try:
                one = changes.get(timeout=GATHERED)
            except Empty:
                return list(found)
        return None

    def _read_all(self, engine: Engine) -> None:
        """List; then inspect what is new or differs from what is known."""
        with told(engine):
            listed = [one for one in engine.api.containers(all=True) if LABEL not in (one.get("Labels") or {})]
        rough = {str(one.get("Id", "")): _listed(one) for one in listed}
        known = self._states
        self._states = {key: known.get(key) or one for key, one in rough.items()}
        if not known:
            self._say_all(engine)
        waiting = list(rough)
        for at in range(0, len(waiting), BATCH):
            if self._stopped.is_set():
                return
            self._inspect(engine, waiting[at : at + BATCH])
            self._say_all(engine)
        if not waiting:
            self._say_all(engine)

    def _inspect(self, engine: Engine, ids: Iterable[str]) -> None:
        for key in ids:
            with told(engine):
                try:
                    found = engine.api.inspect_container(key)
                except docker.errors.NotFound:
                    self._states.pop(key, None)
                    continue
            if LABEL not in ((found.get("Config") or {}).get("Labels") or {}):
                self._states[key] = state_of(found)

    def _say_all(self, engine: Engine) -> None:
        self._say(Containers(engine.address, tuple(sorted(self._states.values(), key=lambda one: one.name))))

    def _hang_up(self) -> None:
        """Wake the thread that reads the stream."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        with contextlib.suppress(OSError, AttributeError):
            raw: Any = stream.raw._fp.fp.raw  # type: ignore[union-attr] # noqa: SLF001 # no other way to the socket
            getattr(raw, "_sock", raw).shutdown(socket.SHUT_RDWR)


def _read(stream: requests.Response, changes: "SimpleQueue[str | None]", ended: list[str]) -> None:
    """Pass on the ids of what events speak of, until the stream ends."""
    try:
        for line in _lines(stream):
            event = json.loads(line)
            key = str((event.get("Actor") or {}).get("ID") or event.get("id") or "")
            if key:
                changes.put(key)
        ended.append("it closed the connection")
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        if (
            "timed out" not in str(error).lower()
        ):  # nothing happened for long: the next connection tells whether it lives
            ended.append(str(error)[:200])
    except AttributeError:  # closed while it was read
        pass
    changes.put(None)


def _lines(stream: requests.Response) -> Iterator[bytes]:
    for line in stream.iter_lines():
        if line.strip():
            yield line


def state_of(found: Mapping[str, Any]) -> ContainerState:
    """The state that an inspection tells."""
    state = found.get("State") or {}
    count = int(found.get("RestartCount") or 0)
    running = state.get("Status") in {"running", "paused"}
    return ContainerState(
        id=str(found.get("Id", "")),
        name=str(found.get("Name", "")).lstrip("/"),
        image=str((found.get("Config") or {}).get("Image", "")),
        standing=standing(state, count),
        since=_seconds(state.get("StartedAt" if running else "FinishedAt")) or _seconds(found.get("Created")),
    )


def standing(state: Mapping[str, Any], restarts: int) -> Standing:
    """The words for the `State` of an inspection: `restarting, 7 times so far, exit 3`; `running, unhealthy`."""
    status = str(state.get("Status") or "")
    code = int(state.get("ExitCode") or 0)
    memory = ", out of memory" if state.get("OOMKilled") else ""
    again = f", restarted {times(restarts)}" if restarts else ""
    if status == "running":
        health = str((state.get("Health") or {}).get("Status") or "")
        level: Level = "bad" if health == "unhealthy" else "odd" if restarts or health == "starting" else "well"
        words = {"unhealthy": ", unhealthy", "healthy": ", healthy", "starting": ", health not known yet"}
        return Standing(f"running{words.get(health, '')}{again}", level)
    if status == "restarting":
        return Standing(
            f"restarting, {times(restarts)} so far, exit {code}{memory}" if restarts else "restarting", "bad"
        )
    if status in {"exited", "dead"}:
        word = status if status == "dead" else f"exited {code}"
        if code == 0:
            return Standing(f"{word}{again}", "off")
        said = _short(str(state.get("Error") or ""))
        ended = memory or (f", {KILLED[code]}" if code in KILLED else "")
        level = "off" if code in KILLED and not memory and not restarts else "bad"
        return Standing(f"{word}{ended}{again}{f': {said}' if said else ''}", level)
    if status == "created":
        said = _short(str(state.get("Error") or ""))
        return Standing(f"not started: {said}" if said else "created, never started", "bad" if said else "off")
    return Standing(status or "unknown", "odd" if status in {"paused", "removing"} else "")


def _listed(one: Mapping[str, Any]) -> ContainerState:
    """What a listing tells at once; restarts and reasons come with the inspection."""
    names = [str(name).lstrip("/") for name in one.get("Names") or ()]
    key = str(one.get("Id", ""))
    health, code = "", 0
    for found in _STATUS.finditer(str(one.get("Status") or "")):
        code = int(found["code"] or code)
        health = found["health"] or health
    state = {"Status": one.get("State"), "ExitCode": code, "Health": {"Status": health.removeprefix("health: ")}}
    return ContainerState(
        id=key,
        name=next((name for name in names if "/" not in name), key[:12]),
        image=str(one.get("Image", "")),
        standing=standing(state, 0),
        since=float(one["Created"]) if one.get("Created") else None,
    )


def _seconds(text: object) -> float | None:
    """Seconds since 1970 of a time of the engine; None for its zero, the year 1."""
    if not isinstance(text, str) or text.startswith("0001"):
        return None
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).timestamp()
    except ValueError:
        return None


def _short(text: str) -> str:
    return redact(" ".join(text.split()))[:160]
