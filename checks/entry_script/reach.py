"""Which code runs in which phase: at import, in init(), in run()."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache

from checks.entry_script.module import Function, Module
from checks.entry_script.scopes import COMPREHENSIONS, all_functions, in_main_guard, owner
from checks.finding import Stage

IMPORT, INIT, RUN = "import", "init", "run"
STAGES = {IMPORT: Stage.LOAD, INIT: Stage.INIT, RUN: Stage.RUN}
WHERE = {IMPORT: "when the script is imported", INIT: "in init()", RUN: "in run()"}

Unit = Function | None  # None stands for the code that runs at import
Edges = dict[Unit, set[Function]]


_CONDITIONAL = (
    *(ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.BoolOp, ast.Lambda, ast.match_case),
    *COMPREHENSIONS,
)


class Reach:
    """Functions of the script that each phase enters.

    `phases` follows calls and mentions (a callback, a thread's target, a decorator); `calls` only what is called on the
    spot. Classes count as entered by their special methods, and any method of that name by `x.method`.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self._named: dict[str, list[Function]] = defaultdict(list)
        self._methods: dict[str, list[Function]] = defaultdict(list)
        self._special: dict[str, list[Function]] = defaultdict(list)
        for function in all_functions(module):
            above = module.parent(function)
            if isinstance(above, ast.ClassDef):
                self._methods[function.name].append(function)
                if function.name.startswith("__"):
                    self._special[above.name].append(function)
            else:
                self._named[function.name].append(function)
        self._called: Edges = defaultdict(set)
        self._mentioned: Edges = defaultdict(set)
        self._link()

    def _link(self) -> None:
        module = self.module
        for heir in module.all(ast.ClassDef):
            for base in heir.bases:
                if isinstance(base, ast.Name):
                    self._special[heir.name] += self._special.get(base.id, [])
        for name in module.all(ast.Name):
            if not isinstance(name.ctx, ast.Load) or (name.id not in self._named and name.id not in self._special):
                continue
            if in_main_guard(module, name):
                continue
            here = owner(module, name)
            self._add(here, name, [f for f in self._named.get(name.id, ()) if self._visible(f, here)])
            if name.id in self._special and self._is_called(name):
                self._add(here, name, self._special[name.id])
        if self._methods:
            for attribute in module.all(ast.Attribute):
                if attribute.attr not in self._methods or in_main_guard(module, attribute):
                    continue
                base = attribute.value
                if not (isinstance(base, ast.Name) and base.id in module.aliases):
                    self._add(owner(module, attribute), attribute, self._methods[attribute.attr])

    def _visible(self, function: Function, here: Unit) -> bool:
        home = owner(self.module, function)
        while here is not None and here is not home:
            here = owner(self.module, here)
        return here is home

    def _is_called(self, node: ast.expr) -> bool:
        above = self.module.parent(node)
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return node in above.decorator_list
        return isinstance(above, ast.Call) and above.func is node

    def _add(self, here: Unit, node: ast.expr, targets: Iterable[Function]) -> None:
        if self._is_called(node):
            self._called[here].update(targets)
        self._mentioned[here].update(targets)

    def _roots(self, name: str) -> list[Unit]:
        if self.module.entered is not None:
            return list(self._entered_from_outside({what for phase, what in self.module.entered if phase == name}))
        defined = self.module.functions.get(name)
        if defined is not None:
            return [defined]
        roots: list[Unit] = []
        for statement in self.module.top_level:
            if isinstance(statement, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == name for t in statement.targets
            ):
                value = statement.value.func if isinstance(statement.value, ast.Call) else statement.value
                if isinstance(value, ast.Attribute):
                    roots += self._methods.get(value.attr, [])
                elif isinstance(value, ast.Name):
                    roots += self._special.get(value.id, []) or self._named.get(value.id, [])
        return roots

    def _entered_from_outside(self, names: set[str]) -> Iterable[Unit]:
        """The functions of these names, and all methods of the classes: who holds an object may call any of them."""
        for function in all_functions(self.module):
            above = self.module.parent(function)
            if (above.name if isinstance(above, ast.ClassDef) else function.name) in names:
                yield function

    def _entered(self, edges: Edges) -> dict[str, frozenset[Unit]]:
        answer: dict[str, frozenset[Unit]] = {}
        for phase in (IMPORT, INIT, RUN):
            seen: set[Unit] = set()
            pending: list[Unit] = [*([None] if phase == IMPORT else []), *self._roots(phase)]
            while pending:
                unit = pending.pop()
                if unit not in seen:
                    seen.add(unit)
                    pending += edges.get(unit, ())
            answer[phase] = frozenset(seen)
        return answer

    @cached_property
    def _by_mention(self) -> dict[str, frozenset[Unit]]:
        return self._entered(self._mentioned)

    @cached_property
    def _by_call(self) -> dict[str, frozenset[Unit]]:
        return self._entered(self._called)

    def functions(self, phase: str) -> frozenset[Unit]:
        """The functions that a phase enters, None for the code outside functions."""
        return self._by_mention[phase]

    def phases(self, node: ast.AST) -> tuple[str, ...]:
        """The phases in which a node may run, the earliest first; nothing for dead code and main guards."""
        return self._phases(node, self._by_mention)

    def called_in(self, node: ast.AST) -> tuple[str, ...]:
        """As `phases`, but only through direct calls: what a phase must wait for."""
        return self._phases(node, self._by_call)

    def _phases(self, node: ast.AST, entered: dict[str, frozenset[Unit]]) -> tuple[str, ...]:
        if in_main_guard(self.module, node):
            return ()
        here = owner(self.module, node)
        return tuple(phase for phase, units in entered.items() if here in units)


@lru_cache(maxsize=64)
def reach(module: Module) -> Reach:
    """What each phase enters, worked out once."""
    return Reach(module)


def about_phases(phases: Iterable[str]) -> tuple[str, ...]:
    """Subjects for the ranking: `phase:init`, `phase:run`."""
    return tuple(f"phase:{phase}" for phase in phases)


def is_straight(module: Module, node: ast.AST) -> bool:
    """True when `node` runs whenever its function is entered, unless an earlier statement leaves it."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return isinstance(below, ast.stmt)
        conditional = isinstance(above, _CONDITIONAL)
        if conditional and not (isinstance(above, (ast.If, ast.While, ast.IfExp)) and below is above.test):
            return isinstance(above, (ast.For, ast.AsyncFor)) and below is above.iter and is_straight(module, above)
        below = above
    return True
