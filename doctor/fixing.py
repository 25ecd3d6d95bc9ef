"""Write safe fixes into the person's own files: only when asked, atomically, and with line ends and encoding kept."""

import contextlib
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from checks.edits import OverlappingEdits, apply_edits, by_path, clash
from checks.evidence import EnvironmentFile, Evidence, Samples
from checks.finding import Edit, Finding, Fix, Safety
from checks.text import lines_of
from doctor.errors import CannotExamine


def safe_edits(findings: Iterable[Finding]) -> dict[str, list[Edit]]:
    """The edits of all safe fixes, by file. Of two that touch the same characters the first one stays.

    A finding that shows only after other fixes has edits for a text that does not exist yet: its turn comes later.
    """
    chosen: dict[str, list[Edit]] = {}
    for finding in findings:
        fix = next((fix for fix in finding.fixes if fix.safety is Safety.SAFE and fix.edits), None)
        if fix is None or finding.after:
            continue
        for path, edits in by_path(fix.edits).items():
            together = [*chosen.get(path, []), *edits]
            if not clash(together):
                chosen[path] = together
    return chosen


def new_texts(evidence: Evidence, edits: Mapping[str, list[Edit]]) -> dict[str, tuple[str, str]]:
    """For each file that changes: its text now, and after the edits."""
    texts: dict[str, str] = {}
    texts |= {one.path: one.text for one in evidence.code if not one.undecodable}
    if isinstance(evidence.environment, EnvironmentFile):
        texts[evidence.environment.path] = evidence.environment.text
    samples = evidence.samples.items if isinstance(evidence.samples, Samples) else ()
    texts |= {sample.source: sample.text for sample in samples if sample.text is not None}
    return changed_texts(texts, edits)


def changed_texts(texts: Mapping[str, str], edits: Mapping[str, list[Edit]]) -> dict[str, tuple[str, str]]:
    """The same for texts by path."""
    changed = {path: (texts[path], apply_edits(texts[path], some)) for path, some in edits.items() if path in texts}
    return {path: pair for path, pair in changed.items() if pair[0] != pair[1]}


def drawn(fix: Fix, evidence: Evidence) -> Fix:
    """The fix with its edits drawn as a diff; as it is when they do not fit the files that were read."""
    try:
        changes = new_texts(evidence, {path: list(edits) for path, edits in by_path(fix.edits).items()})
    except OverlappingEdits:
        return fix
    return msgspec.structs.replace(fix, diff=diff(changes, context=1) or None)


def diff(changes: Mapping[str, tuple[str, str]], context: int = 3) -> str:
    """A unified diff that `patch` understands, with that many lines of context."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for path, (before, after) in changes.items()
        for line in difflib.unified_diff(
            lines_of(before), lines_of(after), f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}", n=context
        )
    )


def may_write(path: Path) -> None:
    """Raises CannotExamine where a file is not to be replaced: it, or the folder that it lies in, is read-only."""
    real = path.resolve()
    for one in (real, real.parent):
        if not os.access(one, os.W_OK):
            what = f"{path} is" if one == real else f"{path} cannot be written: its folder is"
            raise CannotExamine(f"{what} read-only; nothing was changed. chmod u+w {one} allows it")


def write(path: Path, before: str, after: str, encoding: str) -> None:
    """Replace a file's text in one step, keeping its mode; a symbolic link stays a link.

    Raises CannotExamine when the file changed since it was read, or cannot be written; it is then as it was.
    """
    may_write(path)
    real = path.resolve()
    try:
        if real.read_bytes() != before.encode(encoding):
            raise CannotExamine(f"{path} changed while doctor looked at it; nothing was written. Run doctor again")
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.", suffix=".doctor")
        try:
            with os.fdopen(handle, "wb") as scratch:
                scratch.write(after.encode(encoding))
                scratch.flush()
                os.fsync(scratch.fileno())
            shutil.copymode(real, name)
            with contextlib.suppress(PermissionError):
                owner = real.stat()
                os.chown(name, owner.st_uid, owner.st_gid)
            Path(name).replace(real)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotExamine(f"{path} cannot be written: {error.strerror}; nothing was changed") from error
