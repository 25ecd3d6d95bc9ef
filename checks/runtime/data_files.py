"""Data files that the script reads and that are broken: which file an exception speaks of, and which line of it."""

import ast
import re
from dataclasses import dataclass

from checks.evidence import Evidence, ModelFolder, Opened, Phase
from checks.runtime.at_fault import faults
from checks.runtime.failures import Failure, probe_of, same_file
from checks.runtime.origins import BODY, FILE, UNKNOWN, origins_of
from checks.runtime.wording import base_name

_FORMS = {
    "JSONDecodeError": "JSON", "TOMLDecodeError": "TOML", "ScannerError": "YAML", "ReaderError": "YAML",
    "ComposerError": "YAML", "ConstructorError": "YAML", "MissingSectionHeaderError": "INI", "ParsingError": "INI",
    "DuplicateOptionError": "INI", "DuplicateSectionError": "INI", "EmptyDataError": "CSV",
}  # fmt: skip
_LINES = (
    r"line (?P<line>\d+),? column (?P<column>\d+)",
    r"(?:\[line|, line:?|in line|line:)\s*(?P<line>\d+)",
)
_CODEC = r"'([\w-]+)' codec can't decode"
_NAMES = r"""(?:in "|file: '|errors: '|reading ')(?P<name>[^'"<>]+)['"]"""
_VALUES = r"to unpack|could not convert|invalid literal|out of range|columns passed"


@dataclass(frozen=True)
class BrokenFile:
    """A file and the place in it; `flaw` is `empty`, `markup` or nothing, `form` what it should be (`UTF-8 text`)."""

    path: str
    form: str
    line: int | None = None
    column: int | None = None
    flaw: str = ""
    by_line: bool = False  # its lines are parsed one by one: a place in the text is none in the file

    @property
    def name(self) -> str:
        """The file's own name."""
        return base_name(self.path)


def broken_file(failure: Failure, evidence: Evidence) -> BrokenFile | None:
    """The data file that an exception speaks of; None when it is, or may be, the request body."""
    form = _form(failure)
    if form is None and not (failure.kind in ("ValueError", "IndexError") and re.search(_VALUES, failure.message)):
        return None
    named = re.search(_NAMES, failure.message) if form else None
    path = named["name"] if named else _opened(failure, evidence, parses=form is not None)
    if path is None:
        return None
    if form == "JSON" and _by_line(failure):
        return BrokenFile(path, form, by_line=True)
    found = next((one for words in _LINES if (one := re.search(words, failure.message))), None) if form else None
    line, column = (found["line"], found.groupdict().get("column")) if found else (None, None)
    flaw = str(failure.error.detail.get("document") or "") or _judged(path, evidence)
    if failure.kind == "EmptyDataError":
        flaw = "empty"
    return BrokenFile(path, form or "data", int(line) if line else None, int(column) if column else None, flaw)


def _form(failure: Failure) -> str | None:
    if failure.kind == "UnicodeDecodeError" and (codec := re.match(_CODEC, failure.message)):
        return f"{codec[1].upper()} text"
    if failure.kind == "ParserError":
        return "CSV" if "tokenizing" in failure.message else "YAML"
    return _FORMS.get(failure.kind)


def _opened(failure: Failure, evidence: Evidence, *, parses: bool) -> str | None:
    """The file that the failing line reads, when nothing but a file flows into it."""
    own = failure.own
    if own is None:
        return None
    origins, statement = origins_of(failure), failure.statement
    if origins is None or statement is None or not failure.in_script(own):
        read = [one for one in _reads(evidence) if one.at and same_file(one.at.path, own.path)]
        near = [one for one in read if one.at and one.at.function == own.function]
        return near[-1].path if parses and near else None
    if parses:
        calls = [one for one in ast.walk(statement) if isinstance(one, ast.Call)]
        sources = frozenset().union(*(origins.of(one) for one in calls))
    else:
        sources = frozenset().union(*(one.sources for one in faults(failure)))
    lines = {int(one.removeprefix(FILE)) for one in sources if one.startswith(FILE)}
    if not lines or (sources & {BODY, UNKNOWN} and failure.phase is Phase.RUN):
        return None
    at_line = [one for one in _reads(evidence) if one.at and failure.in_script(one.at) and one.at.line in lines]
    return at_line[-1].path if at_line else _literal(failure, lines)


def _by_line(failure: Failure) -> bool:
    """True when what is parsed is the name that a loop gives, one after the other."""
    if failure.module is None or failure.statement is None:
        return False
    loops: list[ast.For | ast.comprehension] = [*failure.module.all(ast.For), *failure.module.all(ast.comprehension)]
    given = {node.id for loop in loops for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    calls = [node for node in ast.walk(failure.statement) if isinstance(node, ast.Call) and node.args]
    parsed = [one.args[0] for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "loads"]
    return any(isinstance(node, ast.Name) and node.id in given for one in parsed for node in ast.walk(one))


def _reads(evidence: Evidence) -> list[Opened]:
    return [
        one
        for one in probe_of(evidence).opened
        if one.mode == "read" and one.found and one.place not in ("environment", "system")
    ]


def _literal(failure: Failure, lines: set[int]) -> str | None:
    """The last text with an ending in the call that opens the file."""
    calls = failure.module.all(ast.Call) if failure.module else []
    texts = (
        node.value
        for call in calls
        if call.lineno in lines
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return next((text for text in texts if re.fullmatch(r"[\w./ -]+\.\w{2,5}", text)), None)


def _judged(path: str, evidence: Evidence) -> str:
    files = evidence.models.files if isinstance(evidence.models, ModelFolder) else ()
    kind = next((one.format for one in files if same_file(path, one.path)), "")
    return {"empty": "empty", "html": "markup"}.get(kind, "")
