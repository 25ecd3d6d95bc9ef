"""What a bundle is: a zip archive of plain JSON and text, its first file `doctor.json`. See docs/bundles.md."""

from checks.finding import Record
from doctor.diagnosis.result import Done, SavedLog
from doctor.report import SCHEMA as SCHEMA  # of reports that stand alone

BUNDLE = "doctor.bundle/1"
MAIN = "doctor.json"
REPORT, REPORTS, README = "report.md", "report.json", "README.txt"
LOGS, MARKS, INDEX = "logs/", "marks/", "logs.json"
NOTE = "redactions.txt"
LARGEST = 256 << 20  # bytes of one document; what is larger was not written by doctor
LARGEST_LOG = 64 << 20  # bytes of one log, half of them from each end
LARGEST_LOGS = 256 << 20  # bytes of all logs together
MOST_LOGS = 400
MOST_FILES = 2 * MOST_LOGS + 20


class Bundle(Record, frozen=True):
    """The content of `doctor.json`. `saved` is a UTC time, `version` doctor's, `command` the call."""

    schema: str
    version: str
    saved: str
    command: str
    done: Done


class Kept(Record, frozen=True):
    """One log in `logs.json`. `diagnosis` counts from 0; `whole`: it is the log itself, not what evidence kept."""

    diagnosis: int
    log: SavedLog
    whole: bool


class Written(Record, frozen=True):
    """What was written: the bytes of each file as it unpacks, the number of secrets masked by place, what is missing.

    `size` is that of the archive.
    """

    size: int
    files: tuple[tuple[str, int], ...]
    masked: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def secrets(self) -> int:
        """How many were masked."""
        return sum(self.masked.values())
