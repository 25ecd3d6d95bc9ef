"""The rehearsal: a throwaway container like the broken one, in which each layer is tried in turn.

One start of one container does it all. Its first process is `attendant.py`, which runs the probe, then looks around;
both come in and their results go out through the engine's archive calls, by way of a volume, so that it works with a
read-only root, without a shell, and with an engine on another machine.
"""

import io
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import docker.errors
import requests

from checks.containers import Container, Inside
from checks.evidence import Installed, Missing, Probe
from checks.finding import Record
from doctor.containers import desk, layers
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine, Listen, told
from doctor.containers.entry import Entry, entry_of, text_of
from doctor.containers.interpreters_inside import find_interpreter
from doctor.containers.likeness import Likeness, like
from doctor.containers.owned import snapshot, throwaway
from doctor.containers.paths_inside import members
from doctor.containers.wishes import Wishes
from doctor.errors import CannotExamine
from doctor.probe.launcher import Payload

IN_MEMORY = 32 * 1024 * 1024  # bytes of what is brought in before a temporary file holds it
MOST_CHANGED = 2 * 1024**3  # bytes that are committed to an image for the rehearsal
MOST_RESULTS = 64 * 1024 * 1024  # bytes of all files of the results
_SPARE = 10  # seconds in which the container is to end after the time that was given to its processes
_HOSTS = b"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"


class Rehearsed(Record, frozen=True):
    """What came of it. `notes` say how it was done."""

    probe: Probe | Missing
    inside: Inside | Missing
    installed: Installed | Missing
    notes: tuple[str, ...] = ()


def rehearse(
    engine: Engine,
    answer: dict[str, Any],
    container: Container,
    payloads: Sequence[Payload],
    wishes: Wishes,
    brought: Brought,
    listen: Listen,
) -> Rehearsed:
    """Try the service in a container of its own: init() and run() by the probe, and imports one by one where they fail.

    `answer` is that of `Engine.inspect`. The throwaway container is removed whatever happens. Raises CannotExamine when
    the engine does not answer, or the container is removed meanwhile.
    """
    listen("preparing a rehearsal")
    if isinstance(container.image, Missing):
        return _prevented(f"the image cannot be started again: {container.image.reason}")
    python = find_interpreter(engine, container)
    if python is None:
        return _prevented("no Python was found in the image, and the probe needs one (3.6 or newer)")
    entry = entry_of(engine, container, brought, python)
    likeness = like(
        engine,
        answer,
        {**entry.variables, **wishes.variables},
        network=wishes.network,
        command=(python, "-E", "-s", desk.ATTENDANT, desk.ORDERS),
        desk=desk.PLACE,
    )
    try:
        with ExitStack() as stack:
            inherited = (answer.get("Config") or {}).get("Labels") or {}
            image = _image(engine, container, container.image.id, stack, likeness, inherited)
            made = stack.enter_context(throwaway(engine, "rehearsal", image, **likeness.options))
            return _inside(engine, made, container, python, entry, likeness, payloads, wishes, brought, listen)
    except CannotExamine as error:
        if not isinstance(error.__cause__, docker.errors.APIError):
            raise
        return _prevented(_refused(error.__cause__, container), likeness.notes)


def _inside(
    engine: Engine,
    made: str,
    container: Container,
    python: str,
    entry: Entry,
    likeness: Likeness,
    payloads: Sequence[Payload],
    wishes: Wishes,
    brought: Brought,
    listen: Listen,
) -> Rehearsed:
    """Lay everything into the container, run it to its end, and read what it left."""
    notes = list(likeness.notes)
    orders = desk.orders(container, entry, layers.wishes(container, entry.text, entry.cwd), payloads, wishes)
    _bring_in(engine, made, likeness, orders)
    listen("rehearsing the entry script" if entry.script else "looking around in a rehearsal")
    with told(engine):
        engine.api.start(made)
    late = _wait(engine, made, wishes.timeout + layers.SECONDS + _SPARE)
    results = dict(_results(engine, made))
    state = engine.inspect(made)["State"]
    if not {"ended", "record", "look"} & results.keys():
        return _prevented(_silent(engine, made, state, python, container), notes)
    inside, installed, problems = layers.read(results.get("look", b""), container, brought)
    notes += [f"in the rehearsal {problem}" for problem in problems]
    if entry.script is None:
        why = (
            "the command starts another program than the inference server"
            if container.is_other_program
            else f"there is no entry script at {container.entry_script}"
        )
        probe: Probe | Missing = Missing(reason=why)
    else:
        read = _reader(engine, container, brought)
        probe = desk.probe_of(results, state, entry, payloads, container, late, likeness.closed, read)
    return Rehearsed(probe=probe, inside=inside, installed=installed, notes=tuple(notes))


def _image(
    engine: Engine,
    container: Container,
    image: str,
    stack: ExitStack,
    likeness: Likeness,
    inherited: Mapping[str, str],
) -> str:
    """An image of the container as it is: files that were copied in, or left by an earlier start, belong to it.

    Such an image inherits the labels of the container, by which others (compose) would take the new one for theirs.
    """
    changed = _changed_bytes(engine, container.id)
    if container.limits.read_only or (changed == 0 and container.state.status == "created"):
        return image
    if changed is not None and changed > MOST_CHANGED:
        likeness.notes.append(
            f"{changed / 1e9:.1f} GB changed in the container since it was made, which is not in the rehearsal"
        )
        return image
    try:
        name = stack.enter_context(snapshot(engine, "rehearsal", container.id))
    except CannotExamine as error:
        likeness.notes.append(f"what changed in the container since it was made is not in the rehearsal: {error}")
        return image
    likeness.options["labels"] = dict.fromkeys(inherited, "")
    return name


def _changed_bytes(engine: Engine, container: str) -> int | None:
    """The size of what was written in a container, None where the engine does not tell."""
    address = f"{engine.api.base_url}/v{engine.api.api_version}/containers/{container}/json"
    with told(engine), engine.api.get(address, params={"size": 1}, timeout=engine.api.timeout) as answer:
        size = answer.json().get("SizeRw") if answer.ok else None
    return size if isinstance(size, int) else None


def _prevented(reason: str, notes: Sequence[str] = ()) -> Rehearsed:
    why = Missing(reason=reason)
    return Rehearsed(probe=why, inside=why, installed=why, notes=tuple(notes))


def _bring_in(engine: Engine, made: str, likeness: Likeness, orders: list[desk.File]) -> None:
    """Everything that the container needs: by one call where its root can be written to, else volume by volume."""
    packs: dict[str, list[desk.File]] = {desk.PLACE: orders}
    for target, content in likeness.copies.items():
        packs[target] = [(member, data, "") for member, data in content]
    if likeness.options["host_config"].get("ReadonlyRootfs"):
        for target, files in packs.items():
            _put(engine, made, target, files)
        return
    everything = [desk.file("etc/hosts", _HOSTS)] if likeness.options["network_disabled"] else []
    everything += [(member, data, target.strip("/")) for target, files in packs.items() for member, data, _ in files]
    _put(engine, made, "/", everything)


def _put(engine: Engine, made: str, folder: str, files: Sequence[desk.File]) -> None:
    with closing(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for member, data, below in files:
                if below:
                    member.name = f"{below}/{member.name}"
                    if member.islnk():
                        member.linkname = f"{below}/{member.linkname}"
                tar.addfile(member, io.BytesIO(data))
        packed.seek(0)
        with told(engine):
            engine.api.put_archive(made, folder, packed)


def _wait(engine: Engine, made: str, seconds: float) -> bool:
    """Wait for the container's end. True when it had to be ended, after asking the probe for its stack."""
    with told(engine):
        try:
            engine.api.wait(made, timeout=int(seconds))
        except (requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError) as error:
            if "timed out" not in str(error).lower():
                raise
            engine.api.kill(made)
            engine.api.wait(made, timeout=_SPARE)
            return True
    return False


def _results(engine: Engine, made: str) -> Iterator[tuple[str, bytes]]:
    """The files of the results, by name. The script may write there too, so not all is taken."""
    left = MOST_RESULTS
    with engine.archive(made, desk.RESULTS) as opened:
        for member, content in members(opened[0]) if opened else ():
            name = Path(member.name).name
            left -= member.size
            if left < 0:
                return
            if content is not None and name in desk.OWN:
                yield name, content.read()


def _reader(engine: Engine, container: Container, brought: Brought) -> Any:
    """Gives the text of a source file inside, which the probe's frames may lack."""

    def read(path: str) -> str:
        return text_of(engine, container, path, brought) or ""

    return read


def _refused(error: docker.errors.APIError, container: Container) -> str:
    """Why the engine did not make or start the container."""
    said = str(error.explanation or error).strip()
    if "no such image" in said.lower():
        return f"the image {container.image.reference if not isinstance(container.image, Missing) else ''} is gone"
    return _of_platform(said, container) or f"the engine could not start a container like this one: {said[:500]}"


def _of_platform(said: str, container: Container) -> str | None:
    image = container.image
    if "exec format error" not in said.lower() or isinstance(image, Missing):
        return None
    return (
        f"the image is for {image.os}/{image.architecture} and the engine runs on "
        f"{container.engine.os}/{container.engine.architecture}, which cannot execute it"
    )


def _silent(engine: Engine, made: str, state: dict[str, Any], python: str, container: Container) -> str:
    """Why nothing came out of the container."""
    if state.get("OOMKilled"):
        limit = container.limits.memory
        return f"Python alone needs more memory than the limit of {limit or 0} bytes"
    with told(engine):
        said = engine.api.logs(made, tail=20).decode("utf-8", "replace").strip().splitlines()
    last = said[-1][:300] if said else f"exit code {state.get('ExitCode')}"
    return _of_platform(last, container) or f"{python} did not get to work in the image: {last}"
