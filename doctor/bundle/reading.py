"""Open a bundle or a saved report. What stands there was written by anybody: it is only read, up to limits."""

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from doctor.bundle.form import BUNDLE, LARGEST, LARGEST_LOGS, MAIN, SCHEMA, Bundle
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from doctor.report import Report

LARGEST_FILE = LARGEST + LARGEST_LOGS  # bytes of a bundle
_GZIP = b"\x1f\x8b"
_UPDATE = "update doctor: pip install -U deployment-doctor"
_T = TypeVar("_T")


class Named(msgspec.Struct):
    """A document of any kind."""

    schema: Any = None


def read(path: Path) -> Done:
    """The diagnoses of a bundle, or the reports of a file that `-o json` wrote, one a line.

    They are those of a saved report: nothing of them can be renewed, applied or sent. Raises CannotExamine, with place
    and remedy, when the file is neither, is damaged, too large, or of a newer doctor.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CannotExamine(f"{path} is no file; give a bundle, or a report that -o json wrote")
        with path.open("rb") as stream:
            is_zip = stream.read(2) == b"PK"
        if status.st_size > (LARGEST_FILE if is_zip else LARGEST):
            raise CannotExamine(f"{path} has {status.st_size:,} bytes: no bundle or report of doctor is that large")
        return _from_bundle(path) if is_zip else _from_reports(path)
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror or error}; check path and permissions") from error


def bundle_of(path: Path) -> Bundle:
    """The bundle as it was written, with the calls of its diagnoses. Raises CannotExamine as `read` does."""
    from doctor.bundle.archive import content, opened
    from doctor.bundle.logs_inside import logs_of, with_logs

    with opened(path) as archive:
        if MAIN not in archive.NameToInfo:
            raise CannotExamine(
                f"{path} is a zip archive without {MAIN}, so no bundle; doctor triage reads logs in archives"
            )
        main = content(archive, MAIN, path, LARGEST)
        _known(_schema(main, f"{MAIN} of {path}"), BUNDLE, path)
        logs = logs_of(archive, path)
    bundle = _decoded(main, Bundle, f"{MAIN} of {path}")
    done = msgspec.structs.replace(bundle.done, diagnosed=with_logs(bundle.done.diagnosed, logs))
    return msgspec.structs.replace(bundle, done=done)


def _from_bundle(path: Path) -> Done:
    bundle = bundle_of(path)
    call = Call(kind="report", name=str(path))
    diagnosed = tuple(msgspec.structs.replace(one, call=call, digests={}) for one in bundle.done.diagnosed)
    note = f"saved {bundle.saved} by doctor {bundle.version}; it was `{bundle.command}`"
    return msgspec.structs.replace(bundle.done, diagnosed=diagnosed, notes=(note, *bundle.done.notes))


def _from_reports(path: Path) -> Done:
    content = path.read_bytes()
    if not content.strip():
        raise CannotExamine(f"{path} is empty; write a report with -o json={path}")
    if content.startswith(_GZIP):
        raise CannotExamine(f"{path} is compressed; unpack it first: gunzip {path}")
    call = Call(kind="report", name=str(path))
    lines = [line for line in content.splitlines() if line.strip()]
    whole = not _is_json(lines[0]) or len(lines) == 1  # also what a formatter spread over lines
    documents = [(content, str(path))] if whole else _numbered(content, path)
    found: list[Report] = []
    for text, place in documents:
        items = _items(text, place)
        for item in items:
            _known(_schema(item, place), SCHEMA, path)
            found.append(_decoded(item, Report, place))
    return Done(diagnosed=tuple(Diagnosis(call=call, report=one) for one in found))


def _numbered(content: bytes, path: Path) -> Iterable[tuple[bytes, str]]:
    return [(line, f"line {number} of {path}") for number, line in enumerate(content.splitlines(), 1) if line.strip()]


def _items(text: bytes, place: str) -> list[bytes]:
    """The objects of a document: itself, or those of its list."""
    if not text.lstrip().startswith(b"["):
        return [text]
    return [bytes(one) for one in _decoded(text, list[msgspec.Raw], place)]


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _schema(content: bytes, place: str) -> str:
    """What a document says that it is; empty for one that says nothing."""
    try:
        found = msgspec.json.decode(content, type=Named).schema
    except msgspec.ValidationError:  # some other document
        return ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(place, error) from None
    return found if isinstance(found, str) else ""


def _known(schema: str, wanted: str, path: Path) -> None:
    """Raises CannotExamine for another schema than the wanted one."""
    name, _, number = wanted.partition("/")
    if schema == wanted:
        return
    if schema.startswith(f"{name}/"):
        its = schema.removeprefix(f"{name}/")
        is_older = its.isdecimal() and int(its[:9]) < int(number)
        age, cure = ("an older", "write it again") if is_older else ("a newer", _UPDATE)
        raise CannotExamine(
            f"{path} was written by {age} doctor (its schema is {schema[:60]}, this one reads {name}/{number}); {cure}"
        )
    raise CannotExamine(
        f"{path} is no report of doctor: no schema {wanted} is named in it; write one with -o json, or a bundle with "
        "doctor bundle"
    )


def _decoded(content: bytes, type: type[_T], place: str) -> _T:  # msgspec's own word
    try:
        return msgspec.json.decode(content, type=type)
    except msgspec.ValidationError as error:
        raise CannotExamine(
            f"{place} is no report of doctor: {error}; was it changed by hand? Write it again"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(place, error) from None


def _unreadable(place: str, error: Exception) -> CannotExamine:
    cut = "it is cut off" if "truncated" in str(error) else f"it is no JSON: {error}"
    return CannotExamine(f"{place} cannot be read: {cut}; copy it again, or write it with -o json")
