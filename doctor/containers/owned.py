"""What doctor makes on an engine: labelled, removed at the end, and removed by the next run after a crash."""

import contextlib
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import docker.errors
import requests

from doctor.containers.engine import Engine, told
from doctor.errors import CannotExamine
from doctor.probe import processes
from doctor.probe.guard import Guard, undisturbed

LABEL = "doctor"  # its value is the purpose: rehearsal, gate
OWNER = "doctor.owner"  # host, start of the host, process and its start, to tell whose run is over

FOREIGN = 24 * 3600.0  # seconds after which what another host made counts as left behind
_LOST = 3.0  # seconds in which a container may still appear whose creation was not answered
_REMOVING = 10.0  # seconds that a removal by somebody else may take
_COMMITTING = 180  # seconds that the engine may take to make an image
_TRIES = 3
_CLOCK = 60.0  # seconds by which the clock may have been set since
_FAILURES = (requests.exceptions.RequestException, docker.errors.DockerException, OSError)
_FOLDER = re.compile(r"doctor-(?:brought|stage)-(\d+)-")  # of brought.py and of probe/staging.py


@contextmanager
def throwaway(engine: Engine, purpose: str, image: str, **options: Any) -> Iterator[str]:
    """Create (not start) a container, give its id, and remove it with its volumes whatever happens.

    `options` are those of the library's `create_container`; labels are added, also to volumes that `host_config` mounts
    without a name. Raises CannotExamine when the container cannot be made, or, with the remedy, not be removed.
    """
    marks = labels(purpose)
    for mount in (options.get("host_config") or {}).get("Mounts") or ():
        if mount.get("Type") == "volume" and not mount.get("Source"):
            mount.setdefault("VolumeOptions", {})["Labels"] = marks
    owned = _Owned(engine, "container", f"doctor-{purpose}-{os.urandom(6).hex()}")
    marked = {**(options.pop("labels", None) or {}), **marks}
    with owned.made(lambda: engine.api.create_container(image, name=owned.name, labels=marked, **options)) as answer:
        yield str(answer["Id"])


@contextmanager
def snapshot(engine: Engine, purpose: str, container: str) -> Iterator[str]:
    """An image of a container as it is now, which goes on running meanwhile; gives its name, and removes it at the end.

    Raises CannotExamine, as `throwaway` does.
    """
    owned = _Owned(engine, "image", f"doctor-{purpose}-{os.urandom(6).hex()}")

    def commit() -> None:
        with contextlib.closing(_another(engine)) as api:
            api.timeout = _COMMITTING
            api.commit(container, repository=owned.name, pause=False, conf={"Labels": labels(purpose)})
            engine.api.calls += api.calls

    with owned.made(commit):
        yield owned.name


def labels(purpose: str) -> dict[str, str]:
    """The labels of what this process makes on an engine."""
    return {LABEL: purpose, OWNER: me()}


def sweep(engine: Engine) -> int:
    """Remove containers, volumes and temporary folders of runs that are no more. Returns how many there were.

    Images are looked for only after a run that left something else, its temporary folder at least: to list them takes
    the engine longer than all the rest.
    """
    removed = 0
    with told(engine):
        for found in engine.api.containers(all=True, filters={"label": OWNER}):
            if is_over(found["Labels"][OWNER], float(found["Created"])):
                removed += _remove_container(engine.api, found["Id"])
        for volume in (engine.api.volumes(filters={"label": OWNER}) or {}).get("Volumes") or ():
            if is_over(volume["Labels"][OWNER], _seconds(volume.get("CreatedAt"))):
                with contextlib.suppress(docker.errors.NotFound, docker.errors.APIError):  # in use: not ours to judge
                    engine.api.remove_volume(volume["Name"])
                    removed += 1
        removed += _sweep_folders()
        if removed:
            for found in engine.api.images(filters={"label": OWNER}):
                if is_over(found["Labels"][OWNER], float(found["Created"])):
                    removed += _remove_image(engine.api, found["Id"])
    return removed


class _Owned:
    """A container or an image that has to go. `left` says why it could not be removed."""

    def __init__(self, engine: Engine, kind: Literal["container", "image"], name: str) -> None:
        self.name = name
        self.left: str | None = None
        self._state: Literal["planned", "sent", "made"] = "planned"
        self._kind = kind
        self._engine = engine

    @contextmanager
    def made(self, make: Callable[[], Any]) -> Iterator[Any]:
        """Make it and remove it. A call whose answer was lost may have made it all the same."""
        Guard.add(self)
        try:
            with undisturbed(), told(self._engine):
                self._state = "sent"
                try:
                    answer = make()
                except docker.errors.APIError:  # an answer: nothing was made
                    self._state = "planned"
                    raise
                self._state = "made"
            yield answer
        except BaseException:
            self.stop()
            raise
        self.stop()
        if self.left:
            how = "rm --force --volumes" if self._kind == "container" else "rmi --force"
            raise CannotExamine(f"{self.left}; remove it with docker {how} {self.name}")

    def stop(self) -> None:
        """Remove it. May be called again, also by a signal handler in the middle of itself."""
        try:
            with undisturbed():
                try:
                    if self._state != "planned":
                        self._removed()
                except _FAILURES as error:
                    self.left = f"the {self._kind} {self.name} could not be removed: {error}"
                else:
                    self._state, self.left = "planned", None
        finally:
            Guard.remove(self)

    def _removed(self) -> None:
        """A connection of its own each time: the other one may have been interrupted in the middle of a call."""
        remove = _remove_container if self._kind == "container" else _remove_image
        for trial in range(1, _TRIES + 1):
            try:
                with contextlib.closing(_another(self._engine)) as api:
                    began = time.monotonic()
                    while not remove(api, self.name) and self._state == "sent" and time.monotonic() - began < _LOST:
                        time.sleep(0.05)
                    self._engine.api.calls += api.calls
                return
            except _FAILURES:
                if trial == _TRIES:
                    raise
                time.sleep(0.2 * trial)


def _another(engine: Engine) -> Any:
    """A second connection to the same engine."""
    api = engine.api
    address = api.base_url if api.base_url.startswith("http") and "+" not in api.base_url else engine.address
    other = type(api)(base_url=address, version=api.api_version, timeout=api.timeout)
    other.verify, other.cert = api.verify, api.cert
    return other


def _remove_container(api: Any, container: str) -> bool:
    """Remove a container by name or id, and wait when somebody else does. False when there is none."""
    try:
        api.remove_container(container, v=True, force=True)
    except docker.errors.NotFound:
        return False
    except docker.errors.APIError as error:
        if error.status_code != 409:
            raise
        end = time.monotonic() + _REMOVING
        with contextlib.suppress(docker.errors.NotFound):
            while time.monotonic() < end:
                api.inspect_container(container)
                time.sleep(0.05)
            raise
    return True


def _remove_image(api: Any, image: str) -> bool:
    """Remove an image by name or id. False when there is none."""
    try:
        api.remove_image(image, force=True)
    except docker.errors.NotFound:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------------------
# Whose it is


def me() -> str:
    """Host, its start, this process and its start: together they never come again."""
    return f"{socket.gethostname()}:{_boot()}:{os.getpid()}:{_start_of(os.getpid())}"


def _boot() -> str:
    """What tells one start of this host from another, and one numbering of processes from another (Linux)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        import psutil

        return str(int(psutil.boot_time()))


def _start_of(pid: int) -> int | None:
    """When a process started, in a unit of its platform's; None when there is no such process."""
    if processes.identify(os.getpid()):
        process = processes.identify(pid)
        return process.began if process else None
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.Error:
        return None


def is_over(owner: str, created: float) -> bool:
    """Whether nobody uses what `owner` made, `created` in seconds since 1970."""
    host, _, rest = owner.partition(":")
    boot, _, rest = rest.partition(":")
    pid, _, start = rest.partition(":")
    numbering = boot.partition(".")
    own = _boot().partition(".")
    if host != socket.gethostname() or not pid.isdigit():
        return time.time() - created > FOREIGN
    if numbering[0] != own[0]:
        return True  # the host was started anew since
    if numbering[2] != own[2]:  # another container's processes
        return time.time() - created > FOREIGN
    return str(_start_of(int(pid))) != start


def _seconds(written: str | None) -> float:
    """A time of the engine's as seconds since 1970; now, when it is not told."""
    try:
        return datetime.fromisoformat(str(written)).timestamp()
    except ValueError:
        return time.time()


def _sweep_folders() -> int:
    """Remove temporary folders whose process is gone. A process younger than the folder only has the same number."""
    removed = 0
    for entry in os.scandir(tempfile.gettempdir()):
        match = _FOLDER.match(entry.name)
        if match is None or not entry.is_dir(follow_symlinks=False):
            continue
        with contextlib.suppress(OSError):
            status = entry.stat(follow_symlinks=False)
            began = _began(int(match[1]))
            own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if own and (began is None or began > status.st_mtime + _CLOCK):
                shutil.rmtree(entry.path, ignore_errors=True)
                removed += 1
    return removed


def _began(pid: int) -> float | None:
    """When a process started, in seconds since 1970; None when there is no such process."""
    start = _start_of(pid)
    if start is None:
        return None
    if not processes.identify(os.getpid()):
        return start / 1000
    booted = next(
        int(line.split()[1]) for line in Path("/proc/stat").read_bytes().splitlines() if line.startswith(b"btime ")
    )
    return booted + start / os.sysconf("SC_CLK_TCK")
