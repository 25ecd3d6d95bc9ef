"""A decorator that is meant for run() stands on another function.

What it finds
-------------
`@rawhttp` on a function other than `run`, while run() treats its argument as data; `@input_schema` on `init`; and
`@input_schema` on a function that nothing calls, while `run` has none.

Why it breaks
-------------
`@rawhttp` sets one flag for the whole process: run() then gets the request object instead of the body's text. A schema
on init() makes the server's call without arguments fail with "Error, provided param_name ... is not in the decorated
function." A schema on another function leaves run() with the text of the body.

How to fix
----------
Put the decorator directly above `def run`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `api/aml_request.py`; measured on inference-schema 1.8.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import RAW, found_by_server
from checks.entry_script.decorations import Decoration, decorations
from checks.entry_script.module import Function, Module
from checks.entry_script.raw_and_schema import takes_request
from checks.entry_script.signature import without_decorator
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.decorator-misplaced",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.run-raised", "runtime.init-raised", "runtime.result-not-serialisable"),
)
def decorator_misplaced(evidence: Evidence) -> Iterator[Finding]:
    """Look at decorators on functions other than run()."""
    script, module = entry_script(evidence)
    run = found_by_server(module, "run")
    if run is None:
        return
    own = decorations(module, run)
    for function in module.functions.values():
        others = [] if function is run else decorations(module, function)
        inputs = [d for d in others if d.kind == "input_schema"]
        raws = [d for d in others if d.kind == RAW]
        if raws and not own and not takes_request(module, run):
            yield _finding(script, module, run, raws, "run() gets the request object because of it", "run", "TypeError")
        elif inputs and function.name == "init" and any(d.converts for d in inputs):
            yield _finding(
                script, module, run, inputs, "the server calls init() without arguments", "init", "Exception"
            )
        elif inputs and not own and not _is_called(module, function):
            yield _finding(script, module, run, others, "run() has no schema", "run", "", Severity.WARNING)


def _is_called(module: Module, function: Function) -> bool:
    return any(node.id == function.name and isinstance(node.ctx, ast.Load) for node in module.all(ast.Name))


def _finding(
    script: Script,
    module: Module,
    run: Function,
    wrong: list[Decoration],
    effect: str,
    phase: str,
    raised: str,
    severity: Severity | None = None,
) -> Finding:
    first = wrong[0]
    return Finding(
        title=f"@{first.kind} stands on {first.function.name}(): {effect}"[:90],
        evidence=(module.quote(script.path, first.node), module.quote(script.path, run)),
        severity=severity,
        confidence=Confidence.CERTAIN if phase == "init" else Confidence.LIKELY,
        stage=Stage.INIT if phase == "init" else Stage.RUN,
        about=(
            f"name:{phase}",
            f"name:{first.function.name}",
            f"phase:{phase}",
            *([f"exception:{raised}"] if raised == "Exception" else []),
            *(f"line:{d.node.lineno}" for d in wrong),
        ),
        fixes=(Fix(title=f"put @{first.kind} above `def run`", edits=_move(module, script.path, run, wrong)),),
    )


def _move(module: Module, path: str, run: Function, wrong: list[Decoration]) -> tuple[Edit, ...]:
    lines = [
        module.line(number) for d in wrong for number in range(d.node.lineno, (d.node.end_lineno or d.node.lineno) + 1)
    ]
    text = "\n".join(lines)
    return (*(without_decorator(path, d.node) for d in wrong), module.insert(path, run.lineno, f"{text}\n"))


_HEAD = """\
from inference_schema.schema_decorators import input_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
from azureml.contrib.services.aml_request import rawhttp
"""

CASES = (
    fires(
        f"{_HEAD}@rawhttp\ndef helper(x): return x\ndef run(data): return helper(data)\n",
        line=4,
        fixed=f"{_HEAD}def helper(x): return x\n@rawhttp\ndef run(data): return helper(data)\n",
    ),
    fires(f"{_HEAD}@input_schema('data', S([1]))\ndef init(): ...\ndef run(data): return 1\n", saw="init()", line=4),
    fires(f"{_HEAD}@input_schema('x', S([1]))\ndef clean(x): return x\ndef run(data): return 1\n", line=4),
    quiet(f"{_HEAD}@input_schema('x', S([1]))\ndef clean(x): return x\ndef run(data): return clean(data)\n"),
    quiet(f"{_HEAD}@rawhttp\ndef other(r): ...\ndef run(request): return request.get_data()\n", name="works"),
    quiet(f"{_HEAD}@input_schema('data', S(1))\ndef run(data): return 1\n@input_schema('x', S(1))\ndef f(x): ...\n"),
)
