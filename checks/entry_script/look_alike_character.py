"""Characters that look like others stand in the code.

What it finds
-------------
Outside of texts and comments: a typographic minus (U+2212), dashes, curly quotes, full-width punctuation and the like,
which Python does not read as the character that they resemble; and names spelled with letters of another alphabet
while the script also uses the same name in Latin letters.

Why it breaks
-------------
Word processors, chats and web pages replace characters as one types or copies. Python knows only the plain ones, so the
import fails with "invalid character", the worker exits with code 3, and the container restarts. A name with a foreign
letter is another name: the script imports, and raises a NameError when it comes to the name.

How to fix
----------
Replace each by the character that it resembles.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#identifiers and
https://www.unicode.org/reports/tr39/#Confusable_Detection
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.characters import PUNCTUATION, codes, looks_like, name
from checks.entry_script.diagnosis import EXPLAINED, findings, quotes
from checks.entry_script.lexer import CURLY_DOUBLE, CURLY_SINGLE, Text, lex
from checks.entry_script.positions import Positions
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage

_ALIKE = re.compile(f"[{re.escape(''.join(PUNCTUATION))}]")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@check(
    "entry-script.look-alike-character",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(*EXPLAINED, "entry-script.undefined-name", "entry-script.no-init", "entry-script.no-run"),
)
def look_alike_character(evidence: Evidence) -> Iterator[Finding]:
    """Look at punctuation in a text that does not parse, and at names in one that does."""
    script, module = entry_script(evidence)
    if module.tree is None:
        yield from findings(evidence, "look_alike_character")
    elif not script.text.isascii():
        yield from _names(script)


def detect(broken: Broken) -> Fault | None:
    """Try the text with plain characters: in code, in f-string fields, and as the quotes of texts left open."""
    if not _ALIKE.search(broken.text):
        return None
    lexed = broken.lexed
    quoted = [change for text in lexed.strings if text.curly for change in _straight(broken.text, text)]
    single = [m for m in _ALIKE.finditer(broken.text) if lexed.is_code(m.start())]
    plain = (*quoted, *(Change(m.start(), m.end(), PUNCTUATION[m.group()]) for m in single))
    closing = tuple(change for text in lexed.strings if not text.closed for change in _closing(broken.text, text))
    fields = tuple(
        Change(m.start(), m.end(), PUNCTUATION[m.group()])
        for m in _ALIKE.finditer(broken.text)
        if lexed.in_field(broken.text, m.start())
    )
    tries = [c for c in (plain, (*plain, *closing), (*plain, *fields), closing, fields) if c]
    best, gain = broken.best(tries, same_line=not broken.stopped_in_open_text)
    if not gain:
        return None
    found = [broken.text[c.start] for c in best if c.end == c.start + 1 and broken.text[c.start] in PUNCTUATION]
    unique = list(dict.fromkeys(found))
    reads = PUNCTUATION[unique[0]]
    title = (
        f"{name(unique[0])} stands in the code instead of `{reads}`"
        if len(unique) == 1
        else f"look-alike characters stand in the code: {codes(found, 2)}"
    )
    return Fault(
        title=title,
        places=tuple(change.start for change in best),
        changes=best,
        fix="replace them by the characters that they resemble",
        told="Word processors, chats and web pages replace characters as one types or copies. Python knows only the "
        'plain ones: the import fails with "invalid character", the worker exits with code 3, and the container '
        "restarts.",
        safety=Safety.SAFE,
    )


def _straight(text: str, quoted: Text) -> list[Change]:
    """Plain quotes around a text in curly ones: double, or single where the text holds double ones."""
    inside = text[quoted.start + 1 : quoted.end - 1]
    quote = PUNCTUATION[text[quoted.start]]
    other = "'" if quote == '"' else '"'
    if quote in inside and other not in inside:
        quote = other
    ends = [Change(quoted.start, quoted.start + 1, quote), Change(quoted.end - 1, quoted.end, quote)]
    if quote not in inside:
        return ends
    return [*ends, *(_escape(quoted, m) for m in re.finditer(quote, inside))]


def _escape(quoted: Text, match: re.Match[str]) -> Change:
    at = quoted.start + 1 + match.start()
    return Change(at, at, "\\")


def _closing(text: str, opened: Text) -> list[Change]:
    """The last curly quote of a text that a plain quote opened and nothing closed."""
    alike = CURLY_DOUBLE if opened.quote == '"' else CURLY_SINGLE
    places = [i for i in range(opened.start + 1, opened.end) if text[i] in alike]
    return [Change(places[-1], places[-1] + 1, opened.quote)] if places and len(opened.quote) == 1 else []


def _names(script: Script) -> Iterator[Finding]:
    """Names with foreign letters whose Latin twin is a name of the script as well, or is what the server looks for."""
    lexed = lex(script.text)
    spelled: dict[str, list[int]] = defaultdict(list)
    for match in _IDENTIFIER.finditer(script.text):
        if lexed.is_code(match.start()) or lexed.in_field(script.text, match.start()):
            spelled[match.group()].append(match.start())
    where = Positions(script.text)
    for foreign, places in spelled.items():
        latin = looks_like(foreign)
        if foreign.isascii() or not latin.isascii() or not (latin in spelled or latin in {"init", "run"}):
            continue
        if unicodedata.normalize("NFKC", foreign) == latin:  # the same name to Python: full-width letters
            continue
        strange = next(c for c in foreign if not c.isascii())
        lines = list(dict.fromkeys(where.line_of(place) for place in places))
        yield Finding(
            title=f"the name `{latin}` is spelled with a foreign letter: {name(strange)}"[:88],
            why="To Python these are two names: what is assigned to one is not there under the other, so the script "
            "raises a NameError where it comes to the spelling that nothing defines.",
            evidence=quotes(script, where, lines),
            confidence=Confidence.LIKELY,
            about=(f"name:{foreign}", f"name:{latin}", *(f"line:{n}" for n in lines)),
            fixes=(
                Fix(
                    title=f"spell `{latin}` in Latin letters",
                    safety=Safety.SAFE if latin not in {"init", "run"} or latin not in spelled else Safety.REVIEW,
                    edits=tuple(_edit(script.path, where, place, foreign, latin) for place in places),
                ),
            ),
        )


def _edit(path: str, where: Positions, place: int, foreign: str, latin: str) -> Edit:
    line, column = where.position(place)
    return Edit(
        path=path,
        start_line=line,
        start_column=column,
        end_line=line,
        end_column=column + len(foreign),
        replacement=latin,
    )


CASES = (
    fires("x = 5 − 3\n", line=1, saw="U+2212 MINUS SIGN", fixed="x = 5 - 3\n"),
    fires("import json\nx = json.loads(“{}”)\n", line=2, fixed='import json\nx = json.loads("{}")\n', findings=1),
    fires('x = “it\'s – "ok"”\ny = ‘a’\n', fixed='x = "it\'s – \\"ok\\""\ny = \'a\'\n', name="quotes inside"),
    fires('x = “say "a"”\n', fixed="x = 'say \"a\"'\n"),
    fires('print("hello”)\n', line=1, fixed='print("hello")\n'),
    fires('print(“hello")\n', line=1, fixed='print("hello")\n'),
    fires("def run(data)：\r\n    return（data）\r\n", fixed="def run(data):\r\n    return(data)\r\n", findings=1),
    fires('a = 2\nb = f"{a − 1}"\n', line=2, fixed='a = 2\nb = f"{a - 1}"\n'),
    fires("def f(a) → int: return a\nif 1 ≤ 2: pass\n", fixed="def f(a) -> int: return a\nif 1 <= 2: pass\n"),
    fires("mоdel = 1\ndef run(data): return model\n", saw="CYRILLIC SMALL LETTER O", line=1),
    fires("def init(): ...\ndef rún(data): return data\ndef іnit(): ...\n", saw="`init`", findings=1),
    quiet("# a − b\nx = '5 − 3 “quoted”'\ndef run(data) return x\n", name="in a text and a comment"),
    quiet("größe = 3\nπ = 3.14\nμ = 0.5\nданные = 1\ndef run(data): return größe\n", name="names in other alphabets"),
    quiet('x = f"{1 - 1} − “a”"\n'),
)
