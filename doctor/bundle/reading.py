"""Open a bundle or a saved report. What stands there was written by anybody: it is only read, up to limits."""

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from doctor.bundle.form import BUNDLE, LARGEST, MAIN, SCHEMA, Bundle
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from doctor.report import Report

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MOST_FILES = 10_000
_GZIP = b"\x1f\x8b"
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
        if status.st_size > LARGEST:
            raise CannotExamine(f"{path} has {status.st_size:,} bytes: no bundle or report of doctor is that large")
        with path.open("rb") as stream:
            is_zip = stream.read(4) in ZIP
        return _from_bundle(path) if is_zip else _from_reports(path)
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror or error}; check path and permissions") from error


def _from_bundle(path: Path) -> Done:
    content = _main_of(path)
    schema = _schema(content, f"{MAIN} of {path}")
    _known(schema, BUNDLE, path)
    bundle = _decoded(content, Bundle, f"{MAIN} of {path}")
    call = Call(kind="report", name=str(path))
    diagnosed = tuple(msgspec.structs.replace(one, call=call, digests={}) for one in bundle.done.diagnosed)
    note = f"saved {bundle.saved} by doctor {bundle.version}; it was `{bundle.command}`"
    return msgspec.structs.replace(bundle.done, diagnosed=diagnosed, notes=(note, *bundle.done.notes))


def _main_of(path: Path) -> bytes:
    """The bundle's document; nothing is unpacked to a disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or any(_leads_out(one.filename) for one in entries):
                raise CannotExamine(f"{path} holds files that no bundle of doctor holds; it was made by somebody else")
            main = next((one for one in entries if one.filename == MAIN), None)
            if main is None:
                raise CannotExamine(
                    f"{path} is a zip archive without {MAIN}, so no bundle; doctor triage reads logs in archives"
                )
            if main.flag_bits & 1:
                raise CannotExamine(f"{path} is encrypted; unpack it, and pack it again without a password")
            if main.file_size > LARGEST:
                raise CannotExamine(f"{MAIN} of {path} unpacks to {main.file_size:,} bytes: doctor wrote no such file")
            with archive.open(main) as stream:
                content = stream.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise CannotExamine(f"{path} is a damaged zip archive ({error}); copy or download it again") from error
    if len(content) > LARGEST:
        raise CannotExamine(f"{MAIN} of {path} unpacks to more than {LARGEST:,} bytes: doctor wrote no such file")
    return content


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True


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
        raise CannotExamine(
            f"{path} was written by a newer doctor (its schema is {schema[:60]}, this one reads {name}/{number}); "
            "update doctor: pip install -U deployment-doctor"
        )
    raise CannotExamine(
        f"{path} is no report of doctor: no schema {wanted} is named in it; write one with -o json, or a bundle with "
        "the key b"
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
