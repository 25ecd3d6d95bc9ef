"""Write a bundle: every text is masked first, and what was masked is counted in a note inside."""

import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO

import msgspec

from checks.containers import Container
from doctor import __version__
from doctor.bundle.both_ends import BothEnds
from doctor.bundle.files import PRIVATE, replaced
from doctor.bundle.form import (
    BUNDLE,
    INDEX,
    LARGEST_LOG,
    LARGEST_LOGS,
    LOGS,
    MAIN,
    MARKS,
    MOST_LOGS,
    NOTE,
    README,
    REPORT,
    REPORTS,
    Bundle,
    Kept,
    Written,
)
from doctor.bundle.masking import mask
from doctor.bundle.masking_records import Masking
from doctor.bundle.read_me import text as read_me
from doctor.diagnosis.result import Diagnosis, Done, SavedLog
from doctor.errors import CannotExamine
from doctor.logs.wholes import Offer, offers_of

Listen = Callable[[str], None]


def write(path: Path, done: Done, *, replaces: bool = True, listen: Listen = lambda _: None) -> Written:
    """Write a bundle that only this person may read, and tell what went into it.

    A file that is there is replaced, unless `replaces` is False. Raises CannotExamine when the file cannot be written;
    what was there is then still there.
    """
    from doctor.redact import remember
    from doctor.reports import render

    remember(os.environ)
    for one in done.diagnosed:
        remember(one.call.variables)
        _remember_inside(one)
    masking = Masking()
    listen("masking secrets")
    masked = msgspec.structs.replace(
        done,
        diagnosed=tuple(_masked(masking, one) for one in done.diagnosed),
        notes=masking.record(done.notes, "notes"),
        refused=masking.record(done.refused, "notes"),
    )
    reports = [one.report for one in masked.diagnosed]
    bundle = Bundle(
        schema=BUNDLE,
        version=__version__,
        saved=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        command=masking.text(done.diagnosed[0].call.command if done.diagnosed else "", "the call"),
        done=masked,
    )
    texts = {
        MAIN: msgspec.json.encode(bundle),
        REPORT: render("markdown", reports, encoding="utf-8").encode(),
        REPORTS: render("json", reports, encoding="utf-8").encode(),
        README: read_me(bundle).encode(),
    }
    pack = _Pack(texts, done, masking, listen)
    replaced(path, pack.fill, PRIVATE, replaces=replaces)
    return Written(
        size=path.stat().st_size,
        files=tuple(pack.files.items()),
        masked={place: number for place, number in sorted(masking.counts.items()) if number},
        notes=tuple(pack.notes),
    )


def _masked(masking: Masking, diagnosis: Diagnosis) -> Diagnosis:
    from doctor.reports.clean import harmless

    return msgspec.structs.replace(
        diagnosis,
        call=masking.record(diagnosis.call, "the call"),
        report=masking.record(harmless(diagnosis.report), "the report"),
        evidence=masking.record(diagnosis.evidence, "other evidence"),
        digests={},
        logs=(),
    )


def _remember_inside(diagnosis: Diagnosis) -> None:
    """Mask what the variables of a container hold wherever it turns up; evidence has their names alone."""
    container = diagnosis.evidence.container if diagnosis.evidence else None
    if diagnosis.call.kind != "container" or not isinstance(container, Container):
        return
    from doctor.containers.engine import connect
    from doctor.containers.following import masked

    try:
        with connect() as engine:
            masked(engine.inspect(container.id))
    except CannotExamine:  # it is gone: only names and forms tell what is secret
        return


class _Pack:
    """The files of a bundle, one after the other; `files` are their sizes, `notes` what is missing of logs."""

    def __init__(self, texts: dict[str, bytes], done: Done, masking: Masking, listen: Listen) -> None:
        self.files: dict[str, int] = {}
        self.notes: list[str] = []
        self._texts, self._done, self._masking, self._listen = texts, done, masking, listen
        self._moment = datetime.now().astimezone().timetuple()[:6]
        self._left = LARGEST_LOGS

    def fill(self, stream: IO[bytes]) -> None:
        """Write them all; the list of logs and the note of masks come last, when both are known."""
        with zipfile.ZipFile(stream, "w") as archive:
            for name, text in self._texts.items():
                self._add(archive, name, text)
            kept = [
                self._add_log(archive, f"{nth:02}-{_file_name(one.source)}", number, one)
                for nth, (number, one) in zip(count(1), _offers(self._done), strict=False)
            ]
            self._add(archive, INDEX, msgspec.json.format(msgspec.json.encode([one for one in kept if one])))
            self._add(archive, NOTE, _note(self._masking.counts).encode())

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.external_attr = (0o100000 | PRIVATE) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def _add(self, archive: zipfile.ZipFile, name: str, content: bytes) -> None:
        archive.writestr(self._info(name), content)
        self.files[name] = len(content)

    def _add_log(self, archive: zipfile.ZipFile, name: str, number: int, offer: Offer) -> Kept | None:
        """One log as a file, masked while it is read: the whole of it where that can be read, else what was kept."""
        source = self._masking.text(offer.source, "notes")
        file = f"{LOGS}{name}.txt"
        whole = offer.whole is not None and self._left > 0
        with archive.open(self._info(file), "w") as stream:
            ends = BothEnds(stream, self._masking, source, min(LARGEST_LOG, self._left))
            if offer.whole is not None and whole:
                self._listen(f"saving {source}")
                ends.read(offer.whole, offer.log)
                whole = ends.lines > 0
            if not whole and offer.log is not None:
                ends.keep(offer.log)
        self._left -= ends.size
        self.files[file] = ends.size
        marks = f"{MARKS}{name}.txt" if set(ends.marks) - {48} and whole else ""
        if marks:
            self._add(archive, marks, bytes(ends.marks))
        if ends.note:
            self.notes.append(f"{source}: {ends.note}")
        saved = SavedLog(source=source, file=file, marks=marks, lines=ends.lines, runs=tuple(ends.runs), note=ends.note)
        return Kept(diagnosis=number, log=saved, whole=whole)


def _offers(done: Done) -> Iterator[tuple[int, Offer]]:
    """The logs that are saved, with the numbers of their diagnoses: all of one target, of several what was read."""
    alone = len(done.diagnosed) == 1
    found = (
        (number, offer)
        for number, one in enumerate(done.diagnosed)
        for offer in offers_of(one)
        if alone or (offer.log is not None and offer.log.text)
    )
    return (one for one, _ in zip(found, range(MOST_LOGS), strict=False))


def _file_name(source: str) -> str:
    """A name that fits every file system, and tells no secret."""
    return re.sub(r"[^\w.-]+", "-", mask(source), flags=re.ASCII).strip("-.")[-80:].strip("-.") or "log"


def _note(counts: Counter[str]) -> str:
    """What was masked, by place."""
    found = [(place, number) for place, number in sorted(counts.items()) if number]
    if not found:
        return "No secret was found in this bundle. Look through it before you pass it on all the same.\n"
    lines = [f"{number:>6}  {place}" for place, number in found]
    return "\n".join(
        [
            "Values of secrets were replaced by *** before this bundle was written, their names stay. By place:",
            "",
            *lines,
            "",
            "A secret without a usual name or form is not recognised: look through the bundle before you pass it on.",
            "",
        ]
    )
