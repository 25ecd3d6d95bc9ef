"""Globals of the entry script: where they are assigned, and what the rehearsal saw in them."""

import ast

from checks.entry_script.module import Module
from checks.entry_script.scopes import scopes
from checks.finding import Quote
from checks.runtime.failures import Failure


def held(failure: Failure, name: str) -> str | None:
    """Of what kind a global was when the exception was raised, as the rehearsal met it; None when it was not told."""
    said = failure.error.detail.get(f"global {name}")
    return said if isinstance(said, str) else None


def set_at(module: Module, name: str) -> list[ast.Name]:
    """Where a global is assigned, the last place first."""
    stores = scopes(module).bound[None].get(name, [])
    return sorted((one for one in stores if isinstance(one, ast.Name)), key=lambda one: -one.lineno)


def set_quotes(failure: Failure, name: str) -> tuple[Quote, ...]:
    """The last place that assigns a global, as a quote."""
    own = failure.own
    if failure.module is None or failure.script is None or own is None or not failure.in_script(own):
        return ()
    return tuple(failure.module.quote(failure.script.path, one) for one in set_at(failure.module, name)[:1])
