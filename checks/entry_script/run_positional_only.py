"""run() has positional-only parameters.

What it finds
-------------
A module-level `run` with a `/` among its parameters.

Why it breaks
-------------
The server passes the data by name. The worker stops with "run() cannot accept positional-only arguments, *args, or
**kwargs.", exits with code 3, and the container restarts.

How to fix
----------
Delete the `/`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, is_plain
from checks.entry_script.signature import replace_parameters, written
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.run-positional-only",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused",),
)
def run_positional_only(evidence: Evidence) -> Iterator[Finding]:
    """Look at the parameters of run()."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None or not function.args.posonlyargs or not is_plain(module, function):
        return
    edits = replace_parameters(module, script.path, function, written(function, plain_positional=True))
    yield Finding(
        title="run() has positional-only parameters, the server passes them by name",
        evidence=(module.quote(script.path, function),),
        about=("name:run", f"line:{function.lineno}", "phase:import"),
        fixes=(
            Fix(
                title="delete the `/` among the parameters",
                safety=Safety.SAFE if edits else Safety.REVIEW,
                edits=edits,
            ),
        ),
    )


CASES = (
    fires("def run(data, /): return data\n", line=1, fixed="def run(data): return data\n"),
    fires(
        "def run(\n    data: str, /, b=(1, 2)\n): return data\n", fixed="def run(data: str, b=(1, 2)): return data\n"
    ),
    quiet("def run(data): return data\ndef f(a, /): return a\n"),
    quiet("def run(data, *, b=1): return data\n"),
)
