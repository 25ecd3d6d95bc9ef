"""A lock is taken again by the code that already holds it.

What it finds
-------------
`with lock:` around a second `with lock:` or `lock.acquire()` of the same `threading.Lock()`, in the block itself or in
a function of the script that the block calls.

Why it breaks
-------------
A `Lock` knows no owner: who holds it and asks again waits for itself, for ever. In init() the server then never
answers; in run() the worker never gets free again.

How to fix
----------
Make it a `threading.RLock()`, which its holder may take again, or move the call out of the block.

Learn more
----------
Python documentation, "threading": Lock objects and RLock objects.
"""

import ast
from collections.abc import Iterable, Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls, keyword
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage

LOCKS = frozenset({"threading.Lock", "_thread.allocate_lock", "multiprocessing.Lock"})
DEEPEST = 6  # calls that are followed
_OWN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)  # what runs later


@check(
    "entry-script.lock-taken-twice",
    needs=("tree",),
    stage=Stage.INIT,
    explains=(
        "runtime.timeout",
        "runtime.slow-start",
        "container.init-hangs",
        "logs.init-never-returns",
        "kubernetes.liveness-kills",
        "kubernetes.startup-probe-too-short",
        *RAISED,
        HIDDEN,
    ),
)
def lock_taken_twice(evidence: Evidence) -> Iterator[Finding]:
    """Follow each block that holds a lock of the module."""
    script, module = entry_script(evidence)
    locks = _locks(module)
    for block in module.all(ast.With) if locks else ():
        for item in block.items:
            name = item.context_expr.id if isinstance(item.context_expr, ast.Name) else ""
            if name not in locks:
                continue
            again = _again(module, block.body, name, DEEPEST)
            phases = reach(module).called_in(block)
            if again is None or not phases:
                continue
            yield Finding(
                title=f"`{name}` is taken again by the code that holds it, which waits for ever",
                stage=STAGES[phases[0]],
                evidence=quotes(script, module, [block, again]),
                about=(*about_lines([block, again]), *about_phases(phases)),
                fixes=(Fix(title=f"make `{name}` a threading.RLock(), or take it only once"),),
            )


def _locks(module: Module) -> frozenset[str]:
    """Names of the module that hold a lock which its holder cannot take again."""
    made = {id(call) for call, name in calls(module) if name in LOCKS}
    return frozenset(
        target.id
        for assign in module.all(ast.Assign)
        if id(assign.value) in made and module.function_of(assign) is None
        for target in assign.targets
        if isinstance(target, ast.Name)
    )


def _again(module: Module, body: list[ast.stmt], name: str, deep: int) -> ast.AST | None:
    """Where a body takes the lock, or a function of the script that it calls on the spot."""
    for node in _run(body):
        if isinstance(node, ast.With) and any(_is(item.context_expr, name) for item in node.items):
            return node
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and _is(node.func.value, name):
            if node.func.attr == "release":
                return None
            limited = node.args or keyword(node, "timeout") or keyword(node, "blocking")
            if node.func.attr == "acquire" and not limited:
                return node
        called = module.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        plain = isinstance(called, ast.FunctionDef) and not called.decorator_list
        if deep and called and plain and (found := _again(module, called.body, name, deep - 1)) is not None:
            return found
    return None


def _run(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """What runs in a body, in the order of the text, without what is only defined there."""
    for node in body:
        if isinstance(node, _OWN):
            continue
        yield node
        yield from _run(ast.iter_child_nodes(node))


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


TOP = "import threading\nL = threading.Lock()\n"
RUN = "def run(data): return 1\n"
CASES = (
    fires(
        f"{TOP}def load():\n    with L:\n        return 1\ndef init():\n    with L:\n        load()\n{RUN}",
        saw="`L` is taken again",
        line=7,
        findings=1,
    ),
    fires(f"{TOP}def init():\n    with L:\n        with L:\n            pass\n{RUN}"),
    fires(f"{TOP}def init():\n    with L:\n        L.acquire()\n{RUN}"),
    fires(
        f"{TOP}def run(data):\n    with L:\n        return score(data)\ndef score(d):\n    with L:\n        return d\n"
    ),
    quiet(
        f"import threading\nL = threading.RLock()\ndef init():\n    with L:\n        with L:\n            pass\n{RUN}"
    ),
    quiet(f"{TOP}def init():\n    with L:\n        pass\n    with L:\n        pass\n{RUN}", name="one after the other"),
    quiet(f"{TOP}def init():\n    with L:\n        L.acquire(timeout=1)\n{RUN}", name="with a limit"),
    quiet(f"{TOP}def init():\n    with L:\n        L.release()\n        L.acquire()\n{RUN}", name="let go before"),
    quiet(
        f"{TOP}M = threading.Lock()\ndef f():\n    with M:\n        pass\ndef init():\n    with L:\n        f()\n{RUN}",
        name="another lock",
    ),
    quiet(
        f"{TOP}def f():\n    with L:\n        pass\ndef init():\n    with L:\n"
        f"        threading.Thread(target=f).start()\n{RUN}",
        name="a thread waits its turn",
    ),
)
