"""Edits that move definitions from inside a block to module level."""

import ast
from collections.abc import Sequence

from checks.entry_script.contract import bound_by, first_line, loads
from checks.entry_script.module import Function, Module
from checks.finding import Edit


def move_out_of_guard(module: Module, path: str, guard: ast.If) -> tuple[Edit, ...]:
    """Definitions and imports go before the main guard; the rest stays in it. Empty when that cannot be computed."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    moved = [node for node in guard.body if isinstance(node, kinds)]
    stays = [node for node in guard.body if node not in moved]
    if guard.orelse or any(node.lineno == guard.lineno for node in guard.body) or guard.col_offset:
        return ()
    needs = {name for node in moved for name in loads(node)}
    if any(needs & bound_by(node) for node in stays):  # what they need would stay behind
        return ()
    texts = [_dedented(module, node, node.col_offset) for node in moved]
    joined = _join(moved, texts)
    first, last = guard.lineno, guard.end_lineno or guard.lineno
    if stays:
        head = module.line(first)
        kept = "\n".join(_lines(module, node) for node in stays)
        joined = f"{joined}\n\n\n{head}\n{kept}"
    end = module.line(last)
    return (Edit(path=path, start_line=first, start_column=0, end_line=last, end_column=len(end), replacement=joined),)


def move_out_of_function(module: Module, path: str, holder: Function, inner: list[Function]) -> tuple[Edit, ...]:
    """The inner functions go below the outer one. Empty when they use its local names."""
    names = {name for node in holder.body for name in _local(node)} - _globals(holder)
    names |= {argument.arg for argument in holder.args.args}
    if any(loads(function) & (names - {f.name for f in inner}) for function in inner):
        return ()
    if holder.col_offset or any(function not in holder.body for function in inner):
        return ()
    edits = []
    for function in inner:
        start, end = _begin(module, holder, function), function.end_lineno or function.lineno
        edits.append(Edit(path=path, start_line=start, start_column=0, end_line=end + 1, end_column=0, replacement=""))
    texts = [_dedented(module, function, function.col_offset) for function in inner]
    after = (holder.end_lineno or holder.lineno) + 1
    body = "\n\n\n".join(texts)
    if len(inner) == len(holder.body):
        edits.append(module.insert(path, holder.body[0].lineno, " " * inner[0].col_offset + "pass\n"))
    gap = "" if module.lines[-1].endswith(("\n", "\r")) or after <= len(module.lines) else "\n"
    return (*edits, module.insert(path, after, f"{gap}\n\n{body}\n"))


def _begin(module: Module, holder: Function, function: Function) -> int:
    """The first line of a function, blank lines before it included."""
    line = first_line(function)
    while line - 1 > holder.lineno and not module.line(line - 1).strip():
        line -= 1
    return line


def _local(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _globals(function: Function) -> set[str]:
    return {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}


def _lines(module: Module, node: ast.stmt) -> str:
    start = first_line(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else node.lineno
    return "\n".join(module.line(n) for n in range(start, (node.end_lineno or node.lineno) + 1))


def _dedented(module: Module, node: ast.stmt, columns: int) -> str:
    """The lines of a statement further out; the inner lines of texts in three quotes stay as they are."""
    inside = {
        line
        for text in ast.walk(node)
        if isinstance(text, ast.Constant | ast.JoinedStr) and text.end_lineno
        for line in range(text.lineno + 1, text.end_lineno + 1)
    }
    start = first_line(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else node.lineno
    lines = []
    for number in range(start, (node.end_lineno or node.lineno) + 1):
        line = module.line(number)
        blank = len(line) - len(line.lstrip(" \t"))
        lines.append(line if number in inside else line[min(columns, blank) :])
    return "\n".join(lines)


def _join(nodes: Sequence[ast.stmt], texts: list[str]) -> str:
    """Imports on lines of their own, two blank lines around definitions."""
    joined = ""
    for index, text in enumerate(texts):
        together = index and isinstance(nodes[index], ast.Import | ast.ImportFrom)
        gap = "" if not index else "\n" if together else "\n\n\n"
        joined += gap + text
    return joined
