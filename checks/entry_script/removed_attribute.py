"""A name or method is used that a release of its package removed.

What it finds
-------------
Attributes such as `np.float`, `tf.placeholder`, `collections.Mapping`, `Image.ANTIALIAS`, and methods such as
`DataFrame.append` or `get_feature_names`, that newer releases do not have. Quiet where the environment file pins a
release that still has them, and where the script tests for them.

Why it breaks
-------------
The line raises AttributeError (or ImportError) with the release that the container installs, although it worked with
the older one: at import or in init() the service does not start, in run() the request is answered with 500.

How to fix
----------
Write what took its place, named in the finding; or pin the older release in the environment file.

Learn more
----------
Source: `checks/data/removed.json` names for each row where the fact was read or measured.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.given import with_pinned
from checks.entry_script.guards import reckons_with_absence
from checks.entry_script.import_edits import rewrite_from
from checks.entry_script.imports import add_import, code_for
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.removals import Removal, RemovedMethod, names, removed, since
from checks.entry_script.samples import source
from checks.entry_script.scopes import scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, named, quotes
from checks.entry_script.values import flow
from checks.entry_script.versions import State, is_recent, removal_state
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity, Stage

USERS = {
    "pandas": frozenset({"pandas"}),
    "scikit-learn": frozenset({"sklearn", "joblib", "pickle"}),
    "tensorflow": frozenset({"tensorflow", "keras"}),
}
FORGOTTEN = {"np": "numpy", "pd": "pandas", "tf": "tensorflow"}
Row = Removal | RemovedMethod


@dataclass(frozen=True)
class Place:
    """One use of something that was removed, as the script writes it, with the edits that replace it."""

    label: str
    row: Row
    node: ast.AST
    edits: tuple[Edit, ...]


@check(
    "entry-script.removed-attribute",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.error-as-answer"),
    helpers=True,
)
def removed_attribute(evidence: Evidence) -> Iterator[Finding]:
    """Look up attributes, names imported from modules, and methods of values of known kind."""
    script, module = entry_script(evidence)
    groups: dict[tuple[str, str, bool], list[Place]] = {}
    for place in (*_attributes(script, module), *_imported(script, module), *_methods(script, module)):
        if reach(module).phases(place.node) and not reckons_with_absence(module, place.node):
            row = place.row
            groups.setdefault((row.package, row.removed_in, row.safe and bool(place.edits)), []).append(place)
    for (package, removed_in, _), places in groups.items():
        back_in = {p.row.back_in if isinstance(p.row, Removal) else None for p in places}
        for back in sorted(back_in, key=str):
            state, known = removal_state(evidence, package, removed_in, back)
            some = [p for p in places if (p.row.back_in if isinstance(p.row, Removal) else None) == back]
            if state is not State.THERE:
                yield _finding(script, module, some, state, known)


def _finding(script: Script, module: Module, places: list[Place], state: State, known: str) -> Finding:
    nodes = [place.node for place in places]
    labels = list(dict.fromkeys(place.label for place in places))
    rows = list({place.row.name: place.row for place in places}.values())
    phases = [phase for phase in STAGES if any(phase in reach(module).phases(node) for node in nodes)]
    edits = tuple(edit for place in places for edit in place.edits) if all(place.edits for place in places) else ()
    seen = quotes(script, module, nodes)
    certain = state is State.GONE and all(isinstance(row, Removal) for row in rows)
    shown = named(labels[:2]) if len(labels) < 3 else f"`{labels[0]}` and {len(labels) - 1} more names"
    uses = "; ".join(f"{row.use} for {row.name.rsplit('.', 1)[-1]}" for row in rows)
    return Finding(
        title=f"{shown} {'was' if len(labels) == 1 else 'were'} {since(rows[0])}",
        severity=Severity.WARNING
        if state is State.UNKNOWN and is_recent(rows[0].package, rows[0].removed_in)
        else None,
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        stage=STAGES[phases[0]],
        evidence=(*seen, Quote(source="environment", text=known)) if known else seen,
        about=(*(f"name:{label.rsplit('.', 1)[-1]}" for label in labels), *about_lines(nodes), *about_phases(phases)),
        fixes=(
            Fix(
                title=f"use {rows[0].use if len(rows) == 1 else uses}",
                safety=Safety.SAFE if edits and all(row.safe for row in rows) else Safety.REVIEW,
                edits=tuple(dict.fromkeys(edits)),
            ),
        ),
    )


def _attributes(script: Script, module: Module) -> Iterator[Place]:
    rows = names()
    wanted = {name.rsplit(".", 1)[-1] for name in rows}
    for node in module.all(ast.Attribute):
        if node.attr not in wanted or not isinstance(node.ctx, ast.Load):
            continue
        root = _root(node)
        if root in FORGOTTEN and not any(root in bound for bound in scopes(module).bound.values()):
            full = ast.unparse(node).replace(
                root, FORGOTTEN[root], 1
            )  # the import is missing: another check tells that
        else:
            full = (module.dotted(node) or "") if root in module.aliases else ""
        row = rows.get(full)
        if row is not None:
            yield Place(ast.unparse(node), row, node, _attribute_edits(script, module, node, row))


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _attribute_edits(script: Script, module: Module, node: ast.Attribute, row: Removal) -> tuple[Edit, ...]:
    if row.to is None:
        return ()
    if row.to.startswith("builtins."):
        return (module.replace(script.path, node, row.to.removeprefix("builtins.")),)
    code, needs = code_for(module, row.to)
    added = add_import(module, script.path, needs, row.to.split(".")[0]) if needs else ()
    return (module.replace(script.path, node, code), *added)


def _imported(script: Script, module: Module) -> Iterator[Place]:
    rows = names()
    for statement in module.all(ast.ImportFrom):
        if statement.level:
            continue
        hits = {a.name: row for a in statement.names if (row := rows.get(f"{statement.module}.{a.name}"))}
        moved = {
            name: (row.to.rpartition(".")[0], row.to.rpartition(".")[2])
            for name, row in hits.items()
            if row.to is not None
        }
        for name, row in hits.items():
            edits = rewrite_from(module, script.path, statement, moved) if name in moved else ()
            yield Place(f"{statement.module}.{name}", row, statement, edits)


def _methods(script: Script, module: Module) -> Iterator[Place]:
    by_name: dict[str, list[RemovedMethod]] = {}
    for row in removed().methods:
        by_name.setdefault(row.name, []).append(row)
    tops = {m.split(".")[0] for m in module.imported_modules}
    nodes = [node for node in module.all(ast.Attribute) if node.attr in by_name and isinstance(node.ctx, ast.Load)]
    if not nodes:
        return
    kinds = {touched.at: touched.value.kind.value for touched in flow(module).touched}
    own = {f.name for f in module.all(ast.FunctionDef)}
    for node in nodes:
        for row in by_name[node.attr]:
            known = kinds.get(node)
            alone = row.alone and known is None and row.name not in own and _root(node) not in module.aliases
            alone = alone and (row.package == "python" or bool(tops & USERS[row.package]))
            if (row.on and known == row.on) or (alone and isinstance(module.parent(node), ast.Call)):
                edits = (_renamed(script, module, node, row.to),) if row.to else _concat(script, module, node)
                yield Place(f"{ast.unparse(node.value)}.{node.attr}"[-50:], row, node, edits)
                break


def _renamed(script: Script, module: Module, node: ast.Attribute, name: str) -> Edit:
    line = node.end_lineno or node.lineno
    end = module.column(line, node.end_col_offset or 0)
    return Edit(
        path=script.path,
        start_line=line,
        start_column=end - len(node.attr),
        end_line=line,
        end_column=end,
        replacement=name,
    )


def _concat(script: Script, module: Module, node: ast.Attribute) -> tuple[Edit, ...]:
    """`frame.append(other, ...)` becomes `pd.concat([frame, other], ...)`, on one line and with one other frame."""
    call = module.parent(node)
    if node.attr != "append" or not isinstance(call, ast.Call) or len(call.args) != 1:
        return ()
    other = call.args[0]
    if isinstance(other, (ast.Dict, ast.List, ast.Starred)) or call.lineno != call.end_lineno:
        return ()
    more = "".join(f", {k.arg}={source(module, k.value)}" for k in call.keywords if k.arg in {"ignore_index", "sort"})
    concat, _ = code_for(module, "pandas.concat")
    return (
        module.replace(script.path, call, f"{concat}([{source(module, node.value)}, {source(module, other)}]{more})"),
    )


_REST = "def init(): ...\ndef run(data): return data\n"
CASES = (
    fires(
        "import numpy as np\ndef run(data):\n    return [np.float(x) for x in data]\n",
        saw="np.float",
        line=3,
        fixed="import numpy as np\ndef run(data):\n    return [float(x) for x in data]\n",
    ),
    fires("from numpy import product\n" + _REST, fixed="from numpy import prod as product\n" + _REST),
    fires(
        "from collections import Mapping, OrderedDict\n" + _REST,
        fixed="from collections.abc import Mapping\nfrom collections import OrderedDict\n" + _REST,
    ),
    fires(
        "from PIL import Image\ndef run(data):\n    return data.resize((1, 2), Image.ANTIALIAS)\n",
        fixed="from PIL import Image\ndef run(data):\n    return data.resize((1, 2), Image.LANCZOS)\n",
    ),
    fires(
        "import pandas as pd\ndef run(data):\n    frame = pd.DataFrame(data)\n"
        "    frame = frame.append(row(), ignore_index=True)\n"
        "    return len(frame)\ndef row(): ...\n",
        saw="frame.append",
        fixed="import pandas as pd\ndef run(data):\n    frame = pd.DataFrame(data)\n"
        "    frame = pd.concat([frame, row()], ignore_index=True)\n    return len(frame)\ndef row(): ...\n",
    ),
    fires("import joblib\ndef run(data):\n    return vectorizer.get_feature_names()\n", saw="get_feature_names"),
    fires("import tensorflow as tf\nx = tf.placeholder(tf.float32)\n" + _REST, saw="TensorFlow 2.0"),
    fires(with_pinned("import numpy as np\nx = np.bool(1)\n" + _REST, "numpy", "1.24.4"), saw="1.24"),
    fires("import pandas as pd\ndef run(data):\n    return pd.DataFrame(data).as_matrix().tolist()\n"),
    fires(
        "import numpy as np\nx = np.float(1), np.int(2)\n" + _REST,
        saw="`np.float` and `np.int` were",
        fixed="import numpy as np\nx = float(1), int(2)\n" + _REST,
        findings=1,
    ),
    quiet(with_pinned("import numpy as np\nx = np.float(1)\n" + _REST, "numpy", "1.19.5")),
    quiet("import numpy as np\nx = np.bool(1)\n" + _REST, name="numpy 2 has it again"),
    quiet("import numpy as np\nx = np.float64(1), np.bool_(1), np.int32(2)\n" + _REST),
    quiet(
        "import pandas as pd\ndef run(data):\n    rows = []\n    rows.append(pd.DataFrame(data))\n"
        "    return len(rows)\n"
    ),
    quiet("import tensorflow.compat.v1 as tf\nx = tf.placeholder(tf.float32)\n" + _REST),
    quiet("import numpy as np\nF = np.float if hasattr(np, 'float') else float\n" + _REST),
    fires("x = [np.float(1)]\n" + _REST, saw="np.float", name="the import is missing as well"),
    quiet("class np:\n    float = 1\nx = np.float\n" + _REST),
    quiet(
        "import collections\nx = collections.OrderedDict()\nimport collections.abc\ny = collections.abc.Mapping\n"
        + _REST
    ),
    quiet("import pandas\nclass F:\n    def as_matrix(self): ...\ndef run(data):\n    return F().as_matrix()\n"),
)
