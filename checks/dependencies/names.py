"""Import names and the distributions that provide them; what distributions bring along; what the standard library has.

The rows stand in `checks/data`, so that a new one is one line. Names of distributions are compared normalised
(PEP 503), and shown as their projects write them.
"""

import pkgutil
import sys
from collections.abc import Iterable, Mapping
from functools import cache

from packaging.utils import canonicalize_name

from checks.evidence import EnvironmentFile, Installed, Missing, Requirement

EVERYTHING = "*"
"""Stands for packages too many to list: a distribution that brings it may provide any import."""

REMOVED = {
    "asynchat": (3, 12),
    "asyncore": (3, 12),
    "distutils": (3, 12),
    "imp": (3, 12),
    "smtpd": (3, 12),
    "aifc": (3, 13),
    "audioop": (3, 13),
    "cgi": (3, 13),
    "cgitb": (3, 13),
    "chunk": (3, 13),
    "crypt": (3, 13),
    "imghdr": (3, 13),
    "lib2to3": (3, 13),
    "mailcap": (3, 13),
    "msilib": (3, 13),
    "nis": (3, 13),
    "nntplib": (3, 13),
    "ossaudiodev": (3, 13),
    "pipes": (3, 13),
    "sndhdr": (3, 13),
    "spwd": (3, 13),
    "sunau": (3, 13),
    "telnetlib": (3, 13),
    "uu": (3, 13),
    "xdrlib": (3, 13),
    "binhex": (3, 11),
    "formatter": (3, 10),
    "parser": (3, 10),
    "symbol": (3, 10),
    "macpath": (3, 8),
    "dummy_threading": (3, 9),
    "_dummy_threading": (3, 9),
}
"""Modules of the standard library that are gone, and the first version without them. Source: Python's changelogs."""

ADDED = {"dataclasses": (3, 7), "contextvars": (3, 7), "graphlib": (3, 9), "zoneinfo": (3, 9), "tomllib": (3, 11)}
"""Modules of the standard library that came after Python 3.6, and the first version that has them."""


@cache
def rows(name: str) -> list[list[str]]:
    """The rows of one table of `checks/data`: columns between tabs, lines that begin with `#` left out."""
    content = pkgutil.get_data("checks", f"data/{name}.tsv")
    assert content is not None, "package data travel with the package"
    return [line.split("\t") for line in content.decode("utf-8").splitlines() if line and not line.startswith("#")]


@cache
def _by_import() -> dict[str, tuple[str, ...]]:
    return {name: tuple(providers.split()) for name, providers in rows("import_names")}


@cache
def _by_distribution() -> dict[str, tuple[str, ...]]:
    """Normalised distribution name to the imports that it is known to provide."""
    found: dict[str, list[str]] = {}
    for name, providers in _by_import().items():
        for provider in providers:
            found.setdefault(canonicalize_name(provider.removeprefix("@")), []).append(name)
    return {name: tuple(imports) for name, imports in found.items()}


@cache
def _conda() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("conda_names")}


@cache
def _brings() -> dict[str, tuple[str, ...]]:
    return {name: tuple(brought.split()) for name, brought in rows("brings_along")}


def is_common(distribution: str) -> bool:
    """True when the table knows what a distribution (normalised) brings along."""
    return distribution in _brings()


def row_of(module: str) -> str | None:
    """The longest prefix of a dotted module that the table knows, None when it knows none.

    A namespace such as `google.cloud` is no answer for what lies below it.
    """
    parts = module.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((n for n in names if n in _by_import() and (n == module or n not in _NAMESPACES)), None)


_NAMESPACES = frozenset({"google.cloud", "azure.mgmt", "azure.storage", "azure.keyvault", "azureml.train"})


def distributions_for(module: str) -> tuple[str, ...]:
    """Distributions that provide an import, the one to recommend first, spelt as their projects write them.

    A module that the table does not know is taken to come from the distribution of its own name; below the namespaces
    `azure`, `azureml` and `google` from the dotted name with dashes.
    """
    row = row_of(module)
    if row is not None:
        return tuple(provider.removeprefix("@") for provider in _by_import()[row])
    parts = module.split(".")
    if parts[0] in {"azure", "azureml", "google"} and len(parts) > 1:
        depth = 2 if parts[0] == "azureml" else 3
        return ("-".join(parts[:depth]).replace("_", "-"),)
    return (parts[0].replace("_", "-"),)


def on_index(module: str) -> bool:
    """False for what pip cannot install by name, such as spaCy's models, which come from a URL."""
    row = row_of(module)
    return row is None or not _by_import()[row][0].startswith("@")


def imports_of(distribution: str) -> tuple[str, ...]:
    """Imports that a distribution is known to provide; empty when the table does not know it."""
    return _by_distribution().get(canonicalize_name(distribution), ())


def pip_name(requirement: Requirement) -> str:
    """The normalised name under which pip knows a requirement; empty for what is no Python package."""
    if requirement.channel == "pip":
        return requirement.name
    name = _conda().get(requirement.name, requirement.name)
    return "" if name == "-" else canonicalize_name(name)


def conda_name(distribution: str) -> str:
    """The name under which conda knows a distribution."""
    normal = canonicalize_name(distribution)
    return next((conda for conda, pip in _PREFERRED.items() if pip == normal), normal)


_PREFERRED = {"pytorch": "torch", "opencv": "opencv-python", "py-xgboost": "xgboost", "msgpack-python": "msgpack"}


def is_conda_only(name: str) -> bool:
    """True for names that conda has and that mean something else, or nothing, to pip."""
    return canonicalize_name(name) in _CONDA_ONLY


_CONDA_ONLY = frozenset(
    {
        *("pytorch", "pytorch-cpu", "pytorch-gpu", "pytorch-cuda", "pytorch-mutex", "cudatoolkit", "cuda-version"),
        *("tensorflow-mkl", "tensorflow-eigen", "tensorflow-base", "cudnn", "nomkl", "blas", "python-abi"),
        *("py-opencv", "py-xgboost", "py-xgboost-cpu", "py-xgboost-gpu", "msgpack-python", "pytables"),
        *("matplotlib-base", "dask-core", "numpy-base", "python-graphviz", "redis-py"),
        *("libgcc-ng", "libstdcxx-ng", "ca-certificates", "ld-impl-linux-64"),
    }
)


def brought_by(
    environment: EnvironmentFile, installed: Installed | Missing, extra: Iterable[str] = ()
) -> Mapping[str, str]:
    """Every distribution that the environment installs, normalised, and the listed one that brings it.

    What a distribution requires is known from the probe's interpreter where it has it, and from a table of common ones.
    EVERYTHING is a key when something in the file may bring anything.
    """
    requires = installed.requires if isinstance(installed, Installed) else {}
    found: dict[str, str] = {}
    pending: list[tuple[str, str]] = [(name, name) for name in extra]
    for requirement in environment.requirements:
        name = pip_name(requirement)
        if not requirement.name:
            found[EVERYTHING] = requirement.text
        elif name:
            pending.append((name, name))
            pending += [(f"{name}[{canonicalize_name(part)}]", name) for part in requirement.extras]
    while pending:
        name, source = pending.pop(0)
        if name in found:
            continue
        found[name] = source
        known = (*_brings().get(name, ()), *requires.get(name, ()))
        pending += [(brought, source) for brought in known if brought not in found]
    return found


def is_standard(module: str, python: tuple[int, int] | None = None) -> bool:
    """True when the standard library of that Python version has the module; of any version when it is None."""
    top = module.split(".")[0]
    if python is None:
        return top in sys.stdlib_module_names or top in REMOVED
    if top in REMOVED:
        return python < REMOVED[top]
    return top in sys.stdlib_module_names and python >= ADDED.get(top, (3, 0))
