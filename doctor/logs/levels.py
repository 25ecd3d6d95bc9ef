"""How grave a line of a log calls itself, in the words and letters of the usual loggers."""

import re
from typing import Literal

Level = Literal["error", "warning", "info", "debug", ""]

LETTERS = {"error": "E", "warning": "W", "info": "I", "debug": "D", "": " "}
_LOOKED_AT = 400  # characters
_STAMP = r"[\dT:.,/+Z -]{8,40}"
_WORDS = {
    "error": r"ERROR|CRITICAL|FATAL|SEVERE|EMERG|ALERT|PANIC",
    "warning": r"WARNING|WARN",
    "info": r"INFO|NOTICE",
    "debug": r"DEBUG|TRACE|VERBOSE",
}
_LETTERS = {"error": "[ECF]", "warning": "W", "info": "I", "debug": "[DTV]"}
_TRACE = (
    r"^.{0,80}Traceback \(most recent call last\)",
    r"^(?:\S{0,80}\.)?[A-Z]\w{0,60}(?:Error|Exception|Interrupt|Exit)(?::|\s*$)",
)
_INSIDE = r"^\s{2,}File \"[^\"]{1,400}\", line \d+"


def _ways(level: str) -> list[str]:
    words, letter = _WORDS[level], _LETTERS[level]
    return [
        rf"(?:^|[\s\[|:<(\"'=*]){_either(words)}(?:[\s\]|:>)\",'*-]|$)",
        rf"\b(?:level|levelname|severity|lvl)[\"']?\s?[=:]\s?[\"']?(?i:{words}|err)\b",
        rf"^(?:{_STAMP} )?(?:\[\d+\] )?{letter} \[\d+\]",
        rf"^(?:{_STAMP} )?{letter} [\w.]+ - ",
        rf"^{letter}\d{{4}} \d\d:\d\d:\d\d",
    ]


def _either(words: str) -> str:
    return f"(?:{words}|{words.lower()}|{words.title()})"


_PATTERNS: dict[Level, "re.Pattern[str]"] = {
    "error": re.compile("|".join([*_ways("error"), *_TRACE])),
    "warning": re.compile("|".join(_ways("warning"))),
    "info": re.compile("|".join(_ways("info"))),
    "debug": re.compile("|".join(_ways("debug"))),
}
_OWN_FRAME = re.compile(r"\s{2,}File \"(?P<path>[^\"]+)\", line (?P<line>\d+)")
_OF_OTHERS = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python\d|^<|importlib|azureml_inference_server|runpy\.py"
)


def level_of(text: str) -> Level:
    """What a line says of itself; empty where it says nothing. Of several words the first one counts."""
    found: tuple[int, Level] | None = None
    head = text[:_LOOKED_AT]
    for level, pattern in _PATTERNS.items():
        hit = pattern.search(head)
        if hit and (found is None or hit.start() < found[0]):
            found = (hit.start(), level)
    return found[1] if found else ""


def is_own_frame(text: str) -> bool:
    """Whether a line of a traceback stands for the person's own code, and not for that of a package."""
    frame = _OWN_FRAME.match(text)
    return frame is not None and not _OF_OTHERS.search(frame["path"])


def pattern_from(level: Level) -> str:
    """What RE2 finds in lines of that level and graver ones, and in the tracebacks between them; rather too many."""
    ways = [*_ways("error"), *_TRACE, _INSIDE]
    if level == "warning":
        ways += _ways("warning")
    return "|".join(ways)
