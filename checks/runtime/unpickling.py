"""Exceptions raised while a model file was being unpickled."""

import re

from checks.runtime.failures import Failure
from checks.runtime.paths import missing_path
from checks.runtime.wording import base_name

_LOADERS = {"pickle.py", "_pickle.py", "numpy_pickle.py", "numpy_pickle_utils.py", "cloudpickle.py", "_dill.py"}
_CALLS = re.compile(
    r"^(?:pickle|_pickle|cPickle|joblib|sklearn\.externals\.joblib|dill|cloudpickle|torch|skops\.io|pandas)"
    r"\.(?:loads?|read_pickle|Unpickler)$"
)
_CODE = re.compile(r"\b(?:pickle|joblib|dill|cloudpickle|torch)\.loads?\(|\bread_pickle\(")
_SAYS = re.compile(
    r"invalid load key|pickle data was truncated|Ran out of input|unsupported pickle protocol"
    r"|[Cc]an't get attribute '[^']+' on <module|persistent (?:id|load|ID)|node array from the pickle"
    r"|unpickling stack underflow|could not find MARK|unregistered extension code|STACK_GLOBAL requires"
    r"|state is not a dictionary|not a known BitGenerator module"
)
_PATH_ERRORS = {
    "FileNotFoundError", "IsADirectoryError", "NotADirectoryError", "PermissionError", "NameError",
    "UnboundLocalError", "SystemExit", "KeyboardInterrupt",
}  # fmt: skip


def is_unpickling(failure: Failure) -> bool:
    """True when an exception came out of reading a pickle, and not out of finding the file."""
    if failure.kind in _PATH_ERRORS or missing_path(failure):
        return False
    if failure.kind in ("UnpicklingError", "PickleError") or _SAYS.search(failure.message):
        return True
    if any(base_name(frame.path) in _LOADERS for frame in failure.error.frames):
        return True
    if any("/torch/serialization.py" in frame.path.replace("\\", "/") for frame in failure.error.frames):
        return True
    if not any(_CALLS.match(call) for call in failure.calls) and not (failure.own and _CODE.search(failure.own.code)):
        return False
    # pickle.load() of the standard library leaves no frame of its own; what it imports leaves frames of importlib or
    # of the package. A TypeError or AttributeError of the person's own line (None for a file) is something else.
    inner = failure.innermost
    at_own_line = inner is None or inner.own
    return failure.kind in ("ModuleNotFoundError", "ImportError", "EOFError") or (
        failure.kind in ("AttributeError", "ValueError", "TypeError", "KeyError", "IndexError", "UnicodeDecodeError")
        and not re.search(r"NoneType|os\.PathLike|'read'|readline|has no attribute 'load", failure.message)
        and (not at_own_line or failure.kind in ("ValueError", "AttributeError"))
    )


def moved_module(failure: Failure) -> str | None:
    """The sub-module that a pickle refers to and that the installed package does not have."""
    said = re.search(r"No module named '([\w.]+)'", failure.message)
    if failure.kind not in ("ModuleNotFoundError", "ImportError") or said is None:
        return None
    return said.group(1) if "." in said.group(1) else None


def main_attribute(failure: Failure) -> tuple[str, str] | None:
    """The class that a pickle looks for, and the module in which it is not: `("Scaler", "__main__")`."""
    said = re.search(r"[Cc]an't get attribute '([^']+)' on <module '([^']+)'", failure.message)
    return (said.group(1), said.group(2)) if said else None
