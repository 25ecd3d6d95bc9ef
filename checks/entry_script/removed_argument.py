"""A call passes an argument that it no longer takes, or omits one that it now needs.

What it finds
-------------
Keywords such as `error_bad_lines` of pandas.read_csv or `sparse` of OneHotEncoder that newer releases removed, and
yaml.load() without a Loader. Quiet where the environment file pins a release that still takes the call.

Why it breaks
-------------
The call raises TypeError with the release that the container installs: "got an unexpected keyword argument", or
"missing 1 required positional argument".

How to fix
----------
Write what took its place, named in the finding; or pin the older release in the environment file.

Learn more
----------
Source: `checks/data/removed.json` names for each row where the fact was measured; PyYAML 6.0.2 for yaml.load.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls
from checks.entry_script.guards import reckons_with_absence
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.removals import RemovedArgument, removed, since
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.entry_script.versions import State, is_recent, removal_state
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity, Stage

LOADER = RemovedArgument(
    call="yaml.load",
    name="Loader",
    package="pyyaml",
    use="yaml.safe_load(...)",
    source="measured on PyYAML 6.0.2",
    removed_in="6.0",
)


@check(
    "entry-script.removed-argument",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.error-as-answer"),
    helpers=True,
)
def removed_argument(evidence: Evidence) -> Iterator[Finding]:
    """Look up the keywords of known calls."""
    script, module = entry_script(evidence)
    by_call: dict[str, list[RemovedArgument]] = {}
    for row in removed().arguments:
        by_call.setdefault(row.call, []).append(row)
    for call, name in calls(module):
        hits = [(row, k) for row in by_call.get(name, ()) for k in call.keywords if k.arg == row.name]
        lacks_loader = name == LOADER.call and call.args and argument(call, 1, "Loader") is None
        if not (hits or lacks_loader) or reckons_with_absence(module, call):
            continue
        phases = reach(module).phases(call)
        for row, given in [*hits, *([(LOADER, None)] if lacks_loader else [])]:
            state, known = removal_state(evidence, row.package, row.removed_in)
            if state is State.THERE or not phases:
                continue
            seen = quotes(script, module, [call])
            title = f"`{row.name}` of {row.call}() was {since(row)}"
            yield Finding(
                title=title if given else "yaml.load() is called without the Loader that PyYAML 6 needs",
                severity=Severity.WARNING
                if state is State.UNKNOWN and is_recent(row.package, row.removed_in)
                else None,
                confidence=Confidence.CERTAIN if state is State.GONE else Confidence.LIKELY,
                stage=STAGES[phases[0]],
                evidence=(*seen, Quote(source="environment", text=known)) if known else seen,
                about=(f"name:{row.name}", *about_lines([call]), *about_phases(phases)),
                fixes=(_fix(script.path, module, call, row, given),),
            )


def _fix(path: str, module: Module, call: ast.Call, row: RemovedArgument, given: ast.keyword | None) -> Fix:
    title = f"use {row.use}"
    if given is None:
        if isinstance(call.func, ast.Attribute) and call.func.end_lineno == call.func.lineno:
            return Fix(title=title, edits=(_to_safe_load(path, module, call.func),))
        return Fix(title=title)
    if not row.drop:
        return Fix(title=title)
    items: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=lambda n: (n.lineno, n.col_offset))
    before = [n for n in items if (n.lineno, n.col_offset) < (given.lineno, given.col_offset)]
    if not before:
        return Fix(title=f"leave out `{row.name}`")
    last = before[-1]
    start, end = last.end_lineno or last.lineno, given.end_lineno or given.lineno
    edit = Edit(
        path=path,
        start_line=start,
        start_column=module.column(start, last.end_col_offset or 0),
        end_line=end,
        end_column=module.column(end, given.end_col_offset or 0),
        replacement="",
    )
    return Fix(title=f"leave out `{row.name}`", safety=Safety.SAFE, edits=(edit,))


def _to_safe_load(path: str, module: Module, function: ast.Attribute) -> Edit:
    end = module.column(function.lineno, function.end_col_offset or 0)
    return Edit(
        path=path,
        start_line=function.lineno,
        start_column=end - len("load"),
        end_line=function.lineno,
        end_column=end,
        replacement="safe_load",
    )


CASES = (
    fires(
        "import json\ndef run(data):\n    return json.loads(data, encoding='utf-8')\n",
        saw="encoding",
        line=3,
        fixed="import json\ndef run(data):\n    return json.loads(data)\n",
    ),
    fires(
        "import pandas as pd\ndef init():\n    pd.read_csv('a', sep=',', error_bad_lines=False)\n"
        "def run(data): return 1\n"
    ),
    fires(
        "import yaml\nC = yaml.load(open('c'))\ndef run(data): return 1\n",
        saw="Loader",
        fixed="import yaml\nC = yaml.safe_load(open('c'))\ndef run(data): return 1\n",
    ),
    quiet("import yaml\nC = yaml.load(open('c'), Loader=yaml.SafeLoader)\ndef run(data): return 1\n"),
    quiet("import yaml\nC = yaml.load(open('c'), yaml.SafeLoader)\ndef run(data): return 1\n"),
    quiet("import pandas as pd\ndef init():\n    pd.read_csv('a', on_bad_lines='skip')\ndef run(data): return 1\n"),
    quiet("import json\ndef run(data):\n    return json.loads(data.decode(encoding='utf-8'))\n"),
)
