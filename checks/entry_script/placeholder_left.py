"""A placeholder of a template was never filled in.

What it finds
-------------
`<<modelid>>`, `<your-model>`, `YOUR_API_KEY`, `REPLACE_ME`, `xxx.pkl`, `path/to/...` in texts that are used as a
path, a name, an address or a key. Quiet in comments, docstrings, messages, markup and where the text is compared
with.

Why it breaks
-------------
The text is taken literally: no file, model, host or key of that name exists, so loading or connecting fails in the
container, or the first time the line is reached.

How to fix
----------
Write the real value; keys belong into the deployment's environment variables.

Learn more
----------
Source: the product's samples, which mark values to fill in like that.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import call_name, last
from checks.entry_script.given import with_models
from checks.entry_script.imports import model_folder_join
from checks.entry_script.module import Module
from checks.entry_script.path_edits import model_files, renamed
from checks.entry_script.paths import Base, path_uses
from checks.entry_script.placeholders import is_placeholder, placeholder_in
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.scopes import loads, scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Edit, Finding, Fix, Safety, Severity, Stage

# Calls whose texts are for people, patterns or templates.
TALK = frozenset(
    {"print", "format", "replace", "sub", "compile", "match", "search", "findall", "fullmatch", "split", "startswith"}
    | {
        "endswith",
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "critical",
        "log",
        "add_argument",
        "ArgumentParser",
    }
    | {"strip", "lstrip", "rstrip", "count", "find", "index", "write", "append", "add_tokens", "add_special_tokens"}
    | {
        "Exception",
        "ValueError",
        "RuntimeError",
        "KeyError",
        "TypeError",
        "warn",
        "dedent",
        "Template",
        "from_template",
    }
)


@check(
    "entry-script.placeholder-left",
    needs=("tree",),
    stage=Stage.INIT,
    explains=(
        *(
            "runtime.model-name-unknown",
            "runtime.model-file-missing",
            "runtime.file-missing",
            "runtime.host-unreachable",
        ),
        *("runtime.credential-missing", *RAISED, HIDDEN),
    ),
)
def placeholder_left(evidence: Evidence) -> Iterator[Finding]:
    """Look at the texts that code of the service works with."""
    script, module = entry_script(evidence)
    if "tkinter" in module.imported_modules:  # its events are written `<<like-this>>`
        return
    told: set[str] = set()
    for node in module.all(ast.Constant):
        text = node.value
        if not isinstance(text, str) or not is_placeholder(text) or text in told or not _is_value(module, node):
            continue
        phases = _phases(module, node)
        if not phases:
            continue
        told.add(text)
        edits, title, about = _edits(evidence, script, module, node)
        yield Finding(
            title=f"the placeholder `{placeholder_in(text)[:50]}` was never filled in",
            severity=None if about or _is_argument(module, node) else Severity.WARNING,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [node]),
            about=(
                f"file:{text.rsplit('/', 1)[-1]}",
                f"file:{text}",
                *about,
                *about_lines([node]),
                *about_phases(phases),
            ),
            fixes=(Fix(title=title, safety=Safety.SAFE if edits else Safety.REVIEW, edits=edits),),
        )


def _is_value(module: Module, node: ast.Constant) -> bool:
    """The text is worked with: given to a call, assigned to a name, part of a path."""
    below: ast.AST = node
    for above in module.parents(node):
        match above:
            case ast.Compare() | ast.Raise() | ast.Assert() | ast.Expr() | ast.Return() | ast.match_case():
                return False
            case ast.Subscript() if below is above.slice:
                return False
            case ast.Call():
                if last(call_name(module, above)) in TALK:
                    return False
                given = next((k.arg for k in above.keywords if k is below or k.value is below), None)
                return given not in {"help", "description", "doc", "message", "title", "prompt", "template", "text"}
            case ast.keyword():
                pass
            case ast.stmt():
                return isinstance(above, (ast.Assign, ast.AnnAssign))
        below = above
    return False


def _is_argument(module: Module, node: ast.Constant) -> bool:
    """The text, or a name that holds it, is given to a call."""
    for above in module.parents(node):
        if isinstance(above, ast.Call):
            return True
        if isinstance(above, ast.stmt):
            return any(isinstance(module.parent(read), (ast.Call, ast.keyword)) for read in _reads(module, above))
    return False


def _reads(module: Module, statement: ast.stmt) -> list[ast.Name]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [read for t in targets if isinstance(t, ast.Name) for read in loads(module, t.id)]


def _phases(module: Module, node: ast.Constant) -> tuple[str, ...]:
    """When the text is worked with: for a constant at module level, when a name that holds it is read."""
    entered = reach(module)
    statement = next((a for a in module.parents(node) if isinstance(a, ast.stmt)), None)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and not any(
        isinstance(a, ast.Call) and last(call_name(module, a)) != "dict" for a in module.parents(node)
    ):
        reads = [p for read in _reads(module, statement) for p in entered.phases(read)]
        if reads:
            return tuple(phase for phase in STAGES if phase in reads)
        names = [t.id for t in ast.walk(statement) if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store)]
        if names and all(name in scopes(module).bound[None] for name in names):
            return ()
    return entered.phases(node)


def _edits(
    evidence: Evidence, script: Script, module: Module, node: ast.Constant
) -> tuple[tuple[Edit, ...], str, tuple[str, ...]]:
    """The edit that puts the only model file in, what to tell, and what the path is about."""
    files = model_files(evidence)
    for use in path_uses(module):
        if node not in use.path.literals:
            continue
        about = (*about_lines([use.call]),)
        if len(files) == 1 and use.path.base is Base.MODEL and use.path.complete:
            return (
                renamed(module, script, use.path, files[0]),
                f"write `{files[0]}`, the only file of the model folder",
                about,
            )
        return (), "write the name of the file", about
    call = module.parent(node)
    if isinstance(call, ast.keyword):
        call = module.parent(call)
    if isinstance(call, ast.Call) and last(call_name(module, call)) == "get_model_path":
        if len(files) == 1:
            code, imports = model_folder_join(module, script.path, tuple(files[0].split("/")))
            edits = (module.replace(script.path, call, code), *imports)
            return edits, f"load `{files[0]}`, the only file of the model folder", about_lines([call])
        return (
            (),
            "write the model's registered name, or join AZUREML_MODEL_DIR and the file's name",
            about_lines([call]),
        )
    return (), "write the real value", ()


_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_RUN = "def run(data): return 1\n"


CASES = (
    fires(
        with_models(
            _INIT
            + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), '<your-model>.pkl'))\n"
            + _RUN,
            "iris.pkl",
        ),
        saw="<your-model>",
        line=5,
        fixed=_INIT + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), \"iris.pkl\"))\n" + _RUN,
    ),
    fires(
        with_models(
            "import joblib\nfrom azureml.core.model import Model\ndef init():\n    global model\n"
            "    model = joblib.load(Model.get_model_path('<<modelid>>'))\n" + _RUN,
            "out/iris.pkl",
        ),
        saw="<<modelid>>",
        fixed="import os\nimport joblib\nfrom azureml.core.model import Model\ndef init():\n    global model\n"
        '    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "out", "iris.pkl"))\n' + _RUN,
    ),
    fires(
        "import requests\nURL = 'https://<your-endpoint>.azure.com'\ndef run(data):\n"
        "    return requests.get(URL).json()\n"
    ),
    fires("KEY = 'YOUR_API_KEY'\ndef init():\n    connect(KEY)\ndef connect(k): ...\n" + _RUN, saw="YOUR_API_KEY"),
    fires(_INIT + "    model = joblib.load('xxx.pkl')\n" + _RUN, saw="xxx"),
    fires(_INIT + "    model = joblib.load('path/to/model.pkl')\n" + _RUN),
    quiet('"""Fill in <your-model>."""\ndef init():\n    "YOUR_KEY"  # <your-key>\n' + _RUN),
    quiet(
        "PAD, UNK = '<pad>', '<unk>'\ndef init():\n    load(PAD, '<s>', '</s>', '<b>bold</b>')\n"
        "def load(*a): ...\n" + _RUN
    ),
    quiet("import os\nKEY = os.environ['KEY']\nif KEY == 'YOUR_KEY':\n    raise ValueError('set <your-key>')\n" + _RUN),
    quiet("import argparse\np = argparse.ArgumentParser()\np.add_argument('--a', help='<your-model>')\n" + _RUN),
    quiet("def run(data):\n    print('send <your data>')\n    return data.replace('YOUR_NAME', 'x')\n"),
    quiet("UNUSED = 'YOUR_KEY'\n" + _RUN, name="never read"),
    quiet("HTML = '<p>the model <your name></p>'.format\nSQL = 'select 1'\ndef run(data):\n    return SQL\n"),
    quiet(_RUN + "if __name__ == '__main__':\n    open('path/to/sample.json')\n"),
    quiet(
        "PROMPT = 'Answer as <your name here> would.\\nThen stop.'\ndef run(data):\n    return ask(PROMPT)\n"
        "def ask(p): ...\n"
    ),
)
