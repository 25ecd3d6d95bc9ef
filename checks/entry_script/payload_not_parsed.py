"""run() uses the request body as if it were parsed.

What it finds
-------------
An undecorated run(data) that takes `data["..."]`, `data.get(...)`, `data.items()`, `json.load(data)`,
`pd.DataFrame(data)` or `pd.read_json(data)` of the parameter itself, without json.loads() before.

Why it breaks
-------------
Without a decorator the server passes the body as text, whatever its content type. A text has no keys, so run() raises
"string indices must be integers" or AttributeError, and every request is answered with 500.

How to fix
----------
Start with `data = json.loads(data)`; or decorate run() with @input_schema.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: an undecorated run() is called with the body as
str.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import call_name
from checks.entry_script.given import with_pinned
from checks.entry_script.imports import add_import
from checks.entry_script.module import Module
from checks.entry_script.payload import asks_for_type, body_parameter, reads_of
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.entry_script.versions import State, removal_state
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Severity, Stage

OF_DICTS = frozenset({"get", "items", "keys", "values", "pop", "setdefault", "update"})


@check(
    "entry-script.payload-not-parsed",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.payload-mismatch", "runtime.attribute-gone", "runtime.file-missing", *RAISED, HIDDEN),
)
def payload_not_parsed(evidence: Evidence) -> Iterator[Finding]:
    """Look at what run() does with the parameter that takes the body."""
    script, module = entry_script(evidence)
    name, run = body_parameter(module), module.run
    if name is None or run is None:
        return
    reads = reads_of(module, run, name)
    if asks_for_type(module, reads):
        return
    wrong = [(read, how) for read in reads if (how := _how(evidence, module, read))]
    kinds = {how for _, how in wrong}
    for how in ("parsed", "file", "path"):
        nodes = [read for read, h in wrong if h == how]
        if how in kinds:
            yield Finding(
                title={
                    "parsed": f"`{name}` is used as data, but arrives as text",
                    "file": f"json.load() is given `{name}`, which is text and no file",
                    "path": f"pandas takes the text of `{name}` for a file name",
                }[how],
                severity=Severity.WARNING if how == "path" and _unknown(evidence) else None,
                confidence=Confidence.LIKELY if how == "path" else Confidence.CERTAIN,
                evidence=quotes(script, module, [*nodes, run]),
                about=(f"name:{name}", *about_lines(nodes), "phase:run"),
                fixes=(_fix(script, module, name, nodes, how),),
            )


def _how(evidence: Evidence, module: Module, read: ast.Name) -> str | None:
    above = module.parent(read)
    if isinstance(above, ast.Subscript) and above.value is read:
        return "parsed" if isinstance(above.slice, ast.Constant) and isinstance(above.slice.value, str) else None
    if isinstance(above, ast.Attribute):
        return "parsed" if above.attr in OF_DICTS else None
    if isinstance(above, ast.Call) and above.args and above.args[0] is read:
        called = call_name(module, above)
        if called == "json.load":
            return "file"
        if called == "pandas.DataFrame":
            return "parsed"
        if called == "pandas.read_json":
            return "path" if removal_state(evidence, "pandas", "3.0")[0] is not State.THERE else None
    return None


def _unknown(evidence: Evidence) -> bool:
    return removal_state(evidence, "pandas", "3.0")[0] is State.UNKNOWN


def _fix(script: Script, module: Module, name: str, nodes: list[ast.Name], how: str) -> Fix:
    run = module.run
    assert run is not None
    if how == "file":
        calls = [module.parent(node) for node in nodes]
        edits = tuple(_loads(script, module, call.func) for call in calls if isinstance(call, ast.Call))
        return Fix(title="call json.loads()", safety=Safety.SAFE, edits=edits)
    if how == "path":
        wrapped = tuple(module.replace(script.path, node, f"io.StringIO({name})") for node in nodes)
        return Fix(
            title=f"wrap it: `io.StringIO({name})`",
            safety=Safety.SAFE,
            edits=(*wrapped, *add_import(module, script.path, "import io", "io")),
        )
    first = run.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    if is_doc and len(run.body) > 1:
        first = run.body[1]
    column = module.column(first.lineno, first.col_offset)
    indent = module.line(first.lineno)[:column]
    statement = f"{name} = json.loads({name})"
    edits = (
        module.insert(script.path, first.lineno, f"{statement}; ", column)
        if indent.strip()
        else module.insert(script.path, first.lineno, f"{indent}{statement}\n"),
        *add_import(module, script.path, "import json", "json"),
    )
    return Fix(title=f"start with `{statement}`", edits=edits)


def _loads(script: Script, module: Module, function: ast.expr) -> Edit:
    line = function.end_lineno or function.lineno
    return module.insert(script.path, line, "s", module.column(line, function.end_col_offset or 0))


CASES = (
    fires(
        "def run(data):\n    return data['rows']\n",
        line=2,
        fixed="import json\ndef run(data):\n    data = json.loads(data)\n    return data['rows']\n",
    ),
    fires(
        "import json\ndef run(raw):\n    return json.load(raw)\n",
        fixed="import json\ndef run(raw):\n    return json.loads(raw)\n",
    ),
    fires("def run(data):\n    rows = data.get('rows')\n    return rows\n", saw="arrives as text"),
    fires("import pandas as pd\ndef run(data):\n    return len(pd.DataFrame(data))\n"),
    fires(
        "import pandas as pd\ndef run(data):\n    return len(pd.read_json(data))\n",
        fixed="import io\nimport pandas as pd\ndef run(data):\n    return len(pd.read_json(io.StringIO(data)))\n",
    ),
    quiet(with_pinned("import pandas as pd\ndef run(data):\n    return len(pd.read_json(data))\n", "pandas", "2.1.4")),
    quiet("import json\ndef run(data):\n    data = json.loads(data)\n    return data['rows']\n"),
    quiet("import json\ndef run(data):\n    return json.loads(data)['rows']\n"),
    quiet("def run(data):\n    if isinstance(data, dict):\n        return data['rows']\n    return data\n"),
    quiet("@input_schema('data', T())\ndef run(data):\n    return data['rows']\n", name="decorated"),
    quiet("def run(table):\n    rows, _ = table.shape\n    return [1] * rows\n", name="a parallel job over a table"),
    quiet("def run(mini_batch):\n    return mini_batch.items()\n", name="batch"),
    quiet("def run(data):\n    return data[0], data[1:], data.split(','), data.strip()\n", name="text"),
    quiet("def run(data):\n    return [data['a'] for data in rows(data)]\ndef rows(d): return []\n"),
)
