"""A schema decorator is written with the wrong arguments.

What it finds
-------------
`@input_schema` or `@output_schema` without brackets, without the parameter's name, with the two arguments swapped, or
with a name for the output; `@rawhttp()` with brackets.

Why it breaks
-------------
Decorators run at import. The wrong call raises a TypeError such as "input_schema() missing 1 required positional
argument: 'param_type'", the worker exits with code 3, and the container restarts.

How to fix
----------
Write `@input_schema("data", <type>)`, `@output_schema(<type>)` and `@rawhttp`.

Learn more
----------
Measured on inference-schema 1.8 and azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import RAW, parameters
from checks.entry_script.decorations import Decoration, decorations
from checks.entry_script.module import Module
from checks.entry_script.samples import kind_of, source
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage


@check(
    "entry-script.decorator-arguments",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised",),
)
def decorator_arguments(evidence: Evidence) -> Iterator[Finding]:
    """Look at how each known decorator is called."""
    script, module = entry_script(evidence)
    for function in module.functions.values():
        for decoration in decorations(module, function):
            wrong = what_is_wrong(module, script.path, decoration)
            if wrong is None:
                continue
            title, fix, edits = wrong
            yield Finding(
                title=title,
                evidence=(module.quote(script.path, decoration.node),),
                about=(
                    f"name:{function.name}",
                    f"line:{decoration.node.lineno}",
                    "phase:import",
                    "exception:TypeError",
                    "exception:Exception",
                ),
                fixes=(Fix(title=fix, safety=Safety.SAFE if edits else Safety.REVIEW, edits=edits),),
            )


def what_is_wrong(module: Module, path: str, given: Decoration) -> tuple[str, str, tuple[Edit, ...]] | None:
    """Title, fix and edits for a decorator whose call cannot work; None for one that can, or that cannot be told."""
    if given.unclear:
        return None
    if given.kind == RAW:
        if not isinstance(given.node, ast.Call):
            return None
        bare = module.replace(path, given.node, source(module, given.node.func))
        return "@rawhttp is written with brackets", "drop the brackets", (bare,)
    if not given.called:
        return f"@{given.kind} is written without brackets and type", f"write `@{given.kind}(...)` with a type", ()
    if given.kind == "output_schema":
        return _output(module, path, given)
    name, type_ = given.arguments.get("param_name"), given.arguments.get("param_type")
    kind = kind_of(module, name)
    if name is not None and type_ is not None and kind == "parameter type" and kind_of(module, type_) == "str":
        edits = (module.replace(path, name, source(module, type_)), module.replace(path, type_, source(module, name)))
        positional = isinstance(given.node, ast.Call) and len(given.node.args) > 1
        return "@input_schema has its two arguments swapped", "swap them", edits if positional else ()
    if name is not None and type_ is None and kind == "parameter type":
        left = [a.arg for a in parameters(given.function) if a.arg != "request_headers"]
        keyword = isinstance(given.node, ast.Call) and bool(given.node.keywords)
        named: tuple[Edit, ...] = ()
        if len(left) == 1 and not keyword:
            named = (module.replace(path, name, f'"{left[0]}", {source(module, name)}'),)
        return "@input_schema lacks the name of the parameter", "name the parameter first", named
    if type_ is None or name is None:
        return "@input_schema lacks the type of the parameter", "add the type with a sample", ()
    return ("@input_schema has too many arguments", "pass a name and a type", ()) if given.too_many else None


def _output(module: Module, path: str, given: Decoration) -> tuple[str, str, tuple[Edit, ...]] | None:
    call = given.node
    assert isinstance(call, ast.Call)
    if not given.arguments:
        return "@output_schema lacks the type of the answer", "add the type with a sample", ()
    if len(call.args) == 2 and kind_of(module, call.args[0]) == "str":
        text = f"{source(module, call.func)}({source(module, call.args[1])})"
        return (
            "@output_schema gets a name, which it does not take",
            "drop the name",
            (module.replace(path, call, text),),
        )
    return ("@output_schema has too many arguments", "pass the type alone", ()) if given.too_many else None


_HEAD = """\
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
from azureml.contrib.services.aml_request import rawhttp
"""


def _with(decorator: str) -> str:
    return f"{_HEAD}{decorator}\ndef run(data): return 1\n"


CASES = (
    fires(_with("@rawhttp()"), line=4, fixed=_with("@rawhttp")),
    fires(_with("@input_schema"), line=4, saw="without brackets"),
    fires(_with("@input_schema(S([1]))"), fixed=_with('@input_schema("data", S([1]))')),
    fires(_with("@input_schema(S([1]), 'data')"), fixed=_with("@input_schema('data', S([1]))")),
    fires(_with("@input_schema('data')"), saw="lacks the type"),
    fires(_with("@output_schema('x', S([1]))"), fixed=_with("@output_schema(S([1]))")),
    fires(_with("@output_schema()"), saw="lacks the type"),
    quiet(_with("@input_schema('data', S([1]), False, True)\n@output_schema(S(1))")),
    quiet(_with("@input_schema(*('data', S([1])))")),
    quiet(_with("@input_schema(param_type=S(1), param_name='data')\n@output_schema(output_type=S(1))")),
    quiet(_with("@rawhttp")),
)
