"""A path is written the Windows way.

What it finds
-------------
Paths with a drive (`C:\\models\\model.pkl`), and paths whose parts are separated by backslashes, where a file is
opened or loaded. Also a path in which a backslash and a letter became a tab or a line feed (`"\\temp\\new.pkl"`).

Why it breaks
-------------
The container runs Linux: a backslash is an ordinary character there, so `models\\model.pkl` is one long file name,
and a drive letter the start of a relative path. The file is not found.

How to fix
----------
Separate the parts with forward slashes, which Windows understands too, or use os.path.join.

Learn more
----------
Source: the Python documentation of `os.path` and of string literals.
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.path_edits import likely_file, model_files, to_model_folder
from checks.entry_script.paths import Base, PathUse, path_uses
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Safety, Stage

DRIVE = re.compile(r"[A-Za-z]:[\\/]")
CONTROL = re.compile(r"[\t\n\r\a\b\f\v]")
WRITTEN = {"\t": "t", "\n": "n", "\r": "r", "\a": "a", "\b": "b", "\f": "f", "\v": "v"}


@check(
    "entry-script.windows-path",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.file-missing", "runtime.model-file-missing", *RAISED, HIDDEN),
    helpers=True,
)
def windows_path(evidence: Evidence) -> Iterator[Finding]:
    """Look at the literals of every path that is used."""
    script, module = entry_script(evidence)
    if "\\" not in module.text and ":/" not in module.text:
        return
    told: set[ast.Constant] = set()
    for use in path_uses(module):
        phases = reach(module).phases(use.call)
        if not phases or use.action == "test" or use.path.base is Base.OTHER or use.path.fallback:
            continue
        bad = [literal for literal in use.path.literals if literal not in told and _is_windows(str(literal.value))]
        told.update(bad)
        if not bad:
            continue
        text = _as_meant(use.path.text)
        name = text.replace("\\", "/").rsplit("/", 1)[-1]
        drive = bool(DRIVE.match(text))
        yield Finding(
            title=f"`{_short(text)}` is a Windows path",
            confidence=Confidence.CERTAIN if not drive else Confidence.LIKELY,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [*bad, use.call]),
            about=(f"file:{name}", f"file:{use.path.text}", *about_lines([*bad, use.call]), *about_phases(phases)),
            fixes=(_fix(evidence, script, module, use, bad, name, drive),),
        )


def _is_windows(text: str) -> bool:
    return bool(DRIVE.match(text) or "\\" in text or (CONTROL.search(text.rstrip()) and text.count("\n") <= 1))


def _as_meant(text: str) -> str:
    return "".join(f"\\{WRITTEN[c]}" if c in WRITTEN else c for c in text)


def _short(text: str) -> str:
    return text if len(text) <= 50 else f"...{text[-46:]}"


def _fix(
    evidence: Evidence, script: Script, module: Module, use: PathUse, bad: list[ast.Constant], name: str, drive: bool
) -> Fix:
    if drive:
        file = likely_file(name, model_files(evidence)) or name
        edits = to_model_folder(module, script, use.path, file) if use.action in {"load", "open"} else ()
        return Fix(title=f"load `{file}` from AZUREML_MODEL_DIR", edits=edits)
    plain = [literal for literal in bad if not isinstance(module.parent(literal), ast.JoinedStr)]
    edits = tuple(
        module.replace(script.path, literal, f'"{_as_meant(str(literal.value)).replace(chr(92), "/")}"')
        for literal in plain
    )
    whole = len(plain) == len(bad)
    return Fix(
        title="separate the parts with forward slashes",
        safety=Safety.SAFE if whole and edits else Safety.REVIEW,
        edits=edits if whole else (),
    )


_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_RUN = "def run(data): return 1\n"
_JOIN = 'joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], '
CASES = (
    fires(
        _INIT
        + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), 'outputs\\\\model.pkl'))\n"
        + _RUN,
        saw="outputs\\model.pkl",
        line=5,
        fixed=_INIT
        + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), \"outputs/model.pkl\"))\n"
        + _RUN,
    ),
    fires(
        _INIT + "    model = joblib.load(r'C:\\models\\model.pkl')\n" + _RUN,
        fixed=_INIT + f'    model = {_JOIN}"model.pkl"))\n' + _RUN,
    ),
    fires(
        _INIT + "    model = joblib.load(os.environ['AZUREML_MODEL_DIR'] + '\\new.pkl')\n" + _RUN,
        saw="\\new.pkl",
        fixed=_INIT + "    model = joblib.load(os.environ['AZUREML_MODEL_DIR'] + \"/new.pkl\")\n" + _RUN,
    ),
    quiet(_INIT + "    import re\n    model = re.compile('\\\\d+\\\\n'), 'a\\tb'\n" + _RUN),
    quiet(_INIT + "    model = joblib.load('models/model.pkl')\n" + _RUN),
    quiet("import os\ndef init():\n    p = os.getcwd().replace('\\\\', '/')\n    open(p)\n" + _RUN),
    quiet(_RUN + "if __name__ == '__main__':\n    open('C:\\\\x.json')\n"),
)
