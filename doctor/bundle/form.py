"""What a bundle is: a zip archive, its first file `doctor.json`."""

from checks.finding import Record
from doctor.diagnosis.result import Done
from doctor.report import SCHEMA as SCHEMA  # of reports that stand alone

BUNDLE = "doctor.bundle/1"
MAIN = "doctor.json"
LOGS = "logs/"
LARGEST = 1 << 30  # bytes of one document; what is larger was not written by doctor


class Bundle(Record, frozen=True):
    """The content of `doctor.json`. `saved` is a UTC time, `version` doctor's, `command` the call."""

    schema: str
    version: str
    saved: str
    command: str
    done: Done
