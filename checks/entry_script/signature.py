"""Edits of a function's head: its parameters as they stand in the text."""

import ast
import re

from checks.entry_script.lexer import lex
from checks.entry_script.module import Function, Module
from checks.finding import Edit


def head(module: Module, function: Function) -> tuple[int, int, str] | None:
    """Line and column after the opening bracket of the parameters, and the text up to the closing one."""
    text = "".join(module.lines[function.lineno - 1 : function.body[0].end_lineno])
    opening = re.compile(r"\bdef\s+\w+\s*(?:\[[^\]]*\]\s*)?\(").search(text)
    if not opening:
        return None
    closing = next((end for start, end in lex(text).pairs if start == opening.end() - 1), None)
    if closing is None or "\n" in text[: opening.end()]:
        return None
    return function.lineno, opening.end(), text[opening.end() : closing]


def replace_parameters(module: Module, path: str, function: Function, new: str) -> tuple[Edit, ...]:
    """The edit that puts other parameters between the brackets. Empty when they hold comments."""
    found = head(module, function)
    if found is None or "#" in found[2]:
        return ()
    line, column, text = found
    last = text.rsplit("\n", 1)[-1]
    lines = text.count("\n")
    return (
        Edit(
            path=path,
            start_line=line,
            start_column=column,
            end_line=line + lines,
            end_column=len(last) if lines else column + len(text),
            replacement=new,
        ),
    )


def written(
    function: Function, drop: frozenset[str] = frozenset(), first: str = "", *, plain_positional: bool = False
) -> str:
    """The parameters as text: without those in `drop`, with `first` before them."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list[ast.expr | None](arguments.defaults)
    parts = [first] if first else []
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        if argument.arg not in drop:
            parts.append(_one(argument, default))
        if not plain_positional and index + 1 == len(arguments.posonlyargs):
            parts.append("/")
    if arguments.vararg and arguments.vararg.arg not in drop:
        parts.append(f"*{ast.unparse(arguments.vararg)}")
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += [
        _one(argument, default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if argument.arg not in drop
    ]
    if arguments.kwarg and arguments.kwarg.arg not in drop:
        parts.append(f"**{ast.unparse(arguments.kwarg)}")
    return ", ".join(parts[:-1] if parts and parts[-1] == "*" else parts)


def _one(argument: ast.arg, default: ast.expr | None) -> str:
    text = ast.unparse(argument)
    if default is None:
        return text
    return f"{text} = {ast.unparse(default)}" if argument.annotation else f"{text}={ast.unparse(default)}"


def without_decorator(path: str, decorator: ast.expr) -> Edit:
    """The edit that deletes the lines of one decorator."""
    return Edit(
        path=path,
        start_line=decorator.lineno,
        start_column=0,
        end_line=(decorator.end_lineno or decorator.lineno) + 1,
        end_column=0,
        replacement="",
    )
