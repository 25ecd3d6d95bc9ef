"""Every key that the screens bind, and which of them a test presses.

A test says `@pytest.mark.presses("files.diff", ...)` of the bindings whose effect it asserts. It is held to its word:
the test fails if one of them was never carried out because of a key while it ran (`conftest.py`). That every binding
is named by some test is shown in `test_every_key.py`.
"""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

import tui


def bindings() -> dict[str, list[tuple[type[DOMNode], Binding]]]:
    """The bindings of every class of the package, by their id, with the classes that have them."""
    found: dict[str, list[tuple[type[DOMNode], Binding]]] = {}
    for one in widgets():
        for binding in Binding.make_bindings(vars(one).get("BINDINGS", ())):
            found.setdefault(binding.id or f"{one.__name__} {binding.key}", []).append((one, binding))
    return found


def widgets() -> list[type[DOMNode]]:
    """The widgets, screens and the app of the package."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        importlib.import_module(module.name)
    return [one for one in _below(DOMNode) if one.__module__.startswith("tui.")]


def _below(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    """The classes below another one, each once."""
    seen: set[type[DOMNode]] = set()
    waiting = [kind]
    while waiting:
        for one in waiting.pop().__subclasses__():
            if one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one


def promised(folder: Path) -> dict[str, list[str]]:
    """The ids that tests below a folder promise to press, with the tests."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.presses":
                        for word in mark.args:
                            assert isinstance(word, ast.Constant), f"{path.name}:{word.lineno}: an id in full"
                            found.setdefault(str(word.value), []).append(node.name)
    return found


@contextmanager
def recorded() -> Iterator[set[str]]:
    """The ids of the bindings that keys carry out meanwhile. What check_action refuses, or a field types, is none."""
    pressed: set[str] = set()
    keys: list[str] = []
    check, run = App._check_bindings, App.run_action

    async def checked(self: App[Any], key: str, priority: bool = False) -> bool:
        keys.append(key)
        try:
            return await check(self, key, priority)
        finally:
            keys.pop()

    async def carried_out(
        self: App[Any], action: Any, default_namespace: DOMNode | None = None, namespaces: Any = None
    ) -> bool:
        own = default_namespace._bindings.key_to_bindings if default_namespace is not None else {}
        met = {one.id for one in own.get(keys[-1], ()) if one.action == action and one.id} if keys else set()
        done = await run(self, action, default_namespace, namespaces)
        if done:
            pressed.update(met)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_check_bindings", checked)
        patch.setattr(App, "run_action", carried_out)
        yield pressed
