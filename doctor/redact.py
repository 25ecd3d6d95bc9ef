"""Secrets leave no trace in what doctor shows or writes: the value goes, the name beside it stays."""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache

from doctor.presearch import Rules

MASK = "***"

_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|connection[_-]?string|conn[_-]?str"
    r"|(?:api|account|access|storage|shared|subscription|primary|secondary|master|private|encryption|auth)[_-]?key"
    r"|client[_-]?key[_-]?data)s?"
)
_KEY = (
    r"(?![/~])(?:(?=[\w+/=~%-]{0,80}\d)(?=[\w+/=~%-]{0,80}[a-z])(?=[\w+/=~%-]{0,80}[A-Z])[\w+/=~%-]{16,}+"
    r"|(?=[A-Za-z]{0,80}\d)(?=\d{0,80}[A-Za-z])[A-Za-z0-9]{20,}+)(?![\w.(\[])"
)
"""What a machine made, without quotes around it: a word that a person chose is no secret, as the name of a Secret."""
_PATTERNS = (
    # A key in PEM form, to its end or to the end of the text.
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:(?=-----END)|\Z)", re.DOTALL),
    # name = "value", "name": "value", name="value"; placeholders in <brackets> or ${braces} are no secrets
    re.compile(
        rf"(?i)(?<![a-z])({_NAME}(?![\w-])[\"']?\]?(?:\s*:\s*str)?\s*[:=]\s*[rbfu]{{0,2}}([\"']))"
        r"(?!<|\$|\{|%|your[-_ ])[^\"'\n]{6,}(?=\2|\n|\Z)"
    ),
    # AccountKey=…;  sig=…&  Password=…; as connection strings and signed links hold them
    re.compile(
        r"(?i)\b((?:account|sharedaccess|access)key=|sig=|pwd=|password=)(?=[^;&\s\"'\\]{0,200}[\d+/%]|[^;&\s\"'\\]{200})[^;&\s\"'<\\]{6,}"
    ),
    # /password: text "…", /rows/0/api_key is text "…": how findings speak of a value in a request
    re.compile(rf"(?i)(/{_NAME}(?![\w-])[^\"\n]{{0,60}}?\btext \")[^\"\n]{{3,}}"),
    # api-key: value, X-Api-Key=value, token: value; as headers, YAML and URLs have them, without quotes
    re.compile(rf"(?<![A-Za-z])((?i:{_NAME})(?![\w-])\s*[:=]\s*){_KEY}"),
    # ?code=value&key=value: what opens a function or an API stands in the query of its URL
    re.compile(rf"(?i)([?&](?:code|key|sig|{_NAME})=)(?=[^&\s\"'<\\]{{0,200}}\d)[^&\s\"'<\\]{{12,}}"),
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{16,}"),
    re.compile(r"((?<=[a-z])://[^/\s:@\"']*:)[^/\s@\"'<]{3,}(?=@)"),
    # Tokens that say by their form what they are: JWT, GitHub, AWS, Slack, Google, Hugging Face, OpenAI, Azure DevOps
    re.compile(
        r"()\b(?:eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?|gh[pousr]_\w{20,}|github_pat_\w{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}"
        r"|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|hf_[A-Za-z0-9]{24,}|sk-[\w-]{20,})"
    ),
)

_RULES = Rules(*((pattern, rf"\g<1>{MASK}") for pattern in _PATTERNS))
CHANGED = (*_PATTERNS, re.compile("PRIVATE KEY-----"))
"""What a text that is changed holds, values that are remembered aside."""
_ANY = Rules(*((pattern, MASK) for pattern in CHANGED))
_PAYS = 1000  # characters from which on it pays to load what asks first which pattern may match

_SIGNS = (
    *(
        "pass",
        "pwd",
        "secret",
        "token",
        "credential",
        "conn",
        "key",
        "sig=",
        "bearer",
        "basic",
        "@",
        "eyj",
        "gh",
        "akia",
    ),
    *("asia", "xox", "aiza", "hf_", "sk-", "code="),
)
"""What each pattern needs, in small letters: most texts have none of it, and need no pattern then."""
_LONG = 20_000  # characters from which on it pays to look for places with RE2
_LONGEST_KEY = 120  # lines
_GOES_ON = 2  # lines behind a name within which its value may stand


_remembered: set[str] = set()
_SHORTEST_VALUE = 8  # characters: less is found in every text
_FOLDERS = frozenset({"PWD", "OLDPWD"})  # the shell's folders: no password, whatever the name looks like


def is_secret_name(name: str) -> bool:
    """Whether a variable or key of this name holds a secret: `API_KEY`, `db_password`."""
    return re.search(rf"(?i)(?<![a-z]){_NAME}\Z", name) is not None


def remember(variables: Mapping[str, str]) -> None:
    """Mask the values of the variables that hold secrets, from now on and wherever they turn up.

    The code under examination sees them, and may say them in an exception, without a name beside them.
    """
    remember_values(v for name, v in variables.items() if is_secret_name(name) and name not in _FOLDERS)


def remember_values(values: Iterable[str]) -> None:
    """The same of values that are known to be secrets, as another process has told."""
    found = {value for value in values if _may_be_secret(value)}
    if not found <= _remembered:
        _remembered.update(found)
        redact.cache_clear()


def remembered() -> tuple[str, ...]:
    """All of them, to be told to a process that shows what this one saw."""
    return tuple(sorted(_remembered))


def _may_be_secret(value: str) -> bool:
    """False for what is too short, and for a path: the file there may be secret, its name is not."""
    return len(value) >= _SHORTEST_VALUE and not re.match(r"[~.]{0,2}[/\\]|[A-Za-z]:[/\\]", value)


def is_like_key(word: str) -> bool:
    """Whether a word of a command line may be a key that was given in the place of something else."""
    mixed = re.search(r"\d", word) and re.search("[a-z]", word) and re.search("[A-Z]", word)
    is_hex = re.fullmatch(r"(?=.*\d)(?:[0-9a-f]{24,}|[0-9A-F]{24,})", word)
    return len(word) >= 16 and bool(mixed or is_hex) and "." not in word and not word.startswith(("/", "~", "--"))


def variable_shown(name: str) -> str:
    """The name of an environment variable; nothing of what may be its value, given in the place of the name."""
    usual = re.fullmatch(r"[A-Z_][A-Z0-9_]*", name) is not None
    return name if usual and ("_" in name or len(name) < 16 or name.isalpha()) else MASK


@lru_cache(maxsize=1024)  # a report says the same reason of many checks
def redact(text: str) -> str:
    """The text with the values of secrets replaced by MASK. Doing it twice changes nothing more."""
    return _masked(text)


def redact_lines(text: str) -> str:
    """The same for a long text whose lines are counted: none is lost, and only where a secret may stand is looked."""
    for value in _remembered:
        text = text.replace(value, MASK)
    if not _may_hold(text):
        return text
    lines = text.split("\n")
    may_hold = _places(text, lines)
    at = 0
    while at < len(lines):
        if at not in may_hold:
            at += 1
        elif _begins_key(lines[at]):
            end = _end_of_key(lines, at + 1)
            lines[at] = _masked(lines[at])
            lines[at + 1 : end] = [MASK] * (end - at - 1)
            at = end
        else:
            end = at + 1
            last = end + _GOES_ON
            while end < min(last, len(lines)) and not _begins_key(lines[end]):
                last = end + 1 + _GOES_ON if end in may_hold else last
                end += 1
            lines[at:end] = _masked("\n".join(lines[at:end])).split("\n")
            at = end
    return "\n".join(lines)


def _places(text: str, lines: list[str]) -> set[int]:
    """The numbers of the lines in which a secret may begin; of a long text they are found more exactly, and soon."""
    if len(text) < _LONG:
        return {number for number, line in enumerate(lines) if _may_hold(line)}
    return _ANY.lines(text)


def _masked(text: str) -> str:
    for value in _remembered:
        text = text.replace(value, MASK)
    if not _may_hold(text):
        return text
    if len(text) >= _PAYS or "re2" in sys.modules:
        return _RULES.substituted(text)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def holds_remembered(text: str) -> bool:
    """Whether the value of a secret variable stands in it."""
    return any(value in text for value in _remembered)


def _may_hold(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in _SIGNS)


def _begins_key(line: str) -> bool:
    """True for the first line of a key in PEM form that goes on in the next."""
    return "-----BEGIN" in line and "PRIVATE KEY-----" in line and "-----END" not in line


def _end_of_key(lines: list[str], start: int) -> int:
    """Where a key ends: at its last line, and where that is cut off, at the first line that no key has."""
    near = lines[start : start + _LONGEST_KEY]
    for end in ("-----END", " "):
        found = next((number for number, line in enumerate(near) if end in line.strip()), None)
        if found is not None:
            return start + found
    return start + len(near)
