"""What a call comes to: reports with their evidence, or the reason why there is none; and the news on the way."""

from typing import Literal

from checks.evidence import Evidence
from checks.finding import Record
from doctor.diagnosis.call import Call
from doctor.report import Report


class Diagnosis(Record, frozen=True):
    """One target's report and what it rests on; `call` renews this one alone.

    `digests` are SHA-256 sums of the files that fixes would edit, as they were when they were read: an edit fits no
    other text.
    """

    call: Call
    report: Report
    evidence: Evidence | None = None
    digests: dict[str, str] = {}


class Began(Record, frozen=True, tag="began"):
    """A step has begun; the one before is done. `seconds` since the call."""

    what: str
    seconds: float


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
