"""run() of a batch script returns nothing that can be collected.

What it finds
-------------
A `run(mini_batch)` without a `return`, or that returns a text, a dict or a number.

Why it breaks
-------------
The batch driver joins what each call returns and needs a list, a tuple or a data frame with one row for each file that
was scored. With anything else the job ends with "No succeeded mini batch item returned from run()".

How to fix
----------
Return a list with one entry per file, or a data frame with one row per file.

Learn more
----------
https://learn.microsoft.com/azure/machine-learning/how-to-batch-scoring-script
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, is_plain
from checks.entry_script.module import SCOPES, Function, Module
from checks.entry_script.run_generator import first_yield
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage

_TEXT = frozenset({"json.dumps", "str", "repr", "format"})


@check(
    "entry-script.batch-returns-nothing",
    needs=("tree",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("entry-script.returns-none", "runtime.batch-result-refused"),
)
def batch_returns_nothing(evidence: Evidence) -> Iterator[Finding]:
    """Look at what run(mini_batch) returns."""
    script, module = entry_script(evidence)
    run = found_by_server(module, "run")
    if run is None or not module.takes_paths or not is_plain(module, run) or first_yield(run):
        return
    returns = _returns(run)
    wrong = [(node, kind) for node in returns if (kind := _kind(module, run, node.value))]
    if returns and len(wrong) < len(returns):
        return
    kind = wrong[0][1] if wrong else "nothing"
    quotes: tuple[Quote, ...] = tuple(module.quote(script.path, node) for node, _ in wrong[:2])
    quotes = quotes or (module.quote(script.path, run),)
    yield Finding(
        title=f"run({run.args.args[0].arg}) returns {kind}, not one row for each file",
        evidence=quotes,
        about=("name:run", "phase:run", *(f"line:{quote.line}" for quote in quotes)),
        fixes=(Fix(title="return a list or a data frame with one entry per file", edits=()),),
    )


def _returns(function: Function) -> list[ast.Return]:
    pending: list[ast.AST] = list(function.body)
    found: list[ast.Return] = []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return):
            found.append(node)
        if not isinstance(node, SCOPES):
            pending += ast.iter_child_nodes(node)
    return sorted(found, key=lambda node: node.lineno)


def _kind(module: Module, function: Function, value: ast.expr | None) -> str | None:
    """What a returned expression is, when that cannot be collected."""
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return "nothing"
    if isinstance(value, ast.Name):
        stores = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == value.id for target in node.targets)
        ]
        return _kind(module, function, stores[0]) if len(stores) == 1 and not isinstance(stores[0], ast.Name) else None
    if isinstance(value, ast.Dict | ast.DictComp):
        return "a dict"
    if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        return "a text"
    if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
        return "a number"
    if isinstance(value, ast.Call) and module.called(value) in _TEXT:
        return "a text"
    return None


CASES = (
    fires("def init(): ...\ndef run(mini_batch):\n    for f in mini_batch:\n        print(f)\n", line=2, saw="nothing"),
    fires("import json\ndef run(mini_batch):\n    return json.dumps([f for f in mini_batch])\n", line=3, saw="a text"),
    fires("def run(mini_batch):\n    out = {}\n    for f in mini_batch: out[f] = 1\n    return out\n", saw="a dict"),
    quiet("def run(mini_batch):\n    return [f for f in mini_batch]\n"),
    quiet("def run(mini_batch):\n    if not mini_batch:\n        return None\n    return list(mini_batch)\n"),
    quiet("import pandas as pd\ndef run(mini_batch):\n    rows = []\n    return pd.DataFrame(rows)\n"),
    quiet("def run(data):\n    print(data)\n", name="an online script"),
    quiet("def run(frame):\n    return str(frame.shape)\n", name="a table"),
)
