"""What a check says: a finding, the evidence that proves it, and the fixes that cure it."""

from enum import StrEnum
from typing import Literal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base of everything that travels in a report: immutable, typed, and serialisable as it is."""


class Severity(StrEnum):
    """What a finding does to the service."""

    ERROR = "error"  # breaks the service
    WARNING = "warning"  # likely to hurt
    INFO = "info"  # worth knowing

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure a finding is. Never a percentage."""

    CERTAIN = "certain"  # directly evidenced, or proved by a verified fix
    LIKELY = "likely"  # one strong sign, or two weak ones
    POSSIBLE = "possible"  # fits, and nothing contradicts it

    @property
    def rank(self) -> int:
        """0 for the surest."""
        return list(Confidence).index(self)


class Stage(StrEnum):
    """The moment of a service's life in which a finding breaks it, in the order a deploy meets them."""

    BUILD = "build"  # the image is made
    START = "start"  # a container is placed, made and started
    LOAD = "load"  # the entry script is imported
    INIT = "init"  # init() runs
    REQUEST = "request"  # a request is on its way to the service
    RUN = "run"  # run() is called
    ANSWER = "answer"  # the result travels back to the client
    OPERATE = "operate"  # later: load, restarts, upgrades

    @property
    def rank(self) -> int:
        """0 for the earliest."""
        return list(Stage).index(self)


class Safety(StrEnum):
    """How a fix may be applied."""

    SAFE = "safe"  # keeps the meaning; `--fix` applies it
    REVIEW = "review"  # right in most cases; a person should read it first
    PLACEHOLDER = "placeholder"  # a value in <angle brackets> is to be filled in


class Quote(Record, frozen=True):
    """One piece of evidence: where it stands and what it says.

    `line` counts from 1; None where a line makes no sense (an exit code, a folder). `column` counts from 0 and is where
    `text` begins on that line; `mark` is the part of `text` that matters, its end exclusive.
    """

    source: str
    text: str
    line: int | None = None
    column: int | None = None
    mark: tuple[int, int] | None = None


class Edit(Record, frozen=True):
    """Replace the text between two positions of one file.

    Lines count from 1, columns from 0 in characters, as `ast` counts lines and `str` counts columns. The end is
    exclusive. An insertion has equal start and end.
    """

    path: str
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    replacement: str


class Patch(Record, frozen=True):
    """A change of one object of a cluster, as `kubectl patch` takes it; `body` is JSON."""

    kind: str
    name: str
    namespace: str
    body: str
    type: Literal["strategic", "merge", "json"] = "strategic"


class Fix(Record, frozen=True):
    """One way to cure a finding: imperative title, commands to paste, edits and patches that can be applied.

    `patches` are changes of objects of a cluster. `verified` tells what happened when the edits were applied to a
    scratch copy and the probe ran again; `diff` shows the edits as a unified diff (the engine, which has the file's
    text, fills it in).
    """

    title: str
    safety: Safety = Safety.REVIEW
    commands: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    patches: tuple[Patch, ...] = ()
    verified: str | None = None
    diff: str | None = None

    @property
    def is_proved(self) -> bool:
        """Whether the service was seen to get further with it."""
        return (self.verified or "").startswith("verified")


class Finding(Record, frozen=True):
    """One thing that is wrong.

    A check leaves `id`, `family`, `why`, `severity` and `stage` out where its own declaration already says them; the
    check fills them in. `about` holds the subjects (`name:model`, `module:cv2`, `line:7`) by which the ranking tells
    whether this finding and another speak of the same thing. Without fixes, `no_fix` says why there is none.
    `place` orders findings that come from one log, where the order of events says more than what each looks like.
    `reproduce` are lines to paste that show the same, for a shell and for Python; no key stands in them.
    """

    title: str
    evidence: tuple[Quote, ...]
    id: str = ""
    family: str = ""
    why: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    stage: Stage | None = None
    explains: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    no_fix: str | None = None
    confirm: str | None = None
    reproduce: tuple[str, ...] = ()
    learn_more: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    place: int = 0

    @property
    def gravity(self) -> Severity:
        """The severity, error where nobody set one."""
        return self.severity or Severity.ERROR
