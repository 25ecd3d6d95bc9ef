"""The baseline: findings that were there when somebody decided to look at new ones only."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from checks.finding import Finding
from doctor.errors import CannotExamine, ConfigError
from doctor.redact import redact
from doctor.report import Report
from doctor.reports.fingerprint import fingerprint

SCHEMA = "doctor.baseline/1"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded finding. `file` is relative to the baseline's own folder; id and title are for human readers."""

    file: str
    id: str
    title: str
    fingerprint: str
    count: int = 1


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The file as a whole."""

    schema: str
    findings: tuple[Known, ...] = ()


class Baseline(msgspec.Struct, frozen=True):
    """Recorded findings by file and fingerprint, with how many of each there were."""

    folder: Path = Path()
    counts: dict[tuple[str, str], int] = {}

    def split(self, findings: Iterable[Finding], file: str) -> tuple[list[Finding], list[Finding]]:
        """Findings that are new, and those that the baseline knows: of equal ones, as many as were recorded."""
        left = Counter(self.counts)
        new: list[Finding] = []
        old: list[Finding] = []
        for finding in findings:
            key = (_relative(file, self.folder), fingerprint(finding))
            (old if left[key] > 0 else new).append(finding)
            left[key] -= 1
        return new, old


def read_baseline(file: Path) -> Baseline:
    """Read a baseline. Raises ConfigError when it is not there or is none."""
    try:
        document = msgspec.json.decode(file.read_bytes(), type=Document)
    except FileNotFoundError as error:
        raise ConfigError(f"the baseline {file} is not there; `--write-baseline` writes it") from error
    except OSError as error:
        raise ConfigError(f"the baseline {file} cannot be read: {error.strerror or error}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{file} is no baseline of doctor: {error}") from error
    if document.schema != SCHEMA:
        raise ConfigError(f"{file} has the schema {document.schema!r}; this version of doctor reads {SCHEMA!r}")
    counts = {(known.file, known.fingerprint): known.count for known in document.findings}
    return Baseline(folder=file.parent, counts=counts)


def write_baseline(file: Path, reports: Iterable[Report]) -> int:
    """Record everything that the reports hold, and what an older baseline kept out of them; return how many.

    Raises CannotExamine when the file cannot be written.
    """
    found: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], Finding] = {}
    for report in reports:
        before = (one.finding for one in report.suppressions if one.how == "baseline")
        for finding in (*report.findings, *before):
            if finding.after:
                continue  # it shows in a fixed copy only
            key = (_relative(report.target.name, file.parent), fingerprint(finding))
            found[key] += 1
            names[key] = finding
    entries = tuple(
        Known(file=key[0], id=names[key].id, title=redact(names[key].title), fingerprint=key[1], count=found[key])
        for key in sorted(found, key=lambda key: (key[0], names[key].id, key[1]))
    )
    content = msgspec.json.format(msgspec.json.encode(Document(schema=SCHEMA, findings=entries)), indent=2)
    try:
        file.write_bytes(content + b"\n")
    except OSError as error:
        raise CannotExamine(f"the baseline {file} cannot be written: {error.strerror or error}") from error
    return sum(found.values())


def _relative(file: str, folder: Path) -> str:
    """The path from the baseline's folder, with forward slashes, so that it holds in every checkout."""
    try:
        return os.path.relpath(file, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return file.replace("\\", "/")
