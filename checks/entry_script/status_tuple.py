"""run() returns a pair of body and status, which the server does not take apart.

What it finds
-------------
`return {...}, 400` in run(): a tuple whose last item is an HTTP status.

Why it breaks
-------------
The server is written with Flask, but it does not hand run()'s result to Flask: the tuple is encoded as a JSON list and
sent with status 200, so clients get `[{...}, 400]` and no error status.

How to fix
----------
Return `AMLResponse(body, status, json_str=True)` from `azureml.contrib.services.aml_response`, which the server
provides.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.imports import add_import
from checks.entry_script.module import Module
from checks.entry_script.reach import RUN, reach
from checks.entry_script.samples import source
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.status-tuple",
    needs=("tree",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def status_tuple(evidence: Evidence) -> Iterator[Finding]:
    """Look at the tuples that run() returns."""
    script, module = entry_script(evidence)
    if module.is_batch or module.run is None:
        return
    found = [n for n in module.all(ast.Return) if owner(module, n) is module.run and _is_pair(n.value)]
    if found and RUN in reach(module).phases(found[0]):
        yield Finding(
            title="run() returns a body and a status, the client gets a list of both",
            evidence=quotes(script, module, found),
            about=(*about_lines(found), "phase:run"),
            fixes=(
                Fix(
                    title="return an AMLResponse",
                    edits=tuple(edit for one in found for edit in _edits(script, module, one)),
                ),
            ),
        )


def _is_pair(value: ast.expr | None) -> bool:
    if not isinstance(value, ast.Tuple) or not 2 <= len(value.elts) <= 3:
        return False
    status, body = value.elts[1], value.elts[0]
    number = isinstance(status, ast.Constant) and type(status.value) is int and 200 <= status.value < 600
    named = isinstance(status, ast.Attribute) and ast.unparse(status).startswith(("HTTPStatus.", "http.HTTPStatus."))
    return (
        (number or named)
        and isinstance(body, (ast.Dict, ast.Constant, ast.JoinedStr, ast.Call, ast.Name))
        and not (isinstance(body, ast.Constant) and not isinstance(body.value, str))
    )


def _edits(script: Script, module: Module, one: ast.Return) -> tuple[Edit, ...]:
    assert isinstance(one.value, ast.Tuple)
    body, status = one.value.elts[:2]
    if len(one.value.elts) != 2 or one.value.lineno != one.value.end_lineno:
        return ()
    return (
        module.replace(
            script.path, one.value, f"AMLResponse({source(module, body)}, {source(module, status)}, json_str=True)"
        ),
        *add_import(
            module,
            script.path,
            "from azureml.contrib.services.aml_response import AMLResponse",
            "AMLResponse",
        ),
    )


CASES = (
    fires(
        "def run(data):\n    return {'error': 'no data'}, 400\n",
        line=2,
        fixed="from azureml.contrib.services.aml_response import AMLResponse\n"
        "def run(data):\n    return AMLResponse({'error': 'no data'}, 400, json_str=True)\n",
    ),
    fires("from http import HTTPStatus\ndef run(data):\n    return str(data), HTTPStatus.BAD_REQUEST\n"),
    quiet("def run(data):\n    return 200, 400\n", name="two numbers"),
    quiet("def run(data):\n    return data, len(data)\n"),
    quiet("def score(d):\n    return d, 400\ndef run(data):\n    body, limit = score(data)\n    return body\n"),
    quiet("def run(data):\n    return AMLResponse(data, 400)\n"),
)
