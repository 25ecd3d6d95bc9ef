"""What stands before the message of a log line: times, pods, containers, levels, process ids, loggers.

A line may carry several prefixes one inside the other (`docker --timestamps` before the server's own). They are
taken off one at a time, from the left, each by an anchored expression without nested repetition; what no expression
knows stays in the text. Formats: docker, the container runtime interface, kubectl, compose, stern, syslog, journald,
GitHub Actions and Azure DevOps, buildkit, gunicorn, azureml-inference-server-http 0.8-1.5, the runit images of 2018 to
2022, logging, loguru, log4j, logback, TorchServe, DJL, glog, klog, abseil, TensorFlow, tornado, vLLM, Ray, torchrun,
mpirun, zap, env_logger, Serilog, quoted mail.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

LEVELS = {
    "debug": ("D", "DEBUG", "TRACE", "VERBOSE", "DBG", "VRB"),
    "info": ("I", "INFO", "INF", "NOTICE", "INFORMATION"),
    "warning": ("W", "WARN", "WARNING", "WRN"),
    "error": ("E", "ERROR", "ERR", "ERR!", "SEVERE"),
    "critical": ("C", "F", "CRITICAL", "CRIT", "FATAL", "FTL", "PANIC", "EMERG", "ALERT"),
}
_LEVEL_OF = {word: level for level, words in LEVELS.items() for word in words}

_TIME = (
    r"(?P<time>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?(?:Z|UTC\b|[+-]\d\d:?\d\d\b))?)"  # ISO 8601
)
_WORDS = sorted((word for words in LEVELS.values() for word in words if len(word) > 2), key=len, reverse=True)
_UPPER = "(?P<level>" + "|".join(map(re.escape, _WORDS)) + ")"
_LEVEL = "(?P<level>" + "|".join(map(re.escape, (*_WORDS, *(word.lower() for word in _WORDS)))) + ")"
_LETTER = "(?P<level>[DIWECF])"
# The name of a logger, and never that of an exception, which belongs to the message.
_NAME = r"(?P<logger>(?![\w.]*(?:Error|Exception|Warning|Exit|Interrupt)\b)[\w.$/-]{1,100})"
_DOTTED = r"(?P<logger>(?:[a-z_][a-z0-9_]*[._:])+[a-z0-9_]+|root|uvicorn|mlserver|torch)"
_PLACE = r"[\w./<>-]{1,200}:\d{1,6}"  # file:line

_MONTH_FIRST = r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
_DAEMON = r"(?P<logger>[\w./@-]{1,64})"

OUTER, RECORD = "outer", "record"


@dataclass(frozen=True)
class Prefix:
    """One format. An `outer` one is added by whoever carried the line; a `record` one begins a record of a logger.

    `keep` says that only its fields are taken and the text stays as it is: its words belong to the message as well.
    """

    name: str
    form: str
    kind: str = RECORD
    keep: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The form, compiled when a line may have it: most logs know two or three formats."""
        return re.compile(self.form)


def _of(kind: str, *formats: tuple[str, str], keep: bool = False) -> tuple[Prefix, ...]:
    return tuple(Prefix(name, form, kind, keep) for name, form in formats)


_DIGIT = (
    *_of(OUTER, ("container runtime", _TIME + r" (?P<stream>stdout|stderr) (?P<partial>[FP])(?: |$)")),
    *_of(
        RECORD,
        ("inference server", _TIME + rf" {_LETTER} \[(?P<process>\d+)\] {_NAME} - ?"),
        ("tensorflow", _TIME + rf": {_LETTER} (?P<logger>{_PLACE})\] ?"),
        ("supervised service", _TIME + r" \| (?P<logger>[\w-]+/(?:run|finish)) \| ?"),
        ("pipes, name last", _TIME + rf"\|{_LEVEL}\|(?P<process>\d+)\|(?:\d+\|)?(?:{_NAME}\|)?"),
        (
            "pipes",
            _TIME + rf" ?\| ?(?:(?P<process>\d+) ?\| ?)?(?:{_NAME} ?\| ?)?{_LEVEL} *\| ?(?:[\w.<>]+:[\w.<>]+:\d+ - )?",
        ),
        ("dashes, name last", _TIME + rf" - \[?{_LEVEL}\]? - {_DOTTED} - ?"),
        ("dashes, place", _TIME + rf" - (?P<logger>[\w.]+:[\w.<>]+:\d+) - {_LEVEL}: +"),
        ("dashes", _TIME + rf" - (?:\[?(?P<process>\d+)\]? - )?(?:{_NAME} - )?\[?{_LEVEL}\]?(?: +- ?|: +)"),
        ("name in brackets", _TIME + rf" \[{_NAME}\] \[?{_LEVEL}\]? +(?:[\w.$]+ )?[-:] ?"),
        ("model server worker", _TIME + rf" \[{_LEVEL} ?\] (?P<stream>[\w./-]+) {_NAME} - ?"),
        ("spring", _TIME + rf" +{_LEVEL} (?P<process>\d+) --- \[[^\]]{{0,80}}\] (?P<logger>[\w.$\[\]/]+) *: ?"),
        ("process, name", _TIME + rf" (?P<process>\d+) {_NAME} {_LEVEL}:? +(?:\[[\w.]+:[\w<>]+\(\):\d+\] ?)?"),
        ("name and level", _TIME + rf" {_DOTTED} {_LEVEL}:? +"),
        ("nginx", _TIME + rf" \[{_LEVEL}\] (?P<process>\d+)#\d+: ?"),
        ("level and brackets", _TIME + rf" \[{_LEVEL} ?\] (?:\[(?P<logger>[\w.:/-]{{1,80}})\] )?(?:- )?"),
        ("tabs", _TIME + rf"\t{_LEVEL}\t(?:(?P<logger>[\w./-]+)\t)?"),
        ("level and place", _TIME + rf"[ \t]+{_LEVEL}[ \t]+(?:\[?{_PLACE}\]|{_PLACE} -) ?"),
        ("level and name", _TIME + rf"[ \t]+{_LEVEL}:?[ \t]+{_DOTTED}(?::[\w<>]+:\d+)?(?:: | - )"),
        ("time and level", _TIME + rf"[ \t]+{_LEVEL}(?:[ \t]-)?(?:[ \t]+(?!in )|$)"),
    ),
    *_of(
        OUTER,
        ("journal", _TIME + rf" [\w.-]{{1,64}} {_DAEMON}\[(?P<process>\d+)\]: "),
        ("journal of the system", _TIME + r" [\w.-]{1,64} (?P<logger>kernel|systemd|kubelet|dockerd|containerd): "),
        ("runit", _TIME + r" - "),
        ("time", _TIME + r"(?:[:;,|] ?|[ \t]|$)"),
    ),
)
_CLOCK = _of(OUTER, ("clock", r"(?P<time>\d\d:\d\d:\d\d[.,]\d{3,6})[ \t]"))
_BRACKET = (
    *_of(
        RECORD,
        ("gunicorn", rf"\[{_TIME}\] \[(?P<process>\d+)\] \[{_LEVEL}\] ?"),
        ("spdlog", rf"\[{_TIME}\](?: ?\[\d+\])? ?\[{_NAME}\] ?\[{_LEVEL}\](?: ?\[{_PLACE}\])? ?"),
        ("airflow", rf"\[{_TIME}\] \{{[^}}]{{1,120}}\}} {_LEVEL} - ?"),
        ("celery", rf"\[{_TIME}: {_LEVEL}/(?P<process>[\w-]+)\] ?"),
        ("bracketed fields", rf"\[{_TIME}\] ?\[?{_LEVEL}\]?(?: \[[\w.:/-]{{1,80}}\])?(?: -)? (?!in )"),
        ("env_logger", rf"\[{_TIME} +{_LEVEL} +(?P<logger>[\w:.-]+)\] ?"),
        ("tornado", rf"\[{_LETTER} (?P<time>\d{{6}} \d\d:\d\d:\d\d) (?P<logger>[\w.<>-]+:\d+)\] ?"),
        ("serilog", rf"\[(?P<time>\d\d:\d\d:\d\d) {_LEVEL}\] ?"),
        ("level and logger", rf"\[{_LEVEL} ?\] (?:(?P<stream>[\w./-]+) )?{_NAME} - ?"),
        ("level in brackets", rf"\[{_LEVEL} ?\](?: -|:)? ?"),
    ),
    *_of(
        OUTER,
        ("kubectl --prefix", r"\[(?P<stream>pod/[\w.-]+/[\w.-]+)\](?: |$)"),
        ("torchrun", r"\[(?P<stream>(?:rank|default)\d+)\]: ?"),
        ("mpirun", r"\[\d+,(?P<stream>\d+)\]<(?:stdout|stderr|stddiag)>: ?"),
        ("time in brackets", rf"\[{_TIME}\][:,]? ?"),
        ("kernel", r"\[ *(?P<time>\d{1,8}\.\d{6})\] "),
        ("kernel, calendar", r"\[(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] "),
    ),
)
_OTHER = {
    "(": _of(
        OUTER,
        ("ray and vllm", r"\((?:(?P<stream>[\w:.]+) )?pid=(?P<process>\d+)(?:, ip=[\w.:]+)?\) ?"),
        ("container events", r"\(count: \d+\) \(last timestamp: (?P<time>[^)]{1,40})\) "),
    ),
    "<": _of(OUTER, ("syslog priority", r"<\d{1,3}>(?:1 )? ?")),
    "#": _of(
        OUTER,
        ("pipeline command", r"##\[(?P<level>error|warning|debug)\] ?"),
        ("buildkit", r"(?P<stream>#\d+) \d+\.\d+ "),
    ),
    ">": _of(OUTER, ("quoted mail", r"(?!>>> |>=)>(?:[ >]*>)? ?")),
    ":": _of(OUTER, ("workflow command", r"::(?P<level>error|warning|debug)(?: [^:]{0,200})?:: ?")),
}
_LETTERS = (
    *_of(
        RECORD,
        ("glog", rf"{_LETTER}(?P<time>\d{{4,8}} \d\d:\d\d:\d\d\.\d{{6}}) +(?P<process>\d+) (?P<logger>{_PLACE})\] ?"),
        ("vllm", rf"{_LEVEL} (?P<time>\d\d-\d\d \d\d:\d\d:\d\d) (?:\[{_PLACE}\]|\[[\w.]+\]|{_PLACE}\]) ?"),
        ("ray serve", rf"{_LEVEL} {_TIME} [\w./-]+ (?P<process>\d+) {_PLACE} - ?"),
        ("level, time", rf"{_LEVEL}:? +{_TIME} +(?:{_PLACE}\]? |{_PLACE} - )?"),
        ("logging", rf"{_UPPER}:{_NAME}:(?!//)"),
        ("pytest live log", rf"{_UPPER} +(?P<logger>[\w.]+:[\w.]+:\d+) ?"),
        ("process of a model server", rf"{_LEVEL} +PyProcess (?P<stream>[\w./-]+): ?"),
        ("level and dash", rf"{_UPPER} +- +"),
        ("logfmt", rf"time=\"?{_TIME}\"? level=(?P<level>[A-Za-z]+) (?:source=\S+ )?"),
    ),
    *_of(
        OUTER,
        (
            "syslog",
            rf"{_MONTH_FIRST} [\w.-]{{1,64}} {_DAEMON}(?:\[(?P<process>\d+)\])?: ",
        ),
        ("pytest", r"E {3}"),
    ),
    *_of(RECORD, ("level first", rf"{_LEVEL}(?::|\b)(?=\s)"), keep=True),
)
_COMPOSE = re.compile(r"(?P<stream>[a-zA-Z0-9][\w.-]{0,100}[_-]\d{1,3}) +\| ?")
_COMPOSE_NAMED = re.compile(r"(?P<stream>[a-zA-Z0-9][\w.-]{0,100}) +\| ?")
_STERN = re.compile(r"(?P<stream>(?:[a-z0-9-]{1,63} )?[a-z0-9][a-z0-9.-]{0,240}-[a-z0-9]{1,10} [a-z][a-z0-9-]{0,62}) ")
_BRACKETED_POD = re.compile(r"\[(?P<stream>[a-z0-9][a-z0-9.-]{3,240}(?: [a-z0-9][a-z0-9-]{0,62})?)\] ")
_WORKFLOW = re.compile(r"(?P<stream>[^\t]{1,100}\t[^\t]{1,200})\t(?=\ufeff?\d{4}-\d\d-\d\dT)\ufeff?")
DEEPEST = 8  # prefixes on one line; real ones have up to four


@dataclass(slots=True)
class Head:
    """What the prefixes of one line told. `record`: a logger's own was there, so a record begins; `format` names it."""

    text: str
    stream: str = ""
    process: str = ""
    level: str = ""
    logger: str = ""
    time: str = ""
    record: bool = False
    partial: bool = False
    format: str = ""


def collectors(lines: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Prefixes that look like any text and count only where most lines carry them: compose, stern, kubetail, workflows.

    Give it some hundred lines of the log.
    """
    texts = [line for line in lines if line.strip()]
    chosen = []
    for pattern in (_COMPOSE_NAMED, _STERN, _BRACKETED_POD, _WORKFLOW):
        names = Counter(found["stream"] for line in texts if (found := pattern.match(line)))
        # A table has a name a line; a collector says the same few again and again.
        if names and 5 * names.total() >= 4 * len(texts) and names.total() >= 3 * len(names):
            chosen.append(pattern)
    return tuple(chosen)


def take_off(line: str, known: tuple[re.Pattern[str], ...] = ()) -> Head:
    """Take every prefix off a line. `known` are the patterns that `collectors` found in the log."""
    head = Head(line)
    for pattern in (*known, _COMPOSE):
        found = pattern.match(line)
        if found:
            head.stream, head.text = found["stream"], line[found.end() :]
            break
    for _ in range(DEEPEST):
        if not _step(head):
            break
    return head


def _step(head: Head) -> bool:
    """Take one prefix off; False when there is none."""
    first = head.text[:1]
    if first.isdigit():
        candidates = _DIGIT if head.text[4:5] in {"-", "/"} else _CLOCK
    elif first == "[":
        candidates = _BRACKET
    elif first.isalpha():
        candidates = _LETTERS
    else:
        candidates = _OTHER.get(first, ())
    for prefix in candidates:
        found = prefix.pattern.match(head.text)
        if found:
            _take(head, prefix, found)
            return not prefix.keep and bool(head.text)
    return False


def _take(head: Head, prefix: Prefix, found: re.Match[str]) -> None:
    fields = found.groupdict()
    stream = fields.get("stream")
    if stream:
        head.stream = f"{head.stream} {stream}".lstrip()
    level = fields.get("level")
    if level:
        head.level = _LEVEL_OF.get(level.upper(), head.level)
    head.process = fields.get("process") or head.process
    head.logger = fields.get("logger") or head.logger
    head.time = fields.get("time") or head.time  # the innermost is the program's own
    head.partial = head.partial or fields.get("partial") == "P"
    if prefix.kind == RECORD and not prefix.keep:
        head.record, head.format = True, prefix.name
    if not prefix.keep:
        head.text = head.text[found.end() :]
