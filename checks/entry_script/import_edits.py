"""Edits that rewrite one import statement."""

import ast

from checks.entry_script.module import Module
from checks.finding import Edit


def rewrite_from(
    module: Module, path: str, statement: ast.ImportFrom, moved: dict[str, tuple[str, str]]
) -> tuple[Edit, ...]:
    """Import some names of `from x import a, b` from elsewhere: `moved` maps a name to its new module and new name.

    An empty new module means a plain `import name`. The names keep the local names they had. No edit for statements
    that share their lines with others.
    """
    line = module.line(statement.lineno)
    column = module.column(statement.lineno, statement.col_offset)
    end = module.line(statement.end_lineno or statement.lineno)
    rest = end[module.column(statement.end_lineno or statement.lineno, statement.end_col_offset or 0) :]
    if line[:column].strip() or rest.lstrip().startswith(";"):
        return ()
    groups: dict[str, list[str]] = {}
    for alias in statement.names:
        home, name = moved.get(alias.name, (f"{'.' * statement.level}{statement.module or ''}", alias.name))
        local = alias.asname or alias.name
        if home == "builtins":
            groups.setdefault(home, []).extend([] if name == local else [f"{local} = {name}"])
        else:
            groups.setdefault(home, []).append(name if local == name else f"{name} as {local}")
    parts: list[str] = []
    for home, items in groups.items():
        if home == "builtins":
            parts += items
        elif home:
            parts.append(f"from {home} import {', '.join(items)}")
        else:
            parts += [f"import {item}" for item in items]
    return (module.replace(path, statement, f"\n{line[:column]}".join(parts or ["pass"])),)


def rewrite_module(module: Module, path: str, alias: ast.alias, new: str) -> tuple[Edit, ...]:
    """`import x.y as z` becomes `import <new> as z`. Without a local name of its own there is no edit."""
    if alias.asname is None:
        return ()
    return (module.replace(path, alias, new if new == alias.asname else f"{new} as {alias.asname}"),)
