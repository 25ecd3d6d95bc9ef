"""Which line of a log tells most about an error that no signature knows."""

import re
from collections.abc import Callable, Sequence

from checks.logs.lines import Line

_NAMED = re.compile(
    r"(?:^|[\s\"'(:\]])(?:[A-Za-z_][\w.]*(?:Error|Exception)|error\w*|panic|fatal(?: error)?|ERR!|[Ee]rror code)"
    r"[:!]? ?[:(]|##\[error\]|^E: |^error\b|^(?:ERROR|FATAL)\b|\bpanicked at\b"
)
_FAILS = re.compile(
    r"(?i)\b(?:fail(?:ed|s|ure|ing)|denied|refus(?:ed|es|ing)|unable to|can(?:not|'t)|could(?:n't| not)|no such"
    r"|not (?:found|allowed|valid|supported|permitted|exist|recogni[sz]ed)|invalid|forbidden|unauthori[sz]ed|killed"
    r"|tim(?:ed|e) ?out|abort(?:ed|ing)|broken|wrong|unsupported|exceed(?:ed|s)|rejected|missing|unexpected|undefined"
    r"|crash(?:ed|es|ing)|terminated|corrupt(?:ed)?|mismatch|incompatible|conflict(?:s|ing)?|error)\b"
)
_EVENT = re.compile(r"(?:^|\s)Warning\s+[A-Z]\w+\s")
_CODE = re.compile(r"\bexit(?:ed)?[ -](?:with )?(?:code|status)[: ]*[1-9]|\bnon-zero\b")
_GENERAL = re.compile(
    r"(?i)\bexit(?:ed)?[ -](?:with )?(?:code|status)|non-zero|worker exiting|back-?off|crashloop|shutting down"
    r"|process completed|command (?:failed|terminated|returned)|see (?:the )?(?:log|above|below)|script exited"
    r"|make(?:\[\d+\])?: \*\*\*|an error occurred|unhandled exception|unknown error|internal server error\W*$"
    r"|^\W*(?:error|failed)\W*$|request is invalid|deployment failed"
)
_FINE = re.compile(
    r"(?i)\b(?:no|0|without|zero) (?:error|failure|warning)s?\b|errors?[\"']?[=:] ?(?:0|null|none|false|\[\])|\" 2\d\d "
    r"|^[\w ().-]{1,40}: (?:none|null|false|0|no|n/a)$"  # a setting
)
_ANY = re.compile(
    r"(?i)err|fail|fatal|panic|denied|refus|unable|cannot|can't|could|invalid|not |no such|warning|exit|time|exce"
    r"|unexp|missing|forbid|reject|kill|abort|broken|wrong|unauth|unsup|unrec|undef|crash|corrupt|mismatch|conflict"
    r"|incompat|terminated"
)
LEAST = 2  # below, a line tells nothing
CLEAR = 4  # from here, a line is an error most likely
PLAIN = 6  # from here, a line is an error for sure


def most_telling(lines: Sequence[Line], counts: Callable[[int], bool], least: int = LEAST) -> int | None:
    """The position of the line that tells most: of equal ones the first, None where none is worth `least`.

    `counts` tells which lines may be named.
    """
    best, at = least - 1, None
    for position, line in enumerate(lines):
        if line.level not in {"error", "critical"} and not _ANY.search(line.text[:2000]):
            continue
        worth = _worth(line)
        if worth > best and counts(position):
            best, at = worth, position
    return at


def _worth(line: Line) -> int:
    text = line.text[:2000].strip()
    if len(text) < 4 or _FINE.search(text):
        return 0
    own = bool(line.time) or line.raw != line.text  # the level is this line's, not that of the record before it
    worth = {"error": 4, "critical": 4, "warning": 1}.get(line.level, 0) if own else 0
    if own and line.level in {"info", "debug"}:
        worth -= 2
    named = _NAMED.search(text) is not None
    worth += 4 * named + 2 * bool(_FAILS.search(text)) + 3 * bool(_EVENT.search(text)) + bool(_CODE.search(text))
    return min(worth - 4, 3) if worth and _GENERAL.search(text) else worth
