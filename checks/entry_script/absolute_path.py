"""The script uses a path that exists only on the machine where it was written.

What it finds
-------------
Absolute paths of a home folder, a mounted disk or a notebook service (`/home/me/...`, `/Users/...`, `/mnt/...`,
`/content/...`, `~/...`) that are opened, loaded, listed or added to sys.path. A path below `/var/azureml-app` is told
as information: it names one version of one model.

Why it breaks
-------------
The container has its own file system: the code below `/var/azureml-app`, the model in the folder that AZUREML_MODEL_DIR
names, nothing of the machine where the script was written. The file is not found there.

How to fix
----------
Join AZUREML_MODEL_DIR and the file's place inside the registered model; start from `os.path.dirname(__file__)` for
files that are shipped with the code.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

import ast
import json
import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.path_edits import likely_file, model_files, to_model_folder
from checks.entry_script.paths import PathUse, Written, is_tested, path_uses
from checks.entry_script.placeholders import is_placeholder
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, ModelFile, ModelFolder, Script
from checks.finding import Finding, Fix, Severity, Stage

OWN_MACHINE = re.compile(
    r"/(?:home|Users|content|kaggle|dbfs|Volumes|root|gdrive|workspaces?)/|/mnt/(?:batch|c|d|data|home|disks)/|~[/\\]"
)
OTHER_MACHINE = re.compile(r"/(?:mnt|media|data|model|models|projects?|input|output|outputs)(?:/|$)|/[^/]+\.\w{1,8}$")
ONE_VERSION = re.compile(r"/(?:var/azureml-app|structure/azureml-app)/")


@check(
    "entry-script.absolute-path",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.file-missing", "runtime.model-file-missing", "runtime.file-outside", *RAISED, HIDDEN),
    helpers=True,
)
def absolute_path(evidence: Evidence) -> Iterator[Finding]:
    """Look at every path that starts at the root."""
    script, module = entry_script(evidence)
    told: set[str] = set()
    for use in path_uses(module):
        phases = reach(module).phases(use.call)
        if not use.path.is_absolute or use.path.fallback or use.action == "test" or not phases:
            continue
        text = use.path.text
        severity = _severity(text)
        if severity is None or text in told or is_placeholder(text):
            continue
        told.add(text)
        pinned = severity is Severity.INFO
        tested = is_tested(module, use.path)
        name = posixpath.basename(text.rstrip("/")) or text
        dropped = _drops(module, use.path)
        nodes = [use.call, *use.path.literals]
        yield Finding(
            title=f"{_short(text)} names one version of the model"
            if pinned
            else f"{_short(text)} starts at the root: join() drops what stands before it"
            if dropped
            else f"{_short(text)} is a path of one machine",
            severity=Severity.INFO if tested else severity,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [*use.path.literals, use.call]),
            explains=() if pinned or tested else absolute_path.explains,
            about=(f"file:{name}", f"file:{text}", *about_lines(nodes), *about_phases(phases)),
            fixes=(_without_slash(script, module, dropped) if dropped else _fix(evidence, script, module, use, name),),
        )


def _severity(text: str) -> Severity | None:
    if ONE_VERSION.match(text):
        return Severity.INFO if len(text.strip("/").split("/")) > 3 else None
    if OWN_MACHINE.match(text):
        return Severity.ERROR
    return Severity.WARNING if OTHER_MACHINE.match(text) else None


def _short(text: str) -> str:
    return f"`{text}`" if len(text) <= 50 else f"`...{text[-46:]}`"


def _drops(module: Module, path: Written) -> ast.Constant | None:
    """The text that starts at the root although others stand before it in the join."""
    first = path.literals[0] if len(path.literals) == 1 else None
    above = module.parent(first) if first else None
    joined = isinstance(above, ast.Call) and module.called(above) == "os.path.join" and first in above.args[1:]
    divided = isinstance(above, ast.BinOp) and isinstance(above.op, ast.Div) and above.right is first
    only = first is not None and str(first.value).count("/") == 1
    return first if only and (joined or divided) else None


def _without_slash(script: Script, module: Module, text: ast.Constant) -> Fix:
    name = str(text.value).lstrip("/")
    return Fix(
        title=f"leave out the slash before `{name}`", edits=(module.replace(script.path, text, json.dumps(name)),)
    )


def _fix(evidence: Evidence, script: Script, module: Module, use: PathUse, name: str) -> Fix:
    if use.action in {"import", "chdir"}:
        return Fix(title="start from the folder of the script: `os.path.dirname(os.path.abspath(__file__))`")
    file = likely_file(name, model_files(evidence)) or name
    edits = to_model_folder(module, script, use.path, file) if use.action in {"load", "open"} else ()
    by_hand = () if edits else (f'os.path.join(os.environ["AZUREML_MODEL_DIR"], "{file}")',)
    return Fix(title=f"load `{file}` from AZUREML_MODEL_DIR", edits=edits, commands=by_hand)


_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        _INIT + "    model = joblib.load('/home/me/project/model.pkl')\n" + _RUN,
        saw="/home/me/project/model.pkl",
        line=5,
        fixed=_INIT + '    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))\n' + _RUN,
    ),
    fires(
        _INIT + "    model = joblib.load(os.path.join(os.environ['AZUREML_MODEL_DIR'], '/model.pkl'))\n" + _RUN,
        saw="join() drops what stands before it",
        fixed=_INIT + "    model = joblib.load(os.path.join(os.environ['AZUREML_MODEL_DIR'], \"model.pkl\"))\n" + _RUN,
        name="a slash too many",
    ),
    fires(
        script(
            _INIT + "    path = os.path.join('/Users/me', 'model.pkl')\n    model = joblib.load(path)\n" + _RUN,
            models=ModelFolder(path="m", files=(ModelFile(path="outputs/model.pkl", size=3),)),
        ),
        fixed=_INIT + '    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "outputs", "model.pkl")\n'
        "    model = joblib.load(path)\n" + _RUN,
        name="the folder is known",
    ),
    fires("import sys\nsys.path.append('/mnt/batch/tasks/shared/code')\ndef init(): ...\n" + _RUN, line=2),
    fires(
        _INIT + "    model = joblib.load('/var/azureml-app/azureml-models/iris/3/model.pkl')\n" + _RUN,
        saw="one version",
        name="worth knowing",
    ),
    fires("LABELS = open('/data/labels.txt').read()\ndef init(): ...\n" + _RUN, saw="/data/labels.txt"),
    quiet(
        _INIT
        + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR', '/home/me/model'), 'm.pkl'))\n"
        + _RUN
    ),
    quiet(_INIT + "    model = open('/tmp/cache.txt'), open('/etc/hostname'), open('/opt/app/x.json')\n" + _RUN),
    quiet(_RUN + "if __name__ == '__main__':\n    print(open('/home/me/sample.json').read())\n"),
    quiet("URL = '/home/'\nHELP = 'see /Users/me'\n" + _RUN, name="not opened"),
    quiet("import os\ndef init():\n    root = os.environ.get('DATA', '/home/me')\n    os.listdir(root)\n" + _RUN),
)
