"""A list of the module grows with every request.

What it finds
-------------
`history.append(...)` in run() (or a function it calls) on a list of module level that nothing ever shortens, and a
mutable default such as `run(data, seen=[])` that is appended to.

Why it breaks
-------------
The worker lives as long as the container, so the list keeps something of every request: memory grows until the worker
is killed, and results of one request leak into the next.

How to fix
----------
Keep the list inside the function, or use `collections.deque(maxlen=...)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1: one process serves all requests of a worker.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls, last
from checks.entry_script.module import Module
from checks.entry_script.reach import RUN, reach
from checks.entry_script.scopes import owner, scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

GROWS = frozenset({"append", "extend", "insert"})
SHRINKS = frozenset({"pop", "clear", "remove", "popleft"})


@check(
    "entry-script.state-grows",
    needs=("tree",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.answers-differ", "runtime.fails-on-repeat"),
)
def state_grows(evidence: Evidence) -> Iterator[Finding]:
    """Look for lists that outlive a request and only grow."""
    script, module = entry_script(evidence)
    if not any(f".{word}(" in module.text for word in GROWS):
        return
    found: dict[str, list[ast.Call]] = {}
    for call, name in calls(module):
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if last(name) not in GROWS or not isinstance(receiver, ast.Name) or reach(module).phases(call) != (RUN,):
            continue
        if _outlives(module, receiver) and not _is_shortened(module, receiver.id):
            found.setdefault(receiver.id, []).append(call)
    for held, places in found.items():
        yield Finding(
            title=f"`{held}` grows with every request",
            evidence=quotes(script, module, places),
            about=(f"name:{held}", *about_lines(places), "phase:run"),
            fixes=(Fix(title="keep the list inside the function, or use collections.deque(maxlen=...)"),),
        )


def _outlives(module: Module, name: ast.Name) -> bool:
    """The name is a list of module level, or a default that all calls share."""
    known = scopes(module)
    home = known.home(name)
    if home is not None:
        arguments = home.args
        given = [*arguments.posonlyargs, *arguments.args][-len(arguments.defaults) :] if arguments.defaults else []
        return (
            any(a.arg == name.id and isinstance(d, ast.List) for a, d in zip(given, arguments.defaults, strict=True))
            and len(known.bound[home][name.id]) == 1
        )
    stores = known.bound[None].get(name.id, [])
    values = [above.value for store in stores if isinstance(above := module.parent(store), (ast.Assign, ast.AnnAssign))]
    return bool(stores) and len(values) == len(stores) and all(_is_list(v) for v in values)


def _is_list(value: ast.expr | None) -> bool:
    return isinstance(value, ast.List) or (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "list"
    )


def _is_shortened(module: Module, name: str) -> bool:
    """Something takes from the list, replaces it in a function, or asks for its length."""
    for node in module.all(ast.Name):
        if node.id != name:
            continue
        above = module.parent(node)
        if isinstance(node.ctx, (ast.Store, ast.Del)) and owner(module, node) is not None:
            return True
        if isinstance(above, ast.Attribute) and above.attr in SHRINKS:
            return True
        if isinstance(above, ast.Subscript) and isinstance(above.ctx, (ast.Store, ast.Del)):
            return True
        if isinstance(above, ast.Call) and isinstance(above.func, ast.Name) and above.func.id == "len":
            return True
    return False


CASES = (
    fires("history = []\ndef run(data):\n    history.append(data)\n    return 1\n", line=3, saw="history"),
    fires("seen: list = []\ndef run(data):\n    note(data)\n    return 1\ndef note(d):\n    seen.append(d)\n"),
    fires("def run(data, seen=[]):\n    seen.append(data)\n    return len(data)\n"),
    quiet("def run(data):\n    rows = []\n    rows.append(data)\n    return rows\n"),
    quiet("last = []\ndef run(data):\n    last.append(data)\n    last.pop(0)\n    return 1\n"),
    quiet(
        "from collections import deque\nlast = deque(maxlen=9)\ndef run(data):\n    last.append(data)\n    return 1\n"
    ),
    quiet("names = []\ndef init():\n    names.append('a')\ndef run(data):\n    return names\n", name="filled by init"),
    quiet("buffer = []\ndef run(data):\n    global buffer\n    buffer.append(data)\n    buffer = []\n    return 1\n"),
    quiet("log = []\ndef run(data):\n    if len(log) < 5:\n        log.append(data)\n    return 1\n"),
)
