"""The entry script is empty.

What it finds
-------------
A file without any statement: no bytes, blank lines, comments, or a docstring alone. An editor that was not saved, or a
copy that failed, leaves such a file.

Why it breaks
-------------
The server imports the script and finds neither init() nor run(), so the worker stops with "does not have a init()
function defined", exits with code 3, and the container restarts.

How to fix
----------
Save or copy the script again; or write init() and run(data).

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage


@check(
    "entry-script.empty-file",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("entry-script.no-init", "entry-script.no-run", "runtime.contract-refused"),
)
def empty_file(evidence: Evidence) -> Iterator[Finding]:
    """Look for any statement at all."""
    script, module = entry_script(evidence)
    if not is_empty(module):
        return
    what = "comments only" if script.text.strip() else "no characters" if not script.text else "blank lines only"
    yield Finding(
        title="the entry script is empty",
        evidence=(Quote(source=script.path, text=f"{len(script.text)} characters: {what}"),),
        about=("name:init", "name:run"),
        fixes=(
            Fix(
                title="save or copy the script again, or write init() and run()",
                safety=Safety.PLACEHOLDER,
                commands=("def init():\n    <load the model>", "def run(data):\n    return <answer>"),
            ),
        ),
    )


def is_empty(module: Module) -> bool:
    """True when there is no statement but a docstring."""
    body = module.tree.body if module.tree else []
    return module.tree is not None and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for node in body
    )


CASES = (
    fires("", saw="no characters"),
    fires("\n  \n\n", saw="blank lines"),
    fires("# score.py\n# later\n"),
    fires('"""Scores."""\n', findings=1),
    quiet("from scoring import *\n"),
    quiet("x = 1\n"),
)
