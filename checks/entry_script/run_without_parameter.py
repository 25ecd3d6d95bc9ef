"""run() takes no parameter.

What it finds
-------------
A module-level `run()` without any parameter.

Why it breaks
-------------
The server looks at the signature of run() before it starts: without a parameter it has no place for the request's data.
The worker stops with "run() needs to accept an argument for input data.", exits with code 3, and the container
restarts.

How to fix
----------
Add a parameter, also when it is not used. The server passes the body as text; to get the request object as in a Flask
view, decorate run() with `@rawhttp`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import data_name, found_by_server, is_plain, parameters
from checks.entry_script.module import Function, Module
from checks.entry_script.signature import replace_parameters
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.run-without-parameter",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused", "entry-script.undefined-name"),
)
def run_without_parameter(evidence: Evidence) -> Iterator[Finding]:
    """Look at the parameters of run()."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None or not is_plain(module, function):
        return
    if parameters(function) or function.args.vararg or function.args.kwarg:
        return
    name = data_name(module, function)
    yield Finding(
        title="run() takes no parameter for the request's data",
        evidence=(module.quote(script.path, function),),
        about=("name:run", f"line:{function.lineno}", "phase:import", f"name:{name}"),
        fixes=(_fix(module, script.path, function, name),),
    )


def _fix(module: Module, path: str, function: Function, name: str) -> Fix:
    edits = replace_parameters(module, path, function, name)
    if "flask.request" in {module.dotted(n) for n in ast.walk(function) if isinstance(n, ast.Name)}:
        return Fix(
            title="take the request as a parameter: `@rawhttp` and `def run(request):`",
            commands=(
                "from azureml.contrib.services.aml_request import rawhttp",
                "@rawhttp\ndef run(request):",
            ),
        )
    return Fix(title=f"give run() the parameter `{name}`", safety=Safety.SAFE if edits else Safety.REVIEW, edits=edits)


CASES = (
    fires(
        "def init(): ...\ndef run():\n    return 1\n", line=2, fixed="def init(): ...\ndef run(data):\n    return 1\n"
    ),
    fires(
        "import json\ndef run( ):\n    return json.loads(raw_data)\n",
        fixed="import json\ndef run(raw_data):\n    return json.loads(raw_data)\n",
    ),
    fires("data = [1]\ndef run():\n    return data\n", fixed="data = [1]\ndef run(raw_data):\n    return data\n"),
    fires("from flask import request\ndef run():\n    return request.get_json()\n", line=2),
    quiet("def run(data=None): return 1\n"),
    quiet("def run(*args): return 1\n", name="told by another check"),
    quiet("from x import inject\n@inject\ndef run(): return 1\n"),
    quiet("def run(): return 1\nrun = lambda data: 1\n"),
)
