"""init() keeps a name to itself that run() reads as a global.

What it finds
-------------
A name such as `model` that init() (or a function it calls) assigns as a local variable, while run() (or a function it
calls) reads it, and which no module-level code binds, or binds only to None.

Why it breaks
-------------
A name that a function assigns is local to it unless the function declares it `global`; it is gone when init() ends. The
service starts, then run() meets NameError (or the None of module level), so every request is answered with 500.

How to fix
----------
Declare the names `global` at the top of the function that assigns them.

Learn more
----------
Source: the Python language reference, naming and binding.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Function, Module
from checks.entry_script.names import Kept, kept_local
from checks.entry_script.reach import RUN, about_phases, is_straight, reach
from checks.entry_script.scopes import owner, scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, named, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage


@check(
    "entry-script.model-not-global",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.run-raised", "runtime.init-raised", "runtime.error-as-answer"),
    helpers=True,
)
def model_not_global(evidence: Evidence) -> Iterator[Finding]:
    """Compare what the start assigns for itself with what run() reads as globals."""
    script, module = entry_script(evidence)
    by_function: dict[Function, list[Kept]] = {}
    for kept in kept_local(module):
        by_function.setdefault(kept.function, []).append(kept)
    for function, lost in by_function.items():
        yield _finding(script, module, function, lost)


def _finding(script: Script, module: Module, function: Function, lost: list[Kept]) -> Finding:
    names = [kept.name for kept in lost]
    reads = [read for kept in lost for read in kept.reads]
    nothing_else = all(kept.placeholder is None for kept in lost) and "*" not in scopes(module).bound[None]
    sure = nothing_else and any(owner(module, read) is module.run and is_straight(module, read) for read in reads)
    phases = dict.fromkeys([RUN, *(phase for read in reads for phase in reach(module).phases(read))])
    it = "it" if len(names) == 1 else "them"
    return Finding(
        title=f"{function.name}() keeps {named(names[:3])} to itself, run() reads {it}",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=quotes(
            script,
            module,
            [
                *(kept.stores[0] for kept in lost),
                *(kept.placeholder for kept in lost if kept.placeholder),
                *(kept.reads[0] for kept in lost),
            ],
        ),
        about=(*(f"name:{name}" for name in names), *about_lines(reads), *about_phases(phases)),
        fixes=(
            Fix(
                title=f"declare {named(names)} global in {function.name}()",
                safety=Safety.SAFE,
                edits=_edits(script, module, function, lost),
            ),
        ),
    )


def _edits(script: Script, module: Module, function: Function, lost: list[Kept]) -> tuple[Edit, ...]:
    statement = f"global {', '.join(kept.name for kept in lost)}"
    body = function.body
    first = body[1] if len(body) > 1 and isinstance(body[0], ast.Expr) and _is_text(body[0].value) else body[0]
    line = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
    column = module.column(first.lineno, first.col_offset)
    indent = module.line(line)[:column]
    if indent.strip():
        edits = [module.insert(script.path, first.lineno, f"{statement}; ", column)]
    else:
        edits = [module.insert(script.path, line, f"{indent}{statement}\n")]
    for kept in lost:
        for store in kept.stores:
            above = module.parent(store)
            if isinstance(above, ast.AnnAssign) and above.value is not None:
                edits.append(_without_annotation(script, module, above))
    return tuple(edits)


def _without_annotation(script: Script, module: Module, node: ast.AnnAssign) -> Edit:
    """An annotated name cannot be global: keep the target and the value."""
    end, annotated = node.target.end_lineno or node.lineno, node.annotation.end_lineno or node.lineno
    return Edit(
        path=script.path,
        start_line=end,
        start_column=module.column(end, node.target.end_col_offset or 0),
        end_line=annotated,
        end_column=module.column(annotated, node.annotation.end_col_offset or 0),
        replacement="",
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


CASES = (
    fires(
        "import joblib\n\ndef init():\n    model = joblib.load('m')\n\ndef run(data):\n"
        "    return model.predict(data).tolist()\n",
        saw="model",
        line=4,
        fixed="import joblib\n\ndef init():\n    global model\n    model = joblib.load('m')\n\n"
        "def run(data):\n    return model.predict(data).tolist()\n",
    ),
    fires(
        'model = None\ndef init():\n    """Load."""\n    model, labels = load()\ndef load(): return 1, 2\n'
        "def run(data):\n    return answer(data)\ndef answer(data):\n    return labels[model(data)]\n",
        saw="`model` and `labels`",
        fixed='model = None\ndef init():\n    """Load."""\n    global model, labels\n    model, labels = load()\n'
        "def load(): return 1, 2\ndef run(data):\n    return answer(data)\ndef answer(data):\n"
        "    return labels[model(data)]\n",
    ),
    fires(
        "def init():\n    load()\ndef load():\n    with open('m') as f: model = f.read()\ndef run(data):\n"
        "    return model\n",
        saw="load()",
        name="in a function that init calls",
    ),
    fires(
        "def init(): model: int = 1\ndef run(data): return model\n",
        fixed="def init(): global model; model = 1\ndef run(data): return model\n",
        name="one line and annotated",
    ),
    fires(
        "def init():\n    import numpy as np\ndef run(data):\n    try:\n        return np.array(data).tolist()\n"
        "    except Exception as e:\n        return str(e)\n",
        saw="np",
        name="an import, hidden by a broad except",
    ),
    quiet("def init():\n    global model\n    model = 1\ndef run(data):\n    return model\n"),
    quiet("model = 1\ndef init():\n    model = 2\ndef run(data):\n    return model\n", name="module level loads"),
    quiet("def init():\n    model = 1\ndef run(data):\n    model = 2\n    return model\n", name="run has its own"),
    quiet("class S: pass\ns = S()\ndef init():\n    s.model = 1\ndef run(data):\n    return s.model\n", name="holder"),
    quiet(
        "model = None\ndef init():\n    model = 1\ndef run(data):\n    global model\n    if model is None:\n"
        "        model = 2\n    return model\n",
        name="loaded on the first request",
    ),
    quiet("def init():\n    model = 1\ndef run(data):\n    return [model for model in data]\n", name="comprehension"),
    quiet("def init():\n    globals()['model'] = model = 1\ndef run(data):\n    return model\n", name="by hand"),
    quiet("def init():\n    x = 1\n    def run(d): return x\n    return run\nrun = init()\n", name="closure"),
    quiet("def init():\n    input = 1\ndef run(data):\n    return input\n", name="a builtin's name"),
)
