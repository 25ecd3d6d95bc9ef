"""Carry out a fix of a diagnosis, and take it back: only in files that are as they were read, all of it or nothing."""

import hashlib
from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path

from checks.edits import OverlappingEdits, apply_edits, by_path
from checks.finding import Edit, Finding, Fix, Patch
from doctor.diagnosis.result import Diagnosis
from doctor.errors import CannotExamine
from doctor.fixing import diff, may_write, write
from doctor.own_copies import own_copy
from doctor.placeholders import placeholders
from doctor.redact import redact_lines

OWN_FILES = frozenset({"script", "manifest", "document"})
"""Kinds of targets whose paths are the person's own; those of others lead into a container or a log."""


@dataclass(frozen=True)
class FileChange:
    """One file's text before and after."""

    path: str
    before: str
    after: str
    encoding: str = "utf-8"

    @property
    def back(self) -> "FileChange":
        """The change that undoes this one."""
        return FileChange(self.path, self.after, self.before, self.encoding)


@dataclass(frozen=True)
class Plan:
    """What a fix comes to. `diff` is what it changes, without secrets; `where` names the place that changes.

    `refused` says why it cannot be applied, and what to do; without it, `files` or `patch` can be carried out. `never`:
    nor can it be once values are filled in. `own_copy`: the files are the person's own, the target stays as it is.
    """

    fix: Fix
    diff: str = ""
    where: str = ""
    files: tuple[FileChange, ...] = ()
    patch: Patch | None = None
    context: str | None = None
    refused: str = ""
    never: bool = False
    own_copy: bool = False


def planned(diagnosis: Diagnosis, finding: Finding, fix: Fix) -> Plan:
    """What applying the fix would change, looked up in the files as they are now. Nothing is written.

    Patches of a cluster are planned by `doctor.applying_patches`.
    """
    if not fix.edits:
        return Plan(fix)
    drawn = Plan(fix, diff=redact_lines(fix.diff or ""), where=_named(fix))
    try:
        places = _places(diagnosis, fix)
    except CannotExamine as error:
        return replaced(drawn, refused=str(error), never=True)
    if refused := _refused(finding, fix):
        return replaced(drawn, refused=refused)
    try:
        files = tuple(_changed(diagnosis, path, edits, places[path]) for path, edits in by_path(fix.edits).items())
    except OverlappingEdits:
        return Plan(fix, refused="two of its edits touch the same characters; make the change by hand")
    except CannotExamine as error:
        return replaced(drawn, refused=str(error))
    where = ", ".join(places.values())
    files = tuple(one for one in files if one.before != one.after)
    return Plan(
        fix,
        diff=_shown(diagnosis, fix, files),
        where=where,
        files=files,
        refused="" if files else f"nothing to change: {where} is as the fix wants it",
        own_copy=diagnosis.report.target.kind not in OWN_FILES,
    )


def carry_out(files: tuple[FileChange, ...]) -> None:
    """Write all files, or none. Raises CannotExamine when one changed meanwhile or cannot be written."""
    for one in files:
        _as_it_was(one)
    done: list[FileChange] = []
    try:
        for one in files:
            write(Path(one.path), one.before, one.after, one.encoding)
            done.append(one)
    except CannotExamine:
        for one in reversed(done):
            write(Path(one.path), one.after, one.before, one.encoding)
        raise


def diff_of(files: tuple[FileChange, ...]) -> str:
    """The changes as a unified diff, without secrets."""
    return redact_lines(diff({one.path: (one.before, one.after) for one in files}))


def _places(diagnosis: Diagnosis, fix: Fix) -> dict[str, str]:
    """Where each file of the fix is to be changed. Raises CannotExamine where doctor has no file to change."""
    if diagnosis.call.kind == "report":
        raise CannotExamine("this is a saved report: doctor changes no files from it; diagnose the target itself")
    paths = list(by_path(fix.edits))
    if diagnosis.report.target.kind in OWN_FILES:
        return {path: path for path in paths}
    return {path: own_copy(diagnosis, path) for path in paths}


def _refused(finding: Finding, fix: Fix) -> str:
    """Why a fix is not to be applied yet; empty where it is."""
    if finding.after:
        return f"its lines are those after the fix of {' and '.join(finding.after)}; apply that first"
    if left := placeholders(fix):
        return f"fill in {', '.join(left)}"
    return ""


def _changed(diagnosis: Diagnosis, named: str, edits: list[Edit], path: str) -> FileChange:
    """What the edits of the file `named` make of the one at `path`, which is the same or a copy."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror}; run the diagnosis again") from error
    may_write(Path(path))
    if hashlib.sha256(content).hexdigest() != diagnosis.digests.get(named):
        raise CannotExamine(f"{path} changed since it was diagnosed; nothing was written. Run the diagnosis again")
    encoding = _encoding(diagnosis, named, content)
    try:
        text = content.decode(encoding)
        after = apply_edits(text, edits)
        after.encode(encoding)
    except UnicodeDecodeError as error:
        raise CannotExamine(f"{path} is no text in {encoding}; make the change by hand") from error
    except UnicodeEncodeError as error:
        raise CannotExamine(f"{path} is kept in {encoding}, which lacks {error.object[error.start]!r}") from error
    return FileChange(path, text, after, encoding)


def _encoding(diagnosis: Diagnosis, path: str, content: bytes) -> str:
    """The encoding by which columns were counted."""
    code = diagnosis.evidence.code if diagnosis.evidence else ()
    if read := next((one for one in code if one.path == path), None):
        return read.encoding
    if diagnosis.report.target.kind == "manifest" and content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    return "utf-8"  # a mark at the beginning is a character of the text then


def _shown(diagnosis: Diagnosis, fix: Fix, files: tuple[FileChange, ...]) -> str:
    """The diff to read. That of a manifest was drawn where the lines with secrets were known."""
    if diagnosis.report.target.kind == "manifest" and fix.diff:
        return redact_lines(fix.diff)
    return diff_of(files)


def _named(fix: Fix) -> str:
    return ", ".join(by_path(fix.edits))


def _as_it_was(one: FileChange) -> None:
    path = Path(one.path)
    try:
        same = path.read_bytes() == one.before.encode(one.encoding)
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror}; nothing was written") from error
    if not same:
        raise CannotExamine(f"{path} changed meanwhile; nothing was written; diagnose it again as it is now")
