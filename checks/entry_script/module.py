"""The entry script as a syntax tree, indexed once for all checks that read it."""

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TypeVar

from checks.finding import Edit, Quote
from checks.text import lines_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)
TABLE = frozenset({"shape", "columns", "iloc", "iterrows", "itertuples"})  # attributes of a data frame
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Module:
    """One script: its tree (None when it does not parse), and the questions that checks ask of it.

    `entered` is None for an entry script; of a module that it imports the functions and classes that each phase enters.
    """

    def __init__(self, text: str, entered: tuple[tuple[str, str], ...] | None = None) -> None:
        self.text = text
        self.entered = entered
        self.lines = lines_of(text)
        self.tree: ast.Module | None = None
        self.error: SyntaxError | ValueError | RecursionError | MemoryError | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.tree = ast.parse(text.removeprefix("\ufeff"))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.error = error

    @cached_property
    def _index(self) -> tuple[dict[type[ast.AST], list[ast.AST]], dict[ast.AST, ast.AST]]:
        by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        parents: dict[ast.AST, ast.AST] = {}
        queue: list[ast.AST] = [self.tree] if self.tree else []
        for node in queue:  # grows while it is walked: breadth first, as ast.walk
            by_type[type(node)].append(node)
            for child in ast.iter_child_nodes(node):
                parents[child] = node
                queue.append(child)
        return by_type, parents

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of exactly that type, outer ones first."""
        return self._index[0].get(kind, [])  # type: ignore[return-value]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds `node`."""
        return self._index[1].get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that hold `node`, the nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def scope(self, node: ast.AST) -> ast.AST | None:
        """The nearest function, class or lambda around `node`; the module for top-level code."""
        return next((above for above in self.parents(node) if isinstance(above, (*SCOPES, ast.Module))), None)

    def function_of(self, node: ast.AST) -> Function | None:
        """The nearest function around `node`, None for code that runs at import."""
        return next(
            (above for above in self.parents(node) if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef))), None
        )

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions bound at module level (also under a module-level `if`, `try`, `with`, `for`), the last one wins."""
        return {
            node.name: node for node in self._top_level() if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }

    @cached_property
    def top_names(self) -> frozenset[str]:
        """Every name that module-level code, or a `global` statement anywhere, binds. `*` stands for a star import."""
        names: set[str] = set()
        for node in self._top_level():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            else:
                names |= {n.id for n in _within_scope(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for declared in self.all(ast.Global):
            names |= set(declared.names)
        return frozenset(names)

    def _top_level(self) -> Iterator[ast.stmt]:
        """Statements that run at import, blocks opened, guards under `__name__ == "__main__"` left out."""
        pending: list[ast.stmt] = list(reversed(self.tree.body)) if self.tree else []
        while pending:
            node = pending.pop()
            yield node
            if isinstance(node, SCOPES) or is_main_guard(node):
                continue
            blocks: list[ast.stmt] = []
            for name in ("body", "orelse", "finalbody"):
                blocks += getattr(node, name, [])
            for handler in getattr(node, "handlers", []):
                blocks += handler.body
            for case in getattr(node, "cases", []):
                blocks += case.body
            pending += reversed(blocks)

    @cached_property
    def top_level(self) -> tuple[ast.stmt, ...]:
        """Statements that run when the server imports the script, blocks opened, main guards left out."""
        return tuple(self._top_level())

    @property
    def init(self) -> Function | None:
        """The module-level init(), when the script defines it itself."""
        return self.functions.get("init")

    @property
    def run(self) -> Function | None:
        """The module-level run(), when the script defines it itself."""
        return self.functions.get("run")

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local name to what it was imported from: `np` to `numpy`, `Model` to `azureml.core.model.Model`."""
        found: dict[str, str] = {}
        for plain in self.all(ast.Import):
            for alias in plain.names:
                first = alias.name.split(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        for named in self.all(ast.ImportFrom):
            for alias in named.names:
                found[alias.asname or alias.name] = f"{'.' * named.level}{named.module or ''}.{alias.name}"
        return found

    def dotted(self, node: ast.AST) -> str | None:
        """The full dotted name of a Name or Attribute, imports resolved: `np.array` gives `numpy.array`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join([self.aliases.get(node.id, node.id), *reversed(parts)])

    def called(self, call: ast.Call) -> str | None:
        """The full dotted name of what a call calls."""
        return self.dotted(call.func)

    @cached_property
    def imported_modules(self) -> dict[str, ast.stmt]:
        """Absolute modules named by import statements, with the first statement that names them."""
        found: dict[str, ast.stmt] = {}
        for plain in self.all(ast.Import):
            for alias in plain.names:
                found.setdefault(alias.name, plain)
        for named in self.all(ast.ImportFrom):
            if named.module and not named.level:
                found.setdefault(named.module, named)
        return found

    @cached_property
    def reachable(self) -> dict[str, frozenset[str]]:
        """For `init` and `run`: names of module-level functions that they call, directly or through each other."""
        calls = {
            name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in self.functions}
            for name, node in self.functions.items()
        }
        answer: dict[str, frozenset[str]] = {}
        for root in ("init", "run"):
            seen: set[str] = set()
            pending: list[str] = [root] if root in calls else []
            while pending:
                name = pending.pop()
                if name not in seen:
                    seen.add(name)
                    pending += calls[name] - seen
            answer[root] = frozenset(seen)
        return answer

    @cached_property
    def decorators(self) -> tuple[str, ...]:
        """Dotted names of the decorators of run(), the outermost first."""
        if self.run is None:
            return ()
        return tuple(self.dotted(d.func if isinstance(d, ast.Call) else d) or "" for d in self.run.decorator_list)

    @property
    def is_raw(self) -> bool:
        """True when run() is decorated with @rawhttp."""
        return any(name.rsplit(".", 1)[-1] == "rawhttp" for name in self.decorators)

    @property
    def is_schema(self) -> bool:
        """True when the server calls run() with parsed arguments: it is decorated with @input_schema or @output_schema.

        Measured on azureml-inference-server-http 1.5.1: @output_schema alone makes it take the body apart, too.
        """
        return any(name.rsplit(".", 1)[-1] in {"input_schema", "output_schema"} for name in self.decorators)

    @cached_property
    def is_batch(self) -> bool:
        """True for a batch entry script: run(mini_batch), file paths or a data frame in, a list or data frame out.

        Source: the product's page on batch scoring scripts: run(mini_batch: List[str]) gets file paths, not JSON; a
        parallel job over tabular input gets a data frame.
        """
        if self.run is None or self.is_raw or self.is_schema or not self.run.args.args:
            return False
        first = self.run.args.args[0]
        if first.arg.lower().replace("_", "") in {"minibatch", "minibatches", "filepaths", "filelist", "inputfiles"}:
            return True
        loops = {n.iter.id for n in ast.walk(self.run) if isinstance(n, ast.For) and isinstance(n.iter, ast.Name)}
        parsed = any(
            (self.called(n) or "").endswith("json.loads") for n in ast.walk(self.run) if isinstance(n, ast.Call)
        )
        if parsed:
            return False
        hint = ast.unparse(first.annotation) if first.annotation else ""
        tabular = any(
            isinstance(n, ast.Attribute)
            and isinstance(n.value, ast.Name)
            and n.value.id == first.arg
            and n.attr in TABLE
            for n in ast.walk(self.run)
        )
        named = "batch" in first.arg.lower().split("_")
        return named or tabular or (first.arg in loops and ("str]" in hint or "Path]" in hint))

    @cached_property
    def takes_paths(self) -> bool:
        """True for a batch script whose run() is surely meant for a list of file paths, and not for a table."""
        if not self.is_batch or self.run is None:
            return False
        first = self.run.args.args[0]
        hint = ast.unparse(first.annotation) if first.annotation else ""
        if "str]" in hint or "Path]" in hint:
            return True
        if "DataFrame" in hint or any(self._is_used_as_table(n, first.arg) for n in ast.walk(self.run)):
            return False
        parsed = any(
            (self.called(c) or "").endswith("json.loads") and _is_given(c, first.arg) for c in self.all(ast.Call)
        )
        mapped = any((self.called(c) or "").endswith("map") and _is_given(c, first.arg) for c in self.all(ast.Call))
        return (
            parsed
            or mapped
            or any(
                isinstance(n, (ast.For, ast.comprehension))
                and any(isinstance(part, ast.Name) and part.id == first.arg for part in ast.walk(n.iter))
                for n in ast.walk(self.run)
            )
        )

    def _is_used_as_table(self, node: ast.AST, name: str) -> bool:
        if isinstance(node, ast.Attribute):
            return isinstance(node.value, ast.Name) and node.value.id == name and not hasattr(list, node.attr)
        if isinstance(node, ast.Subscript):
            text = isinstance(node.slice, (ast.List, ast.Constant)) and not isinstance(
                getattr(node.slice, "value", ""), int
            )
            return isinstance(node.value, ast.Name) and node.value.id == name and text
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_given(node, name):
            return node.func.attr.startswith(("predict", "transform", "score"))
        return False

    def line(self, number: int) -> str:
        """One line without its end, empty outside the file."""
        return self.lines[number - 1].rstrip("\r\n") if 1 <= number <= len(self.lines) else ""

    def column(self, number: int, byte_offset: int) -> int:
        """Characters for the UTF-8 byte offset that `ast` gives."""
        line = self.line(number)
        return byte_offset if line.isascii() else len(line.encode()[:byte_offset].decode(errors="ignore"))

    def quote(self, path: str, at: ast.AST | int) -> Quote:
        """The line of a node as evidence; an expression, argument or alias that ends on that line is marked."""
        number = at if isinstance(at, int) else int(getattr(at, "lineno", 1))
        line = self.line(number)
        text = line.strip()
        begin = len(line) - len(line.lstrip())
        mark = None
        if isinstance(at, (ast.expr, ast.arg, ast.alias, ast.keyword)) and at.end_lineno == number:
            start = self.column(number, at.col_offset) - begin
            end = self.column(number, at.end_col_offset or 0) - begin
            mark = (start, end) if 0 <= start < end <= len(text) and (start, end) != (0, len(text)) else None
        return Quote(source=path, line=number, text=text, column=begin, mark=mark)

    def replace(self, path: str, node: ast.expr | ast.stmt | ast.alias | ast.arg, replacement: str) -> Edit:
        """The edit that puts `replacement` in the place of a node."""
        line, end = node.lineno, node.end_lineno or node.lineno
        return Edit(
            path=path,
            start_line=line,
            start_column=self.column(line, node.col_offset),
            end_line=end,
            end_column=self.column(end, node.end_col_offset or 0),
            replacement=replacement,
        )

    def insert(self, path: str, line: int, text: str, column: int = 0) -> Edit:
        """The edit that puts `text` before a position; a line past the end means the end of the file."""
        return Edit(path=path, start_line=line, start_column=column, end_line=line, end_column=column, replacement=text)

    @cached_property
    def import_line(self) -> int:
        """The line before which a new import belongs: after the docstring and `from __future__`, before other code."""
        after = 0
        for node in self.tree.body if self.tree else []:
            is_doc = (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            )
            is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
            if not (is_doc or is_future):
                decorators: list[ast.expr] = getattr(node, "decorator_list", [])
                return max(min([node.lineno, *(d.lineno for d in decorators)]), after + 1)
            after = node.end_lineno or node.lineno
        return after + 1


def _is_given(call: ast.Call, name: str) -> bool:
    return any(isinstance(given, ast.Name) and given.id == name for given in call.args)


def is_main_guard(node: ast.AST) -> bool:
    """True for `if __name__ == "__main__":`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and {ast.unparse(node.test.left), *(ast.unparse(c) for c in node.test.comparators)}
        == {"__name__", "'__main__'"}
    )


def _within_scope(node: ast.AST) -> Iterator[ast.AST]:
    """`node` and what it holds, without entering functions, classes and lambdas, nor the statements of its blocks."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*SCOPES, ast.stmt)):
            yield from _within_scope(child)


@lru_cache(maxsize=64)
def parse(text: str, entered: tuple[tuple[str, str], ...] | None = None) -> Module:
    """The module of a script's text, parsed once however many checks ask."""
    return Module(text, entered)
