"""run() takes only the request's headers.

What it finds
-------------
A module-level `run` whose only parameter is `request_headers`.

Why it breaks
-------------
The server fills a parameter of that name with the headers, and then has none left for the data. The worker stops with
"run() needs to accept an argument other than "request_headers".", exits with code 3, and the container restarts.

How to fix
----------
Add a parameter for the data, also when it is not used.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import data_name, found_by_server, is_plain, parameters
from checks.entry_script.signature import replace_parameters, written
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.run-headers-only",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused", "entry-script.undefined-name"),
)
def run_headers_only(evidence: Evidence) -> Iterator[Finding]:
    """Look at the parameters of run()."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None or not is_plain(module, function) or function.args.vararg or function.args.kwarg:
        return
    if [argument.arg for argument in parameters(function)] != ["request_headers"]:
        return
    name = data_name(module, function)
    edits = replace_parameters(module, script.path, function, written(function, first=name))
    yield Finding(
        title="run() takes only `request_headers`, and no data",
        evidence=(module.quote(script.path, function),),
        about=("name:run", f"name:{name}", f"line:{function.lineno}", "phase:import"),
        fixes=(Fix(title=f"add the parameter `{name}`", safety=Safety.SAFE if edits else Safety.REVIEW, edits=edits),),
    )


CASES = (
    fires("def run(request_headers): return 1\n", line=1, fixed="def run(data, request_headers): return 1\n"),
    fires("def run(request_headers=None): return data\n", fixed="def run(data, request_headers=None): return data\n"),
    quiet("def run(data, request_headers): return 1\n"),
    quiet("def run(headers): return 1\n"),
)
