"""Look into a running container of a pod: the same evidence as of a Docker container, for the same checks."""

import io
import json
import tarfile
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from checks.cluster.pods import Pod
from checks.containers import Answers, Container, Inside, MemoryUse
from checks.evidence import NOT_COLLECTED, Missing
from doctor.cluster.api import Api, Refused
from doctor.cluster.as_container import completed, container_of
from doctor.cluster.handed_over import EXEC_RULE, Program, is_absent, last_words, run
from doctor.cluster.interpreters import Facts, facts_of, interpreters
from doctor.containers.answers import MOST_BODY, ask_within, room_for
from doctor.containers.brought import Brought
from doctor.containers.inside_records import (
    LOOK_FILE,
    SECONDS,
    answer_of,
    inside_of,
    installed_of,
    model_places,
    problems_of,
    wishes_of,
)
from doctor.containers.look_inside import MOST_OUTPUT
from doctor.containers.running import SPARE, Looked
from doctor.errors import CannotExamine
from doctor.probe.launcher import Payload
from doctor.redact import redact

__all__ = ["ask", "bring_models", "completed", "container_of", "look", "refused"]


MOST_INTERPRETERS = 4  # that are tried
LARGEST = 16 << 20  # bytes of one model file that is brought out: it passes through the API server
MOST = 32 << 20  # of all
MOST_FILES = 60
FORBIDDEN = 403
_PACK = """
import json, os, stat, sys, tarfile
paths, largest, left = json.loads(sys.argv[1])
packed = tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT)
for path in paths:
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > min(largest, left):
                continue
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size = status.st_size
            left -= status.st_size
            packed.addfile(member, file)
    except PermissionError:
        continue
    except FileNotFoundError:
        continue
packed.close()
"""


def look(api: Api, pod: Pod, container: Container, brought: Brought) -> Looked | Missing:
    """What a running container holds, read by `look_inside.py` executed in it, handed over by standard input.

    Missing says why not: no right to execute, no Python, no room under the memory limit, it stopped meanwhile.
    `completed(container, looked.document)` is the container with what its image sets.
    """
    if container.state.status != "running":
        return Missing(reason=f"container {container.name} of pod/{pod.name} does not run")
    try:
        return _looked(api, pod, container, brought)
    except (Refused, CannotExamine) as error:
        return Missing(reason=refused(error, pod, container))


def _looked(api: Api, pod: Pod, container: Container, brought: Brought) -> Looked | Missing:
    namespace = pod.metadata.namespace
    facts = facts_of(api, namespace, pod.name, container)
    if facts.left is not None and facts.left < SPARE:
        room = max(facts.left, 0) >> 20
        return Missing(reason=f"only {room} MB are left under the memory limit, so nothing more was executed inside")
    said = ""
    for python in islice(interpreters(container, facts), MOST_INTERPRETERS):
        # What the image sets is asked for first: where code and models lie depends on it.
        known = _document(api, pod, container, python, {"variables": True, "packages": False, "state": False})
        if isinstance(known, str):
            said = known or said
            continue
        whole = completed(container, {**known, "working_dir": known.get("cwd")})
        document = _document(api, pod, whole, python, wishes_of(whole))
        if isinstance(document, str):
            said = document or said
            continue
        document |= {"variables": known.get("variables"), "working_dir": known.get("cwd")}
        if command := _command(facts):
            document["command"] = command
        whole = completed(container, document)
        inside = inside_of(document, whole, "running", brought)
        bring_models(api, pod, whole, inside, python, brought)
        return Looked(inside=inside, installed=installed_of(document), document=document, notes=problems_of(document))
    why = f"no Python inside that could look{f'; {said}' if said else ''}"
    if facts.shell is None:
        return Missing(reason=f"{why}, and no shell: {facts.refusal or 'it wrote nothing'}")
    inside = Inside(how="running", shell=facts.shell, listening=facts.listening, memory=_memory(facts))
    return Looked(inside=inside, installed=Missing(reason=why), notes=(why,))


def _document(api: Api, pod: Pod, container: Container, python: str, wishes: dict[str, Any]) -> dict[str, Any] | str:
    """The answer of one look; a text says why there is none, empty where there is no such interpreter."""
    program = Program(LOOK_FILE.read_text(encoding="ascii"), [json.dumps(wishes)], name="look_inside.py")
    done = run(
        *(api, pod.metadata.namespace, pod.name, container, python, program),
        seconds=SECONDS + 20,
        most=MOST_OUTPUT + (1 << 20),
    )
    document = answer_of(done.stdout)
    if document is not None:
        return document
    return "" if is_absent(done) else f"{python} could not look: {redact(last_words(done))}"


def _command(facts: Facts) -> list[str]:
    """What the container executes: its first process, but for the one that several containers share."""
    first = facts.processes[0] if facts.processes else []
    return [] if first[:1] == ["/pause"] else first


def _memory(facts: Facts) -> MemoryUse:
    return MemoryUse(**{name: value for name, value in facts.memory.items() if value < 1 << 60})


def bring_models(api: Api, pod: Pod, container: Container, inside: Inside, python: str, brought: Brought) -> None:
    """Bring out the model files that are small enough, in one call. What cannot be brought is passed over."""
    places = tuple(place.rstrip("/") + "/" for place in model_places(container))
    files = [
        (file.size, f"{folder.path.rstrip('/')}/{file.path}")
        for folder in inside.folders
        for file in folder.files
        if file.kind in {"file", "link"} and file.size <= LARGEST
    ]
    wanted = [path for _, path in sorted(files) if path.startswith(places)]
    if not wanted:
        return
    program = Program(_PACK, [json.dumps([list(dict.fromkeys(wanted))[:MOST_FILES], LARGEST, MOST])])
    try:
        done = run(
            *(api, pod.metadata.namespace, pod.name, container, python, program), seconds=30.0, most=MOST + (4 << 20)
        )
        with tarfile.open(fileobj=io.BytesIO(done.stdout), mode="r|") as packed:
            for member in packed:
                content = packed.extractfile(member) if member.isreg() else None
                if content is not None and f"/{member.name}" in wanted:
                    brought.put(f"/{member.name}", content.read())
    except (Refused, CannotExamine, tarfile.TarError):
        return


def ask(
    api: Api,
    pod: Pod,
    container: Container,
    payloads: Sequence[Payload],
    inside: Inside | Missing = NOT_COLLECTED,
    *,
    most: int = MOST_BODY,
) -> Answers | Missing:
    """Health, swagger and samples asked of the service from inside its own container. Nothing else is sent.

    `inside` is what was seen of it, which tells interpreter and ports; without it, they are looked for, or guessed by
    what the pod declares. `most` bytes of an answer to a sample are kept.
    """
    namespace, pythons = pod.metadata.namespace, ["python3"]
    if container.state.status != "running":
        return Missing(reason=f"container {container.name} of pod/{pod.name} does not run, so nothing in it answers")
    try:
        if isinstance(inside, Missing) or inside.interpreter is None:
            facts = facts_of(api, namespace, pod.name, container)
            found = interpreters(container, facts)
            if facts.left is not None and facts.left < SPARE:
                return Missing(reason="too little is left under the memory limit to ask from inside")
            if not found:
                return Missing(reason="no Python was found inside to ask from")
            known = inside if isinstance(inside, Inside) else Inside(how="running")
            if facts.shell is not None and isinstance(known.listening, Missing):
                known = msgspec.structs.replace(known, listening=facts.listening)
            inside, pythons = msgspec.structs.replace(known, interpreter=found[0]), found[:MOST_INTERPRETERS]
        else:
            pythons = [inside.interpreter]
    except (Refused, CannotExamine) as error:
        return Missing(reason=refused(error, pod, container))
    why = ""

    def execute(script: str, document: str, seconds: float) -> bytes:
        nonlocal why
        program = Program(script, [document], name="requests_inside.py")
        try:
            done = run(api, namespace, pod.name, container, pythons[0], program, seconds=seconds, most=room_for(most))
            while is_absent(done) and len(pythons) > 1:
                del pythons[0]
                done = run(
                    *(api, namespace, pod.name, container, pythons[0], program), seconds=seconds, most=room_for(most)
                )
        except (Refused, CannotExamine) as error:
            why = refused(error, pod, container)
            raise CannotExamine(why) from error
        why = "" if done.stdout else redact(last_words(done))
        if is_absent(done):
            why = f"there is no Python in container {container.name} to ask with ({why})"
        return done.stdout

    answers = ask_within(execute, container, inside, payloads, most=most)
    if not answers.items and why:
        return Missing(reason=f"nothing could be asked from inside: {why}")
    return answers


def refused(error: Refused | CannotExamine, pod: Pod, container: Container) -> str:
    """Why nothing can be executed in a container, with the rule that would allow it."""
    if isinstance(error, Refused) and error.status == FORBIDDEN:
        said = redact(" ".join(str(error).split())[:300])
        return (
            f"no right to execute commands in pods of {pod.metadata.namespace}; the rule {EXEC_RULE} gives it: {said}"
        )
    return f"container {container.name} of pod/{pod.name} could not be entered: {redact(str(error)[:500])}"
