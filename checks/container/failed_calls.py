"""Exceptions of the service, wherever they were seen: in the rehearsal, and as the last lines of tracebacks in the log.

Both are read in one way, so that a check that knows the container need not care which of them there is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from checks.containers import Answers, Container
from checks.evidence import Evidence, Frame, Log, Logs, Phase, Probe, Raised, Step
from checks.finding import Finding, Fix, Quote, Severity
from checks.logs.own_requests import of_others
from checks.runtime.failures import Failure, failures, script_of
from checks.runtime.imports import missing_module
from checks.runtime.paths import missing_path, refused_path
from checks.runtime.wording import base_name, one_line

NO_ENTRY, NOT_PERMITTED, DENIED, NO_SPACE, READ_ONLY, QUOTA = 2, 1, 13, 28, 30, 122
"""Numbers of errno(3), as Linux has them."""

MOST_TOLD = 40  # different exceptions of one log, the newest
MOST_FRAMES = 200  # lines above a headline in which its traceback begins

_HEADLINE = re.compile(
    r"(?:^|[\s|])(?P<type>[A-Za-z_][\w.]*(?:Error|Exception|NoSuchFile|Exit))(?:: (?P<message>.*)|\s*)$"
)
_FRAME = re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>\S+))?')
_CODE = re.compile(r"^.*?\s{4,}(?P<code>\S.*)$")
_SYSTEM = re.compile(r"/site-packages/|/dist-packages/|/lib/python\d|^<frozen|/azureml-server/")
_WORDS = {
    "No such file or directory": NO_ENTRY,
    "Operation not permitted": NOT_PERMITTED,
    "Permission denied": DENIED,
    "No space left on device": NO_SPACE,
    "Read-only file system": READ_ONLY,
    "Disk quota exceeded": QUOTA,
}
# How programs that are no Python say it: `mkdir: cannot create directory '/x': Permission denied`.
_TOOL = re.compile(
    rf"(?:['\"‘`](?P<quoted>[^'\"’`]+)['\"’`]|(?P<bare>/[^\s:'\"]+))[^:'\"]{{0,40}}: "
    rf"(?P<words>{'|'.join(_WORDS)})"
)
_INTERPRETER = re.compile(r"can't open file ['\"](?P<path>[^'\"]+)['\"]: \[Errno 2\]")
_HINT = re.compile(rf"Error|Exception|NoSuchFile|Exit|\[Errno|{'|'.join(_WORDS)}")
# How a program's own log line shows an exception whose name it leaves out.
_ERRNO = re.compile(rf"\[Errno (?P<number>\d+)\] (?:{'|'.join(_WORDS)}): '[^']+'")
_RUNSV = re.compile(r"runsv \S+: fatal: unable to (?:open|create|mkdir|lock|write)\w* \S*(?:supervise|log)")
_CONTROL = "gunicorn.error - Control server error: "
"""Of the socket for gunicornc, below the home folder, whose thread may fail while requests are served. Source: gunicorn
`ctl/server.py`, since 25.
"""
_NUMBER = re.compile(r"\[Errno (\d+)\]")


@dataclass(frozen=True)
class Failed:
    """One exception. `failure` is it in the words of the runtime family; `path` as an absolute one, as far as known."""

    failure: Failure
    quotes: tuple[Quote, ...]
    from_log: bool
    working_dir: str

    @property
    def number(self) -> int | None:
        """The number of errno(3), where the exception carries one."""
        detail = self.failure.error.detail.get("errno")
        said = _NUMBER.search(self.failure.message)
        return int(detail) if detail else int(said[1]) if said else None

    @property
    def written(self) -> str:
        """The path as the exception writes it; empty where it names none."""
        return missing_path(self.failure) or refused_path(self.failure)

    @property
    def path(self) -> str:
        """The path that the exception is about, absolute; empty where it names none."""
        return absolute(self.written, self.working_dir)

    @property
    def module(self) -> str | None:
        """The module that could not be found, for a ModuleNotFoundError."""
        return missing_module(self.failure)

    @property
    def about(self) -> tuple[str, ...]:
        """Subjects that the other families give this exception, those of its place alone."""
        kinds = ("line:", "file:", "module:") if self.module else ("line:", "file:")  # else those it passed through
        kept = [entry for entry in self.failure.about if entry.startswith(kinds)]
        own = self.failure.own
        if own:
            kept.append(f"line:{own.line}")
        if self.written:
            kept += [f"file:{self.written}", f"file:{base_name(self.written)}", f"file:{self.path}"]
        return tuple(dict.fromkeys(kept))

    def finding(
        self,
        title: str,
        *,
        why: str = "",
        saw: tuple[Quote, ...] = (),
        about: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        severity: Severity | None = None,
        explains: tuple[str, ...] = (),
    ) -> Finding:
        """A finding about this exception: its quotes and subjects, then those given."""
        return Finding(
            title=title,
            why=why,
            evidence=(*self.quotes, *saw),
            about=tuple(dict.fromkeys((*self.about, *about))),
            fixes=fixes,
            severity=severity,
            stage=self.failure.stage,
            explains=explains,
        )


def failed(evidence: Evidence) -> tuple[Failed, ...]:
    """Every different exception: those of the rehearsal first, then those that the log alone has."""
    home = evidence.container.working_dir if isinstance(evidence.container, Container) else ""
    script = script_of(evidence)
    found: dict[tuple[str, str], Failed] = {}
    serves = _serves(evidence)
    if isinstance(evidence.probe, Probe):
        for failure in failures(evidence):
            one = Failed(failure=failure, quotes=failure.quotes, from_log=False, working_dir=home)
            found.setdefault((failure.kind, one.written or failure.message), one)
    for log in map(of_others, evidence.logs.items if isinstance(evidence.logs, Logs) else ()):
        for error, quote in _told(log):
            phase = _phase(error)
            if serves and phase is not Phase.RUN:
                continue  # the start got over it
            step = Step(phase=phase, outcome="raised", raised=error)
            failure = Failure(step=step, outer=error, error=error, script=script)
            own = failure.own
            at = (failure.quote(own),) if own else ()
            one = Failed(failure=failure, quotes=(*at, quote), from_log=True, working_dir=home)
            found.setdefault((failure.kind, one.written or failure.message), one)
    return tuple(found.values())


def _serves(evidence: Evidence) -> bool:
    """True when the service was seen to answer its health request: what its start met did not keep it from starting."""
    answers = evidence.answers.items if isinstance(evidence.answers, Answers) else ()
    return any(one.path == "/" and one.status is not None and one.status < 400 for one in answers)


def refused(evidence: Evidence, *numbers: int) -> Iterator[Failed]:
    """Calls that the system refused with one of these numbers."""
    return (one for one in failed(evidence) if one.number in numbers)


def lacking(evidence: Evidence) -> Iterator[Failed]:
    """Files that were asked for and are not there, in whoever's words."""
    return (one for one in failed(evidence) if missing_path(one.failure))


def absolute(path: str, working_dir: str) -> str:
    """A path inside as an absolute one."""
    clean = path.replace("\\", "/")
    if not clean or clean.startswith("/"):
        return clean
    return f"{(working_dir or '/').rstrip('/')}/{clean.removeprefix('./')}"


def log_lines(evidence: Evidence, pattern: "re.Pattern[str]") -> Iterator[tuple[Quote, "re.Match[str]"]]:
    """Lines of the log in which a pattern is found, the newest first."""
    for log in map(of_others, evidence.logs.items if isinstance(evidence.logs, Logs) else ()):
        lines = log.text.splitlines()
        for index in range(len(lines) - 1, -1, -1):
            if said := pattern.search(lines[index]):
                yield _quote(log, lines, index), said


def runit_stuck(evidence: Evidence) -> Quote | None:
    """The line with which runit says that it cannot write beside its services; None without one.

    Source: runit `runsv.c`: it makes and opens `supervise/lock` in the folder of each service, and ends without it.
    """
    return next((quote for quote, _ in log_lines(evidence, _RUNSV)), None)


@lru_cache(maxsize=8)
def _told(log: Log) -> tuple[tuple[Raised, Quote], ...]:
    """The exceptions that a log tells of, the last sight of each."""
    lines = log.text.splitlines()
    last: dict[tuple[str, str], int] = {}
    for index, line in enumerate(lines):
        raised = _headline(line)
        if raised and not (raised in last and _leaves_out_the_name(line)):  # the traceback shows the place
            last[raised] = index
    newest = sorted(last.items(), key=lambda pair: pair[1])[-MOST_TOLD:]
    return tuple(
        (
            Raised(type=kind, message=message, frames=tuple(_frames(lines, index))),
            _quote(log, lines, index),
        )
        for (kind, message), index in newest
    )


def _headline(line: str) -> tuple[str, str] | None:
    if not _HINT.search(line) or _CONTROL in line:
        return None
    if interpreter := _INTERPRETER.search(line):
        path = interpreter["path"]
        return "FileNotFoundError", f"[Errno 2] No such file or directory: '{path}'"
    if "Error" in line or "Exception" in line or "NoSuchFile" in line:
        said = _HEADLINE.search(line[-4000:].rstrip())
        if said and not said["type"].endswith(("UserScriptImportException", "UserScriptException", "UserScriptError")):
            return said["type"], said["message"] or ""
    if bare := _ERRNO.search(line[-4000:]):
        number = int(bare["number"])
        kind = {NO_ENTRY: "FileNotFoundError", DENIED: "PermissionError", NOT_PERMITTED: "PermissionError"}
        return kind.get(number, "OSError"), bare[0]
    if any(words in line for words in _WORDS) and (tool := _TOOL.search(line[:4000])):
        number = _WORDS[tool["words"]]
        kind = {NO_ENTRY: "FileNotFoundError", DENIED: "PermissionError", NOT_PERMITTED: "PermissionError"}
        return kind.get(number, "OSError"), f"[Errno {number}] {tool['words']}: '{tool['quoted'] or tool['bare']}'"
    return None


def _leaves_out_the_name(line: str) -> bool:
    return _ERRNO.search(line[-4000:]) is not None and _HEADLINE.search(line[-4000:].rstrip()) is None


def _frames(lines: list[str], headline: int) -> Iterator[Frame]:
    """The frames of the traceback that ends in a headline, outermost first."""
    begin = headline
    while begin > max(headline - MOST_FRAMES, 0) and "Traceback (most recent call last)" not in lines[begin - 1]:
        begin -= 1
        if begin != headline - 1 and _headline(lines[begin]):  # the end of another traceback
            return
    for index in range(begin, headline):
        if said := _FRAME.search(lines[index]):
            code = "" if _FRAME.search(lines[index + 1]) else lines[index + 1]
            shown = _CODE.match(code) if index + 1 < headline else None
            yield Frame(
                path=said["path"],
                line=int(said["line"]),
                function=said["function"] or "<module>",
                code=shown["code"] if shown else "",
                own=not _SYSTEM.search(said["path"]),
            )


def _phase(error: Raised) -> Phase:
    """What the service was doing, by the functions of the script and by those of the server that call them."""
    names = {frame.function for frame in error.frames if frame.own}
    names |= {frame.function for frame in error.frames if frame.function.startswith("invoke_")}
    if names & {"init", "invoke_init"}:
        return Phase.INIT
    return Phase.RUN if names & {"run", "invoke_run"} else Phase.IMPORT


def _quote(log: Log, lines: list[str], index: int) -> Quote:
    number = log.numbers[index] if index < len(log.numbers) else index + 1
    return Quote(source=log.source, line=number, text=one_line(lines[index], 240))
