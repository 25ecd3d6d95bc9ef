"""Files that stand in the place of a model and are none: a pointer, a web page, an error answer, nothing at all."""

import re
from dataclasses import dataclass

from checks.evidence import Evidence, ModelFile, Probe
from checks.finding import Fix
from checks.runtime.failures import Failure
from checks.runtime.paths import missing_path, model_file
from checks.runtime.unpickling import is_unpickling
from checks.runtime.wording import base_name

# Endings of files that no tool writes as text.
_BINARY = re.compile(
    r"\.(?:pkl|pickle|joblib|dill|onnx|pt|pth|ckpt|safetensors|h5|hdf5|keras|tflite|ubj|np[yz]|gguf|engine|bin)(?:\.gz)?$"
)
_MODEL = re.compile(_BINARY.pattern.replace("|bin)", "|bin|sav|bst|cbm|model|pb|pmml|mar|txt|json)"))
_OTHERS = {
    "ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError", "SyntaxError", "IndentationError",
    "PermissionError", "IsADirectoryError", "NotADirectoryError", "FileNotFoundError", "SystemExit",
    "KeyboardInterrupt", "MemoryError", "TimeoutError",
}  # fmt: skip
_NEAR = 6  # lines between opening a file and the line that reads it
_REFUSES = re.compile(
    r"protobuf|[Uu]nable to (?:synchronously )?open file|file signature|magic number|[Pp]arsing failed|invalid header|"
    r"not a valid|corrupt|[Cc]heck failed|Unknown file format|not recogni[sz]ed|unexpected end|truncated|deserializ",
)


@dataclass(frozen=True)
class Replacement:
    """What stands in the place of a model: the end of the title `<name> ...`, how that comes, how to get the model."""

    title: str
    how: str
    fix: Fix

    @property
    def why(self) -> str:
        """How that comes, and what it does to the service."""
        return (
            f"{self.how} Loading it fails, so init() raises, the worker exits with code 3 and the container restarts."
        )


POINTER = Replacement(
    "is a git-lfs pointer, not the model",
    "Git LFS keeps a short text in the place of a large file until it is pulled.",
    Fix(title="pull the file and register the model again", commands=("git lfs pull",)),
)


def web_page(name: str) -> Replacement:
    """A page under the model's name."""
    return Replacement(
        "is a web page, not the model",
        "A download that needed a login or met an error page saved that page under the model's name.",
        _fetched(name),
    )


def replacement_of(file: ModelFile | None) -> Replacement | None:
    """What the first bytes of a file say that it is, None where they may be those of a model."""
    if file is None or not _MODEL.search(file.path.lower()):
        return None
    name = base_name(file.path)
    if file.format == "git-lfs pointer":
        return POINTER
    if file.format == "html" and (file.note or "").startswith("an error answer"):
        return Replacement(
            "is an error answer of a storage service, not the model",
            "A download that was refused saved the answer of the service under the model's name.",
            _fetched(name),
        )
    if file.format == "html":
        return web_page(name)
    if file.format == "empty":
        return Replacement(
            "is empty",
            "An upload or download that stopped before its first byte left a file without content.",
            Fix(title=f"upload {name} again, and compare its size with the original"),
        )
    if file.format in ("json", "text") and _BINARY.search(file.path.lower()):
        kind = "JSON text" if file.format == "json" else "text"
        return Replacement(
            f"is {kind}, not the model",
            "A model of this kind is binary. Text under its name is a saved error answer, or another file.",
            _fetched(name),
        )
    return None


def replaced(failure: Failure, evidence: Evidence) -> tuple[ModelFile, Replacement] | None:
    """The file that a loader refuses because it is no model; None where the exception has another subject."""
    if failure.kind in _OTHERS or missing_path(failure) or is_unpickling(failure):
        return None
    file = model_file(failure, evidence)
    what = replacement_of(file)
    return (file, what) if file and what and _concerns(failure, file, evidence) else None


def _fetched(name: str) -> Fix:
    return Fix(title=f"download {name} itself, and look at its first bytes", commands=(f"head -c 200 {name}",))


def _concerns(failure: Failure, file: ModelFile, evidence: Evidence) -> bool:
    """True when the exception came out of reading this file: it names it, or the line does, or has just opened it."""
    name, own = base_name(file.path), failure.own
    if name in failure.message or (own and name in own.code):
        return True
    lines = {frame.line for link in failure.chain for frame in link.frames if failure.in_script(frame)}
    opened = evidence.probe.opened if isinstance(evidence.probe, Probe) else ()
    if any(
        base_name(one.path) == name and one.mode == "read" and one.phase is failure.phase and one.at
        and any(0 <= line - one.at.line <= _NEAR for line in lines)
        for one in opened
    ):  # fmt: skip
        return True
    # Libraries in C open the file past the interpreter: what they say of its format tells.
    return bool(_REFUSES.search(failure.message)) and not any(base_name(one.path) == name for one in opened)
