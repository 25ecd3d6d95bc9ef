"""Rehearse a service that does not start: the probe in a copy of its pod whose command waits.

The copy carries the label `doctor` and no label that a service selects, keeps resources, mounts and account, and is
deleted always. The attendant of `doctor.containers` runs the probe in it and looks around; orders come in by standard
input, results go out by standard output.
"""

import base64
import io
import json
import os
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from checks.cluster.pods import Pod
from checks.containers import Container, Inside
from checks.evidence import Installed, Missing, Probe
from checks.finding import Record
from doctor.cluster.api import Api, Refused
from doctor.cluster.copies import PURPOSE, WAITING, Copy, copy_of
from doctor.cluster.handed_over import Program, is_absent, last_words, run
from doctor.cluster.inside import bring_models, completed, container_of
from doctor.cluster.interpreters import facts_of, interpreters
from doctor.cluster.temporary import Owned, prevented_by, sweep
from doctor.containers import desk, layers
from doctor.containers.brought import Brought
from doctor.containers.entry import Entry, found_entry
from doctor.containers.inside_records import CODE_ROOTS, LOOK_FILE, answer_of
from doctor.containers.owned import me
from doctor.containers.wishes import Wishes
from doctor.errors import CannotExamine
from doctor.probe.launcher import Payload
from doctor.redact import redact

__all__ = ["Rehearsed", "rehearse", "sweep"]

STARTING = 90.0  # seconds that a copy may take to be scheduled, pull its image, run its init containers
STARTING_WITH_INIT = 300.0
POLL = 0.5
MOST_RESULTS = 48 << 20  # bytes of all results
MOST_INTERPRETERS = 4
_SPARE = 15  # seconds in which the attendant is to end after the time that was given to its processes
_HANDED = """
import base64, io, json, os, sys, tarfile
place, command = sys.argv[1], json.loads(sys.argv[3])
with tarfile.open(fileobj=io.BytesIO(base64.b64decode(sys.argv[2]))) as packed:
    for member in packed:
        path = os.path.join(place, member.name)
        if member.isdir():
            os.makedirs(path, exist_ok=True)
            try:
                os.chmod(path, member.mode)
            except OSError:
                pass
        else:
            with open(path, "wb") as file:
                file.write(packed.extractfile(member).read())
sys.stdout.flush()
os.execv(sys.executable, [sys.executable] + command)
"""
_RESULTS = """
import os, sys, tarfile
folder, names = sys.argv[1], sys.argv[2:]
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as packed:
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not os.path.islink(path):
            packed.add(path, arcname=name)
"""


class Rehearsed(Record, frozen=True):
    """What the copy showed. `container` is the original with what its image sets, None where that was not learnt."""

    probe: Probe | Missing
    inside: Inside | Missing
    installed: Installed | Missing
    notes: tuple[str, ...] = ()
    container: Container | None = None


class Prevented(Exception):
    """There is nothing to rehearse in, and why."""


@dataclass(frozen=True)
class Place:
    """A copy that runs: where to execute, with which interpreter."""

    api: Api
    namespace: str
    name: str
    container: Container
    python: str

    def run(self, program: Program, *, options: Sequence[str], seconds: float, most: int) -> Any:
        """Execute a program in it. Raises Refused, CannotExamine."""
        where = (self.api, self.namespace, self.name, self.container, self.python, program)
        return run(*where, options=options, seconds=seconds, most=most)


def rehearse(
    api: Api, pod: Pod, container: str, payloads: Sequence[Payload], brought: Brought, *, seconds: float = 60.0
) -> Rehearsed:
    """Make the copy, look inside, run the probe on the entry script, delete the copy.

    Missing says why not: no right to create pods, a quota, the copy not scheduled or its image not pulled, and, with
    the remedy, that the copy could not be deleted.
    """
    described = container_of(pod, container, api.address)
    notes: list[str] = []
    try:
        answer = json.loads(api.get(_path(pod.metadata.namespace, pod.name)))
        return _tried(api, answer, described, payloads, brought, seconds, notes)
    except Prevented as error:
        return _prevented(str(error), notes)
    except Refused as error:
        return _prevented(prevented_by(error, pod.metadata.namespace), notes)
    except CannotExamine as error:
        return _prevented(str(error), notes)
    except ValueError as error:
        return _prevented(f"the pod could not be read: {error}", notes)


def _tried(
    api: Api,
    answer: Mapping[str, Any],
    container: Container,
    payloads: Sequence[Payload],
    brought: Brought,
    seconds: float,
    notes: list[str],
) -> Rehearsed:
    """In the first copy that comes to run: waiting commands one by one, then without init containers that fail."""
    namespace = str((answer.get("metadata") or {}).get("namespace"))
    with_init = _has_init(answer)
    why = ""
    tries = [*WAITING]
    while tries:
        most = max(min(STARTING_WITH_INIT if with_init else STARTING, api.left - _SPARE), 0.0)
        lifetime = int(most + seconds + layers.SECONDS + 4 * _SPARE)
        name = f"doctor-{PURPOSE}-{os.urandom(5).hex()}"
        copy = copy_of(answer, container.name, name, me(), waiting=tries[0], seconds=lifetime, with_init=with_init)
        with Owned(api, namespace, name, copy.body):
            why, what = _started(api, namespace, name, container.name, most)
            if not why:
                notes += copy.notes
                return _inside(api, namespace, name, container, copy, payloads, brought, seconds, notes)
        if what == "init" and with_init:
            notes.append(f"the copy has no init containers: {why}")
            with_init = False
        elif what == "command":
            tries.pop(0)
        else:
            break
    raise Prevented(why)


def _has_init(answer: Mapping[str, Any]) -> bool:
    """Whether the pod has init containers, and none that fails in the pod itself."""
    spec, status = answer.get("spec") or {}, answer.get("status") or {}
    states = [one.get("state") or {} for one in status.get("initContainerStatuses") or ()]
    failed = any(
        (state.get("terminated") or {}).get("exitCode") or (state.get("waiting") or {}).get("reason") == _LOOP
        for state in states
    )
    return bool(spec.get("initContainers")) and not failed


_LOOP = "CrashLoopBackOff"
_NO_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_NO_CONTAINER = frozenset({"CreateContainerConfigError", "CreateContainerError"})
_NO_COMMAND = frozenset({"RunContainerError", _LOOP, "ContainerCannotRun", "StartError"})


def _started(api: Api, namespace: str, name: str, container: str, most: float) -> tuple[str, str]:
    """Wait until the copy's container runs: ("", ""); else why it does not, and what is to blame.

    Blame: `init` (an init container), `command` (the waiting one cannot be executed), `pod` (all else).
    """
    until = time.monotonic() + most
    last = "it was not scheduled"
    while time.monotonic() < until:
        found = json.loads(api.get(_path(namespace, name)))
        status = found.get("status") or {}
        for one in status.get("initContainerStatuses") or ():
            if trouble := _trouble(one, ended_well=True):
                return f"its init container {one.get('name')} fails: {trouble[0]}", "init"
        for one in status.get("containerStatuses") or ():
            state = one.get("state") or {}
            if one.get("name") != container:
                continue
            if "running" in state:
                return "", ""
            if trouble := _trouble(one, ended_well=False):
                return f"the copy of the pod does not start: {trouble[0]}", trouble[1]
        if status.get("phase") == "Failed":
            return f"the copy failed: {_said(status)}", "pod"
        last = next(
            (
                _said(one)
                for one in status.get("conditions") or ()
                if one.get("type") == "PodScheduled" and one.get("status") == "False"
            ),
            _waits(status) or last,
        )
        time.sleep(POLL)
    return f"the copy of the pod did not start within {most:.0f} s: {last}", "pod"


def _trouble(status: Mapping[str, Any], *, ended_well: bool) -> tuple[str, str] | None:
    """Why a container will not run, and what is to blame; None while it may."""
    state = status.get("state") or {}
    waiting, ended = state.get("waiting") or {}, state.get("terminated")
    reason = waiting.get("reason")
    if reason in _NO_IMAGE | _NO_CONTAINER:
        return _said(waiting), "pod"
    before = (status.get("lastState") or {}).get("terminated") or {}
    if reason in _NO_COMMAND:
        return _said(before) if reason == _LOOP and before else _said(waiting), "command"
    if ended is not None and (ended.get("exitCode") or not ended_well):
        return f"exit code {ended.get('exitCode')}, {_said(ended)}", "command"
    return None


def _waits(status: Mapping[str, Any]) -> str:
    states = [
        (one.get("state") or {}).get("waiting") or {}
        for one in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    ]
    return next((_said(one) for one in states if one), "")


def _said(one: Mapping[str, Any]) -> str:
    return redact(": ".join(str(one[key]) for key in ("reason", "message") if one.get(key))[:500]) or "no reason given"


def _inside(
    api: Api,
    namespace: str,
    name: str,
    container: Container,
    copy: Copy,
    payloads: Sequence[Payload],
    brought: Brought,
    seconds: float,
    notes: list[str],
) -> Rehearsed:
    """Find the interpreter and the script, let the attendant work, and read what it left."""
    place, whole = _place(api, namespace, name, container)
    entry = found_entry(lambda path: _text(place, path, brought), whole, place.python)
    files = desk.orders(whole, entry, layers.wishes(whole, entry.text, entry.cwd), payloads, Wishes(timeout=seconds))
    program = Program(
        _HANDED,
        [desk.PLACE, _packed(files), json.dumps(["-E", "-s", desk.ATTENDANT, desk.ORDERS])],
        variables=entry.variables,
    )
    silence = seconds + layers.SECONDS + _SPARE
    late, said = False, ""
    try:
        done = place.run(program, options=("-E", "-s"), seconds=silence, most=1 << 20)
        late, said = done.code is None, last_words(done)
    except (Refused, CannotExamine) as error:  # the attendant goes on without us, or its container was killed
        late, said = True, str(error)
    state = _state(api, namespace, name, container.name)
    if state["OOMKilled"]:
        why, _ = _started(api, namespace, name, container.name, STARTING)
        if why:
            raise Prevented(f"the copy was killed for want of memory, and {why}")
    results = _results(place)
    if not {"ended", "record", "look"} & results.keys():
        if state["OOMKilled"]:
            raise Prevented(f"Python alone needs more memory than the limit of {whole.limits.memory or 0} bytes")
        raise Prevented(f"{place.python} did not get to work in the copy: {redact(said[:300])}")
    inside, installed, problems = layers.read(results.get("look", b""), whole, brought)
    notes += [f"in the copy {problem}" for problem in problems]
    if isinstance(inside, Inside):
        bring_models(api, _named(namespace, name), whole, inside, place.python, brought)
    return Rehearsed(
        probe=_probe(results, state, entry, payloads, whole, late, copy, place, brought),
        inside=inside,
        installed=installed,
        notes=tuple(notes),
        container=whole,
    )


def _probe(
    results: Mapping[str, bytes],
    state: Mapping[str, Any],
    entry: Entry,
    payloads: Sequence[Payload],
    container: Container,
    late: bool,
    copy: Copy,
    place: Place,
    brought: Brought,
) -> Probe | Missing:
    if entry.script is None:
        why = (
            "the command starts another program than the inference server"
            if container.is_other_program
            else f"there is no entry script at {container.entry_script}"
        )
        return Missing(reason=why)

    def read(path: str) -> str:
        return _text(place, path, brought) or ""

    return desk.probe_of(results, state, entry, payloads, container, late, copy.closed, read)


def _place(api: Api, namespace: str, name: str, container: Container) -> tuple[Place, Container]:
    """The interpreter to use, and the container with what its image sets."""
    facts = facts_of(api, namespace, name, container)
    said = ""
    for python in interpreters(container, facts)[:MOST_INTERPRETERS]:
        place = Place(api, namespace, name, container, python)
        wishes = {"variables": True, "packages": False, "state": False}
        done = place.run(_look(wishes), options=("-I", "-B", "-S"), seconds=30.0, most=4 << 20)
        document = answer_of(done.stdout)
        if document is not None:
            found = {"variables": document.get("variables"), "working_dir": document.get("cwd")}
            whole = completed(container, found)
            return Place(api, namespace, name, whole, python), whole
        said = said or ("" if is_absent(done) else redact(last_words(done)))
    raise Prevented(f"no Python was found in the image, and the probe needs one (3.6 or newer){said and f': {said}'}")


def _look(wishes: Mapping[str, Any]) -> Program:
    return Program(LOOK_FILE.read_text(encoding="ascii"), [json.dumps(wishes)], name="look_inside.py")


def _text(place: Place, path: str, brought: Brought) -> str | None:
    """A script's text, from what was brought out already or from the copy; None when it is not there.

    The script's neighbours are asked for with it: each call costs more than a file.
    """
    here = brought.path(path)
    if not (here.is_file() and not here.is_symlink()):
        others = [root + path[len(known) :] for known in CODE_ROOTS for root in CODE_ROOTS if path.startswith(known)]
        wishes = {"first": [path, *others], "packages": False, "state": False}
        done = place.run(_look(wishes), options=("-I", "-B", "-S"), seconds=30.0, most=4 << 20)
        for name, content in ((answer_of(done.stdout) or {}).get("texts") or {}).items():
            brought.put(name, base64.b64decode(content))
    if here.is_file() and not here.is_symlink():
        return here.read_text(encoding="utf-8", errors="replace")
    return None


def _packed(files: Sequence[desk.File]) -> str:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content, _ in files:
            tar.addfile(member, io.BytesIO(content))
    return base64.b64encode(packed.getvalue()).decode("ascii")


def _results(place: Place) -> dict[str, bytes]:
    """The files of the results. The script may have written there too, so not all is taken."""
    program = Program(_RESULTS, [desk.RESULTS, *sorted(desk.OWN)])
    found: dict[str, bytes] = {}
    try:
        done = place.run(program, options=("-I", "-B", "-S"), seconds=60.0, most=MOST_RESULTS)
        with tarfile.open(fileobj=io.BytesIO(done.stdout), mode="r|") as packed:
            for member in packed:
                content = packed.extractfile(member) if member.isreg() else None
                if content is not None and member.name in desk.OWN:
                    found[member.name] = content.read()
    except Refused as error:
        raise Prevented(f"the results could not be read: {redact(str(error)[:300])}") from error
    except (CannotExamine, tarfile.TarError):
        pass  # what was read before that counts
    return found


def _state(api: Api, namespace: str, name: str, container: str) -> dict[str, Any]:
    """How the copy's container ended, in an engine's words; of one that runs on, that it did not."""
    found = json.loads(api.get(_path(namespace, name)))
    for one in (found.get("status") or {}).get("containerStatuses") or ():
        if one.get("name") == container:
            ended = (one.get("state") or {}).get("terminated") or (one.get("lastState") or {}).get("terminated") or {}
            return {"OOMKilled": ended.get("reason") == "OOMKilled", "ExitCode": ended.get("exitCode") or 0}
    return {"OOMKilled": False, "ExitCode": 0}


def _named(namespace: str, name: str) -> Pod:
    return msgspec.convert({"metadata": {"namespace": namespace, "name": name}}, Pod)


def _path(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods/{name}"


def _prevented(reason: str, notes: Sequence[str] = ()) -> Rehearsed:
    why = Missing(reason=reason)
    return Rehearsed(probe=why, inside=why, installed=why, notes=tuple(notes))
