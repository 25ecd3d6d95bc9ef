"""The entry script is not text in the encoding that Python expects.

What it finds
-------------
A file that is not UTF-8 and does not say in its first two lines what it is; one that is UTF-16; one that names an
encoding that Python does not know; and binary files with the name of a script.

Why it breaks
-------------
Python reads scripts as UTF-8 unless a `coding:` comment names something else. Bytes that make no UTF-8 are refused: the
import fails with a SyntaxError, the worker exits with code 3, and the container restarts. In a comment they are a
warning: an import lets them pass, and `python score.py` does not.

How to fix
----------
Save the file as UTF-8.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations. Comments: measured, Python 3.6 to 3.13.
"""

import io
import re
import tokenize
from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.diagnosis import EXPLAINED
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

_BINARY = (
    ("PK\x03\x04", "a zip archive"),
    ("\x7fELF", "a compiled program"),
    ("%PDF", "a PDF document"),
    ("\x1f\ufffd", "a gzip archive"),
    ("\ufffdPNG", "an image"),
    ("\ufffd\x04", "a pickle"),
    ("\ufffd\x03", "a pickle"),
    ("\ufffd\x05", "a pickle"),
    ("\ufffdHDF", "an HDF5 file"),
)


@check(
    "entry-script.not-utf8",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(*EXPLAINED, "runtime.contract-refused"),
)
def not_utf8(evidence: Evidence) -> Iterator[Finding]:
    """Look at what the file's bytes could not be read as."""
    script_ = evidence.script
    assert isinstance(script_, Script)
    if not script_.undecodable:
        return
    found = re.match(r"line (\d+), byte (\d+)", script_.undecodable)
    line = int(found[1]) if found else 1
    what = next((name for begin, name in _BINARY if script_.text.startswith(begin)), None)
    if what:
        title, fix = (
            f"the entry script is {what}, not Python",
            Fix(title="put the entry script in the place of this file"),
        )
    elif "UTF-16" in script_.undecodable:
        title, fix = "the entry script is UTF-16, not UTF-8", _convert("UTF-16", script_.path)
    elif "encoding" in script_.undecodable and not found:
        title, fix = "the entry script names an encoding that does not fit", Fix(title="save the file as UTF-8")
    elif _only_in_comments(script_):
        yield Finding(
            title=f"a comment of the entry script is not UTF-8, from line {line} on",
            why="The server imports the script, and an import lets such a comment pass. `python score.py`, editors and "
            "tools that read the file refuse it.",
            severity=Severity.WARNING,
            evidence=(Quote(source=script_.path, line=line, text=script_.undecodable),),
            about=(f"line:{line}",),
            fixes=(_convert(None, script_.path),),
        )
        return
    else:
        title, fix = f"the entry script is not UTF-8 from line {line} on", _convert(None, script_.path)
    yield Finding(
        title=title,
        evidence=(Quote(source=script_.path, line=line, text=script_.undecodable),),
        about=(f"line:{line}", "phase:import", "exception:SyntaxError"),
        fixes=(fix,),
    )


def _only_in_comments(script_: Script) -> bool:
    """Whether all that could not be read stands in comments; of another encoding Python reads comments as well."""
    if script_.encoding not in ("utf-8", "utf-8-sig"):
        return False
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(script_.text).readline))
    except (tokenize.TokenError, SyntaxError):
        return False
    inside = sum(token.string.count("\ufffd") for token in tokens if token.type == tokenize.COMMENT)
    return inside == script_.text.count("\ufffd")


def _convert(encoding: str | None, path: str) -> Fix:
    told = f"it reads as {encoding}" if encoding else "an editor of Windows wrote cp1252, as a rule"
    return Fix(
        title=f"save the file as UTF-8 ({told})",
        commands=(f"iconv -f {encoding or '<its encoding>'} -t UTF-8 {path} > {path}.utf8 && mv {path}.utf8 {path}",),
    )


_LATIN = Script(
    path="score.py",
    text="x = 'Gr\ufffd\ufffde'\n",
    undecodable="line 1, byte 8: 0xfc is no utf-8",
)
_REMARK = msgspec.structs.replace(_LATIN, text="x = 1  # Gr\ufffd\ufffde\n")
_WIDE = Script(path="score.py", text="x = 1\n", encoding="utf-16", undecodable="the file is UTF-16; Python reads UTF-8")
_ZIP = Script(path="score.py", text="PK\x03\x04\ufffd", undecodable="line 1, byte 5: 0xff is no utf-8")

CASES = (
    fires(script("").replace(script=_LATIN), line=1, saw="0xfc"),
    fires(script("").replace(script=_REMARK), line=1, saw="a comment of the entry script is not UTF-8"),
    fires(script("").replace(script=_WIDE), saw="UTF-16"),
    fires(script("").replace(script=_ZIP), saw="a zip archive"),
    quiet("x = 'Grüße'\n"),
    quiet(script("").replace(script=Script(path="score.py", text="# coding: latin-1\nx = 'ü'\n", encoding="latin-1"))),
)
