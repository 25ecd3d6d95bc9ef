"""Tracebacks of Python in a log: chains, groups, syntax errors, prefixes on every line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import msgspec

from checks.evidence import Frame
from checks.logs import frames as forms
from checks.logs.lines import Line

_ENDED = re.compile(r"OperationFailed: Operation failed or canceled|^azure\.\S+\.BadStatus: ")
"""How the pollers of the Azure clients begin the chain whose next exception holds the answer of the service."""


@dataclass(frozen=True, slots=True)
class Block:
    """One exception of a traceback. `first`, `last` and `headline` are positions in the list of lines, ends inclusive.

    `positions` are the lines that belong to it: those of another process may stand between them. `type` and `message`
    are empty, and `headline` is the last line, where the log was cut off before the exception was named.
    `frames` are outermost first; `own` of a frame is true for code of the person, not of a package or the server.
    """

    type: str
    message: str
    headline: int
    first: int
    last: int
    frames: tuple[Frame, ...] = ()
    positions: tuple[int, ...] = ()

    @property
    def only_ended(self) -> bool:
        """True when it says no more than that an operation failed."""
        return _ENDED.search(f"{self.type}: {self.message}") is not None

    @property
    def own_frame(self) -> Frame | None:
        """The innermost frame in the person's own code, or None; a generated driver counts where nothing else does."""
        own = [frame for frame in self.frames if frame.own]
        written = [frame for frame in own if not forms.is_driver(frame)]
        return next(reversed(written or own), None)


@dataclass(frozen=True, slots=True)
class Traceback:
    """A chain of exceptions, the first raised first; members of an exception group count as raised before it."""

    blocks: tuple[Block, ...]

    @property
    def root(self) -> Block:
        """The exception that says what happened: the first, but not one that only says that an operation ended."""
        return next((one for one in self.blocks if not one.only_ended), self.blocks[0])

    def met(self, block: Block) -> Block:
        """The exception of the chain that came from the person's code when `block` was raised.

        What a library caught and raised anew shows the person's frames only in the later exception.
        """
        later = self.blocks[self.blocks.index(block) :]
        return next((one for one in later if one.own_frame), block)


def find_tracebacks(lines: Sequence[Line]) -> tuple[Traceback, ...]:
    """Every traceback of a log, in order of its first line."""
    finder = _Finder()
    for position, line in enumerate(lines):
        finder.read(position, line)
    return finder.finish()


HEADER = "Traceback (most recent call last)"
MOST_STRAYS = 3  # lines of somebody else that may stand inside a traceback
LONGEST_MESSAGE = 60  # lines
DEEPEST = 20  # levels of exception groups told apart

_MARKS = re.compile(r'Traceback \(most recent|File "|Fatal Python error: |^Timeout \(\d')
_FATAL = re.compile(r"(?P<type>Fatal Python error|Timeout): ?(?P<message>.*)|Timeout \((?P<after>[\d:.]+)\)!")
_THREAD = re.compile(r"\s*(?P<current>Current )?[Tt]hread 0x\w+.*\(most recent call first\):")
_FAULT_NOISE = re.compile(r"\s*(?:Python runtime state: |Extension modules: |<no Python frame>|\.\.\.|Stack \(most)|$")
_BAR = re.compile(r"(?P<left>\s*)(?:\|(?: |$)|\+ (?=Exception Group))")
_SEPARATOR = re.compile(r"\s*\+(?:-\+)?-{8,}(?: (?:\d+|\.\.\.) -{8,})?\s*$")
_CONNECTORS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_INNER = re.compile(r"(?i)\b(?:original|remote|inner|worker|child|nested) traceback \(most recent call last\):\s*$")
_CARETS = re.compile(r"\s*[\^~][\s\^~]*$")
_BOX = re.compile(r"\s*[│╭╰┃]")
_ARROW = re.compile(r"\s*(?:-+>|❱)\s*(?P<line>\d+)\s?(?P<code>.*)")
_NOTEBOOK_HEADER = re.compile(r"(?P<type>[A-Za-z_][\w.]*)\s{2,}Traceback \(most recent call last\)\s*$")
_TYPE = r"(?P<type>[^\W\d]\w*(?:\.(?:\w+|<locals>))*(?:\([\w.]+\))?)"
_HEADLINE = re.compile(_TYPE + r"(?::(?: (?P<message>.*)|\s*)|\s*)$", re.DOTALL)
_ENDING = (
    r"(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Timeout|Expired|Failure|Fault|Group|Empty|Full|NotFound)$"
)
_EXCEPTION = re.compile(_ENDING)
_LEVEL = re.compile(r"(?i)(?:error|info|warn|warning|debug|critical|fatal|note|hint|trace|message|reason|status)$")
_STOP = re.compile(
    r"\$ |#|>>> |[=*]{3}|-{3}|(?:INFO|WARN|WARNING|ERROR|DEBUG|CRITICAL|FATAL)\b"
    r"|\d{4}[-/]\d\d|\d\d:\d\d:\d\d|\[\d|\[[A-Z]|[\d.:a-f]{7,} - |\d{3}$|\S+@\S+[:#$]|[\"'`]{3}"
    r"|(?i:exit code|exited with|command terminated|error: |the command )"
    r"|Worker exiting|Shutting down|Reason: |Booting worker|Initializing logger|Azure ML Infer"
    r"|The environment variable 'AZ"
)


class _State(Enum):
    FRAMES = auto()  # after the header
    MESSAGE = auto()  # after the headline
    AFTER = auto()  # after the message: a chain may go on
    LINKED = auto()  # after "The above exception was the direct cause ..."


class _Style(Enum):
    PLAIN = auto()
    BOXED = auto()  # rich
    NOTEBOOK = auto()  # IPython
    FAULT = auto()  # faulthandler


@dataclass(slots=True)
class _Draft:
    """A block that is being read."""

    style: _Style = _Style.PLAIN
    level: int = 0
    embedded: bool = False
    positions: list[int] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    indent: int = -1  # of the first frame; -1 before it
    flat: bool = False  # no indentation left
    headline: int = -1
    type: str = ""
    message: list[str] = field(default_factory=list)
    listing: bool = True  # frames count (not those of a second thread, nor of a call stack)

    def block(self) -> Block:
        found = tuple(reversed(self.frames)) if self.style is _Style.FAULT else tuple(self.frames)
        headline = self.headline if self.headline >= 0 else self.positions[-1]
        return Block(
            type=self.type,
            message="\n".join(self.message).strip(),
            headline=headline,
            first=self.positions[0],
            last=self.positions[-1],
            frames=found,
            positions=tuple(self.positions),
        )


def _bare(line: Line) -> bool:
    """True for a line without a prefix of its own."""
    return line.raw == line.text or line.derived


def _dress(line: Line) -> tuple[bool, str, str, str]:
    return (_bare(line), line.level, line.logger, line.process)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


@dataclass(slots=True)
class _Chain:
    """A traceback that is being read: blocks in the order of the text."""

    stream: str
    process: str
    inside: int  # number of the line that a derived line stands for, else 0
    drafts: list[_Draft] = field(default_factory=list)
    state: _State = _State.FRAMES
    strays: int = 0
    left: int = -1  # column of the first bar of an exception group
    level: int = 0
    dress: tuple[bool, str, str, str] = (False, "", "", "")  # of the headline

    @property
    def draft(self) -> _Draft:
        return self.drafts[-1]

    def traceback(self) -> Traceback | None:
        told: list[_Draft] = []
        for draft in self.drafts:
            if draft.embedded and draft.headline < 0 and told:
                told[-1].positions += draft.positions  # a list of places inside the message
            elif draft.frames or draft.headline >= 0:
                told.append(draft)
        if not any(draft.frames or draft.style is not _Style.PLAIN or draft.headline >= 0 for draft in told):
            return None
        return Traceback(tuple(draft.block() for draft in _in_order(told)))

    # Each of these gives True when the line belongs to this traceback.

    def read(self, position: int, line: Line) -> bool:
        text = self._undecorated(line.text)
        taken = self._header(text) or (
            self.drafts and not text.startswith(HEADER) and self._continued(text, position, line)
        )
        if taken:
            self.strays = 0
            if taken is not SKIPPED:
                self.draft.positions.append(position)
        return bool(taken)

    def _undecorated(self, text: str) -> str:
        bar = _BAR.match(text[:200]) if "|" in text[:200] or "+" in text[:200] else None
        if bar:
            column = len(bar["left"])
            self.left = column if self.left < 0 else self.left
            self.level = min(max(0, (column - self.left) // 2), DEEPEST)
            return text[bar.end() :]
        self.level = 0
        return text

    def _header(self, text: str) -> object:
        draft = _opened(text)
        if draft is None:
            return None
        member = self.level > 0 and self.drafts and self.drafts[0].positions
        first = not self.drafts
        if not first and self.state is _State.MESSAGE and _INNER.search(text):  # PyTorch puts a worker's into a message
            draft.level, draft.embedded = min(self.draft.level + 1, DEEPEST), True
            self.drafts.append(draft)
            self.state = _State.FRAMES
            return True
        if not first and self.state is not _State.LINKED and not member and not self._empty_member():
            return None
        draft.level = self.level
        if not first and self._empty_member():
            self.drafts.pop()
        self.drafts.append(draft)
        self.state = _State.AFTER if draft.headline == 0 else _State.FRAMES
        return True

    def _empty_member(self) -> bool:
        """True right after the line that begins a member of a group."""
        return bool(self.drafts) and not self.draft.frames and self.draft.headline < 0 and self.draft.level > 0

    def _continued(self, text: str, position: int, line: Line) -> object:
        if self.draft.style is _Style.FAULT:
            return self._fault(text)
        if _SEPARATOR.match(text[:200]) and self.left >= 0:
            return self._member(text)
        if any(text.strip().startswith(connector) for connector in _CONNECTORS):
            if self.draft.headline < 0:
                return None
            self.state = _State.LINKED
            return SKIPPED
        if self.state is _State.FRAMES:
            return self._frames(text, position, line)
        if self.state is _State.MESSAGE:
            return self._message(text, line)
        stripped = text.strip()
        return SKIPPED if stripped in {"", '"""', "'''", '"""\')'} else None

    def _member(self, text: str) -> object:
        column = _indent(text) + (2 if text.lstrip().startswith("+-+") else 0)
        if " " not in text.strip():  # the line that ends a group
            self.state = _State.AFTER
            return True
        level = min(max(1, (column - self.left) // 2), DEEPEST)
        self.drafts.append(_Draft(level=level))
        self.state = _State.FRAMES
        return True

    def _frames(self, text: str, position: int, line: Line) -> object:
        draft = self.draft
        if draft.style is _Style.BOXED and _BOX.match(text):
            return self._boxed(text)
        if draft.style is _Style.NOTEBOOK:
            return self._notebook(text, position, line)
        frame = forms.plain(text)
        if frame:
            self._add(frame, text)
            return True
        if not text.strip() or _CARETS.match(text[: forms.LONGEST]) or text.lstrip().startswith("[Previous line"):
            return True
        if text.strip() == "..." or (draft.indent >= 0 and not draft.flat and _indent(text) > draft.indent):
            self._code(text)
            return True
        if not draft.listing and text.startswith(("Message: ", "Arguments: ")):  # the end of logging's own dump
            return True
        if self._names_exception(text):
            self._name(text, position, line)
            return True
        if draft.flat and draft.frames and not _STOP.match(text.lstrip()):
            self._code(text)
            return True
        return None

    def _add(self, frame: Frame, text: str) -> None:
        draft = self.draft
        if draft.indent < 0:
            draft.indent = _indent(text)
            draft.flat = draft.indent == 0
        if draft.listing:
            draft.frames.append(frame)

    def _code(self, text: str) -> None:
        draft = self.draft
        if draft.frames and not draft.frames[-1].code and draft.listing:
            draft.frames[-1] = msgspec.structs.replace(draft.frames[-1], code=text.strip()[: forms.LONGEST])

    def _names_exception(self, text: str) -> bool:
        draft = self.draft
        if not draft.listing or (draft.indent >= 0 and not draft.flat and _indent(text) >= draft.indent):
            return False
        found = _HEADLINE.match(text.strip()[: forms.LONGEST])
        if found is None or _LEVEL.match(found["type"]):
            return False
        known = _EXCEPTION.search(found["type"].partition("(")[0]) is not None
        if draft.flat and draft.frames and not draft.frames[-1].code:
            return known
        raised = draft.frames and re.search(rf"\b{re.escape(found['type'])}\b", draft.frames[-1].code)
        return bool(known or ":" in text or "." in found["type"] or _camel(found["type"]) or raised)

    def _name(self, text: str, position: int, line: Line) -> None:
        draft = self.draft
        found = _HEADLINE.match(text.strip())
        assert found is not None
        draft.headline, draft.type = position, found["type"]
        draft.message = [found["message"] or ""]
        self.dress = _dress(line)
        self.state = _State.MESSAGE

    def _message(self, text: str, line: Line) -> object:
        draft, stripped = self.draft, text.strip()
        frame = forms.plain(text)
        if frame:
            self.drafts.append(_Draft(level=min(draft.level + 1, DEEPEST), embedded=True))
            self._add(frame, text)
            self.state = _State.FRAMES
            return True
        if stripped in {"Call stack:", "Stack (most recent call last):"}:
            self.drafts.append(_Draft(level=min(draft.level + 1, DEEPEST), embedded=True, listing=False))
            self.state = _State.FRAMES
            return True
        if not stripped:
            if not draft.message[-1].rstrip().endswith(":") and any(draft.message):
                self.state = _State.AFTER
            return SKIPPED
        same = _dress(line) == self.dress and (_bare(line) or not line.logger or _indent(text) > 0)
        if not same or len(draft.message) >= LONGEST_MESSAGE or _STOP.match(stripped):
            self.state = _State.AFTER
            return SKIPPED if stripped in {'"""', "'''"} else None
        draft.message.append(text.rstrip()[: forms.LONGEST])
        return True

    def _boxed(self, text: str) -> object:
        frame = forms.boxed(text)
        if frame:
            self._add(frame, "")
            return True
        arrow = _ARROW.match(text.strip().strip("│").strip())
        if arrow:
            self._code(arrow["code"].rstrip("│ "))
        return True

    def _notebook(self, text: str, position: int, line: Line) -> object:
        draft = self.draft
        frame = forms.notebook(text) or forms.plain(text)
        if frame:
            draft.frames.append(frame)
            return True
        arrow = _ARROW.match(text)
        if arrow and draft.frames:
            last = draft.frames[-1]
            draft.frames[-1] = msgspec.structs.replace(
                last, code=arrow["code"].strip(), line=last.line or int(arrow["line"][:9])
            )
            return True
        found = _HEADLINE.match(text)
        if found and found["type"].rpartition(".")[2] == draft.type.rpartition(".")[2]:
            self._name(text, position, line)
            return True
        return len(draft.positions) < 400

    def _fault(self, text: str) -> object:
        draft = self.draft
        thread = _THREAD.match(text)
        if thread:
            if thread["current"]:
                draft.frames.clear()
            draft.listing = bool(thread["current"]) or not draft.frames
            return True
        frame = forms.plain(text)
        if frame:
            if draft.listing:
                draft.frames.append(frame)
            return True
        return True if _FAULT_NOISE.match(text) else None


SKIPPED = object()
"""A line that belongs to a traceback, and to none of its blocks."""


def _camel(name: str) -> bool:
    return sum(letter.isupper() for letter in name) >= 2 and not name.isupper()  # MyFailure, not Healthy


def _opened(text: str) -> _Draft | None:
    """The block that this line begins, None when it is no header."""
    if HEADER in text:
        end = text.rstrip()
        if end.endswith(f"{HEADER}:"):
            return _Draft()
        if "╭" in end and "─" in end:
            return _Draft(style=_Style.BOXED)
        found = _NOTEBOOK_HEADER.search(end[-forms.LONGEST :])
        return _Draft(style=_Style.NOTEBOOK, type=found["type"]) if found else None
    return None


def _in_order(drafts: list[_Draft]) -> list[_Draft]:
    """The members of a group before it, otherwise in the order of the text."""
    ordered: list[_Draft] = []
    place = 0
    while place < len(drafts):
        end = place + 1
        while end < len(drafts) and drafts[end].level > drafts[place].level:
            end += 1
        ordered += [*_in_order(drafts[place + 1 : end]), drafts[place]]
        place = end
    return ordered


class _Finder:
    """Reads lines one by one; several tracebacks may be open, one a process."""

    def __init__(self) -> None:
        self._open: list[_Chain] = []  # the one that was read last at the end
        self._done: list[Traceback] = []

    def read(self, position: int, line: Line) -> None:
        if not self._open and not _MARKS.search(line.text):
            return
        inside = line.number if line.derived else 0
        bare = _bare(line)  # such a line may follow another process's record in the file, and yet be of this traceback
        mine = [
            chain
            for chain in reversed(self._open)
            if chain.stream == line.stream
            and chain.inside == inside
            and (bare or not chain.process or chain.process == line.process)
        ]
        for chain in mine:
            if chain.read(position, line):
                self._open.remove(chain)
                self._open.append(chain)
                return
        opened = _begin(position, line, inside)
        for chain in list(self._open):
            chain.strays += 1
            if chain.strays > MOST_STRAYS or (opened and chain in mine):
                self._close(chain)
        if opened:
            self._open.append(opened)

    def finish(self) -> tuple[Traceback, ...]:
        for chain in list(self._open):
            self._close(chain)
        return tuple(sorted(self._done, key=lambda one: min(block.first for block in one.blocks)))

    def _close(self, chain: _Chain) -> None:
        self._open.remove(chain)
        traceback = chain.traceback()
        if traceback:
            self._done.append(traceback)


def _begin(position: int, line: Line, inside: int) -> _Chain | None:
    """The traceback that begins with this line, None when none does."""
    text = line.text
    if not _MARKS.search(text):
        return None
    chain = _Chain(stream=line.stream, process=line.process, inside=inside)
    fatal = _FATAL.match(text.strip()) if "Fatal Python" in text or "Timeout (" in text else None
    if fatal:
        draft = _Draft(style=_Style.FAULT, headline=position, type=fatal["type"] or "Timeout")
        draft.message = [fatal["message"] or fatal["after"] or ""]
        draft.positions.append(position)
        chain.drafts.append(draft)
        return chain
    frame = forms.plain(chain._undecorated(text))  # noqa: SLF001
    if frame:
        chain.drafts.append(_Draft())
    return chain if chain.read(position, line) else None
