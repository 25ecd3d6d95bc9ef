"""The model needs a class of the script that pickled it.

What it finds
-------------
A model file (read without loading it) that refers to a class or function of `__main__`, the script or notebook that
saved it, while the entry script puts nothing of that name there.

Why it breaks
-------------
A pickle names its classes by module. In the server, `__main__` is the web server and not the training script, so
loading raises "Can't get attribute ... on module '__main__'", even when the entry script defines a class of that
name.

How to fix
----------
Move the class into a module that is shipped with the code, and save the model anew with that module. As a stopgap,
put the class into `__main__` before the model is loaded.

Learn more
----------
Source: the Python documentation of pickle, "What can be pickled and unpickled".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.paths import path_uses
from checks.entry_script.scopes import scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, named, quotes
from checks.evidence import Evidence, ModelFile, ModelFolder, Script
from checks.finding import Edit, Finding, Fix, Quote, Stage


@check(
    "entry-script.pickled-class-missing",
    needs=("tree", "models"),
    stage=Stage.INIT,
    explains=("runtime.unpickle-failed", "runtime.attribute-gone", *RAISED, HIDDEN),
)
def pickled_class_missing(evidence: Evidence) -> Iterator[Finding]:
    """Hold the classes that each model file names against what the script puts into `__main__`."""
    script, module = entry_script(evidence)
    assert isinstance(evidence.models, ModelFolder)
    placed = set(re.findall(r"__main__\.(\w+)\s*=", module.text)) | set(
        re.findall(r"setattr\([^,]*__main__[^,]*,\s*['\"](\w+)['\"]", module.text)
    )
    if "__main__.__dict__" in module.text or "find_class" in module.text or "Unpickler" in module.text:
        return
    for file in evidence.models.files:
        wanted = sorted({c.split(".")[1] for c in file.classes if c.startswith("__main__.")} - placed)
        if not wanted:
            continue
        base = file.path.rsplit("/", 1)[-1]
        loads = [
            use.call for use in path_uses(module) if use.action in {"load", "open"} and use.path.text.endswith(base)
        ]
        here = [name for name in wanted if name in scopes(module).bound[None]]
        seen = Quote(
            source=f"{evidence.models.path}/{file.path}", text=f"refers to {named(f'__main__.{n}' for n in wanted[:3])}"
        )
        yield Finding(
            title=f"{base} needs {named(wanted[:2])} of the script that saved it"[:88],
            evidence=(seen, *quotes(script, module, loads)),
            about=(f"file:{base}", f"file:{file.path}", *(f"name:{name}" for name in wanted), "phase:init"),
            fixes=(
                Fix(
                    title=f"put {named(here)} into `__main__` before the model is loaded",
                    edits=_edits(script, module, here) if len(here) == len(wanted) else (),
                )
                if here
                else Fix(title=f"ship a module that defines {named(wanted[:2])}, and save the model with it"),
            ),
        )


def _edits(script: Script, module: Module, names: list[str]) -> tuple[Edit, ...]:
    """Module-level lines at the end of the file: they run before init()."""
    lines = "".join(f"__main__.{name} = {name}\n" for name in names)
    lead = "" if module.text.endswith(("\n", "\r")) else "\n"
    return (module.insert(script.path, len(module.lines) + 1, f"{lead}\nimport __main__\n\n{lines}"),)


def _given(text: str, *classes: str) -> Evidence:
    return script(
        text,
        models=ModelFolder(path="model", files=(ModelFile(path="m.pkl", size=9, format="pickle", classes=classes),)),
    )


_TEXT = (
    "import os, joblib\nclass Clean: ...\ndef init():\n    global m\n"
    "    m = joblib.load(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'm.pkl'))\ndef run(data): return 1\n"
)
CASES = (
    fires(
        _given(_TEXT, "__main__.Clean", "sklearn.svm.SVC"),
        saw="__main__.Clean",
        fixed=_TEXT + "\nimport __main__\n\n__main__.Clean = Clean\n",
    ),
    fires(_given(_TEXT, "__main__.Scale"), saw="Scale"),
    quiet(_given(_TEXT, "sklearn.svm.SVC", "mine.Clean")),
    quiet(_given(_TEXT + "import __main__\n__main__.Clean = Clean\n", "__main__.Clean")),
    quiet(_given(_TEXT + "import sys\nsetattr(sys.modules['__main__'], 'Clean', Clean)\n", "__main__.Clean")),
    quiet(_given(_TEXT)),
)
