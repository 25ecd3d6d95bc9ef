"""run() is decorated with @rawhttp and a schema.

What it finds
-------------
A `run` with `@input_schema` or `@output_schema` while `@rawhttp` stands on it, or on any other function of the script:
the server keeps one flag for all.

Why it breaks
-------------
With `@rawhttp` run() gets the request as it came, with a schema the values taken from it; the server refuses to choose.
The worker stops with "run() cannot be decorated with both @rawhttp and @input_schema", exits with code 3, and the
container restarts.

How to fix
----------
Keep `@rawhttp` when run() works with the request object, else keep the schema.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`; an output schema alone is refused
as well (measured).
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import RAW, found_by_server, parameters
from checks.entry_script.decorations import Decoration, decorations
from checks.entry_script.module import Function, Module
from checks.entry_script.signature import without_decorator
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage

REQUEST = frozenset(
    {"args", "content_type", "data", "files", "form", "full_path", "get_data", "get_json", "headers", "json", "method"}
    | {"path", "stream", "url", "values", "environ", "remote_addr", "cookies", "mimetype", "is_json"}
)


@check(
    "entry-script.raw-and-schema",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused",),
)
def raw_and_schema(evidence: Evidence) -> Iterator[Finding]:
    """Look for both kinds of decorator."""
    script, module = entry_script(evidence)
    run = found_by_server(module, "run")
    if run is None:
        return
    schemas = [d for d in decorations(module, run) if d.kind != RAW]
    raws = [d for f in module.functions.values() for d in decorations(module, f) if d.kind == RAW]
    if not schemas or not raws:
        return
    first = min([*schemas, *raws], key=lambda d: d.node.lineno)
    others = [d for d in (*schemas, *raws) if d is not first]
    on = raws[0].function.name
    yield Finding(
        title="run() has a schema and @rawhttp"
        + ("" if on == "run" else f" (on {on}()), which counts for all functions"),
        evidence=(module.quote(script.path, first.node), *(module.quote(script.path, d.node) for d in others[:2])),
        about=("name:run", "phase:import", *(f"line:{d.node.lineno}" for d in (first, *others))),
        fixes=(_fix(module, script.path, run, schemas, raws),),
    )


def _fix(module: Module, path: str, run: Function, schemas: list[Decoration], raws: list[Decoration]) -> Fix:
    if takes_request(module, run):
        edits = tuple(without_decorator(path, d.node) for d in schemas)
        return Fix(title="drop the schema decorators: run() works with the request object", edits=edits)
    edits = tuple(without_decorator(path, d.node) for d in raws)
    return Fix(title="drop @rawhttp: run() works with the values, not with the request object", edits=edits)


def takes_request(module: Module, run: Function) -> bool:
    """True when the body uses the first parameter as a request object."""
    names = [argument.arg for argument in parameters(run) if argument.arg != "request_headers"]
    return any(
        isinstance(node.value, ast.Name) and names[:1] == [node.value.id] and node.attr in REQUEST
        for node in module.all(ast.Attribute)
        if module.function_of(node) is run
    )


_HEAD = """\
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
from azureml.contrib.services.aml_request import rawhttp
"""

CASES = (
    fires(
        f"{_HEAD}@rawhttp\n@input_schema('data', S([1]))\ndef run(data): return data\n",
        line=4,
        fixed=f"{_HEAD}@input_schema('data', S([1]))\ndef run(data): return data\n",
    ),
    fires(
        f"{_HEAD}@input_schema('r', S([1]))\n@rawhttp\ndef run(r): return r.method\n",
        line=4,
        fixed=f"{_HEAD}@rawhttp\ndef run(r): return r.method\n",
    ),
    fires(f"{_HEAD}@rawhttp\n@output_schema(S([1]))\ndef run(r): return r.get_data()\n", saw="@rawhttp"),
    fires(f"{_HEAD}@rawhttp\ndef health(r): ...\n@input_schema('d', S(1))\ndef run(d): return d\n", saw="health()"),
    quiet(f"{_HEAD}@input_schema('data', S([1]))\n@output_schema(S([1]))\ndef run(data): return data\n"),
    quiet(f"{_HEAD}@rawhttp\ndef run(request): return request.method\n"),
)
