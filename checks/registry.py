"""All checks, family by family.

The list is explicit and stands in each family's `family.py`, which is imported when it is asked for: the engine starts
the probe before that.
"""

from functools import cache
from importlib import import_module

from checks.check import Check

FAMILIES = {
    "entry-script": "checks.entry_script.family",
    "dependencies": "checks.dependencies.family",
    "runtime": "checks.runtime.family",
    "contract": "checks.contract.family",
    "container": "checks.container.family",
    "kubernetes": "checks.kubernetes.family",
    "http": "checks.http.family",
    "logs": "checks.logs.family",
}

FAMILIES_OF_KIND = {
    "script": ("entry-script", "dependencies", "runtime", "contract"),
    "container": ("container", "entry-script", "dependencies", "runtime"),
    "workload": ("kubernetes", "container", "entry-script", "dependencies", "runtime"),
    "manifest": ("kubernetes",),
    "document": ("contract",),
    "url": ("http", "contract"),
    "log": ("logs",),
}
"""What each kind of target is judged by."""


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, in the order of FAMILIES and of each family's CHECKS."""
    return tuple(check for family in FAMILIES for check in checks_of_family(family))


@cache
def checks_of_kind(kind: str) -> tuple[Check, ...]:
    """The checks that speak of a kind of target, in the order of its families."""
    return tuple(check for family in FAMILIES_OF_KIND[kind] for check in checks_of_family(family))


@cache
def checks_of_family(family: str) -> tuple[Check, ...]:
    """The checks of one family; the others are not loaded."""
    return tuple(import_module(FAMILIES[family]).CHECKS)


@cache
def _by_name(family: str) -> dict[str, Check]:
    return {name: check for check in checks_of_family(family) for name in (check.id, *check.aliases)}


def find_check(name: str) -> Check | None:
    """The check with that id or former id, None when there is none. A former id has the family of the new one."""
    family = name.partition(".")[0]
    return _by_name(family).get(name) if family in FAMILIES else None


def known_names() -> tuple[str, ...]:
    """Every id, former id and family that may stand after `--select` and `--ignore`."""
    return (*FAMILIES, *(name for family in FAMILIES for name in _by_name(family)))
