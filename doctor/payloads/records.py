"""What the bench speaks of: places to send to, what is said of a body, what came back. All of it can travel."""

from typing import Literal

from checks.evidence import Evidence, Raised
from checks.finding import Finding, Record, Severity
from doctor.diagnosis.call import Call

PATIENCE = 30.0  # seconds that one request may take
FAILURE = 400  # the first status that is one
STARTING = 60.0  # seconds that import and init() may take

Way = Literal["probe", "container", "pod", "url"]


class Place(Record, frozen=True):
    """Where a body can be sent. `live`: somebody else may be served there. `evidence` is what the way needs of it.

    `raw`: run() takes raw HTTP, so that the kind of file counts; None where nobody knows. `headers` are sent beside
    those that every client sends.
    """

    way: Way
    title: str
    where: str
    live: bool
    call: Call
    url: str | None = None
    evidence: Evidence | None = None
    raw: bool | None = None
    headers: dict[str, str] = {}

    @property
    def patience(self) -> float:
        """Seconds that one request may take."""
        return self.call.timeout or PATIENCE


class Fault(Record, frozen=True):
    """One finding about a body, and where it stands: pointer, line from 1, column from 0, both ends of a mark."""

    finding: Finding
    pointer: str = ""
    line: int | None = None
    column: int | None = None
    length: int = 0

    @property
    def at(self) -> str:
        """The place in a few characters: `3:12 /data/0`."""
        place = "" if self.line is None else f"{self.line}:{(self.column or 0) + 1}"
        return " ".join(part for part in (place, self.pointer) if part)


class Prediction(Record, frozen=True):
    """What the server will do. `sure` is False where run()'s own code decides."""

    status: int
    message: str = ""
    sure: bool = True


class Judgement(Record, frozen=True):
    """What is known of one body. `contract` names who says what is taken; empty without one, and `advice` is how to get
    one. `syntax` is the parser's message where the body is text and no JSON; `crashed` are checks that failed.
    """

    contract: str = ""
    advice: str = ""
    faults: tuple[Fault, ...] = ()
    prediction: Prediction | None = None
    syntax: str = ""
    syntax_line: int | None = None
    syntax_column: int | None = None
    crashed: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """What breaks the request."""
        return tuple(one for one in self.faults if one.finding.gravity is Severity.ERROR)


class Logged(Record, frozen=True):
    """What was written about one request. `source` is the log, empty for a rehearsal, which keeps none.

    `where` is the place in `lines` of the script's line that failed, `said` that of the exception. `named`: the log
    names the request; else these are all lines that came meanwhile, and others may have asked, too.
    """

    source: str
    lines: tuple[str, ...]
    where: int | None = None
    said: int | None = None
    named: bool = False


class Sent(Record, frozen=True):
    """One body that was sent, and what came of it.

    `problem` says why no whole answer came. `headline`, `line` and `code` are where run() failed; `ended`: the service
    did not survive it. `started` are the seconds of import and init(), where the service was loaded for this one.
    `not_finite` is where NaN or Infinity stands in the answer, which is no JSON then.
    Times are in seconds, None where they are not known; `body` is redacted, `size` counts all its bytes as they came.
    `cut`: more came than can be judged. `request_id` is by what the log of the service may name the request.
    """

    way: Way
    where: str
    source: str
    sent: int
    content_type: str = ""
    at: str = ""
    status: int | None = None
    problem: str = ""
    seconds: float | None = None
    connect: float | None = None
    first_byte: float | None = None
    started: float | None = None
    headers: dict[str, str] = {}
    body: str = ""
    size: int = 0
    answer_type: str = ""
    request_id: str = ""
    headline: str = ""
    line: int | None = None
    code: str = ""
    ended: bool = False
    raised: Raised | None = None
    not_finite: str | None = None
    cut: bool = False
    logged: Logged | None = None

    @property
    def failed(self) -> bool:
        """True where no answer came, or an error."""
        return self.status is None or self.status >= FAILURE


class Disagreement(Record, frozen=True):
    """Contract and answer do not go together: `invalid-taken`, `valid-refused`, `answer`, `status`, `cause`."""

    kind: Literal["invalid-taken", "valid-refused", "answer", "status", "cause"]
    text: str
    finding: Finding | None = None


class Weighed(Record, frozen=True):
    """What speaks against what, once an answer is there."""

    items: tuple[Disagreement, ...] = ()
