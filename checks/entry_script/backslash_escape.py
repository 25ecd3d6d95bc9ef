"""A backslash in a text starts an escape that Python cannot read.

What it finds
-------------
A text such as `"C:\\Users\\me"`, in which `\\U`, `\\u`, `\\x` or `\\N` begins the number or name of a character
that does not follow.

Why it breaks
-------------
Python reads `\\U` as the begin of an eight-digit code point, and refuses the text: the import fails with "(unicode
error) 'unicodeescape' codec can't decode bytes", the worker exits with code 3, and the container restarts.

How to fix
----------
Put an `r` before the quote when the backslashes are meant as they stand (patterns). A path of the own computer does not
exist in the container either: build paths from `AZUREML_MODEL_DIR`.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.lexer import Text
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage

_UNREADABLE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:U(?![0-9a-fA-F]{8})|u(?![0-9a-fA-F]{4})|x(?![0-9a-fA-F]{2})|N(?!\{[A-Za-z0-9 -]+\})))"
)


@check(
    "entry-script.backslash-escape",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def backslash_escape(evidence: Evidence) -> Iterator[Finding]:
    """Look for unreadable escapes in a text that does not parse."""
    yield from findings(evidence, "backslash_escape")


def detect(broken: Broken) -> Fault | None:
    """Try raw texts in the place of those with unreadable escapes."""
    if "\\" not in broken.text or "error) " not in broken.problem.message:
        return None
    wrong = [text for text in broken.lexed.strings if _escape(broken, text)]
    changes = tuple(Change(text.start, text.start, "r") for text in wrong if not broken.text[: text.end].endswith("\\"))
    if not broken.gain(changes, same_line=True):
        return None
    return Fault(
        title=f"`{_escape(broken, wrong[0])}` in a text starts an escape that Python cannot read",
        places=tuple(text.start for text in wrong),
        changes=changes,
        fix="put an `r` before the quote, so that backslashes stand for themselves",
    )


def _escape(broken: Broken, text: Text) -> str:
    if "r" in text.prefix.lower() or text.curly:
        return ""
    match = _UNREADABLE.search(broken.text, text.start, text.end)
    readable = match is not None and "b" in text.prefix.lower() and match[1] != "\\x"
    return match[1] if match and not readable else ""


CASES = (
    fires('path = "C:\\Users\\me\\model.pkl"\n', line=1, fixed='path = r"C:\\Users\\me\\model.pkl"\n', saw="`\\U`"),
    fires("a = 1\nb = '\\x1'\n", line=2, fixed="a = 1\nb = r'\\x1'\n"),
    fires("p = f'{1}\\Users'\nq = 'D:\\Users'\n", findings=1, fixed="p = rf'{1}\\Users'\nq = r'D:\\Users'\n"),
    quiet('path = "C:\\\\Users"\nother = r"C:\\Users"\nword = "\\u00e9"\ndef run(data) return data\n'),
    quiet('path = "C:\\\\Users"\n'),
)
