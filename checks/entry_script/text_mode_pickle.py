"""A pickle is read from a file that is open as text, or from a path.

What it finds
-------------
`pickle.load(open(path))`, `with open(path) as f: joblib.load(f)`, a mode without `b`, and `pickle.load("model.pkl")`.

Why it breaks
-------------
A pickle is bytes. Reading it as text raises UnicodeDecodeError or TypeError; pickle.load() of a path raises "file
must have 'read' and 'readline' attributes". init() fails and the worker exits with code 3.

How to fix
----------
Open the file with mode `"rb"`.

Learn more
----------
Source: the Python documentation of pickle.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import STREAM_LOADERS, argument, calls, keyword, text_of
from checks.entry_script.module import Module
from checks.entry_script.paths import Base, written
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage

READERS = STREAM_LOADERS | {"joblib.load", "torch.load"}


@check(
    "entry-script.text-mode-pickle",
    needs=("tree",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=("runtime.unpickle-failed", "runtime.model-format-refused", "runtime.attribute-gone", *RAISED, HIDDEN),
    helpers=True,
)
def text_mode_pickle(evidence: Evidence) -> Iterator[Finding]:
    """Find the open() behind each load."""
    script, module = entry_script(evidence)
    for call, name in calls(module):
        given = argument(call, 0, "file", "filename", "f") if name in READERS else None
        phases = reach(module).phases(call) if given is not None else ()
        if given is None or not phases:
            continue
        opened = _opened(module, given)
        if opened is not None and _is_text(opened):
            title = f"{name}() reads a file that is open as text"
            edits: tuple[Edit, ...] = (_binary(script, module, opened),)
        elif name in STREAM_LOADERS and _is_path(module, given):
            title, edits = f"{name}() is given a path, not a file", _open(script, module, given)
        else:
            continue
        yield Finding(
            title=title,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [*([opened] if opened else []), call]),
            about=(*about_lines([call, *([opened] if opened else [])]), *about_phases(phases)),
            fixes=(Fix(title='open it with mode "rb"', safety=Safety.SAFE, edits=edits),),
        )


def _opened(module: Module, given: ast.expr) -> ast.Call | None:
    """The open() whose file is given: on the spot, in a `with` around, or assigned before."""
    if isinstance(given, ast.Call):
        return given if module.called(given) == "open" else None
    if not isinstance(given, ast.Name):
        return None
    for above in module.parents(given):
        if isinstance(above, (ast.With, ast.AsyncWith)):
            for item in above.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == given.id:
                    call = item.context_expr
                    return call if isinstance(call, ast.Call) and module.called(call) == "open" else None
    here = owner(module, given)
    stores = [
        assign.value
        for assign in module.all(ast.Assign)
        if owner(module, assign) is here and any(isinstance(t, ast.Name) and t.id == given.id for t in assign.targets)
    ]
    only = stores[0] if len(stores) == 1 else None
    return only if isinstance(only, ast.Call) and module.called(only) == "open" else None


def _is_text(opened: ast.Call) -> bool:
    mode = argument(opened, 1, "mode")
    if mode is None:
        return not any(k.arg is None for k in opened.keywords)
    text = text_of(mode)
    return text is not None and "b" not in text


def _is_path(module: Module, given: ast.expr) -> bool:
    path = written(module, given)
    return (
        path.complete
        and path.base in {Base.TEXT, Base.MODEL, Base.CODE, Base.CWD, Base.REGISTRY}
        and bool(path.text or path.base is Base.REGISTRY)
    )


def _binary(script: Script, module: Module, opened: ast.Call) -> Edit:
    mode = argument(opened, 1, "mode")
    if mode is not None:
        return module.replace(script.path, mode, '"rb"')
    path = opened.args[0] if opened.args else None
    last = path or opened.keywords[0].value
    line = last.end_lineno or last.lineno
    given = '"rb"' if path is not None and keyword(opened, "mode") is None else 'mode="rb"'
    return module.insert(script.path, line, f", {given}", module.column(line, last.end_col_offset or 0))


def _open(script: Script, module: Module, given: ast.expr) -> tuple[Edit, ...]:
    line = given.end_lineno or given.lineno
    return (
        module.insert(script.path, given.lineno, "open(", module.column(given.lineno, given.col_offset)),
        module.insert(script.path, line, ', "rb")', module.column(line, given.end_col_offset or 0)),
    )


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "import pickle\ndef init():\n    global m\n    with open('/tmp/m') as f:\n        m = pickle.load(f)\n" + _RUN,
        line=4,
        fixed="import pickle\ndef init():\n    global m\n    with open('/tmp/m', \"rb\") as f:\n"
        "        m = pickle.load(f)\n" + _RUN,
    ),
    fires(
        "import joblib\nm = joblib.load(open('/tmp/m', 'r'))\n" + _RUN,
        fixed="import joblib\nm = joblib.load(open('/tmp/m', \"rb\"))\n" + _RUN,
    ),
    fires(
        "import pickle\ndef init():\n    path = '/tmp/model.pkl'\n    pickle.load(path)\n" + _RUN,
        saw="is given a path",
        fixed="import pickle\ndef init():\n    path = '/tmp/model.pkl'\n    pickle.load(open(path, \"rb\"))\n" + _RUN,
    ),
    quiet("import pickle\nwith open('/tmp/m', 'rb') as f:\n    m = pickle.load(f)\n" + _RUN),
    quiet("import joblib\nm = joblib.load('/tmp/m')\n" + _RUN),
    quiet("import json\nwith open('/tmp/m') as f:\n    m = json.load(f)\n" + _RUN),
    quiet("import pickle, gzip\nwith gzip.open('/tmp/m') as f:\n    m = pickle.load(f)\n" + _RUN),
    quiet("import pickle, io\nm = pickle.load(io.BytesIO(b'x'))\n" + _RUN),
)
