"""Environment variables that were asked for, not set, and missed."""

import ast
import re
from dataclasses import dataclass

from checks.evidence import Asked, Evidence, Frame, Missing
from checks.runtime.failures import Failure, probe_of
from checks.runtime.wording import base_name

MODEL_DIR = "AZUREML_MODEL_DIR"

# Python's own words when a path, or a number, is made of None.
_NONE_PATH = re.compile(
    r"expected str, bytes or os\.PathLike object, not NoneType"
    r"|(?:join\(\)|argument should be|argument) .*(?:str|os\.PathLike).* (?:not|got) '?NoneType'?"
    r"|(?:stat|_?path_?\w*|exists|open|listdir|scandir): path should be string, bytes,? .*not NoneType"
    r"|unsupported operand type\(s\) for [/+]: 'NoneType' and 'str'"
    r"|can only concatenate str \(not \"NoneType\"\) to str"
    r"|unsupported operand type\(s\) for \+: 'NoneType' and"
    r"|(?:int|float)\(\) argument must be a string.*not 'NoneType'"
    r"|the JSON object must be str, bytes or bytearray, not NoneType"
    r"|'NoneType' object has no attribute '(?:split|[lr]?strip|lower|upper|startswith|endswith|encode|replace)'"
)  # fmt: skip


@dataclass(frozen=True)
class Absent:
    """A variable that is not set: its name, where it was asked for, and whether asking alone raised."""

    name: str
    at: Frame | None
    strict: bool


def absent_variable(failure: Failure, evidence: Evidence) -> Absent | None:
    """The variable whose absence an exception comes from.

    A KeyError out of `os.environ[...]` names it. A path made of None needs the record of what was asked for; among
    several, the one asked for nearest before the failing line.
    """
    asked = [a for a in probe_of(evidence).asked if not a.set]
    if failure.kind == "KeyError":
        return _strict(failure, asked)
    if failure.kind in ("TypeError", "AttributeError") and _NONE_PATH.search(failure.message):
        return _nearest(failure, asked)
    return None


def no_model_folder(evidence: Evidence) -> bool:
    """True when the rehearsal had no model folder to offer, so that the variable is absent only here."""
    return isinstance(evidence.models, Missing)


def model_folder_was_missed(evidence: Evidence) -> bool:
    """True when the script asked for the model folder's variable, and the rehearsal could not set it."""
    return no_model_folder(evidence) and any(a.name == MODEL_DIR and not a.set for a in probe_of(evidence).asked)


def _strict(failure: Failure, asked: list[Asked]) -> Absent | None:
    key = failure.message.strip("'\"")
    inner = failure.innermost
    through_environ = inner is not None and base_name(inner.path) in ("os.py", "<frozen os>")
    reads_it = any("environ" in call for call in failure.calls) or bool(
        failure.own and re.search(r"environ\s*\[", failure.own.code)
    )
    match = next((a for a in asked if a.name == key and a.strict), None)
    if match is None and not through_environ and not reads_it:
        return None
    return Absent(name=key, at=(match.at if match else None) or failure.own, strict=True)


def _nearest(failure: Failure, asked: list[Asked]) -> Absent | None:
    by_person = [a for a in asked if a.at is not None and a.at.own and not a.strict]
    if not by_person or failure.own is None:
        return None
    named = {a.name for a in by_person if f"'{a.name}'" in failure.own.code or f'"{a.name}"' in failure.own.code}
    named |= {a.name for a in by_person if a.at and (a.at.path, a.at.line) == (failure.own.path, failure.own.line)}
    used = _names_used(failure)
    assigned = named or {a.name for a in by_person if _target(a) & used}
    pool = [a for a in by_person if a.name in assigned] or (by_person if len({a.name for a in by_person}) == 1 else [])
    if not pool:
        return None
    chosen = pool[-1]
    return Absent(name=chosen.name, at=chosen.at, strict=False)


def _names_used(failure: Failure) -> set[str]:
    """Python names in the failing statement."""
    if failure.statement is None:
        return set(re.findall(r"[A-Za-z_]\w*", failure.own.code)) if failure.own else set()
    return {node.id for node in ast.walk(failure.statement) if isinstance(node, ast.Name)}


def _target(asked: Asked) -> set[str]:
    """The names to which the line that asked for a variable assigns."""
    if asked.at is None:
        return set()
    return set(re.findall(r"^\s*([A-Za-z_]\w*)\s*(?::[^=]+)?=(?!=)", asked.at.code))
