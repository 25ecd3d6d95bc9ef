"""What goes into a rehearsal container and what comes out: the probe, its plan, and its records as evidence."""

import contextlib
import errno
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from checks.containers import Container
from checks.evidence import Missing, Probe, Step
from doctor.containers.entry import Entry
from doctor.containers.inside_records import LOOK_FILE
from doctor.containers.wishes import Wishes
from doctor.probe.launcher import PROBE_FILE, Payload
from doctor.probe.record import Ending, build, output, read_lines
from doctor.probe.staging import Stage

PLACE = "/.doctor"  # a volume of its own
RESULTS = f"{PLACE}/results"
ORDERS = f"{PLACE}/orders"
ATTENDANT = f"{PLACE}/attendant.py"
PROBE = f"{PLACE}/doctor/probe/probe.py"
LOOK = f"{PLACE}/look_inside.py"
OWN = frozenset(
    {"record", "faults", "where", "ended", "stdout", "stdout-tail", "stderr", "stderr-tail", "look", "look-stderr"}
)
"""Names of the results."""
ATTENDANT_FILE = Path(__file__).with_name("attendant.py")

File = tuple[tarfile.TarInfo, bytes, str]  # entry, content, folder that it goes below


def file(name: str, content: bytes, mode: int = 0o644) -> File:
    """A file as it is packed. Everybody inside may read it: which user that is, only the image knows."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    return member, content, ""


def folder(name: str, mode: int) -> File:
    """A folder as it is packed."""
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, mode
    return member, b"", ""


def orders(
    container: Container, entry: Entry, look: dict[str, Any], payloads: Sequence[Payload], wishes: Wishes
) -> list[File]:
    """Everything that is laid on the desk. Without an entry script there is only a look around."""
    told = {
        "desk": RESULTS,
        "cwd": entry.cwd,
        "timeout": wishes.timeout,
        "memory_limit": container.limits.memory,
        "probe": [PROBE, f"{PLACE}/plan"] if entry.script else None,
        "look": ["-I", "-B", "-S", LOOK],
        "wishes": look,
        "look_seconds": float(look["seconds"]) + 5,
        "look_most": 16 * 1024 * 1024,
    }
    files = [
        folder("results", 0o777),
        folder("doctor", 0o755),
        folder("doctor/probe", 0o755),
        file("attendant.py", ATTENDANT_FILE.read_bytes()),
        file("look_inside.py", LOOK_FILE.read_bytes()),
        file("doctor/probe/probe.py", PROBE_FILE.read_bytes()),
        file("orders", json.dumps(told).encode("ascii")),
    ]
    if entry.script:
        files.append(file("plan", json.dumps(_plan(container, entry, payloads, wishes)).encode("ascii")))
        files += [file(f"payload-{number}", payload.body) for number, payload in enumerate(payloads)]
    return files


def _plan(container: Container, entry: Entry, payloads: Sequence[Payload], wishes: Wishes) -> dict[str, Any]:
    """What `probe.rehearse` is to do. Nothing is protected: the container is thrown away, its mounts are read-only."""
    bodies = [{"source": one.source, "file": f"{PLACE}/payload-{number}"} for number, one in enumerate(payloads)]
    own = {name: f"{RESULTS}/{name}" for name in ("record", "faults", "where")}
    return {
        **own,
        "script": entry.script,
        "app_root": entry.app_root,
        "code": entry.code,
        "first": [entry.cwd],
        "payloads": bodies,
        "timeout": wishes.timeout,
        "memory_limit": container.limits.memory,
        "stage": PLACE,
        "as_it_is": True,
        "models": entry.models,
        "temporary": ["/tmp", "/var/tmp"],  # noqa: S108 those inside
        "private": [*own.values(), f"{PLACE}/plan", *(body["file"] for body in bodies), entry.script],
    }


def probe_of(
    results: Mapping[str, bytes],
    state: Mapping[str, Any],
    entry: Entry,
    payloads: Sequence[Payload],
    container: Container,
    late: bool,
    closed: Sequence[str],
    read: Callable[[str], str],
) -> Probe | Missing:
    """The evidence of the probe. `state` is how the container ended, `late` that it had to be ended from outside.

    What was refused because the rehearsal may not write to `closed` folders is no fault of the script.
    """
    stage = Stage(root=Path(PLACE), code=Path(entry.code), models=Path(entry.models))
    stage.shown = [(f"{PLACE}/payload-{number}", one.source) for number, one in enumerate(payloads)]
    ending = _ending(results, state, container, late)
    probe = build(read_lines(results.get("record", b"")), stage, ending, read=read)
    told = _ended(results)
    if probe is None:
        said = results.get("stderr-tail", b"").decode("utf-8", "replace").strip().splitlines()
        how = said[-1][:300] if said else "it was killed for want of memory" if ending.killed == "memory" else "no word"
        return Missing(reason=f"the probe did not get to work in the container: {how}")
    sizes = told.get("sizes") or [0, 0]
    return msgspec.structs.replace(
        probe,
        steps=tuple(_without_our_doing(step, closed) for step in probe.steps),
        stdout=output(results.get("stdout", b""), sizes[0], stage),
        stderr=output(results.get("stderr", b""), sizes[1], stage),
    )


def _without_our_doing(step: Step, closed: Sequence[str]) -> Step:
    """A step that failed because a folder cannot be written to in the rehearsal alone counts as not tried."""
    raised = step.raised
    while raised is not None:
        name = str(raised.detail.get("filename") or "")
        if raised.detail.get("errno") == errno.EROFS and (
            any(name.startswith(folder.rstrip("/") + "/") for folder in closed) or (closed and not name)
        ):
            why = f"it writes to {name or 'a folder'}, which the rehearsal may not do"
            return Step(phase=step.phase, outcome="skipped", sample=step.sample, seconds=step.seconds, message=why)
        raised = raised.cause
    return step


def _ending(results: Mapping[str, bytes], state: Mapping[str, Any], container: Container, late: bool) -> Ending:
    """How the probe's process ended: by the attendant's word, else, when that was killed too, by the engine's."""
    told = _ended(results)
    code, killed = told.get("code"), told.get("killed")
    if not told:
        code = int(state.get("ExitCode") or 0)
        code = 128 - code if code > 128 else code
        killed = "timeout" if late else None
    kills = told.get("oom_kills")
    if killed is None and code == -9 and (kills or (kills is None and state.get("OOMKilled"))):
        killed = "memory"
    return Ending(
        code=code,
        killed=killed,
        seconds=float(told.get("seconds") or 0.0),
        peak=int(told.get("peak") or 0),
        memory_limit=(told.get("limit") or container.limits.memory) if killed == "memory" else None,
        faults=results.get("faults", b"").decode("utf-8", "replace")
        or results.get("stderr-tail", b"").decode("utf-8", "replace"),
        where=results.get("where", b"").decode("ascii", "replace").strip("\0 "),
        left=tuple(told.get("left") or ()),
    )


def _ended(results: Mapping[str, bytes]) -> dict[str, Any]:
    with contextlib.suppress(ValueError, KeyError):
        told = json.loads(results["ended"])
        return told if isinstance(told, dict) else {}
    return {}
