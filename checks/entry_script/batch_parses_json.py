"""run(mini_batch) parses its argument as JSON.

What it finds
-------------
`json.loads(mini_batch)` in a script whose run() has the parameter name of batch scripts.

Why it breaks
-------------
A batch deployment passes a list of file paths, not JSON: json.loads raises "the JSON object must be str, bytes or
bytearray, not list" for every mini batch, and the job ends without a result.

How to fix
----------
Go through the paths and read each file. In an online script, call the parameter `data`.

Learn more
----------
https://learn.microsoft.com/azure/machine-learning/how-to-batch-scoring-script
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.batch-parses-json",
    needs=("tree",),
    stage=Stage.RUN,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.run-raised",),
)
def batch_parses_json(evidence: Evidence) -> Iterator[Finding]:
    """Look for json.loads() on the parameter of a batch script."""
    script, module = entry_script(evidence)
    run = found_by_server(module, "run")
    if run is None or not module.is_batch:
        return
    name = run.args.args[0].arg
    for call in module.all(ast.Call):
        given = call.args[0] if call.args else None
        parsed = (module.called(call) or "").endswith("json.loads") and module.function_of(call) is run
        if parsed and isinstance(given, ast.Name) and given.id == name:
            yield Finding(
                title=f"run({name}) parses JSON, a batch deployment passes a list of file paths",
                evidence=(module.quote(script.path, call),),
                about=("name:run", "phase:run", "exception:TypeError", f"line:{call.lineno}"),
                fixes=(
                    Fix(
                        title="go through the paths and read each file; in an online script name it `data`",
                        commands=(f"for path in {name}:\n    with open(path) as file:\n        ...",),
                    ),
                ),
            )
            return


CASES = (
    fires("import json\ndef run(mini_batch):\n    rows = json.loads(mini_batch)\n    return rows\n", line=3),
    quiet("import json\ndef run(mini_batch):\n    return [json.loads(open(f).read()) for f in mini_batch]\n"),
    quiet("import json\ndef run(data):\n    return json.loads(data)\n"),
    quiet("import json\ndef run(mini_batch):\n    for f in mini_batch:\n        json.loads(f)\n    return [1]\n"),
)
