"""What a script imports from packages, and whether it can do without."""

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from checks.dependencies.names import row_of
from checks.entry_script.module import Module, is_main_guard, parse
from checks.entry_script.reach import reach
from checks.evidence import Evidence, Probe, Script, SourceTree

Kind = Literal["needed", "conditional", "guarded"]
_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True)
class Imported:
    """One absolute import: the dotted module (as long as a row of the table knows it), where, and how badly needed.

    `guarded` stands in a `try` that catches its failure, `conditional` under an `if` or in such a handler.
    """

    module: str
    line: int
    kind: Kind

    @property
    def top(self) -> str:
        """The name before the first dot."""
        return self.module.split(".")[0]


def imported_modules(evidence: Evidence) -> tuple[Imported, ...]:
    """Imports that run when the server loads the script, calls init() or run(): the first one of each module."""
    return _imports(evidence.script.text) if isinstance(evidence.script, Script) else ()


def imported_tops(evidence: Evidence) -> frozenset[str]:
    """Top-level names that the script imports anywhere, or that the probe saw its own modules import."""
    script, probe = evidence.script, evidence.probe
    names = {m.split(".")[0] for m in parse(script.text).imported_modules} if isinstance(script, Script) else set()
    return frozenset(names | (set(probe.imported) if isinstance(probe, Probe) else set()))


@lru_cache(maxsize=16)
def _imports(text: str) -> tuple[Imported, ...]:
    module = parse(text)
    found: dict[str, Imported] = {}
    rank = {"needed": 0, "conditional": 1, "guarded": 2}
    nodes: list[ast.Import | ast.ImportFrom] = [*module.all(ast.Import), *module.all(ast.ImportFrom)]
    for node in nodes:
        kind = _kind(module, node)
        if kind is None:
            continue
        for name in _names(node):
            known = found.get(name)
            if known is None or rank[kind] < rank[known.kind]:
                found[name] = Imported(module=name, line=node.lineno, kind=kind)
    return tuple(sorted(found.values(), key=lambda i: i.line))


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level or not node.module:
        return []
    longer = [f"{node.module}.{alias.name}" for alias in node.names]  # `from google.cloud import storage`
    return [name if row_of(name) == name else node.module for name in longer] or [node.module]


def _kind(module: Module, node: ast.stmt) -> Kind | None:
    """How badly an import is needed; None for one that does not run in the service."""
    if not reach(module).phases(node):
        return None
    kind: Kind = "needed"
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.If):
            if is_main_guard(above) or "TYPE_CHECKING" in ast.unparse(above.test):
                return None
            kind = kind if kind == "guarded" else "conditional"
        elif isinstance(above, ast.Try):
            if isinstance(below, ast.ExceptHandler) and _catches(above):
                kind = kind if kind == "guarded" else "conditional"
            elif below in above.body and _catches(above):
                kind = "guarded"
        elif isinstance(above, ast.With) and "suppress" in ast.unparse(above.items[0].context_expr):
            kind = "guarded"
        below = above
    return kind


def _catches(node: ast.Try) -> bool:
    """True for a `try` that survives a missing package: it catches the error, and does not raise it again."""
    for handler in node.handlers:
        names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} if handler.type else {"Exception"}
        if names & _CAUGHT:
            return not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))
    return False


def is_own(source: SourceTree, name: str) -> bool:
    """True for a module that lies somewhere in the code folder."""
    file, folder = f"{name}.py", f"{name}/"
    return any(
        path == file
        or path.endswith(f"/{file}")
        or path.startswith(folder)
        or f"/{folder}" in path
        or path.rsplit("/", 1)[-1].startswith(f"{name}.cpython")
        for path in source.files
    )
