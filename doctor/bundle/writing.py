"""Write a bundle: every text is masked first, and what was masked is counted in a note inside."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from checks.evidence import Log, Logs
from doctor import __version__
from doctor.bundle.files import PRIVATE, replaced
from doctor.bundle.form import BUNDLE, LOGS, MAIN, Bundle
from doctor.bundle.masking import Masking
from doctor.diagnosis.result import Diagnosis, Done

NOTE = "redactions.txt"


def write(path: Path, done: Done) -> int:
    """Write a bundle that only this person may read, and return how many secrets were masked in it.

    A file that is there is replaced. Raises CannotExamine when the file cannot be written; what was there is then still
    there.
    """
    import os

    from doctor.redact import remember
    from doctor.reports import render

    remember(os.environ)
    for one in done.diagnosed:
        remember(one.call.variables)
    masking = Masking()
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
        "report.md": render("markdown", reports, encoding="utf-8").encode(),
        "report.json": render("json", reports, encoding="utf-8").encode(),
        NOTE: _note(masking.counts).encode(),
        **{name: log.text.encode() for name, log in _logs(masked)},
    }
    replaced(path, partial(_pack, texts), PRIVATE)
    return sum(masking.counts.values())


def _masked(masking: Masking, diagnosis: Diagnosis) -> Diagnosis:
    from doctor.reports.clean import harmless

    return msgspec.structs.replace(
        diagnosis,
        call=masking.record(diagnosis.call, "the call"),
        report=masking.record(harmless(diagnosis.report), "the report"),
        evidence=masking.record(diagnosis.evidence, "other evidence"),
        digests={},
    )


def _pack(texts: dict[str, bytes], stream: IO[bytes]) -> None:
    moment = datetime.now().astimezone().timetuple()[:6]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in texts.items():
            info = zipfile.ZipInfo(name, moment)
            info.external_attr = PRIVATE << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def _logs(done: Done) -> Iterator[tuple[str, Log]]:
    """The logs as files for a person's eyes and for `doctor triage`: names that fit every file system."""
    logs = [
        log
        for one in done.diagnosed
        if one.evidence and isinstance(one.evidence.logs, Logs)
        for log in one.evidence.logs.items
    ]
    for number, log in enumerate(logs, 1):
        name = re.sub(r"[^\w.-]+", "-", log.source, flags=re.ASCII).strip("-.")[-80:].strip("-.")
        yield f"{LOGS}{number:02}-{name or 'log'}.txt", log


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
