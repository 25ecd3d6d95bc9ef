"""Which single check speaks of an exception: the first whose subject it is, the most specific ones first."""

import re
from collections.abc import Callable, Iterator

from checks.evidence import Evidence, Phase
from checks.runtime.failures import Failure, failures
from checks.runtime.headlines import by_headline
from checks.runtime.imports import import_name, missing_module, shadowing
from checks.runtime.packages import listed_in_environment
from checks.runtime.paths import is_model_path, missing_path, missing_program
from checks.runtime.payloads import payload_variant
from checks.runtime.replaced_models import replaced
from checks.runtime.unpickling import is_unpickling, moved_module
from checks.runtime.variables import MODEL_DIR, absent_variable, model_folder_was_missed, no_model_folder
from checks.runtime.wording import base_name
from checks.runtime.writing import unwritten_path

Reader = Callable[[Failure, Evidence], str | None]


def told_by(check: str, evidence: Evidence) -> Iterator[Failure]:
    """The failures that `check` is to speak of."""
    return (failure for failure in failures(evidence) if reading(failure, evidence) == check)


def reading(failure: Failure, evidence: Evidence) -> str | None:
    """The id of the check that knows this exception best; None when only its headline can be told."""
    return next((check for reader in READERS if (check := reader(failure, evidence))), None)


def here_only(failure: Failure, evidence: Evidence) -> bool:
    """True when a rehearsal stopped for want of something that the deployment has: no failure of the service."""
    return reading(failure, evidence) in ("runtime.module-not-installed-here", "runtime.model-folder-not-given")


def _ended(failure: Failure, _: Evidence) -> str | None:
    return "runtime.exited" if failure.kind in ("SystemExit", "KeyboardInterrupt") else None


def _variable(failure: Failure, evidence: Evidence) -> str | None:
    absent = absent_variable(failure, evidence)
    if absent is None:
        return None
    alone = absent.name == MODEL_DIR and no_model_folder(evidence)
    return "runtime.model-folder-not-given" if alone else "runtime.variable-absent"


def _unregistered(failure: Failure, _: Evidence) -> str | None:
    inner = failure.innermost
    resolves = inner is not None and base_name(inner.path) in ("dataclasses.py", "typing.py", "_typing_extra.py")
    by_lookup = (
        resolves
        and failure.kind == "AttributeError"
        and "'NoneType' object has no attribute '__dict__'" in (failure.message)
    )
    named = "'entry_module'" in failure.message and failure.kind in (
        "PicklingError",
        "ModuleNotFoundError",
        "KeyError",
        "ImportError",
    )
    return "runtime.entry-module-unregistered" if by_lookup or named else None


def _shadowed(failure: Failure, evidence: Evidence) -> str | None:
    return "runtime.module-shadowed" if shadowing(failure, evidence) else None


def _said(failure: Failure, _: Evidence) -> str | None:
    return by_headline(failure.headline)


def _replaced(failure: Failure, evidence: Evidence) -> str | None:
    return "runtime.model-file-replaced" if replaced(failure, evidence) else None


def _path(failure: Failure, evidence: Evidence) -> str | None:
    if missing_program(failure):
        return "runtime.program-missing"
    if unwritten_path(failure, evidence):
        return "runtime.written-folder-missing"
    if path := missing_path(failure):
        if is_model_path(path, evidence) and model_folder_was_missed(evidence):
            return "runtime.model-folder-not-given"
        return "runtime.model-file-missing" if is_model_path(path, evidence) else "runtime.file-missing"
    if failure.kind in ("IsADirectoryError", "NotADirectoryError"):
        return "runtime.is-a-directory"
    denied = failure.kind == "PermissionError" or re.search(r"\[Errno (?:30|13)\]", failure.message)
    return "runtime.permission-denied" if denied else None


def _import(failure: Failure, evidence: Evidence) -> str | None:
    if is_unpickling(failure) and (moved_module(failure) or not missing_module(failure)):
        return "runtime.unpickle-failed"
    if module := missing_module(failure):
        listed = listed_in_environment(module, evidence)
        return "runtime.module-not-installed-here" if listed else "runtime.module-missing"
    if import_name(failure):
        return "runtime.import-name-missing"
    return "runtime.syntax-refused" if failure.kind in ("SyntaxError", "IndentationError", "TabError") else None


def _name(failure: Failure, _: Evidence) -> str | None:
    return {"NameError": "runtime.name-undefined", "UnboundLocalError": "runtime.unbound-local"}.get(failure.kind)


def _call(failure: Failure, _: Evidence) -> str | None:
    mismatch = failure.kind in ("TypeError", "ValueError", "Exception") and re.search(
        r"^(?:init|run)\(\) (?:missing \d+ required|got an unexpected keyword|takes \d+ positional)"
        r"|is not in the decorated function"
        r"|^'\w+' object is not callable$",
        failure.message,
    )
    return "runtime.signature-mismatch" if mismatch and failure.own is None else None


def _none(failure: Failure, _: Evidence) -> str | None:
    """None where an object should be, in the person's own line: before the payload is blamed for it."""
    if failure.kind not in ("AttributeError", "TypeError") or not (failure.innermost and failure.innermost.own):
        return None
    from checks.runtime.globals_unset import unset_name

    return "runtime.value-is-none" if unset_name(failure) else None


def _file(failure: Failure, evidence: Evidence) -> str | None:
    """A data file that cannot be read, before the payload is blamed for its words."""
    from checks.runtime.data_files import broken_file

    return "runtime.data-file-broken" if broken_file(failure, evidence) else None


def _held(failure: Failure, _: Evidence) -> str | None:
    """An object that the script holds: before the payload is blamed for what it lacks."""
    if failure.phase is not Phase.RUN or failure.kind not in ("KeyError", "IndexError", "TypeError", "ValueError"):
        return None
    from checks.runtime.at_fault import only_globals

    return "runtime.held-object" if only_globals(failure) else None


def _version(failure: Failure, evidence: Evidence) -> str | None:
    from checks.runtime.versions import attribute_gone, model_lacks

    if model_lacks(failure, evidence):
        return "runtime.model-of-other-version"
    return "runtime.attribute-gone" if attribute_gone(failure, evidence) else None


def _payload(failure: Failure, evidence: Evidence) -> str | None:
    return "runtime.payload-mismatch" if payload_variant(failure, evidence) else None


def _timeout(failure: Failure, _: Evidence) -> str | None:
    own = failure.phase is Phase.RUN and failure.kind in ("TimeoutError", "timeout", "ReadTimeout", "ConnectTimeout")
    return "runtime.raises-timeout" if own else None


READERS: tuple[Reader, ...] = (
    _ended,
    _unregistered,
    _variable,
    _shadowed,
    _replaced,
    _said,
    _path,
    _import,
    _name,
    _call,
    _file,
    _none,
    _version,
    _held,
    _payload,
    _timeout,
)
