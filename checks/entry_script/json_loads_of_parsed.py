"""json.loads() is given something that is parsed already.

What it finds
-------------
`json.loads(data)` in a run() whose parameter `data` is decorated with @input_schema and whose sample is no text; and
`json.loads(request)` in a run() that is decorated with @rawhttp.

Why it breaks
-------------
With @input_schema the server parses the body and passes lists, dicts, arrays or data frames; with @rawhttp it passes
the request object. json.loads() takes text only and raises TypeError: "the JSON object must be str, bytes or
bytearray".

How to fix
----------
Use the parameter as it is; of a request, take the body with `request.get_data()`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`; inference-schema 1.8.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls
from checks.entry_script.module import Module
from checks.entry_script.payload import asks_for_type, reads_of, sampled_parameters
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.json-loads-of-parsed",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.payload-mismatch", *RAISED, HIDDEN),
)
def json_loads_of_parsed(evidence: Evidence) -> Iterator[Finding]:
    """Look at what json.loads() is given in run()."""
    script, module = entry_script(evidence)
    run = module.run
    if run is None or not (module.is_schema or module.is_raw):
        return
    sorts = {p.name: p.sort for p in sampled_parameters(module)}
    if module.is_raw:
        sorts = {a.arg: "request" for a in run.args.args[:1]}
    for name, sort in sorts.items():
        reads = reads_of(module, run, name) or _first_reads(module, name)
        if sort == "text" or asks_for_type(module, reads):
            continue
        for call, called in calls(module):
            if called == "json.loads" and call.args and call.args[0] in reads:
                yield _finding(script, module, call, name, sort)


def _first_reads(module: Module, name: str) -> list[ast.Name]:
    """`data = json.loads(data)`: the read on the right still means the parameter, when it is the first assignment."""
    run = module.run
    assert run is not None
    for statement in run.body:
        nodes = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == name]
        if any(isinstance(n.ctx, ast.Store) for n in nodes):
            tried = isinstance(statement, (ast.Try, ast.With))
            if isinstance(statement, ast.Assign) or tried:
                return [n for n in nodes if isinstance(n.ctx, ast.Load)][:1]
            return []
    return []


def _finding(script: Script, module: Module, call: ast.Call, name: str, sort: str) -> Finding:
    above = module.parent(call)
    uses_it = isinstance(above, (ast.Subscript, ast.Attribute))
    what = "which is the request" if sort == "request" else "which the server has parsed"
    replacement = f"json.loads({name}.get_data())" if sort == "request" else name
    if sort == "request":
        replacement = f"{ast.unparse(call.func)}({name}.get_data())"
    return Finding(
        title=f"json.loads() is given `{name}`, {what}",
        confidence=Confidence.LIKELY if sort == "unknown" else Confidence.CERTAIN,
        evidence=quotes(script, module, [call, *(module.run.decorator_list if module.run else [])]),
        about=(f"name:{name}", *about_lines([call]), "phase:run"),
        fixes=(
            Fix(
                title=f"use `{name}` as it is" if sort != "request" else f"take the body with `{name}.get_data()`",
                safety=Safety.SAFE
                if sort in {"data", "request"} or (sort != "unknown" and not uses_it)
                else Safety.REVIEW,
                edits=(module.replace(script.path, call, replacement),),
            ),
        ),
    )


_HEAD = (
    "import json\nfrom inference_schema.schema_decorators import input_schema\n"
    "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
)
CASES = (
    fires(
        _HEAD + "@input_schema('data', StandardPythonParameterType([1]))\ndef run(data):\n"
        "    rows = json.loads(data)\n    return rows\n",
        line=6,
        fixed=_HEAD + "@input_schema('data', StandardPythonParameterType([1]))\ndef run(data):\n"
        "    rows = data\n    return rows\n",
    ),
    fires(
        _HEAD + "S = {'a': 1}\nT = StandardPythonParameterType(S)\n@input_schema('data', T)\ndef run(data):\n"
        "    data = json.loads(data)['a']\n    return data\n",
        saw="data",
    ),
    fires(
        "import json\nfrom azureml.contrib.services.aml_request import rawhttp\n@rawhttp\ndef run(request):\n"
        "    return json.loads(request)\n",
        saw="which is the request",
        fixed="import json\nfrom azureml.contrib.services.aml_request import rawhttp\n@rawhttp\ndef run(request):\n"
        "    return json.loads(request.get_data())\n",
    ),
    quiet(
        _HEAD + "@input_schema('data', StandardPythonParameterType('{}'))\ndef run(data):\n"
        "    return json.loads(data)\n"
    ),
    quiet("import json\ndef run(data):\n    return json.loads(data)\n"),
    quiet(
        _HEAD + "@input_schema('data', StandardPythonParameterType({}))\ndef run(data):\n"
        "    if isinstance(data, str):\n"
        "        data = json.loads(data)\n    return data\n"
    ),
    quiet(
        _HEAD + "@input_schema('data', StandardPythonParameterType({'a': ''}))\ndef run(data):\n"
        "    return json.loads(data['a'])\n"
    ),
    quiet(
        "import json\nfrom azureml.contrib.services.aml_request import rawhttp\n@rawhttp\ndef run(request):\n"
        "    return json.loads(request.data)\n"
    ),
)
