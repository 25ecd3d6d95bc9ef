"""A schema decorator names a parameter that run() does not have.

What it finds
-------------
`@input_schema("datum", ...)` on a `run` without a parameter `datum`, whatever the order of decorators and parameters.

Why it breaks
-------------
Nothing is noticed at the start. On a request the decorator looks for its parameter and raises "Error, provided
param_name … is not in the decorated function.": 500. A body with the decorator's key is answered 400, because the
real parameter is missing.

How to fix
----------
Use one name: in the decorator, as the parameter, and as the key in the body of a request. The fix keeps the one that
the sample or the description of the service has; without either, the parameter's.

Learn more
----------
Measured on inference-schema 1.8 and azureml-inference-server-http 1.5.1.
"""

import ast
import keyword
from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.cases import script as script_with
from checks.check import check
from checks.contract.body import bodies
from checks.contract.contracts import contract_of, current
from checks.contract.records import Document, Documents
from checks.entry_script.contract import found_by_server, parameters
from checks.entry_script.decorations import Decoration, decorations
from checks.entry_script.module import Function, Module
from checks.entry_script.samples import source
from checks.entry_script.scopes import scopes
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Sample, Samples
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Severity, Stage
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
            why=_why(decoration.parameter),
            severity=Severity.ERROR if decoration.converts and not _optional(decoration) else Severity.WARNING,
            about=(
                "name:run",
                "phase:run",
                f"name:{decoration.parameter}",
                *(f"name:{name}" for name in left),
                f"line:{decoration.node.lineno}",
            ),
            fixes=_fixes(evidence, module, script.path, decoration, left),
        )


def _why(described: str) -> str:
    return (
        "Nothing is noticed at the start. On a request the decorator looks for its parameter and raises `Error, "
        f'provided param_name "{described}" is not in the decorated function.`: 500. A body with that key is answered '
        "400, because the real parameter is missing."
    )


def _optional(decoration: Decoration) -> bool:
    """An optional input that is absent is left alone, so nothing is raised; neither is anything converted."""
    return "optional" in decoration.arguments


def _shown(names: list[str]) -> str:
    return listed([f"`{name}`" for name in names], 3) if names else "no parameter"


def _fixes(evidence: Evidence, module: Module, path: str, decoration: Decoration, left: list[str]) -> tuple[Fix, ...]:
    """The decorator's name or the parameter's is changed: first the one after which requests fit."""
    described, written = decoration.parameter or "", decoration.arguments["param_name"]
    near = [name for name in left if name.lower() == described.lower()]
    chosen = near or left
    if len(chosen) != 1:
        return (Fix(title="use the name of a parameter of run() in the decorator"),)
    name = chosen[0]
    quote = source(module, written)[-1:] if isinstance(written, ast.Constant) else '"'
    describe = Fix(
        title=f"describe `{name}` in the decorator",
        safety=Safety.SAFE,
        edits=(module.replace(path, written, f"{quote}{name}{quote}"),),
    )
    edits = _renamed(module, path, decoration.function, name, described)
    rename = Fix(title=f"call the parameter of run() `{described}`", safety=Safety.SAFE, edits=edits)
    if not edits:
        return (describe,)
    sent = list(_sent(evidence))
    with_described = sum(described in keys and name not in keys for keys in sent)
    with_name = sum(name in keys and described not in keys for keys in sent)
    if with_described == with_name:
        return (describe, msgspec.structs.replace(rename, safety=Safety.REVIEW))
    fits, other = (rename, describe) if with_described > with_name else (describe, rename)
    return (fits, msgspec.structs.replace(other, safety=Safety.REVIEW)) if with_described and with_name else (fits,)


def _sent(evidence: Evidence) -> Iterator[frozenset[str]]:
    """The keys of each request that is known: those of the samples, those of the descriptions."""
    for body in bodies(evidence):
        if isinstance(body.value, dict):
            yield frozenset(body.value)
    for document in current(evidence):
        described = (contract_of(document).input or {}).get("properties")
        if isinstance(described, dict):
            yield frozenset(described)


def _renamed(module: Module, path: str, function: Function, old: str, new: str) -> tuple[Edit, ...]:
    """Edits that give a parameter another name; none where that name means something already."""
    known = scopes(module)
    used = {node.id for node in module.all(ast.Name)} | {arg.arg for arg in module.all(ast.arg)} | module.top_names
    if not new.isidentifier() or keyword.iskeyword(new) or new in used:
        return ()
    argument = next(one for one in parameters(function) if one.arg == old)
    own = [n for n in module.all(ast.Name) if n.id == old and known.home(n) is function and not known.is_private(n)]
    calls = [one for one in module.all(ast.Call) if module.called(one) == "run"]
    if any(one.arg == old for call in calls for one in call.keywords):
        return ()
    start = module.column(argument.lineno, argument.col_offset)
    name = Edit(path, argument.lineno, start, argument.lineno, start + len(old), new)
    return (name, *(module.replace(path, one, new) for one in own))


_HEAD = """\
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
"""

_ROWS = f"{_HEAD}@input_schema('data', S([1]))\ndef run(rows: list): return [rows[0], [rows for rows in [1]]]\n"
_DATA = f"{_HEAD}@input_schema('data', S([1]))\ndef run(data: list): return [data[0], [rows for rows in [1]]]\n"


def _with_body(text: str) -> Evidence:
    return script_with(_ROWS, samples=Samples((Sample(source="sample.json", text=text, size=len(text)),)))


def _with_document(key: str) -> Evidence:
    members = {key: {"type": "object", "swagger": {"type": "array", "example": [1]}}}
    document = Document("service_schema.json", "beside", "service-schema", content={"input": members})
    return script_with(_ROWS, documents=Documents((document,)))


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
    fires(_with_body('{"data": [1]}'), fixed=_DATA, name="the sample has the decorator's name"),
    fires(_with_body('{"rows": [1]}'), fixed=_ROWS.replace("'data'", "'rows'"), name="the sample has the parameter's"),
    fires(_with_document("data"), fixed=_DATA, name="the description has the decorator's name"),
    fires(_with_document("rows"), fixed=_ROWS.replace("'data'", "'rows'"), name="the description has the parameter's"),
)
