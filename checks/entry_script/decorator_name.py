"""A schema decorator names a parameter that run() does not have.

What it finds
-------------
`@input_schema("datum", ...)` on a `run` without a parameter `datum`, whatever the order of decorators and parameters.

Why it breaks
-------------
Nothing is noticed at the start. On a request the decorator looks for its parameter and raises "Error, provided
param_name "datum" is not in the decorated function.": 500. A body with that key is answered 400, because the real
parameter is missing.

How to fix
----------
Use the name of the parameter in the decorator; it is also the key in the body of a request.

Learn more
----------
Measured on inference-schema 1.8 and azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, parameters
from checks.entry_script.decorations import Decoration, decorations
from checks.entry_script.module import Module
from checks.entry_script.samples import source
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage
from checks.text import listed


@check(
    "entry-script.decorator-name",
    needs=("tree",),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=(
        "runtime.run-raised",
        "runtime.request-rejected",
        "runtime.payload-mismatch",
        "contract.key-missing",
        "contract.request-refused",
    ),
)
def decorator_name(evidence: Evidence) -> Iterator[Finding]:
    """Compare the names in the decorators with those in the signature."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None or function.args.vararg or function.args.kwarg:
        return
    names = [argument.arg for argument in parameters(function)]
    inputs = [d for d in decorations(module, function) if d.kind == "input_schema" and not d.unclear]
    described = {d.parameter for d in inputs}
    for decoration in inputs:
        if decoration.parameter is None or decoration.parameter in names:
            continue
        left = [name for name in names if name not in described and name != "request_headers"]
        yield Finding(
            title=f"the decorator describes `{decoration.parameter}`, run() has {_shown(names)}"[:90],
            evidence=(module.quote(script.path, decoration.node), module.quote(script.path, function)),
            severity=Severity.ERROR if decoration.converts and not _optional(decoration) else Severity.WARNING,
            about=(
                "name:run",
                "phase:run",
                f"name:{decoration.parameter}",
                *(f"name:{name}" for name in left),
                f"line:{decoration.node.lineno}",
            ),
            fixes=(_fix(module, script.path, decoration, left),),
        )


def _optional(decoration: Decoration) -> bool:
    """An optional input that is absent is left alone, so nothing is raised; neither is anything converted."""
    return "optional" in decoration.arguments


def _shown(names: list[str]) -> str:
    return listed([f"`{name}`" for name in names], 3) if names else "no parameter"


def _fix(module: Module, path: str, decoration: Decoration, left: list[str]) -> Fix:
    written = decoration.arguments["param_name"]
    near = [name for name in left if name.lower() == (decoration.parameter or "").lower()]
    chosen = near or left
    if len(chosen) != 1:
        return Fix(title="use the name of a parameter of run() in the decorator")
    quote = source(module, written)[-1:] if isinstance(written, ast.Constant) else '"'
    return Fix(
        title=f"describe `{chosen[0]}` in the decorator",
        safety=Safety.SAFE,
        edits=(module.replace(path, written, f"{quote}{chosen[0]}{quote}"),),
    )


_HEAD = """\
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
"""

CASES = (
    fires(
        f"{_HEAD}@input_schema('datum', S([1]))\ndef run(data): return 1\n",
        line=3,
        fixed=f"{_HEAD}@input_schema('data', S([1]))\ndef run(data): return 1\n",
    ),
    fires(
        f'{_HEAD}@output_schema(S([1]))\n@input_schema(param_name="Data", param_type=S(1))\n'
        "@input_schema('b', S(2))\ndef run(b, data): return 1\n",
        line=4,
        fixed=f'{_HEAD}@output_schema(S([1]))\n@input_schema(param_name="data", param_type=S(1))\n'
        "@input_schema('b', S(2))\ndef run(b, data): return 1\n",
    ),
    fires(f"{_HEAD}@input_schema('x', S([1]))\ndef run(a, b): return 1\n", saw="`a` and `b`"),
    quiet(f"{_HEAD}@input_schema('a', S(1))\n@input_schema('b', S(1))\ndef run(b, a, request_headers): return 1\n"),
    quiet(f"{_HEAD}from x import NAME\n@input_schema(NAME, S(1))\ndef run(data): return 1\n", name="cannot be told"),
    quiet(f"{_HEAD}NAME = 'data'\n@input_schema(NAME, S(1))\ndef run(data): return 1\n"),
    quiet(f"{_HEAD}@input_schema('mode', S('a'))\ndef run(data, *, mode): return 1\n"),
)
