"""One record of a structured log or an export, as the lines that the program itself would have written.

Records come from docker's json-file and fluent-bit, JSON loggers of Python and Java, old Azure ML images, Google and
Amazon logs, Log Analytics (ContainerLog, ContainerLogV2, KubeEvents, AmlOnlineEndpointConsoleLog, AzureDiagnostics,
ContainerInstanceLog_CL) and Application Insights (traces, exceptions, requests). What is known of time, stream, pod and
level stands before the message in a form that `checks.logs.prefixes` takes off again.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from doctor.logs.decoding import tidy

MESSAGES = (
    *("logmessage", "logentry", "log", "message", "msg", "textpayload", "event", "body", "short_message", "text"),
    *("outermessage", "exceptionmessage", "innermostmessage", "resultdescription", "line", "stream_line"),
)
TIMES = (
    *("timegenerated", "timestamp", "@timestamp", "time", "asctime", "ts", "datetime", "date", "eventtime", "created"),
    *("lastseen", "t", "@t", "eventtimestamp", "lasttimestamp"),
)
LEVELS = ("level", "levelname", "severity", "loglevel", "severitylevel", "lvl", "severitytext", "@l", "logsource_level")
LOGGERS = ("logger", "loggername", "name", "categoryname", "category", "channel")
STREAMS = ("stream", "logsource", "logentrysource", "source")
STACKS = (
    *(
        "exception",
        "excinfo",
        "exctext",
        "stack",
        "stacktrace",
        "stackinfo",
        "traceback",
        "exceptiondetails",
        "rawstack",
    ),
    *("details", "error", "err", "errordetail", "@x", "stderr"),
)
PODS = (("podname", "pod"), ("containername", "container"))
SEVERITIES = {"0": "DEBUG", "1": "INFO", "2": "WARNING", "3": "ERROR", "4": "CRITICAL"}
NUMBERS = {"10": "DEBUG", "20": "INFO", "30": "WARNING", "40": "ERROR", "50": "CRITICAL"}
WORDS = frozenset(
    {
        *("TRACE", "VERBOSE", "DEBUG", "INFO", "INFORMATION", "NOTICE", "WARN", "WARNING"),
        *("ERROR", "ERR", "CRITICAL", "FATAL", "ALERT", "EMERG", "PANIC"),
    }
)
DEEPEST = 4  # JSON inside the message of a record

_SUFFIX = re.compile(r"_(?:s|d|t|g|b)$")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_PORTAL_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(\.\d+)?(?: ([AP]M))?")
Fields = Mapping[str, Any]


def by_plain_name(record: Fields) -> dict[str, Any]:
    """The fields under names without case, underscores, blanks and the type suffix of custom tables."""
    return {
        _SUFFIX.sub("", str(name)).replace("_", "").replace(" ", "").lower(): value for name, value in record.items()
    }


def is_known(names: Sequence[str]) -> bool:
    """True when a table with these columns holds a log: a message, and something that logs have beside it."""
    plain = set(by_plain_name(dict.fromkeys(names)))
    return bool(plain & {*MESSAGES, *STACKS}) and bool(plain & {*TIMES, *LEVELS, *STREAMS, "reason"})


def time_of(record: Fields) -> str:
    """When it was written, as ISO 8601, which sorts; empty when it does not tell."""
    return _time(by_plain_name(record))


def mark_of(record: Fields) -> str:
    """A text of the record by which it is found again: its message, or else its longest."""
    texts = [value for value in record.values() if isinstance(value, str)]
    return _message(by_plain_name(record))[0] or max(texts, key=len, default="")


def text_of(record: Fields) -> str | None:
    """The record as text, of one line or several; None when it is not known what it is."""
    text = _text(by_plain_name(record), 0)
    return text if text is None else "\n".join(tidy(text))


def _text(fields: dict[str, Any], depth: int) -> str | None:
    if "reason" in fields and "message" in fields and ("objectkind" in fields or "kubeeventtype" in fields):
        return _event(fields)
    if isinstance(fields.get("jsonpayload"), dict):
        payload = fields.pop("jsonpayload")
        return _text({**fields, **by_plain_name(payload)}, depth)
    properties = fields.get("properties")
    if isinstance(properties, str) and properties.startswith("{"):
        properties = loads(properties)
    if isinstance(properties, dict) and not _message(fields)[0]:
        return _text({**fields, "properties": None, **by_plain_name(properties)}, depth)
    message, found = _message(fields)
    stack = _stack(fields, message)
    if found is None and not stack:
        return _request(fields) or _build(fields)
    if not set(fields) & {*TIMES, *LEVELS, *STREAMS, "requestid"}:
        return _build(fields)  # the JSON of an error, and no record of a log
    inner = loads(message) if message.startswith("{") and depth < DEEPEST else None
    if isinstance(inner, dict) and (set(by_plain_name(inner)) & {*MESSAGES, *STACKS}):
        below = {name: value for name, value in fields.items() if name != found}
        inside = _text({**below, **by_plain_name(inner)}, depth + 1)
        if inside is not None:
            return inside
    partial = found == "log" and not message.endswith("\n") and "stream" in fields and "time" in fields
    text = "\n".join(part for part in (message.rstrip("\r\n"), stack, *_others(fields)) if part)
    return _before(fields, partial=partial) + text


def _others(fields: dict[str, Any]) -> list[str]:
    """Sentences in fields of other names."""
    known = {*MESSAGES, *TIMES, *LEVELS, *LOGGERS, *STREAMS, *STACKS, "kubernetes", "path"}
    return [
        f"{name}: {v}" for name, v in fields.items() if name not in known and isinstance(v, str) and " " in v.strip()
    ]


def _message(fields: dict[str, Any]) -> tuple[str, str | None]:
    """The message and the name of its field."""
    for name in MESSAGES:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            return value, name
        if isinstance(value, dict) and isinstance(value.get("message"), str):
            return value["message"], name
    return "", None


def _time(fields: dict[str, Any]) -> str:
    for name in TIMES:
        value = fields.get(name)
        if isinstance(value, str):
            found = _ISO.match(value)
            if found:
                return found[0].replace(",", ".")
            portal = _PORTAL_TIME.match(value)
            if portal:
                return _from_portal(portal)
        elif isinstance(value, int | float) and not isinstance(value, bool) and value > 1e8:
            unit = next(size for least, size in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0, 1)) if value > least)
            try:
                return datetime.fromtimestamp(value / unit, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            except (OverflowError, OSError, ValueError):
                continue
    return ""


def _from_portal(found: re.Match[str]) -> str:
    """The portal writes times in American form."""
    month, day, year, hour, minute, second, fraction, half = found.groups()
    hours = int(hour) % 12 + (12 if half == "PM" else 0) if half else int(hour)
    return f"{year}-{int(month):02}-{int(day):02}T{hours:02}:{minute}:{second}{fraction or ''}Z"


def _level(fields: dict[str, Any]) -> str:
    for name in LEVELS:
        value = fields.get(name)
        word = str(value).upper() if isinstance(value, str | int) else ""
        word = (SEVERITIES if name == "severitylevel" else NUMBERS).get(word, word)
        if word in WORDS:
            return word
    return ""


def _before(fields: dict[str, Any], *, partial: bool) -> str:
    """What stood, or would have stood, before the message."""
    time, level = _time(fields), _level(fields)
    stream = next((s for name in STREAMS if (s := fields.get(name)) == "stdout" or s == "stderr"), "")
    kubernetes = fields.get("kubernetes")
    where = {**fields, **by_plain_name(kubernetes)} if isinstance(kubernetes, dict) else fields
    pod, container = (next((str(where[n]) for n in names if where.get(n)), "") for names in PODS)
    before = f"[pod/{pod}/{container or 'container'}] " if re.fullmatch(r"[\w.-]+", pod) else ""
    if time and stream:
        return f"{before}{time} {stream} {'P' if partial else 'F'} "
    if time and level:
        process = fields.get("process") or fields.get("pid") or fields.get("processid")
        process = f"{process} | " if str(process).isdigit() else ""
        logger = next(
            (str(fields[name]) for name in LOGGERS if re.fullmatch(r"[\w.]{1,80}", str(fields.get(name, "")))), ""
        )
        return f"{before}{time} | {process}{f'{logger} | ' if logger else ''}{level} | "
    if level:
        return f"{before}{level} - "
    return f"{before}{time} " if time else before


def _stack(fields: dict[str, Any], message: str) -> str:
    """Exceptions that stand beside the message, as tracebacks."""
    found: list[str] = []
    for name in STACKS:
        value = fields.get(name)
        if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
            value = loads(value) or value
        text = stack_text(value)
        if text and text not in message and text not in found:
            found.append(text)
    return "\n".join(found)


def stack_text(value: object, depth: int = 0) -> str:
    """An exception told by a text, or by an object with type, message and stack, or by a list of them."""
    if depth > DEEPEST:
        return ""
    if isinstance(value, str):
        return value.strip("\r\n").replace("\r\n", "\n") if len(value.strip()) > 1 else ""
    if isinstance(value, list | tuple):
        if value and all(isinstance(part, str) for part in value):
            return "".join(part if part.endswith("\n") else f"{part}\n" for part in value).rstrip("\n")
        return "\n".join(text for part in value if (text := stack_text(part, depth + 1)))
    if not isinstance(value, dict):
        return ""
    fields = by_plain_name(value)
    stack = next(
        (stack_text(fields[n], depth + 1) for n in ("rawstack", "stacktrace", "stack", "traceback") if fields.get(n)),
        "",
    )
    kind = next((str(fields[n]) for n in ("type", "exctype", "class", "name", "code") if fields.get(n)), "")
    said = next((str(fields[n]) for n in ("message", "excvalue", "value", "msg") if fields.get(n)), "")
    headline = f"{kind}: {said}" if kind and said else said or ""
    frames = fields.get("parsedstack") or fields.get("frames")
    if not stack and isinstance(frames, list):
        stack = _frames(frames)
    if said and said in stack:
        return stack
    return "\n".join(part for part in (stack, headline) if part)


def _frames(frames: Sequence[object]) -> str:
    lines = ["Traceback (most recent call last):"]
    for frame in frames:
        if isinstance(frame, dict):
            fields = by_plain_name(frame)
            path = fields.get("filename") or fields.get("file") or fields.get("assembly") or "?"
            function = fields.get("method") or fields.get("name") or fields.get("function") or "?"
            lines.append(f'  File "{path}", line {fields.get("line") or fields.get("lineno") or 0}, in {function}')
            if isinstance(fields.get("code") or fields.get("line_text"), str):
                lines.append(f"    {fields.get('code') or fields.get('line_text')}")
    return "\n".join(lines) if len(lines) > 1 else ""


def _event(fields: dict[str, Any]) -> str:
    """A row of KubeEvents as `kubectl get events` would print it."""
    kind, name = str(fields.get("objectkind") or "").lower(), str(fields.get("name") or "")
    words = (
        fields.get("kubeeventtype") or fields.get("type"),
        fields["reason"],
        f"{kind}/{name}".strip("/"),
        fields["message"],
    )
    return f"{_time(fields)} " + "   ".join(str(word) for word in words if word)


def _request(fields: dict[str, Any]) -> str | None:
    """A row of Application Insights requests as an access line."""
    name, code = fields.get("name") or fields.get("path"), fields.get("resultcode") or fields.get("modelstatuscode")
    if isinstance(name, str) and re.match(r"(?:GET|POST|PUT|OPTIONS) /", name) and str(code).isdigit():
        return f"{_time(fields)} {name} {code} {fields.get('duration') or fields.get('totaldurationms') or ''}".rstrip()
    return None


def _build(fields: dict[str, Any]) -> str | None:
    """A message of docker's build or pull API."""
    if isinstance(fields.get("stream"), str) and len(fields) == 1:
        return str(fields["stream"]).rstrip("\n")
    # Docker tells both; `error` alone is the answer of a model server, quoted as it stands.
    if isinstance(fields.get("error"), str) and set(fields) == {"error", "errordetail"}:
        return f"ERROR: {fields['error']}"
    if isinstance(fields.get("status"), str) and set(fields) <= {"status", "progress", "progressdetail", "id"}:
        return f"{fields.get('id', '')}: {fields['status']}".lstrip(": ")
    return None


def loads(text: str | bytes) -> Any:
    """JSON as objects; None when it is none, or nested too deeply."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
