"""run() requires more than the server passes.

What it finds
-------------
An undecorated or `@rawhttp` run() with a second required parameter; and, for information, a parameter of a run() with
`@input_schema` that no decorator describes and that has no default.

Why it breaks
-------------
An undecorated run() gets the body as its first argument and the headers as `request_headers`, nothing else. Every
request fails with "TypeError: run() missing 1 required positional argument" and is answered 500. With schema decorators
every parameter is taken from the body by name: one without a default must be in each body, else the answer is 400.

How to fix
----------
Read the second value from the body, give the parameter a default, or describe it with `@input_schema`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`; `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, is_batch, is_plain, parameters, required
from checks.entry_script.decorations import decorations
from checks.entry_script.module import Function, Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.text import listed


@check(
    "entry-script.run-extra-parameter",
    needs=("tree",),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=("runtime.run-raised", "runtime.request-rejected", "contract.key-missing", "contract.request-refused"),
)
def run_extra_parameter(evidence: Evidence) -> Iterator[Finding]:
    """Compare the parameters of run() with what the server fills."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None or not is_plain(module, function) or is_batch(module):  # the driver gives a second argument
        return
    data = [a.arg for a in parameters(function) if a.arg != "request_headers"]
    needed = [a.arg for a in required(function) if a.arg != "request_headers"]
    if module.is_schema:
        described = {d.parameter for d in decorations(module, function) if d.kind == "input_schema"}
        missing = [name for name in needed if name not in described]
        if described and None not in described and described <= set(data) and missing:
            yield _in_every_body(script, module, function, missing)
    elif extra := [name for name in needed if name != data[0]]:
        yield Finding(
            title=f"run() requires {listed([f'`{n}`' for n in extra], 2)}, which the server never passes"[:90],
            evidence=(module.quote(script.path, function),),
            about=("name:run", "phase:run", "exception:TypeError", *(f"name:{name}" for name in extra)),
            fixes=(Fix(title=f"read {listed(extra)} from the body, or give it a default"),),
        )


def _in_every_body(script: Script, module: Module, function: Function, missing: list[str]) -> Finding:
    return Finding(
        title=f"every body must hold {listed([f'`{name}`' for name in missing], 3)}, which no decorator describes"[:90],
        evidence=(module.quote(script.path, function),),
        severity=Severity.INFO,
        about=("name:run", "phase:run", *(f"name:{name}" for name in missing)),
        fixes=(
            Fix(title=f"give {listed(missing)} a default, or describe it with `@input_schema`"),
            Fix(title=f"send {listed(missing)} in every body"),
        ),
    )


_SCHEMA = (
    "from inference_schema.schema_decorators import input_schema\n"
    "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S\n"
)

CASES = (
    fires("def init(): ...\ndef run(data, extra): return 1\n", line=2, saw="`extra`"),
    fires("def run(data, request_headers, *, mode): return 1\n", saw="`mode`"),
    fires("from x.aml_request import rawhttp\n@rawhttp\ndef run(request, model): return 1\n", saw="`model`"),
    fires(
        _SCHEMA + "@input_schema('data', S([1]))\ndef run(data, mode): return 1\n", saw="every body must hold `mode`"
    ),
    quiet("def run(data, extra='x', request_headers=None): return 1\n"),
    quiet("def run(request_headers, data): return 1\n"),
    quiet(
        "def run(mini_batch, mini_batch_context): return [1 for path in mini_batch]\n", name="a parallel job's script"
    ),
    quiet(_SCHEMA + "@input_schema('a', S(1))\n@input_schema(param_name='b', param_type=S(1))\ndef run(b, a): ...\n"),
    quiet("def run(frame, mini_batch_context): return list(frame)\n", name="a parallel job over a table"),
    quiet("from x import inject\n@inject\ndef run(data, model): return 1\n"),
    quiet(_SCHEMA + "@input_schema('datum', S([1]))\ndef run(data): return 1\n", name="told by decorator-name"),
)
