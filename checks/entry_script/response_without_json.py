"""An AMLResponse is given a dict without json_str=True.

What it finds
-------------
`AMLResponse({...}, 200)`: a dict or list as the message, and no `json_str=True`.

Why it breaks
-------------
The response class takes the message as the body and iterates over it: of a dict only the keys are sent, run together
without quotes or separators; a list of numbers fails.

How to fix
----------
Pass `json_str=True`, or `json.dumps(...)` of the message.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `api/aml_response.py`; measured: a message `{"a": 1}` is sent as `a`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls, keyword, last
from checks.entry_script.reach import RUN, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.response-without-json",
    needs=("tree",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
)
def response_without_json(evidence: Evidence) -> Iterator[Finding]:
    """Look at the messages of the responses that run() makes."""
    script, module = entry_script(evidence)
    if "AMLResponse" not in module.text:
        return
    for call, name in calls(module):
        if last(name) != "AMLResponse" or RUN not in reach(module).phases(call):
            continue
        message = argument(call, 0, "message")
        given = argument(call, 3, "json_str")
        if not isinstance(message, (ast.Dict, ast.List, ast.DictComp)) or given is not None:
            continue
        if any(k.arg is None for k in call.keywords) or (keyword(call, "status_code") is None and len(call.args) < 2):
            continue
        end = call.end_lineno or call.lineno
        at = module.column(end, (call.end_col_offset or 1) - 1)
        before = module.line(end)[:at].rstrip()
        yield Finding(
            title="AMLResponse is given a dict or list without json_str=True",
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), "phase:run"),
            fixes=(
                Fix(
                    title="pass `json_str=True`",
                    safety=Safety.SAFE,
                    edits=(
                        module.insert(
                            script.path,
                            end,
                            "json_str=True" if before.endswith(",") or not before else ", json_str=True",
                            at,
                        ),
                    ),
                ),
            ),
        )


_IMPORT = "from azureml.contrib.services.aml_response import AMLResponse\n"
CASES = (
    fires(
        _IMPORT + "def run(data):\n    return AMLResponse({'a': 1}, 200)\n",
        line=3,
        fixed=_IMPORT + "def run(data):\n    return AMLResponse({'a': 1}, 200, json_str=True)\n",
    ),
    fires(_IMPORT + "def run(data):\n    return AMLResponse([1, 2], status_code=400)\n"),
    quiet(_IMPORT + "def run(data):\n    return AMLResponse({'a': 1}, 200, json_str=True)\n"),
    quiet(_IMPORT + "def run(data):\n    return AMLResponse({'a': 1}, 200, {}, True)\n"),
    quiet(_IMPORT + "import json\ndef run(data):\n    return AMLResponse(json.dumps({'a': 1}), 200)\n"),
    quiet(
        _IMPORT + "def run(data):\n    options = {'json_str': True}\n    return AMLResponse({'a': 1}, 200, **options)\n"
    ),
)
