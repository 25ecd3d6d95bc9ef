"""run() is a generator.

What it finds
-------------
A module-level `run` of an online script whose body holds `yield`.

Why it breaks
-------------
Calling a generator runs nothing and gives a generator object, which the server cannot encode as JSON: every request is
answered 500 "An unexpected internal error occurred", and the log says "Object of type generator is not JSON
serializable". With `@rawhttp` it is no response either.

How to fix
----------
Collect the values in a list and return it. To stream an answer, return a response object that holds the generator.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: the result is a response or goes through `json.dumps`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import append, found_by_server, is_plain, name_edit, parameters
from checks.entry_script.module import SCOPES, Function, Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check(
    "entry-script.run-generator",
    needs=("tree",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("runtime.result-not-serialisable", "entry-script.result-not-serialisable"),
)
def run_generator(evidence: Evidence) -> Iterator[Finding]:
    """Look for `yield` in the body of run()."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if not isinstance(function, ast.FunctionDef) or not is_plain(module, function) or module.is_batch:
        return
    first = first_yield(function)
    if first is None:
        return
    yield Finding(
        title="run() is a generator: the server cannot send what it gives",
        evidence=(module.quote(script.path, first), module.quote(script.path, function)),
        about=("name:run", "phase:run", f"line:{first.lineno}", f"line:{function.lineno}"),
        fixes=(_fix(module, script.path, function),),
    )


def first_yield(function: Function) -> ast.expr | None:
    """The first `yield` of the function itself."""
    pending: list[ast.AST] = list(function.body)
    found: list[ast.Yield | ast.YieldFrom] = []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            found.append(node)
        if not isinstance(node, SCOPES):
            pending += ast.iter_child_nodes(node)
    return min(found, key=lambda node: node.lineno, default=None)


def _fix(module: Module, path: str, function: ast.FunctionDef) -> Fix:
    if function.decorator_list:
        return Fix(title="collect the values in a list and return it, or return a response that holds the generator")
    given = ", ".join(argument.arg for argument in parameters(function))
    text = f"def run({ast.unparse(function.args)}):\n    return list(run_parts({given}))"
    return Fix(
        title="return a list of what it yields",
        edits=(name_edit(module, path, function, "run_parts"), append(module, path, text)),
    )


CASES = (
    fires(
        "def init(): ...\ndef run(data):\n    for c in data:\n        yield c\n",
        line=4,
        fixed="def init(): ...\ndef run_parts(data):\n    for c in data:\n        yield c\n"
        "\n\ndef run(data):\n    return list(run_parts(data))\n",
    ),
    fires("from x import rawhttp\n@rawhttp\ndef run(request):\n    yield from request.stream\n", line=4),
    quiet("def run(data):\n    def parts():\n        yield data\n    return list(parts())\n"),
    quiet("from contextlib import contextmanager\n@contextmanager\ndef run(data):\n    yield data\n"),
    quiet("def run(data):\n    return [c for c in (lambda: (yield))()]\n"),
)
