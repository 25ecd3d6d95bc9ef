"""init() or run() is defined twice.

What it finds
-------------
Two definitions of `init` or of `run` at module level, none of them under a condition.

Why it breaks
-------------
Python keeps the last one. What the first one did, for instance loading the model, never happens, although it is there
for everybody to read. Scripts exported from notebooks often end up like that.

How to fix
----------
Delete the definition that is out of date, or give it another name.

Learn more
----------
https://docs.python.org/3/reference/compound_stmts.html#function-definitions
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.defined-twice",
    needs=("tree",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def defined_twice(evidence: Evidence) -> Iterator[Finding]:
    """Count the unconditional definitions of each function."""
    script, module = entry_script(evidence)
    assert module.tree is not None
    for name in ("init", "run"):
        found = [
            n for n in module.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == name
        ]
        uses = [n.lineno for n in module.all(ast.Name) if n.id == name and module.function_of(n) is None]
        if len(found) < 2 or any(found[0].lineno < line < found[-1].lineno for line in uses):
            continue  # used in between: kept on purpose, under another name
        yield Finding(
            title=f"{name}() is defined {len(found)} times, the last one in line {found[-1].lineno} counts",
            evidence=tuple(module.quote(script.path, node) for node in found[:3]),
            about=(f"name:{name}", *(f"line:{node.lineno}" for node in found)),
            fixes=(Fix(title=f"delete the {name}() that is out of date"),),
        )


CASES = (
    fires("def init(): ...\ndef run(data): return 1\ndef run(data): return 2\n", line=2, saw="line 3"),
    quiet("def init(): ...\nif 1:\n    def run(data): return 1\nelse:\n    def run(data): return 2\n"),
    quiet("class A:\n    def run(self): ...\ndef run(data): return 1\ndef init(): ...\n"),
    quiet("def run(data): return 1\nplain = run\ndef run(data): return plain(data)\n"),
)
