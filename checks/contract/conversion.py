"""What converting one value of a request body may come to: refused, accepted, accepted but changed, or not known."""

import json
from dataclasses import dataclass, field

from checks.contract.records import Interface, Json

MOST = 50  # changes that are told
SHOWN = 60  # characters of a value
NO_NUMBER = "an undefined number"  # what a processor makes of a float that no integer of this size can hold


class Refusal(Exception):
    """The conversion raises. `headline` is the last line of its traceback, as far as it can be told.

    `sure` is False where only a type that is not known decides.
    """

    def __init__(self, headline: str, pointer: str, sure: bool = True) -> None:
        """Keep what is told."""
        super().__init__(headline)
        self.headline = headline
        self.pointer = pointer
        self.sure = sure


class Doubtful(Exception):
    """It cannot be told what is made of a value."""


@dataclass(frozen=True)
class Changed:
    """A value that is accepted, and is another one when run() gets it: `1.7` in an integer column becomes 1.

    `sent` is JSON, `got` is Python (`True`, `nan`, `'ab'`), both cut. `kind` columns: what is told are the names and
    the order of a frame's columns, not a value.
    """

    pointer: str
    sent: str
    got: str
    why: str
    kind: str = "value"


@dataclass
class Conversion:
    """What is known while the values of one request are converted, and by which versions."""

    numpy: int = 2
    pandas: int = 3
    changed: list[Changed] = field(default_factory=list)
    sure: bool = True

    @classmethod
    def of(cls, interface: Interface) -> "Conversion":
        """By the versions that the interpreter has; the newest ones where that is not known."""
        return cls(numpy=_major(interface.numpy, 2), pandas=_major(interface.pandas, 3))

    def change(self, pointer: str, sent: Json, got: str, why: str, kind: str = "value") -> None:
        """Note that a value arrives as another one."""
        if len(self.changed) < MOST:
            self.changed.append(Changed(pointer=pointer, sent=json_text(sent), got=cut(got), why=why, kind=kind))

    def doubt(self) -> None:
        """Note that it cannot be told whether a value is accepted."""
        self.sure = False


def json_text(value: Json) -> str:
    """The value as JSON on one line, cut; of what is large only a beginning is written."""
    if isinstance(value, str):
        return cut(json.dumps(value[: SHOWN + 1], ensure_ascii=False))
    if isinstance(value, list | dict):
        return _opening(value)
    return cut(_number(value) if isinstance(value, int) else json.dumps(value))


def cut(text: str) -> str:
    """At most SHOWN characters."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def below(pointer: str, key: str | int) -> str:
    """The pointer of a member or an item of the value at `pointer` (RFC 6901)."""
    if isinstance(key, int):
        return f"{pointer}/{key}"
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def type_name(value: Json) -> str:
    """The name of the Python type that a JSON value has."""
    return type(value).__name__


def python_text(value: Json) -> str:
    """`str(value)`, and empty where Python gives none: too deep, or a number of too many digits."""
    try:
        return str(value)
    except (RecursionError, ValueError):
        return ""


def _number(value: int) -> str:
    try:
        return json.dumps(value)
    except ValueError:  # more digits than Python writes
        return f"an integer of {value.bit_length()} bits"


def _opening(value: list[Json] | dict[str, Json]) -> str:
    """What a list or an object begins with: scalars are written, what lies deeper is `[…]` or `{…}`."""
    parts = []
    if isinstance(value, dict):
        for key, member in list(value.items())[:10]:
            parts.append(f"{json.dumps(key[:SHOWN], ensure_ascii=False)}: {_flat(member)}")
    else:
        parts.extend(_flat(item) for item in value[:30])
    text = ", ".join(parts)
    return cut(f"{{{text}}}" if isinstance(value, dict) else f"[{text}]")


def _flat(value: Json) -> str:
    if isinstance(value, list):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    return json_text(value)


def _major(version: str | None, newest: int) -> int:
    first = (version or "").split(".", 1)[0]
    return int(first) if first.isdigit() else newest
