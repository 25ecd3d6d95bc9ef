"""JSON values and keys in the words of a finding."""

import difflib
import json
import math
import re
from collections.abc import Iterable

from checks.contract.records import Json
from checks.text import listed

_KINDS = {dict: "object", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}


def say(value: Json, limit: int = 40) -> str:
    """What a value is: `text "12"`, `number 5`, `null`, `true`, `NaN`, `list of 3 numbers`, `object with a and b`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int | float):
        return f"number {cut(_number(value), limit)}"
    if isinstance(value, str):
        return f"text {cut(_quoted(value[: limit + 1]), limit)}"
    if isinstance(value, list):
        return f"list of {_items(value)}" if value else "an empty list"
    if isinstance(value, dict):
        return (
            f"object with {listed([cut(str(key), limit) for key in list(value)[:6]], 4)}" if value else "empty object"
        )
    return type(value).__name__


def short(value: Json, limit: int = 60) -> str:
    """The value as JSON on one line, cut; only as much of it is written as is shown."""
    return cut(_written(value, limit + 1), limit)


def kind_of(value: Json) -> str:
    """One word for the kind of a value: object, list, text, number, `true or false`, null."""
    return "null" if value is None else _KINDS.get(type(value), "value")


def pointer_of(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def near(key: str, names: Iterable[str]) -> str | None:
    """The name most like a key: another case, singular or plural, words joined in another way, a slip of the pen."""
    others = [name for name in names if name != key]
    plain = _plain(key)
    for same in (str.lower, _plain, lambda name: _plain(name).rstrip("s")):
        wanted = same(key)
        if found := [name for name in others if wanted and same(name) == wanted]:
            return found[0]
    by_plain = {_plain(name): name for name in reversed(others)}
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.75)
    return by_plain[close[0]] if close and min(len(plain), len(close[0])) > 2 else None


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with dots where more were."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def plural(count: int, word: str) -> str:
    """`1 row`, `2 rows`, `3 entries`."""
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word[:-1]}ies" if word.endswith("y") else f"{count:,} {word}s"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _number(value: int | float) -> str:
    if isinstance(value, float):
        return repr(value)
    if value.bit_length() > 1000:  # Python refuses to write very long ones
        return f"of {int(value.bit_length() * math.log10(2)) + 1} digits"
    return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "replace").decode()


def _items(value: list[Json]) -> str:
    kinds = {kind_of(one) for one in value[:1000]}
    word = kinds.pop() if len(kinds) == 1 else "item"
    if word in ("text", "null", "true or false"):
        return f"{len(value):,} {word if word != 'text' else 'text' if len(value) == 1 else 'texts'}"
    return plural(len(value), word)


def _written(value: Json, room: int) -> str:
    """JSON of the beginning of a value: stops when `room` characters are there."""
    if isinstance(value, dict | list):
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        text = opened
        for number, one in enumerate(value):
            text += ", " if number else ""
            if len(text) >= room:
                break
            if isinstance(value, dict):
                text += f"{_quoted(str(one)[:room])}: {_written(value[one], room - len(text))}"
            else:
                text += _written(one, room - len(text))
        return text + closed
    if isinstance(value, str):
        return _quoted(value[:room])
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return say(value)
    return _number(value) if isinstance(value, int | float) else str(value)
