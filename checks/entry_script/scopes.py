"""Who binds a name, and which code a node belongs to: Python's scoping rules over the indexed tree."""

import ast
from collections import defaultdict
from functools import lru_cache

from checks.entry_script.module import Function, Module, is_main_guard

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def owner(module: Module, node: ast.AST) -> Function | None:
    """The function whose body holds `node`; None for code that runs at import.

    Decorators, defaults and annotations belong to the code around the function that they stand at.
    """
    below, above = node, module.parent(node)
    while above is not None:
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and isinstance(below, ast.stmt):
            return above
        below, above = above, module.parent(above)
    return None


def all_functions(module: Module) -> list[Function]:
    """Every function of the script, methods and nested ones included."""
    return [*module.all(ast.FunctionDef), *module.all(ast.AsyncFunctionDef)]


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, `*args` and `**kwargs` included."""
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return given + [a for a in (arguments.vararg, arguments.kwarg) if a]


def in_main_guard(module: Module, node: ast.AST) -> bool:
    """True for code that only `python score.py` runs, never the server."""
    guards = _main_guards(module)
    if not guards:
        return False
    below: ast.AST = node
    for above in module.parents(node):
        if above in guards and isinstance(above, ast.If) and below in above.body:
            return True
        below = above
    return False


@lru_cache(maxsize=64)
def _main_guards(module: Module) -> frozenset[ast.AST]:
    return frozenset(node for node in module.all(ast.If) if is_main_guard(node))


class Scopes:
    """The names that each function, and the module, binds. Class bodies and comprehensions bind for themselves."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.bound: dict[Function | None, dict[str, list[ast.AST]]] = defaultdict(lambda: defaultdict(list))
        self.declared_global: dict[Function | None, set[str]] = defaultdict(set)
        self.parameters: dict[Function | None, set[str]] = defaultdict(set)
        self._nonlocal: dict[Function | None, set[str]] = defaultdict(set)
        for declared in module.all(ast.Global):
            self.declared_global[owner(module, declared)] |= set(declared.names)
        for outer in module.all(ast.Nonlocal):
            self._nonlocal[owner(module, outer)] |= set(outer.names)
        self._functions()
        self._stores()
        self._imports_and_patterns()

    def _functions(self) -> None:
        for function in all_functions(self.module):
            given = parameters(function.args)
            self.parameters[function] |= {a.arg for a in given}
            for a in given:
                self.bound[function][a.arg].append(a)
            if not isinstance(self.module.parent(function), ast.ClassDef):
                self._bind(function.name, function)
        for kind_of_class in self.module.all(ast.ClassDef):
            self._bind(kind_of_class.name, kind_of_class)

    def _stores(self) -> None:
        for name in self.module.all(ast.Name):
            if isinstance(name.ctx, ast.Load):
                continue
            private = False
            for above in self.module.parents(name):
                if isinstance(above, COMPREHENSIONS):
                    private = not isinstance(self.module.parent(name), ast.NamedExpr)
                    break
                if isinstance(above, ast.stmt):
                    private = isinstance(self.module.parent(above), ast.ClassDef)
                    break
            if not private and isinstance(name.ctx, ast.Store) and not self._only_annotated(name):
                self._bind(name.id, name)

    def _only_annotated(self, name: ast.Name) -> bool:
        above = self.module.parent(name)
        return isinstance(above, ast.AnnAssign) and above.value is None and owner(self.module, name) is None

    def _imports_and_patterns(self) -> None:
        imports: list[ast.Import | ast.ImportFrom] = [*self.module.all(ast.Import), *self.module.all(ast.ImportFrom)]
        for statement in imports:
            if not isinstance(self.module.parent(statement), ast.ClassDef):
                for alias in statement.names:
                    self._bind((alias.asname or alias.name).split(".")[0], alias)
        for handler in self.module.all(ast.ExceptHandler):
            if handler.name:
                self._bind(handler.name, handler)
        captures: list[ast.MatchAs | ast.MatchStar] = [*self.module.all(ast.MatchAs), *self.module.all(ast.MatchStar)]
        for capture in captures:
            if capture.name:
                self._bind(capture.name, capture)
        for mapping in self.module.all(ast.MatchMapping):
            if mapping.rest:
                self._bind(mapping.rest, mapping)

    def _bind(self, name: str, node: ast.AST) -> None:
        function = owner(self.module, node)
        while function is not None and name in self._nonlocal[function]:
            function = owner(self.module, function)
        if function is not None and name in self.declared_global[function]:
            function = None
        self.bound[function][name].append(node)

    def home(self, name: ast.Name) -> Function | None:
        """The function that binds the name as seen from here; None for a global (or for nothing at all)."""
        function = owner(self.module, name)
        while function is not None:
            if name.id in self.declared_global[function]:
                return None
            if name.id in self.bound[function]:
                return function
            function = owner(self.module, function)
        return None

    def is_private(self, name: ast.Name) -> bool:
        """True when a comprehension, a lambda or a class body around the name binds it."""
        for above in self.module.parents(name):
            if isinstance(above, ast.Lambda):
                if any(a.arg == name.id for a in parameters(above.args)):
                    return True
            elif isinstance(above, COMPREHENSIONS):
                targets = (n for g in above.generators for n in ast.walk(g.target))
                if any(isinstance(n, ast.Name) and n.id == name.id for n in targets):
                    return True
            elif isinstance(above, ast.ClassDef):
                for statement in above.body:
                    if isinstance(statement, ast.Assign) and any(
                        isinstance(t, ast.Name) and t.id == name.id for t in statement.targets
                    ):
                        return True
        return False

    def global_reads(self, name: str) -> list[ast.Name]:
        """Where the script reads `name` as a global."""
        return [node for node in self._loads.get(name, []) if self.home(node) is None and not self.is_private(node)]

    @property
    def _loads(self) -> dict[str, list[ast.Name]]:
        return _loads(self.module)


@lru_cache(maxsize=64)
def _loads(module: Module) -> dict[str, list[ast.Name]]:
    found: dict[str, list[ast.Name]] = defaultdict(list)
    for name in module.all(ast.Name):
        if isinstance(name.ctx, ast.Load):
            found[name.id].append(name)
    return found


def loads(module: Module, name: str) -> list[ast.Name]:
    """Every place that reads `name`, whatever binds it."""
    return _loads(module).get(name, [])


@lru_cache(maxsize=64)
def scopes(module: Module) -> Scopes:
    """The scopes of a module, worked out once."""
    return Scopes(module)
