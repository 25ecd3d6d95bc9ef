"""What a call comes to: reports with their evidence, or the reason why there is none; and the news on the way."""

from typing import Literal

from checks.evidence import Evidence
from checks.finding import Record
from doctor.diagnosis.call import Call
from doctor.report import Report


class SavedLog(Record, frozen=True):
    """The whole of a log in a bundle: the file `file` there, and `marks` with a digit for each line, as a spool has.

    `source` is its name in evidence. Lines are numbered as in the original: each pair of `runs` is a place, counted
    from 0, and the number of the line there, from which the following ones go on; 0 is a line that tells what is left
    out. `note` says what is missing and why.
    """

    source: str
    file: str
    marks: str = ""
    lines: int = 0
    runs: tuple[tuple[int, int], ...] = ()
    note: str = ""


class Diagnosis(Record, frozen=True):
    """One target's report and what it rests on; `call` renews this one alone.

    `digests` are SHA-256 sums of the files that fixes would edit, as they were when they were read: an edit fits no
    other text. `logs` are those of the bundle that it was read from.
    """

    call: Call
    report: Report
    evidence: Evidence | None = None
    digests: dict[str, str] = {}
    logs: tuple[SavedLog, ...] = ()


class Began(Record, frozen=True, tag="began"):
    """A step has begun; the one before is done. `seconds` since the call."""

    what: str
    seconds: float


class Secrets(Record, frozen=True, tag="secrets"):
    """Values that the diagnosis knows to be secrets: whoever shows its evidence masks them, wherever they turn up."""

    values: tuple[str, ...]


class Done(Record, frozen=True, tag="done"):
    """The call came to an end. `refused` are targets among several that could not be examined, each with its reason."""

    diagnosed: tuple[Diagnosis, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    seconds: float = 0.0


class Failed(Record, frozen=True, tag="failed"):
    """The call came to nothing. `text` names the place and the remedy.

    `why`: `target` (it could not be examined), `call` (the call is wrong), `doctor` (a bug; `trace` is what a report of
    it needs), `cancelled`, `lost` (the process that looked ended without a word).
    """

    why: Literal["target", "call", "doctor", "cancelled", "lost"]
    text: str
    trace: str = ""


News = Began | Done | Failed
