"""Edits that add an import to the entry script."""

from checks.entry_script.module import Module
from checks.entry_script.scopes import scopes
from checks.finding import Edit


def add_import(module: Module, path: str, statement: str, name: str) -> tuple[Edit, ...]:
    """The edit that puts `statement` before the other code; none when module-level code binds `name` already."""
    if scopes(module).bound[None].get(name):
        return ()
    return (module.insert(path, module.import_line, f"{statement}\n"),)


def code_for(module: Module, full: str) -> tuple[str, str | None]:
    """How the script may write a full dotted name: the code, and the import that it still needs.

    `os.path.join` is `path.join` where the script says `from os import path`, and needs `import os` where nothing does.
    """
    for local, meant in module.aliases.items():
        if full == meant or full.startswith(f"{meant}."):
            return local + full[len(meant) :], None
    return full, f"import {full.split('.')[0]}"


def model_folder_join(module: Module, path: str, parts: tuple[str, ...]) -> tuple[str, tuple[Edit, ...]]:
    """Code that joins AZUREML_MODEL_DIR and `parts`, with the edits for the import it needs."""
    join, _ = code_for(module, "os.path.join")
    environ, _ = code_for(module, "os.environ")
    quoted = ", ".join(f'"{part}"' for part in parts)
    edits = add_import(module, path, "import os", "os") if {join, environ} & {"os.path.join", "os.environ"} else ()
    return f'{join}({environ}["AZUREML_MODEL_DIR"], {quoted})', edits
