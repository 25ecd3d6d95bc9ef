"""Names that code reads as globals and that nothing binds for it."""

import ast
import builtins
from dataclasses import dataclass
from functools import lru_cache

from pyflakes.checker import Checker
from pyflakes.messages import Message, UndefinedName

from checks.entry_script.guards import is_for_some_version
from checks.entry_script.module import Function, Module
from checks.entry_script.reach import IMPORT, INIT, RUN, reach
from checks.entry_script.scopes import in_main_guard, owner, scopes

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__path__", "__module__", "__qualname__", "WindowsError"}


@dataclass(frozen=True)
class Kept:
    """A name that a function of the start keeps to itself although run() reads it as a global."""

    name: str
    function: Function
    stores: tuple[ast.AST, ...]
    reads: tuple[ast.Name, ...]
    placeholder: ast.stmt | None


@dataclass(frozen=True)
class Undefined:
    """A name without a binding. `only_in_guard`: only code under `__name__ == "__main__"` binds it."""

    name: str
    reads: tuple[ast.Name, ...]
    only_in_guard: bool = False


@lru_cache(maxsize=64)
def writes_globals_by_hand(module: Module) -> bool:
    """True when the script fills its global names in a way that the text does not show."""
    return any(
        word in module.text
        for word in ("globals()", "exec(", "sys.modules[__name__]", "vars()[", "locals()[", "__builtins__", "builtins.")
    )


def forgives_name_error(module: Module, node: ast.AST) -> bool:
    """True inside `try: ... except NameError`."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.Try) and below in above.body:
            for handler in above.handlers:
                if handler.type is not None and "NameError" in ast.unparse(handler.type):
                    return True
        below = above
    return False


@lru_cache(maxsize=64)
def kept_local(module: Module) -> tuple[Kept, ...]:
    """Names that init() (or what it calls) assigns for itself only, while run() reads them as globals."""
    if writes_globals_by_hand(module):
        return ()
    known, entered = scopes(module), reach(module)
    starting = [f for phase in (INIT, IMPORT) for f in entered.functions(phase) if f is not None]
    starting = sorted(dict.fromkeys(starting), key=lambda f: (f is not module.init, f.lineno))
    found: dict[str, Kept] = {}
    for function in starting:
        for name, stores in known.bound[function].items():
            if name in found or name in known.parameters[function] or name in BUILTINS:
                continue
            bound = [node for node in known.bound[None].get(name, ()) if not in_main_guard(module, node)]
            holders = [_placeholder(module, node) for node in bound]
            if not all(holders):
                continue
            reads = tuple(
                read
                for read in known.global_reads(name)
                if owner(module, read) in entered.functions(RUN) - {None} and not forgives_name_error(module, read)
            )
            if bound and all(_asks_for_none(module, read) for read in reads):
                continue
            if reads:
                found[name] = Kept(name, function, tuple(stores), reads, holders[0] if holders else None)
    return tuple(found.values())


def _placeholder(module: Module, node: ast.AST) -> ast.stmt | None:
    """The statement `name = None` that holds a place for what init() should bring."""
    above = module.parent(node)
    if isinstance(above, (ast.Assign, ast.AnnAssign)) and owner(module, node) is None:
        value = above.value
        if isinstance(value, ast.Constant) and value.value is None:
            return above
    return None


def _asks_for_none(module: Module, read: ast.Name) -> bool:
    """True where the code reckons with None: `if model is None`, `if not model`, or a truth test."""
    above = module.parent(read)
    return isinstance(above, (ast.Compare, ast.UnaryOp, ast.BoolOp, ast.If, ast.IfExp))


@lru_cache(maxsize=64)
def undefined(module: Module) -> tuple[Undefined, ...]:
    """Names that nothing binds, with every place that reads them; those of `kept_local` left out."""
    if module.tree is None or writes_globals_by_hand(module):
        return ()
    known = scopes(module)
    kept = {k.name for k in kept_local(module)}
    at = {(n.lineno, n.col_offset): n for n in module.all(ast.Name)}
    reads: dict[str, list[ast.Name]] = {}
    for message in _messages(module.tree):
        if isinstance(message, UndefinedName):
            node = at.get((message.lineno, message.col))
            name = str(message.message_args[0])
            if node is None or node.id != name or name in kept or name in BUILTINS:
                continue
            if owner(module, node) is not None and any(
                not in_main_guard(module, b) for b in known.bound[None].get(name, ())
            ):
                continue  # `name: Type` at module level, and `global name` in a function that binds it
            if is_for_some_version(module, node):
                continue
            if not _is_annotation(module, node) and not _waits_for_sample(module, node):
                reads.setdefault(name, []).append(node)
    guarded: set[str] = set()
    if "*" not in known.bound[None]:
        for name in {n for names in known.declared_global.values() for n in names} | _guard_names(module):
            bound = known.bound[None].get(name, [])
            if name in kept or name in reads or name in BUILTINS or any(not in_main_guard(module, n) for n in bound):
                continue
            found = [n for n in known.global_reads(name) if not in_main_guard(module, n)]
            found = [n for n in found if reach(module).phases(n) and not forgives_name_error(module, n)]
            if found:
                reads[name] = found
                guarded |= {name} if bound else set()
    return tuple(Undefined(name, tuple(nodes), name in guarded) for name, nodes in reads.items())


def _messages(tree: ast.Module) -> list[Message]:
    try:
        messages: list[Message] = Checker(tree, filename="score.py").messages
    except RecursionError:  # nested too deeply for pyflakes
        return []
    return messages


def _guard_names(module: Module) -> set[str]:
    return {n for n, nodes in scopes(module).bound[None].items() if all(in_main_guard(module, node) for node in nodes)}


def _is_annotation(module: Module, node: ast.Name) -> bool:
    """True where Python does not evaluate the name: annotations of locals, or all with the __future__ import."""
    postponed = any(
        named.module == "__future__" and any(a.name == "annotations" for a in named.names)
        for named in module.all(ast.ImportFrom)
    )
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.AnnAssign) and below is above.annotation:
            return postponed or owner(module, above) is not None
        if isinstance(above, ast.arg) or (isinstance(above, ast.FunctionDef) and below is above.returns):
            return postponed
        if isinstance(above, ast.stmt):
            return False
        below = above
    return False


def _waits_for_sample(module: Module, node: ast.Name) -> bool:
    """True in a decorator that uses a name which module-level code binds further down."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return below in above.decorator_list and bool(scopes(module).bound[None].get(node.id))
        below = above
    return False
