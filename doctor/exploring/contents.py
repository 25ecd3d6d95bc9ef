"""The content of one file, wherever it lies: from the evidence, from this disk, or read from where it runs.

Nothing is changed by it. What is shown has no secrets and nothing that a terminal would obey.
"""

import stat
from pathlib import Path
from typing import NamedTuple

from checks.containers import Container, Inside
from checks.evidence import EnvironmentFile, Evidence, Missing, Script
from doctor.diagnosis.call import Call
from doctor.errors import DoctorError
from doctor.exploring.table import shown, size_of
from doctor.redact import redact, redact_lines
from doctor.reports.clean import printable

MOST = 1 << 20  # bytes that are read of one file
HEX = 4096  # bytes of one that is no text
PATIENCE = 8  # seconds


class Contents(NamedTuple):
    """What is shown of a file. `problem` says why nothing, or no more, could be read; `note` where it was read."""

    lines: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""
    is_text: bool = True
    cut: bool = False


def contents(evidence: Evidence, call: Call, path: str, *, inside: bool, size: int | None = None) -> Contents:
    """The file at `path`: inside of the container or pod, or on this disk. It may take PATIENCE seconds and longer."""
    kept = _kept(evidence, path)
    if kept is not None:
        return text_of(kept, note="as it was when it was diagnosed")
    if not inside:
        return read_here(path)
    try:
        data, whole = _live(evidence, call, path)
    except (DoctorError, OSError) as error:
        told = shown(str(error))
        remedy = "diagnose the target itself to read it" if call.kind == "report" else "press r to look again"
        return Contents(problem=f"{told}\nThe evidence holds its name and size alone; {remedy}.")
    if data is None:
        return Contents(problem="it is no longer there, or no plain file")
    return shown_of(data, cut=not whole or (size is not None and size > len(data)), size=size, note="read just now")


def _kept(evidence: Evidence, path: str) -> str | None:
    """The text that the evidence itself holds."""
    for one in (*evidence.code, evidence.environment):
        if isinstance(one, (Script, EnvironmentFile)) and one.path == path and one.text:
            return one.text
    return evidence.inside.texts.get(path) if isinstance(evidence.inside, Inside) else None


def read_here(path: str) -> Contents:
    """A file of this disk. Only plain files are read: a pipe would never end."""
    place = Path(path)
    try:
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            return Contents(problem="it is no plain file, so it is not read")
        with place.open("rb") as file:
            data = file.read(MOST)
    except OSError as error:
        return Contents(problem=f"it cannot be read: {error.strerror or error}")
    return shown_of(data, cut=status.st_size > len(data), size=status.st_size, note="on this disk")


def _live(evidence: Evidence, call: Call, path: str) -> tuple[bytes | None, bool]:
    """The first bytes of a file of a container or pod, and whether that is all. Raises DoctorError."""
    container = evidence.container
    if isinstance(container, Missing) or call.kind not in {"container", "workload"}:
        raise DoctorError("what was saved holds the names of files, and texts of the small ones")
    if not container.is_pod:
        from doctor.containers.engine import connect
        from doctor.containers.paths_inside import head

        with connect(PATIENCE) as engine:
            engine.inspect(container.id)  # says it when the container itself is gone
            data = head(engine, container.id, path, MOST)
            return data, data is not None and len(data) < MOST
    return _of_pod(evidence, container, call, path)


def _of_pod(evidence: Evidence, container: Container, call: Call, path: str) -> tuple[bytes | None, bool]:
    from doctor.cluster.api import Access, Refused, connect
    from doctor.cluster.handed_over import executed, is_absent, last_words

    kubeconfig = Path(call.kubeconfig) if call.kubeconfig else None
    pod, namespace = (container.labels.get(f"io.kubernetes.pod.{one}", "") for one in ("name", "namespace"))
    inside = evidence.inside if isinstance(evidence.inside, Inside) else None
    python = (inside.interpreter if inside else None) or "python3"
    commands = (
        ("head", "-c", str(MOST), path),
        (python, "-c", f"import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read({MOST}))", path),
    )
    said = ""
    with connect(Access(kubeconfig, call.context, PATIENCE, PATIENCE)) as api:
        for command in commands:
            try:
                done = executed(api, namespace, pod, container, command, seconds=PATIENCE, most=MOST)
            except Refused as error:
                raise DoctorError(f"container {container.name} of pod/{pod} could not be entered: {error}") from error
            if done.code == 0 or done.stdout:
                return done.stdout, done.code == 0 and len(done.stdout) < MOST
            said = last_words(done)
            if not is_absent(done):
                break
    raise DoctorError(f"it could not be read in container {container.name} of pod/{pod}: {said}")


def shown_of(data: bytes, *, cut: bool, size: int | None, note: str) -> Contents:
    """Bytes as text, or as the head of a dump where they are none."""
    if _is_text(data):
        return text_of(_decoded(data), note=note, cut=cut, size=size)
    lines = tuple(_dump(data[:HEX]))
    more = f"the first {size_of(min(len(data), HEX))} of {size_of(size if size is not None else len(data))}"
    return Contents(lines, note=f"no text: {more}, {note}", is_text=False, cut=len(data) > HEX or cut)


def text_of(text: str, *, note: str, cut: bool = False, size: int | None = None) -> Contents:
    """A text, made harmless, line by line; the lines keep their numbers."""
    if len(text) > MOST:
        text, cut = text[:MOST], True
    lines = printable(redact_lines(text.removeprefix("\ufeff"))).split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if cut:
        note = f"{note}; the first {size_of(MOST)}{f' of {size_of(size)}' if size else ''}"
    return Contents(tuple(lines), note=note, cut=cut)


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    head = data[:65536]
    if b"\0" in head:
        return False
    odd = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27)))
    return odd * 20 <= len(head)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _dump(data: bytes) -> list[str]:
    """Sixteen bytes a line: place, hexadecimal, letters. Secrets that stand in the clear are masked before."""
    data = redact(data.decode("latin-1")).encode("latin-1", "replace")
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        letters = "".join(chr(code) if 32 <= code < 127 else "." for code in part)
        lines.append(f"{at:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {letters}")
    return lines
