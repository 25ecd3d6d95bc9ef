"""A function reads one of its own names before it assigns it.

What it finds
-------------
A function of the service that assigns a name somewhere in its body, which makes the name local to it, and reads it
before any assignment can have happened: `model = model.predict(data)`, `counter += 1`.

Why it breaks
-------------
An assignment anywhere in a function makes the name local for the whole function, so the global of the same name is not
seen and the read raises UnboundLocalError.

How to fix
----------
Give the result a name of its own; or declare the name `global` when the function is meant to change the global.

Learn more
----------
Source: the Python language reference, naming and binding.
"""

import ast
from collections.abc import Iterable, Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.guards import is_survived
from checks.entry_script.module import Function, Module
from checks.entry_script.names import BUILTINS, forgives_name_error
from checks.entry_script.reach import STAGES, about_phases, is_straight, reach
from checks.entry_script.scopes import COMPREHENSIONS, Scopes, owner, scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Severity, Stage

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@check(
    "entry-script.unbound-local",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.error-as-answer"),
    helpers=True,
)
def unbound_local(evidence: Evidence) -> Iterator[Finding]:
    """Walk each function's statements in the order they run, noting what may be assigned so far."""
    script, module = entry_script(evidence)
    known = scopes(module)
    for function in dict.fromkeys(f for phase in STAGES for f in reach(module).functions(phase) if f is not None):
        own = set(known.bound[function]) - known.parameters[function]
        if not own:
            continue
        for name, read in _Reader(module, known, function, own).early().items():
            yield _finding(script, module, known, function, name, read)


class _Reader:
    """Names that may be assigned so far, statement by statement; a branch counts as taken."""

    def __init__(self, module: Module, known: Scopes, function: Function, own: set[str]) -> None:
        self.module, self.function, self.own = module, function, own
        self.stores: dict[int, set[str]] = {}
        for name in own:
            for node in known.bound[function][name]:
                self.stores.setdefault(id(self._statement(node)), set()).add(name)
        self.reads: dict[int, list[ast.Name]] = {}
        for read in module.all(ast.Name):
            if read.id in own and not isinstance(read.ctx, ast.Store) and owner(module, read) is function:
                self.reads.setdefault(id(self._statement(read)), []).append(read)
        for augmented in module.all(ast.AugAssign):
            target = augmented.target
            if isinstance(target, ast.Name) and target.id in own and owner(module, augmented) is function:
                self.reads.setdefault(id(augmented), []).append(target)
        self.known = known
        self.found: dict[str, ast.Name] = {}

    def _statement(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            node = self.module.parent(node) or self.function
        return node

    def early(self) -> dict[str, ast.Name]:
        """Each name that is read too early, with the first such read."""
        try:
            if self.stores:
                self._block(self.function.body, set())
        except RecursionError:  # nested too deeply to follow
            return {}
        return self.found

    def _block(self, body: Iterable[ast.stmt | ast.ExceptHandler | ast.match_case], done: set[str]) -> None:
        for node in body:
            if isinstance(node, (ast.match_case, ast.With, ast.AsyncWith)):
                done |= self.stores.get(id(node), set())  # a guard, or a later item, may use what stands before it
            self._read(node, done)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                done |= self.stores.get(id(node), set())
                continue
            done |= self.stores.get(id(node), set())
            if isinstance(node, _LOOPS):
                done |= self._all_stores(node)
            for block in ("body", "handlers", "orelse", "finalbody", "cases"):
                self._block(getattr(node, block, []), done)

    def _all_stores(self, node: ast.AST) -> set[str]:
        """What a loop assigns: a later turn of it may read what an earlier one left."""
        guarded = {name for inner in ast.walk(node) for name in self.stores.get(id(inner), ()) if inner is not node}
        return {name for name in guarded if self._only_guarded_reads(node, name)}

    def _only_guarded_reads(self, loop: ast.AST, name: str) -> bool:
        reads = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
        return all(
            any(isinstance(above, (ast.If, ast.IfExp, ast.Try, ast.BoolOp)) for above in self._until(n, loop))
            for n in reads
        )

    def _until(self, node: ast.AST, top: ast.AST) -> Iterator[ast.AST]:
        for above in self.module.parents(node):
            if above is top:
                return
            yield above

    def _read(self, node: ast.AST, done: set[str]) -> None:
        for read in self.reads.get(id(node), ()):
            if read.id in done or read.id in self.found or self.known.is_private(read):
                continue
            late = any(isinstance(above, (ast.Lambda, *COMPREHENSIONS)) for above in self._until(read, node))
            walrus = any(
                isinstance(n, ast.NamedExpr) and isinstance(n.target, ast.Name) and n.target.id == read.id
                for n in ast.walk(node)
            )
            if not walrus and not (late and self._inside_lambda(read)) and not forgives_name_error(self.module, read):
                self.found[read.id] = read

    def _inside_lambda(self, read: ast.Name) -> bool:
        return any(isinstance(above, (ast.Lambda, ast.GeneratorExp)) for above in self.module.parents(read))


def _finding(script: Script, module: Module, known: Scopes, function: Function, name: str, read: ast.Name) -> Finding:
    phases = reach(module).phases(read)
    store = next(
        (node for node in known.bound[function][name] if getattr(node, "lineno", 0)),
        function,
    )
    return Finding(
        title=f"{function.name}() reads its own `{name}` before assigning it",
        severity=Severity.WARNING if is_survived(module, read) else None,
        confidence=Confidence.CERTAIN if is_straight(module, read) else Confidence.LIKELY,
        stage=STAGES[phases[0]] if phases else None,
        evidence=quotes(script, module, [read, store]),
        about=(f"name:{name}", *about_lines([read]), *about_phases(phases)),
        fixes=_fixes(script, module, known, function, name, read),
    )


def _fixes(
    script: Script, module: Module, known: Scopes, function: Function, name: str, read: ast.Name
) -> tuple[Fix, ...]:
    is_global = bool(known.bound[None].get(name)) or name in BUILTINS
    if not is_global:
        return (Fix(title=f"assign `{name}` before line {read.lineno}"),)
    first = function.body[0]
    column = module.column(first.lineno, first.col_offset)
    indent = module.line(first.lineno)[:column]
    declare = Fix(
        title=f"declare `{name}` global in {function.name}(), if all requests shall share the new value",
        edits=(module.insert(script.path, first.lineno, f"{indent}global {name}\n"),) if not indent.strip() else (),
    )
    rename = _rename(script, module, known, function, name)
    if isinstance(module.parent(read), ast.AugAssign):
        return (declare,)
    return (rename, declare) if rename else (declare,)


def _rename(script: Script, module: Module, known: Scopes, function: Function, name: str) -> Fix | None:
    """Call the local something else from its first assignment on, where statements follow each other plainly."""
    stores = known.bound[function][name]
    own_nodes = [n for n in module.all(ast.Name) if n.id == name and owner(module, n) is function]
    plain = [n for n in stores if isinstance(n, ast.Name) and is_straight(module, n)]
    if len(plain) != len(stores) or not plain:
        return None
    first = min(plain, key=lambda n: (n.lineno, n.col_offset))
    statement = next((a for a in module.parents(first) if isinstance(a, ast.stmt)), None)
    if not isinstance(statement, ast.Assign):
        return None
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    new = f"{name}_result"
    if any(new in names for names in known.bound.values()):
        return None
    moved = [n for n in own_nodes if n in plain or (n.lineno, n.col_offset) >= end]
    return Fix(
        title=f"call the local `{new}`",
        edits=tuple(module.replace(script.path, n, new) for n in moved),
    )


CASES = (
    fires(
        "def init():\n    global model\n    model = 1\ndef run(data):\n    model = model.predict(data)\n"
        "    return model.tolist()\n",
        saw="model",
        line=5,
        fixed="def init():\n    global model\n    model = 1\ndef run(data):\n"
        "    model_result = model.predict(data)\n    return model_result.tolist()\n",
    ),
    fires(
        "count = 0\ndef run(data):\n    count += 1\n    return count\n",
        saw="count",
        fixed="count = 0\ndef run(data):\n    global count\n    count += 1\n    return count\n",
    ),
    fires("def run(data):\n    if data:\n        print(rows)\n    rows = data\n    return rows\n", line=3),
    fires("cache = {}\ndef run(data):\n    if data in cache:\n        return 1\n    cache = {data: 1}\n    return 0\n"),
    fires(
        "def run(data):\n    try:\n        use(rows)\n    except Exception:\n        print('no rows')\n"
        "    rows = data\n    return rows\n",
        name="a failure that the script survives: a warning",
    ),
    quiet("def run(data):\n    if data:\n        rows = data\n    return rows\n", name="may be unbound, but may not"),
    quiet("def run(data):\n    for x in data:\n        if x:\n            use(last)\n        last = x\n    return 1\n"),
    quiet("count = 0\ndef run(data):\n    global count\n    count += 1\n    return count\n"),
    quiet(
        "def run(data):\n    try:\n        rows = data\n    except ValueError as error:\n        rows = error\n"
        "    return rows\n"
    ),
    quiet("def run(data):\n    rows = [rows for rows in data]\n    return rows\n"),
    quiet("def run(data):\n    if (n := len(data)) > 2:\n        return n\n    return 0\n"),
    quiet("def run(data):\n    data = data.strip()\n    return data\n", name="a parameter"),
    quiet(
        "def run(data):\n    def inner():\n        return later\n    later = 1\n    return inner()\n", name="closure"
    ),
    quiet("def run(data):\n    with open(data) as f:\n        text = f.read()\n    return text\n"),
    quiet(
        "def run(data):\n    while True:\n        row = next(data, None)\n        if row is None:\n"
        "            break\n    return row\n"
    ),
    quiet("def run(data):\n    import json\n    return json.loads(data)\n"),
    quiet("def run(data):\n    match data:\n        case {'a': x} if x > 1:\n            return x\n    return 0\n"),
    quiet("def run(data):\n    with open(data) as f, wrap(f) as g:\n        return g\n"),
    quiet("def run(data):\n    match data:\n        case {'a': found}:\n            return found\n    return 0\n"),
)
