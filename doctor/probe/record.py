"""From the probe's records to the evidence: lines of JSON, what the fault handlers wrote, and how the process ended."""

import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from checks.contract.records import Interface
from checks.evidence import Output, Phase, Probe
from doctor.probe.staging import Stage

Records = list[dict[str, Any]]

_THREAD = re.compile(r"^(?:Current thread|Thread) (0x[0-9a-f]+).*\(most recent call first\):$")
_FAULT_FRAME = re.compile(r'^  File "(.*)", line (\d+|\?\?\?) in (.*)$')
_FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)
_PLAIN = {"Segmentation fault", "Bus error", "Illegal instruction", "Floating point exception"}
_TIMED_OUT = re.compile(r"^Timeout \(", re.MULTILINE)


def read_lines(content: bytes) -> Records:
    """The records of a file that may end in the middle of a line."""
    records = []
    for line in content.splitlines():
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict) and "k" in record:
                records.append(record)
    return records


class Ending(msgspec.Struct):
    """How the process ended, as its launcher saw it: `code` as subprocess has it (negative for a signal)."""

    code: int | None
    killed: Literal["timeout", "memory", "stopped"] | None = None
    seconds: float = 0.0
    peak: int = 0
    memory_limit: int | None = None
    faults: str = ""
    where: str = ""
    left: tuple[str, ...] = ()


def read_here(path: str) -> str:
    """The text of a source file of this machine. Raises OSError or ValueError."""
    return Path(path).read_text(encoding="utf-8", errors="replace")


def build(
    records: Records,
    stage: Stage,
    ending: Ending,
    *,
    in_process: bool = False,
    read: Callable[[str], str] = read_here,
) -> Probe | None:
    """The evidence of one rehearsal, in the person's own paths. None when the probe never spoke.

    `read` gives the text of a source file, for frames that come without their line.
    """
    by_kind: dict[str, Records] = {}
    for record in records:
        by_kind.setdefault(record["k"], []).append(record)
    hello = next(iter(by_kind.get("hello", [])), None)
    if hello is None:
        return None
    sources = _Sources(read)
    end = next(iter(by_kind.get("end", [])), None)
    exit_record = _last_words(records)
    steps = [step["step"] for step in by_kind.get("step", [])]
    left_exit: dict[str, Any] | None = None
    if end is None:
        left_exit = _exit(records_of=by_kind, ending=ending, exit_record=exit_record, stage=stage)
        broken = _broken_step(by_kind, steps, left_exit)
        if broken:
            steps.append(broken)
    started = _started(by_kind.get("started", []), end, ending)
    document: dict[str, Any] = {
        "interpreter": hello["interpreter"],
        "python": hello["python"],
        "path": hello["path"],
        "steps": steps,
        "exit": left_exit,
        "signature": next((record["signature"] for record in by_kind.get("signature", [])), None),
        "opened": by_kind.get("opened", []),
        "imported": sorted({name for record in by_kind.get("imported", []) for name in record["names"]}),
        "asked": by_kind.get("asked", []),
        "contacted": by_kind.get("contacted", []),
        "started": started,
        "warnings": [record["text"] for record in by_kind.get("warning", [])],
        "stand_ins": [record["name"] for record in by_kind.get("stand_in", [])],
        "example": next((record["text"] for record in by_kind.get("example", [])), None),
        "peak_memory": max((end or {}).get("peak") or 0, ending.peak) or None,
        "seconds": (end or {}).get("seconds") or ending.seconds,
        "in_process": in_process,
        "written": _written(by_kind.get("begin", []), end),
    }
    probe = msgspec.convert(_translated(document, stage, sources), Probe)
    told = next((record["interface"] for record in by_kind.get("interface", [])), None)
    return probe if told is None else msgspec.structs.replace(probe, interface=_interface(told, stage))


def _written(begun: Records, end: dict[str, Any] | None) -> int | None:
    """Bytes written since the first call of run(); None where the system does not count them."""
    before = next((record.get("wrote") for record in begun if record["phase"] == Phase.RUN.value), None)
    after = end.get("wrote") if end else None
    return after - before if isinstance(before, int) and isinstance(after, int) else None


def _interface(told: Any, stage: Stage) -> Interface | None:
    """What run() declares; None when it cannot be read.

    Schemas come as text: what the server's JSON gives for NaN and for keys that are numbers.
    """
    try:
        schemas = {name: json.loads(stage.own(told[name])) for name in ("input", "output") if told.get(name)}
        return msgspec.convert({**told, **schemas}, Interface)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def output(head: bytes, size: int, stage: Stage, tail: bytes = b"") -> Output:
    """The evidence of one stream: of a long one both ends, and between them a line that tells how much is missing."""
    return Output(text=stage.own(_both_ends(head, tail, size).decode("utf-8", "replace")), size=size)


def _both_ends(head: bytes, tail: bytes, size: int) -> bytes:
    missing = size - len(head)
    if missing <= 0:
        return head
    if missing <= len(tail):
        return head + tail[-missing:]
    head = head[: head.rfind(b"\n") + 1] or head + b"\n"
    end = tail.partition(b"\n")[2]  # whole lines only: half of a secret would not be known as one
    return head + f"... {size - len(head) - len(end):,} bytes are left out here ...\n".encode("ascii") + end


def _exit(
    records_of: dict[str, Records], ending: Ending, exit_record: dict[str, Any] | None, stage: Stage
) -> dict[str, Any]:
    phases = [record["phase"] for record in records_of.get("begin", [])]
    found: dict[str, Any] = {"phase": phases[-1] if phases else Phase.START.value, "seconds": round(ending.seconds, 3)}
    fatal = _FATAL.search(ending.faults)
    stack = _fault_stack(ending.faults, stage)
    timed_out = ending.killed == "timeout" or (ending.code == 1 and bool(_TIMED_OUT.search(ending.faults)))
    if timed_out:
        found |= {"reason": "timeout"}
    elif ending.killed == "memory":
        found |= {"reason": "memory", "memory_limit": ending.memory_limit, "signal": "SIGKILL"}
    elif ending.code is not None and ending.code < 0:
        from doctor.probe.supervisor import name_of_signal

        name = name_of_signal(-ending.code)
        if exit_record and exit_record["call"].startswith("os.kill") and name not in exit_record["call"]:
            exit_record = None
        said = fatal[1] if fatal and " " in fatal[1] and fatal[1] not in _PLAIN else name
        found |= {"reason": "signal", "signal": name, "call": exit_record["call"] if exit_record else said}
    elif ending.code is not None:
        found |= {"reason": "exited", "code": ending.code, "call": exit_record["call"] if exit_record else None}
    else:
        found |= {"reason": "lost"}
    if exit_record and not timed_out and ending.killed is None and exit_record["stack"]:
        stack = exit_record["stack"]
    found["stack"] = stack or _last_seen(ending.where)
    return found


def _last_words(records: Records) -> dict[str, Any] | None:
    """The call that was about to end the process, unless the script went on after it."""
    for record in reversed(records):
        if record["k"] == "exit":
            return record
        if record["k"] in ("begin", "step"):
            return None
    return None


def _broken_step(by_kind: dict[str, Records], steps: Records, ended: dict[str, Any]) -> dict[str, Any] | None:
    """The step that was under way: the last one begun, if it was not recorded."""
    begun = by_kind.get("begin", [])
    if not begun:
        return None
    last = begun[-1]
    done = sum(step["phase"] == last["phase"] and step["outcome"] != "skipped" for step in steps)
    tried = sum(record["phase"] == last["phase"] for record in begun)
    if last["phase"] != Phase.CONCURRENT and done >= tried:
        return None
    if last["phase"] == Phase.CONCURRENT and any(step["phase"] == Phase.CONCURRENT for step in steps):
        return None
    return {
        "phase": last["phase"],
        "sample": last["sample"],
        "outcome": "timeout" if ended["reason"] == "timeout" else "died",
        "seconds": max(round(ended["seconds"] - last["at"], 3), 0.0),
        "stack": ended["stack"],
    }


def _last_seen(where: str) -> Records:
    try:
        stack = json.loads(where)
    except ValueError:
        return []
    return stack if isinstance(stack, list) else []


def _fault_stack(faults: str, stage: Stage) -> Records:
    """The stack that a fault handler wrote, outermost frame first: that of the thread that runs the script's code."""
    threads: list[Records] = []
    for line in faults.splitlines():
        if _THREAD.match(line):
            threads.append([])
        elif threads and (match := _FAULT_FRAME.match(line)):
            path, number, function = match.groups()
            own = path.startswith(str(stage.code) + "/") and "/site-packages/" not in path
            if not path.endswith("/doctor/probe/probe.py") and not path.startswith("<frozen importlib"):
                line_number = int(number) if number.isdigit() else 0
                threads[-1].append({"path": path, "line": line_number, "function": function, "own": own})
    with_own = [thread for thread in threads if any(frame["own"] for frame in thread)]
    # Handlers write the current thread first and the main thread last.
    current = threads[0] if faults.startswith("Fatal") or "\nCurrent thread" in faults else None
    chosen = current if current and current in with_own else (with_own[-1:] or [t for t in threads if t][:1] or [[]])[0]
    return chosen[::-1]


def _started(records: Records, end: dict[str, Any] | None, ending: Ending) -> Records:
    """What was started, with the processes that outlived the rehearsal marked as left."""
    started = [dict(record) for record in records]
    commands = [command for _, _, command in (end or {}).get("left", [])]
    commands += [command for command in ending.left if command not in commands]
    for command in commands:
        known = [record for record in started if record["kind"] == "process" and not record.get("left")]
        same = next((record for record in known if record["name"] and record["name"] in command), None)
        same = same or next((record for record in known if record["name"] == "fork"), None)
        if same is not None:
            same["left"] = True
        elif not any(record["kind"] == "process" and record.get("name") == command for record in started):
            phase = Phase.RUN.value if any(record["phase"] == Phase.RUN for record in records) else Phase.INIT.value
            started.append({"kind": "process", "name": command or "process", "phase": phase, "left": True})
    return started


class _Sources:
    """Source lines for frames that came without."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._files: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str:
        if path not in self._files:
            try:
                self._files[path] = self._read(path).splitlines()
            except (OSError, ValueError):
                self._files[path] = []
        lines = self._files[path]
        return lines[number - 1].strip()[:500] if 0 < number <= len(lines) else ""


def _translated(value: Any, stage: Stage, sources: _Sources) -> Any:
    """The same document with the person's own paths, and with a source line in every frame."""
    if isinstance(value, str):
        return stage.own(value)
    if isinstance(value, list):
        return [_translated(part, stage, sources) for part in value]
    if isinstance(value, dict):
        if "function" in value and "line" in value and not value.get("code"):
            value = {**value, "code": sources.line(value["path"], value["line"])}
        return {key: _translated(part, stage, sources) for key, part in value.items()}
    return value
