"""run() returns NaN or infinity, which is no valid JSON.

What it finds
-------------
`float("nan")`, `np.nan`, `math.inf` and their like in what run() returns, or given to json.dumps().

Why it breaks
-------------
Python's encoder writes the bare words NaN and Infinity, which the JSON standard does not know: the answer has status
200, and clients in other languages fail to parse it.

How to fix
----------
Return None (null) in its place, or leave the entry out.

Learn more
----------
Source: RFC 8259, section 6; measured on azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.entry_script.value_tables import Kind
from checks.entry_script.values import Dumped, Returned, Value, flow
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.nan-result",
    needs=("tree",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.invalid-json-result",),
)
def nan_result(evidence: Evidence) -> Iterator[Finding]:
    """Follow the values that run() returns."""
    script, module = entry_script(evidence)
    if module.is_batch or ("nan" not in module.text.lower() and "inf" not in module.text.lower()):
        return
    found = flow(module)
    places: dict[tuple[int, int], tuple[Value, ast.AST]] = {}
    ends: tuple[Returned | Dumped, ...] = (*found.returned, *found.dumped)
    for one in ends:
        for value in one.values:
            if value.kind is Kind.NAN:
                place = value.place or value.origin
                places.setdefault((place.lineno, place.col_offset), (value, one.at))
    if not places:
        return
    found_at = [both for _, both in sorted(places.items(), key=lambda item: item[0])]
    shown: list[ast.AST] = [node for value, at in found_at for node in (value.place or value.origin, value.origin, at)]
    origins = {(value.origin.lineno, value.origin.col_offset): value.origin for value, _ in found_at}
    yield Finding(
        title="run() returns NaN or infinity",
        evidence=quotes(script, module, shown),
        about=(*about_lines(shown), "phase:run"),
        fixes=(
            Fix(
                title="return None in its place",
                edits=tuple(module.replace(script.path, origin, "None") for origin in origins.values()),
            ),
        ),
    )


CASES = (
    fires(
        "import math\ndef run(data):\n    return {'score': math.nan}\n",
        line=3,
        fixed="import math\ndef run(data):\n    return {'score': None}\n",
    ),
    fires("def run(data):\n    score = float('inf')\n    if data:\n        score = 1\n    return [score]\n"),
    fires(
        "import math\ndef run(data):\n    return {'low': -math.inf, 'high': math.inf, 'mean': math.nan}\n",
        findings=1,
        fixed="import math\ndef run(data):\n    return {'low': None, 'high': None, 'mean': None}\n",
    ),
    fires("import json\nimport numpy as np\ndef run(data):\n    return json.dumps({'a': np.nan})\n"),
    quiet("import numpy as np\ndef run(data):\n    rows = [x for x in data if x is not np.nan]\n    return rows\n"),
    quiet(
        "import math\ndef run(data):\n    best = -math.inf\n    for x in data:\n        best = max(best, x)\n"
        "    return len(data)\n"
    ),
    quiet("def run(data):\n    return {'info': 'nan means none'}\n"),
)
