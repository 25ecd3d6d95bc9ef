"""Values in <angle brackets> that a fix leaves to the person: which, what may stand there, and the fix with them."""

import ipaddress
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from checks.finding import Fix, Safety
from doctor.diagnosis.call import Call

_PLACEHOLDER = re.compile(r"<[^<>\n]{1,60}>")
_BEFORE = re.compile(r"(?P<subject>[A-Za-z_][\w.-]*)\"?(?:\s*(?:[=~]=|=|:)\s*|<)\"?$")
_OPTIONS = {"--model-dir": "model_dir", "--env": "environment", "--python": "python"}


class Valid(NamedTuple):
    """What may stand in a placeholder: in words, and whether a text is that."""

    words: str
    holds: Callable[[str], bool]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_TEXT = Valid("any text on one line", lambda text: "\n" not in text)
_NUMBER = Valid("a whole number, such as 30", lambda text: text.isdecimal())
_VERSION = Valid("a version, such as 1.26.4", lambda text: re.fullmatch(r"v?\d[\w.!+*-]*", text) is not None)
_FOLDER = Valid("the path of a folder", lambda text: not Path(text).expanduser().is_file())
_FILE = Valid("the name or path of a file", lambda text: not text.endswith("/"))
_PYTHON = Valid("a Python to run, such as .venv/bin/python", lambda text: not Path(text).expanduser().is_dir())
_PORT = Valid("a port, from 1 to 65535", lambda text: text.isdecimal() and 0 < int(text[:9]) < 65536)
_MODULE = Valid("the name of a module, such as features", lambda text: all(map(str.isidentifier, text.split("."))))
_PACKAGE = Valid(
    "the name of a package, such as libgomp1", lambda text: re.fullmatch(r"[\w.+-]+(\[[\w,-]+\])?", text) is not None
)
_QUANTITY = Valid(
    "a quantity, such as 500m or 2Gi", lambda text: re.fullmatch(r"[\d.]+[A-Za-z]{0,2}", text) is not None
)
_URL = Valid("an address, such as https://host/score", lambda text: re.match(r"https?://.", text) is not None)
_KINDS = {
    "version": _VERSION,
    "folder": _FOLDER,
    "file": _FILE,
    "new-file": _FILE,
    "script": _FILE,
    "interpreter": _PYTHON,
    "port": _PORT,
    "module": _MODULE,
    "package": _PACKAGE,
    "distribution": _PACKAGE,
    "address": Valid("an IP address or range, such as 20.1.2.3", _is_network),
    **dict.fromkeys(("memory", "cpu", "cores", "more"), _QUANTITY),
    **dict.fromkeys(("url", "scoring-url", "https://app.example"), _URL),
    **dict.fromkeys(("seconds", "milliseconds", "n", "nodes", "size", "8080"), _NUMBER),
}
"""By the first word of the placeholder, which names what is wanted: `<version that trained the model>`."""


def placeholders(fix: Fix) -> tuple[str, ...]:
    """The values in <angle brackets> that a person has to fill in, each once."""
    if fix.safety is not Safety.PLACEHOLDER:
        return ()
    found = [one for text in _texts(fix) for one in _PLACEHOLDER.findall(text)] or _PLACEHOLDER.findall(fix.title)
    return tuple(dict.fromkeys(found))


def label(fix: Fix, name: str) -> str:
    """What is wanted: the words of the placeholder, and what they are said of, where the fix shows it."""
    words = name.strip("<>")
    for text in (*_texts(fix), fix.title):
        before = _BEFORE.search(text.partition(name)[0]) if name in text else None
        if before and before["subject"] != words:
            return f"{words} for {before['subject'].strip('-')}"
    return words


def valid(name: str) -> Valid:
    """What may stand in a placeholder."""
    first = name.strip("<>").split()[0]
    return _KINDS.get(first) or (_FILE if re.search(r"\.[a-z]{2,4}$", first) else _TEXT)


def is_secret(fix: Fix, name: str) -> bool:
    """Whether the value is one that no screen may show."""
    from doctor.containers.variables import is_secret as is_secret_name

    return any(map(is_secret_name, re.findall(r"[\w.-]+", label(fix, name))))


def filled(fix: Fix, values: Mapping[str, str]) -> Fix:
    """The fix with values in place of its placeholders; those without a value stay.

    In a command of doctor's own a value is quoted as a shell needs it.
    """
    given = _given(values)
    if not given:
        return fix

    def put(text: str) -> str:
        return _put(text, given)

    def command(text: str) -> str:
        words = _own(text)
        return (
            shlex.join(map(put, words)) if words and not _PLACEHOLDER.search(" ".join(map(put, words))) else put(text)
        )

    return replace(
        fix,
        title=put(fix.title),
        commands=tuple(map(command, fix.commands)),
        edits=tuple(replace(edit, replacement=put(edit.replacement)) for edit in fix.edits),
        diff=None,
    )


def rehearsal(call: Call, target: str, fixes: Sequence[Fix], values: Mapping[str, str]) -> Call | None:
    """The call that the first `doctor check` of these fixes amounts to, with the values; what else was given stays.

    None where no fix has one for that target, or a value is missing: only what doctor can try here and now.
    """
    for command in (one for fix in fixes if fix.safety is Safety.PLACEHOLDER for one in fix.commands):
        words = [_put(word, _given(values)) for word in _own(command)]
        if words[:3] == ["doctor", "check", target] and not any(map(_PLACEHOLDER.search, words)):
            return _with_options(call, words[3:])
    return None


def could_be_rehearsed(target: str, fixes: Sequence[Fix]) -> bool:
    """Whether one of the fixes is a `doctor check` of that target, once its values are filled in."""
    commands = (one for fix in fixes if fix.safety is Safety.PLACEHOLDER for one in fix.commands)
    return any(_own(one)[:3] == ["doctor", "check", target] for one in commands)


def _with_options(call: Call, words: Sequence[str]) -> Call | None:
    for option, value in zip(words[::2], words[1::2], strict=False):
        if option == "--set":
            name, _, text = value.partition("=")
            call = replace(call, variables={**call.variables, name: text})
        elif option in _OPTIONS:
            call = replace(call, **{_OPTIONS[option]: value})
        else:
            return None
    return call


def _own(command: str) -> list[str]:
    """The words of a command of doctor's own; none of another's."""
    if not command.startswith("doctor "):
        return []
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _texts(fix: Fix) -> tuple[str, ...]:
    return (*(edit.replacement for edit in fix.edits), *(patch.body for patch in fix.patches), *fix.commands)


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value.strip()}


def _put(text: str, given: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: given.get(found[0], found[0]), text)
