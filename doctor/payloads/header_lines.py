"""Headers that a person adds to a request, a line each: `Name: value`."""

import re
from collections.abc import Mapping

from doctor.errors import ConfigError
from doctor.redact import is_secret_name

_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*\Z")
"""Source: RFC 9110, sections 5.1 and 5.6.2."""
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "user-agent"})
"""What the request itself, or the line in the log by which it is found, rests on."""


def headers_of(text: str) -> dict[str, str]:
    """The headers of lines; `Content-Type` is spelt so. Raises ConfigError with the line that is none."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        named = _LINE.match(line.strip())
        if named is None or not named[2].isascii() or not named[2].isprintable():
            raise ConfigError(f"line {number} is no header; write it as `Name: value`, in plain letters")
        name = named[1]
        if name.lower() in _OURS:
            raise ConfigError(f"line {number}: {name} is set by the request itself")
        found["Content-Type" if name.lower() == "content-type" else name] = named[2]
    return found


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """The same with the names in small letters."""
    return {name.lower(): value for name, value in headers.items()}


def is_secret(name: str) -> bool:
    """True for a header whose value is shown nowhere."""
    return name.lower() in _SECRET or is_secret_name(name.replace("-", "_"))


def secrets_of(headers: Mapping[str, str]) -> set[str]:
    """The values that are to be masked: whole, and without the word for their kind (`Bearer`)."""
    values = {value for name, value in headers.items() if is_secret(name)}
    return values | {value.split()[-1] for value in values if value.split()}
