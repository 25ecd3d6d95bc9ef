"""run() returns JSON as text, so clients must decode it twice.

What it finds
-------------
`return json.dumps(...)` or `return frame.to_json()` in run().

Why it breaks
-------------
It does not: the server encodes the text once more and sends a JSON string. A client that decodes the answer once
holds a text such as `"{\\"result\\": [1]}"` instead of an object, and has to decode again.

How to fix
----------
Return the dict or list itself, unless clients already decode twice.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import call_name
from checks.entry_script.module import Module
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.entry_script.value_tables import Kind
from checks.entry_script.values import flow
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.double-encoded-result",
    needs=("tree",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def double_encoded_result(evidence: Evidence) -> Iterator[Finding]:
    """Look for JSON text among the values that run() returns."""
    script, module = entry_script(evidence)
    if module.is_batch or not ("dumps" in module.text or "to_json" in module.text):
        return
    returns = [
        one
        for one in flow(module).returned
        if any(v.kind is Kind.JSON_TEXT and v.place is one.at.value for v in one.values)
    ]
    if returns:
        yield Finding(
            title="run() returns JSON text, which the server encodes once more",
            evidence=quotes(script, module, [one.at for one in returns]),
            about=(*about_lines(one.at for one in returns), "phase:run"),
            fixes=(_fix(script.path, module, [one.at for one in returns]),),
        )


def _fix(path: str, module: Module, returns: list[ast.Return]) -> Fix:
    title = "return the object itself, when no client decodes twice"
    edits = []
    for one in returns:
        call = one.value
        plain = isinstance(call, ast.Call) and call_name(module, call) == "json.dumps"
        if not (plain and isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords):
            return Fix(title=title)
        inner = call.args[0]
        if inner.lineno != call.lineno or inner.end_lineno != call.end_lineno:
            return Fix(title=title)
        line = module.line(inner.lineno)
        start, end = (module.column(inner.lineno, c or 0) for c in (inner.col_offset, inner.end_col_offset))
        edits.append(module.replace(path, call, line[start:end]))
    return Fix(title=title, edits=tuple(edits))


CASES = (
    fires(
        "import json\ndef run(data):\n    return json.dumps({'a': 1})\n",
        line=3,
        fixed="import json\ndef run(data):\n    return {'a': 1}\n",
    ),
    fires("import json\ndef run(data):\n    result = json.dumps([1])\n    return result\n"),
    fires("import pandas as pd\ndef run(data):\n    frame = pd.DataFrame(data)\n    return frame.to_json()\n"),
    quiet("import json\ndef run(data):\n    return json.loads(json.dumps({'a': 1}, default=str))\n"),
    quiet("import json\ndef run(data):\n    print(json.dumps(data))\n    return [1]\n"),
    quiet("import json\ndef run(data):\n    return AMLResponse(json.dumps([1]), 200)\n"),
)
