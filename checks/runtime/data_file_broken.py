"""A data file that the script reads is broken.

What it finds
-------------
An exception of a reader (JSON, YAML, TOML, INI, CSV, text) about a file that the script opens itself: one that is
empty, a web page under the file's name, a comma too many, rows of another length, or text in another encoding.

Why it breaks
-------------
The file reached the service as it is: edited by hand, cut by a copy, or saved from an error page. Each start, or each
request, reads it again and fails at the same place.

How to fix
----------
Mend the file at the line that is named, and read it once before it is deployed. An empty one is uploaded again. Text
that is no UTF-8 is saved as UTF-8, or opened in the encoding that it was saved in.

Learn more
----------
Python documentation, "json", "tomllib", "configparser", "csv".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Opened, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.data_files import BrokenFile, broken_file
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import one_line, titled

_TOOLS = {"JSON": "python -m json.tool {name}"}


@check("runtime.data-file-broken", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def data_file_broken(evidence: Evidence) -> Iterator[Finding]:
    """Name the file, and the line of it."""
    for failure in told_by("runtime.data-file-broken", evidence):
        file = broken_file(failure, evidence)
        if file is None:
            continue
        title, fix = _story(file)
        yield failure.finding(
            titled(title, 88),
            saw=(Quote(source=file.path, line=None if file.flaw else file.line, text=one_line(failure.message, 160)),),
            about=(f"file:{file.name}", f"file:{file.path}"),
            fixes=(fix,),
            confidence=Confidence.CERTAIN if file.form != "data" else None,
        )


def _story(file: BrokenFile) -> tuple[str, Fix]:
    name = file.name
    commands = (_TOOLS[file.form].format(name=name),) if file.form in _TOOLS else ()
    if file.by_line:
        return f"a line of {name} is no valid {file.form}", Fix(title=f"mend {name}: each line is parsed by itself")
    if file.flaw == "empty":
        return f"{name} is empty", Fix(title=f"upload {name} again, and compare its size with the original")
    if file.flaw == "markup":
        return f"{name} is a web page, not {file.form}", Fix(
            title=f"download {name} again, and look at its first bytes", commands=(f"head -c 200 {name}",)
        )
    if file.form.endswith(" text"):
        return f"{name} is no {file.form}", _in_its_encoding(file)
    if file.form == "data":
        return f"{name} does not hold what the line reads", Fix(title=f"compare the rows of {name} with the line")
    place = ":".join(str(one) for one in (name, file.line, file.column) if one is not None)
    line = f"line {file.line} of {name}" if file.line else name
    return f"{place} is no valid {file.form}", Fix(title=f"mend {line}", commands=commands)


def _in_its_encoding(file: BrokenFile) -> Fix:
    if file.form != "UTF-8 text":  # most files are; the script, or the machine, names another encoding
        return Fix(title=f"open {file.name} as UTF-8", commands=('open(..., encoding="utf-8")',))
    return Fix(
        title=f"save {file.name} as UTF-8, or open it in the encoding that it was saved in, such as cp1252 of Windows",
        safety=Safety.PLACEHOLDER,
        commands=('open(..., encoding="<encoding>")',),
    )


SCRIPT = """import json

def init(): ...

def settings():
    with open("settings.json") as source:
        return json.load(source)

def run(raw):
    rows = json.loads(raw)
    limits = settings()
    pairs = [one.split(",") for one in open("limits.csv")]
    for low, high in pairs:
        return low
    events = [json.loads(line) for line in open("lines.jsonl")]
    return json.loads(open("more.json").read())
"""
COMMA = "Expecting property name enclosed in double quotes: line 3 column 1 (char 30)"
CODED = library("/usr/lib/python3.11/json/decoder.py")


def _read(path: str, needle: str) -> Opened:
    return Opened(path=path, mode="read", place="code", phase=Phase.RUN, at=at(SCRIPT, needle))


def _fails(type: str, text: str, *needles: str, opened: Opened | None = None, document: str | None = None) -> Evidence:
    frames = (*(at(SCRIPT, one) for one in needles), *((CODED,) if type == "JSONDecodeError" else ()))
    step = raised_in(Phase.RUN, type, text, *frames, document=document)
    return seen(SCRIPT, *started(step), body='{"rows": [1]}', opened=(opened,) if opened else ())


CP1252 = "'utf-8' codec can't decode byte 0xfc in position 2: invalid start byte"
OPENED = _read("settings.json", 'open("settings')

CASES = (
    fires(
        _fails("JSONDecodeError", COMMA, "= settings()", "json.load(source)", opened=OPENED),
        saw="settings.json:3:1 is no valid JSON",
        findings=1,
        line=7,
    ),
    fires(
        _fails("JSONDecodeError", COMMA, "= settings()", "json.load(source)"), saw="settings.json:3:1", name="not noted"
    ),
    fires(
        _fails("JSONDecodeError", "Expecting value: line 1 column 1", "more.json", document="empty"),
        saw="more.json is empty",
        line=16,
    ),
    fires(
        _fails("JSONDecodeError", "Expecting value: line 1 column 1", "more.json", document="markup"),
        saw="more.json is a web page, not JSON",
    ),
    fires(
        _fails("ValueError", "not enough values to unpack (expected 2, got 1)", "for low, high"),
        saw="limits.csv does not hold what the line reads",
        line=13,
    ),
    fires(
        _fails(
            "ScannerError", 'mapping values are not allowed here\n  in "settings.yaml", line 2, column 8', "= settings"
        ),
        saw="settings.yaml:2:8 is no valid YAML",
    ),
    fires(
        _fails(
            "MissingSectionHeaderError", "File contains no section headers.\nfile: 'app.ini', line: 1", "= settings"
        ),
        saw="app.ini:1 is no valid INI",
    ),
    fires(
        _fails("JSONDecodeError", "Expecting value: line 1 column 1", "lines.jsonl", document="empty"),
        saw="a line of lines.jsonl is no valid JSON",
        name="parsed by line",
    ),
    fires(
        _fails("UnicodeDecodeError", CP1252, "more.json"),
        saw="more.json is no UTF-8 text",
        name="another encoding",
    ),
    quiet(_fails("UnicodeDecodeError", CP1252, "json.loads(raw)"), name="the body is in another encoding"),
    quiet(_fails("JSONDecodeError", COMMA, "json.loads(raw)"), name="the body is parsed"),
    quiet(
        _fails("JSONDecodeError", COMMA, "json.loads(raw)", opened=OPENED), name="a file was read, the body is parsed"
    ),
    quiet(_fails("ValueError", "could not convert string to float: 'a'", "json.loads(raw)")),
    quiet(seen(SCRIPT, *started())),
)
