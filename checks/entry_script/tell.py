"""Turning nodes into the evidence and the subjects of a finding."""

import ast
from collections.abc import Iterable

from checks.entry_script.module import Module
from checks.evidence import Script
from checks.finding import Quote

SHOWN = 3


RAISED = ("runtime.import-raised", "runtime.init-raised", "runtime.run-raised")  # whatever exception, wherever
HIDDEN = "runtime.error-as-answer"  # the same, answered with status 200 by the script itself


def quotes(script: Script, module: Module, nodes: Iterable[ast.AST]) -> tuple[Quote, ...]:
    """The lines of nodes as evidence: each once, the first three, then how many more there are."""
    by_line: dict[int, ast.AST] = {}
    for node in nodes:
        by_line.setdefault(int(getattr(node, "lineno", 1)), node)
    shown = [module.quote(script.path, node) for node in list(by_line.values())[:SHOWN]]
    if len(by_line) > SHOWN:
        more = len(by_line) - SHOWN
        shown.append(Quote(source=script.path, text=f"and {more} more line{'s' if more > 1 else ''}"))
    return tuple(shown)


def about_lines(nodes: Iterable[ast.AST]) -> tuple[str, ...]:
    """Subjects for the ranking: the lines of nodes."""
    return tuple(dict.fromkeys(f"line:{getattr(node, 'lineno', 1)}" for node in nodes))


def named(names: Iterable[str]) -> str:
    """`a`, `b` and `c`, in the typography of findings."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
