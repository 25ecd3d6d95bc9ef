"""Which line of a log tells most about an error that no signature knows."""

import re
from collections.abc import Callable, Sequence

from checks.logs.lines import Line

_NAMED = re.compile(
    r"(?:^|[\s\"'(:\]])(?:[A-Za-z_][\w.]*(?:Error|Exception)|error\w*|panic|fatal(?: error)?|ERR!|[Ee]rror code)"
    r"(?:[:!]? ?:(?!\S)|\()|##\[error\]|^E: |^error\b|^(?:ERROR|FATAL)\b|\bpanicked at\b"
    r"|^(?:[│|] *)?Error(?::| in \w| from server\b)|^\((?:[A-Z][a-z0-9]+){2,}\) "
)
_FAILS = re.compile(
    r"(?i)(?<![\w/-])(?<!\w\.)(?:fail(?:ed|s|ure|ing)|denied|refus(?:ed|es|ing)|unable to|can(?:not|'t)"
    r"|could(?:n't| not)|no such|not (?:found|allowed|valid|supported|permitted|exist|recogni[sz]ed)|invalid"
    r"|forbidden|unauthori[sz]ed|killed|timed ?out|time ?out(?! ?[=:(]| is set)|abort(?:ed|ing)|broken|wrong"
    r"|unsupported|exceed(?:ed|s)|rejected|missing|unexpected|undefined|crash(?:ed|es|ing)|terminated|corrupt(?:ed)?"
    r"|mismatch|incompatible|conflict(?:s|ing)?|error)(?![\w/-]|\.\w)"
)
_SAID = re.compile(
    r"(?i)\b(?:fail(?:s|ed)? to|unable to|not able to|(?<!you )can ?(?:not|'t)|could ?(?:not|n't)"
    r"|refus(?:es|ed|ing) to) \w|\b(?:failed|failure)\b[^:]{0,80}: ?[\w\"'/\[(<]"
    r"|\b(?:exec format error|refusing|crashed)\b"
    r"|(?::|->|=>|desc =) ?\(?(?:no such file or directory|permission denied|operation not permitted"
    r"|access (?:is )?denied|(?:\w+ )?not found|connection (?:refused|reset)[\w ]*|(?:\w+ )*timed out"
    r"|broken pipe|unauthorized|forbidden|eof|file exists)\W*$"
)
"""What says that something failed, more than by a word that can stand in any text."""
_CALM = re.compile(
    r"^\W{0,3}(?:\S+ ){0,3}\[?(?:INFO|Info|DEBUG|NOTICE)\b|^I\d{4} |(?:^|\s)Normal\s+[A-Z]\w+\s"
    r"|\blevel=\"?(?i:info|debug)\b"
)
_WARNS = re.compile(
    r"^\W{0,3}(?:\S+ ){0,3}\[?(?:WARN|WARNING|Warning)\b|^W\d{4} |\w(?:Warning|WARNING): |\blevel=\"?(?i:warn)"
    r"|WARNING:\w+:|\bNCCL (?:WARN|INFO)\b"
)
_SOURCE = re.compile(
    r"^\s*(?:except\b.*:$|raise [A-Z]|(?:print\w*|echo|throw|assert\w*) ?\(|echo [\"'$]|throw new |import "
    r"|from \S+ import |(?:self\.)?_?(?:logger|logging|log|console)\.\w+\(|(?:async )?def \w+ ?\(|class \w+.*:$"
    r"|(?:el)?if .*:$|(?:-+> ?)?\d+ +raise |\| \*\*|(?:#+|//) ?(?=[A-Za-z*`\"'])|[-*] \*\*|\w+ = [\w.]+\()"
)
"""Source code, comments and documents: they name errors, and tell of none."""
_EVENT = re.compile(r"(?:^|\s)Warning\s+[A-Z]\w+\s")
_CODE = re.compile(r"\bexit(?:ed)?[ -](?:with )?(?:code|status)[: ]*[1-9]|\bnon-zero\b")
_GENERAL = re.compile(
    r"(?i)\bexit(?:ed)?[ -](?:with )?(?:code|status)|non-zero|worker exiting|back-?off|crashloop|shutting down"
    r"|process completed|command (?:failed|terminated|returned)|see (?:the )?(?:log|above|below)|script exited"
    r"|make(?:\[\d+\])?: \*\*\*|an error occurred|unhandled exception|unknown error|internal server error\W*$"
    r"|request is invalid|deployment failed"
)
_FINE = re.compile(
    r"(?i)\b(?:no|0|without|zero) (?:error|failure|warning)s?\b|errors?[\"']?[=:] ?(?:0|null|none|false|\[\])|\" 2\d\d "
    r"|^[\w ().-]{1,40}: (?:none|null|false|0|no|n/a)$|^[\w ().-]{1,40}:\s+terminated$"  # a setting
    r"|\b(?:fail\w*|err\w*|invalid|missing|reject\w*|abort\w*|kill\w*|timed? ?outs?|conflicts?|oomkilled)\b"
    r"[\w /()]{0,20}[\"']?\s*[:=|]\s*[\"']?(?:0\b(?!\.\d*[1-9])|none\b|null\b|false\b|\[\]|\{\})"
    r"|\b0 (?:\w+ ){0,2}(?:fail\w*|err\w*|invalid|missing|reject\w*|abort\w*|kill\w*|conflicts?)\b"
    r"|\bPASSED\b|^\W*[✓✔✅]"
    # how good a model is: `error rate of the model: 0.02`, `mean absolute error = 3.1e-4`
    r"|\b(?:errors? (?:rates?|ratio)|(?:mean|squared|absolute|standard|percentage|training|validation|test) error)\b"
    r"[\w /()%@-]{0,30}\W{0,3}\d[\d.,e+-]* ?%?$"
)
_LABEL = re.compile(r"(?i)\W*(?:an? |the )?(?:errors?|failed|failure|exception|fatal)(?: (?:message|details?))?\W*")
_ANY = re.compile(
    r"(?i)err|fail|fatal|panic|denied|refus|unable|cannot|can't|could|invalid|not |no such|warning|exit|time|exce"
    r"|unexp|missing|forbid|reject|kill|abort|broken|wrong|unauth|unsup|unrec|undef|crash|corrupt|mismatch|conflict"
    r"|incompat|terminated"
)
LEAST = 2  # below, a line tells nothing
SAID = 3  # from here, a line says that something failed
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
    if len(text) < 4 or _FINE.search(text) or _LABEL.fullmatch(text):
        return 0
    if _SOURCE.match(text):
        return 0
    own = bool(line.time) or line.raw != line.text  # the level is this line's, not that of the record before it
    level = line.level if own else ""
    if _CALM.search(text):
        level = "info"
    worth = 4 if level in {"error", "critical"} else 0
    worth += 4 * (_NAMED.search(text) is not None) + 3 * bool(_EVENT.search(text)) + bool(_CODE.search(text))
    if _FAILS.search(text):
        worth += 3 if not worth and _SAID.search(text) else 2
    if worth and _GENERAL.search(text):
        worth = min(worth - 4, 3)
    if level in {"info", "debug"}:
        return worth - 2
    return min(worth, LEAST) if (level == "warning" or _WARNS.search(text)) and not _EVENT.search(text) else worth
