"""Paths that the script could not open: which one, and whether it was to be a model."""

import ast
import difflib
import re
from functools import cache

from checks.entry_script.module import Module
from checks.evidence import Evidence, Frame, ModelFile, ModelFolder, Probe
from checks.finding import Fix, Safety
from checks.runtime.failures import Failure
from checks.runtime.wording import base_name

MODEL_SUFFIXES = (
    ".pkl", ".pickle", ".joblib", ".sav", ".dill", ".onnx", ".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".hdf5",
    ".keras", ".pb", ".tflite", ".bst", ".ubj", ".cbm", ".model", ".pmml", ".gguf", ".mar", ".engine",
)  # fmt: skip

# How libraries say that a file is not there, beside Python's own FileNotFoundError.
_SAID = (
    r"No such file or directory: (?P<q>['\"])(?P<path>.+?)(?P=q)",
    r"Load model from (?P<path>.+?) failed:.*(?:doesn't exist|No such file|does not exist)",  # onnxruntime
    r"Opening (?P<path>.+?) failed: No such file",  # xgboost
    r"File not found: filepath=(?P<path>.+?)(?:\. |\Z)",  # keras 3
    r"No file or directory found at (?P<path>\S+)",  # keras 2
    r"SavedModel file does not exist at: (?P<path>.+?)(?:/\{|\Z)",  # tensorflow
    r"unable to open file: name = '(?P<path>.+?)', errno = 2",  # h5py
    r"Could not open (?:model file )?(?P<path>/?\S+\.(?:txt|model|bin|lgb))",  # lightgbm
    r"Can't open (?:model )?file:? (?P<path>\S+)",  # catboost
    r"Repo id must be in the form 'repo_name' or 'namespace/repo_name'.*?: '(?P<path>/.+?)'",  # huggingface_hub
    r"(?:Incorrect path_or_model_id: '|^)(?P<path>[./\\]\S*?)'? is not a (?:local folder|valid model identifier)",
    r"^(?P<path>\S+) cannot be opened for loading",  # fasttext
)  # fmt: skip


@cache
def _said() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.DOTALL) for pattern in _SAID)


def missing_path(failure: Failure) -> str | None:
    """The path that an exception says is not there; None for other exceptions."""
    if failure.kind == "FileNotFoundError" and failure.error.detail.get("filename"):
        return str(failure.error.detail["filename"])
    for pattern in _said():
        if said := pattern.search(failure.message):
            return said.group("path")
    return failure.message if failure.kind == "FileNotFoundError" and _looks_like_path(failure.message) else None


def refused_path(failure: Failure) -> str:
    """The path that an OSError is about, however it is written there; empty when it names none."""
    if failure.error.detail.get("filename"):
        return str(failure.error.detail["filename"])
    said = re.search(r": '([^']+)'", failure.message)
    return said.group(1) if said else ""


def is_model_path(path: str, evidence: Evidence) -> bool:
    """True for a path in the model folder, or with the ending of a model file."""
    return path.lower().endswith(MODEL_SUFFIXES) or inside_models(path, evidence) is not None


def inside_models(path: str, evidence: Evidence) -> str | None:
    """The part of a path below the model folder, None when it is not below it."""
    clean = path.replace("\\", "/")
    roots = [evidence.models.path] if isinstance(evidence.models, ModelFolder) else []
    for root in (r.replace("\\", "/").rstrip("/") for r in roots):
        if root and clean.startswith(f"{root}/"):
            return clean[len(root) + 1 :]
    laid_out = re.search(r"(?:^|/)azureml-models/[^/]+/([^/]+)/(.+)", clean)
    files = evidence.models.files if isinstance(evidence.models, ModelFolder) else ()
    if laid_out is None or any(file.path.startswith(f"{laid_out[1]}/") for file in files):
        return None  # where the version would stand is a folder of the model: the path left the version out
    return laid_out[2]


def missing_program(failure: Failure) -> str | None:
    """The program that a child process should have been, when it is the one that is not there."""
    if failure.kind == "FileNotFoundError" and any(
        base_name(frame.path) == "subprocess.py" for frame in failure.error.frames
    ):
        return base_name(str(failure.error.detail.get("filename") or missing_path(failure) or "")) or None
    said = re.search(r"^(\S+) is not installed or it's not in your PATH", failure.message)
    return said.group(1) if said else None


def near(path: str, folder: ModelFolder) -> tuple[str, ...]:
    """Files of the model folder that may be meant, the likeliest first.

    The same name elsewhere in the folder beats the same stem or a similar name, which beats the only file of that kind.
    """
    wanted = base_name(path)
    paths = [file.path for file in folder.files]
    if "." not in wanted:  # a folder: a saved model of many files
        parts = [p.split("/")[:-1] for p in paths]
        paths = sorted({"/".join(part[:n]) for part in parts for n in range(1, len(part) + 1)})
    same = [p for p in paths if base_name(p).lower() == wanted.lower()]
    if same:
        return tuple(same)
    stem, suffix = _split(wanted)
    alike = [p for p in paths if _split(base_name(p))[0].lower() == stem.lower() and _is_model(p)]
    close = difflib.get_close_matches(wanted, [base_name(p) for p in paths], n=3, cutoff=0.75)
    similar = [p for p in paths if base_name(p) in close]
    kind = [p for p in paths if suffix and p.endswith(suffix)]
    only = kind if len(kind) == 1 else []
    models = [p for p in paths if _is_model(p)]
    last = models if len(models) == 1 and wanted.lower().endswith(MODEL_SUFFIXES) else []
    return tuple(dict.fromkeys((*alike, *similar, *only, *last)))


def listing(folder: ModelFolder, limit: int = 8) -> str:
    """The files of the model folder, in words."""
    if not folder.files:
        return "the folder is empty"
    names = [file.path for file in folder.files]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"holds {', '.join(names[:limit])}{more}"


def rename_fix(failure: Failure, inside: str, found: str) -> Fix | None:
    """The edit that makes the script name `found` instead of `inside`, both relative to the model folder.

    None when no single literal of the script names the missing file, or when `found` lies elsewhere than the folders
    that the script joins before it.
    """
    module, script = failure.module, failure.script
    literals = string_literals(module, inside) if module else []
    if module is None or script is None or len(literals) != 1:
        return None
    node, written = literals[0]
    before = inside.replace("\\", "/").removesuffix(written.replace("\\", "/").removeprefix("./"))
    if not found.startswith(before):
        return None
    return Fix(
        title=f"load {found[len(before) :]}, which is there",
        safety=Safety.REVIEW,
        edits=(module.replace(script.path, node, requote(module, node, found[len(before) :])),),
    )


def anchor_fix(failure: Failure, path: str, anchor: str, inside: str, title: str) -> Fix | None:
    """The edit that joins a path, written as one literal, to the folder that the expression `anchor` gives.

    None when the script does not hold the path as one literal that is passed on as it is.
    """
    module, script = failure.module, failure.script
    literals = string_literals(module, path) if module else []
    if module is None or script is None or len(literals) != 1:
        return None
    node, written = literals[0]
    above = module.parent(node)
    whole = written.removeprefix("./") == path.removeprefix("./")
    joined = isinstance(above, ast.Call) and (module.called(above) or "").endswith(("path.join", ".joinpath"))
    if not whole or joined or not isinstance(above, (ast.Call, ast.Assign, ast.keyword)):
        return None
    edits = [module.replace(script.path, node, f"os.path.join({anchor}, {requote(module, node, inside)})")]
    if module.aliases.get("os") != "os":
        edits.append(module.insert(script.path, module.import_line, "import os\n"))
    return Fix(title=title, safety=Safety.REVIEW, edits=tuple(edits))


def requote(module: Module, node: ast.Constant, text: str) -> str:
    """A literal of `text` in the quotes that the literal `node` has."""
    quote = module.line(node.lineno)[module.column(node.lineno, node.col_offset)]
    return f"{quote}{text}{quote}"


def string_literals(module: Module, path: str) -> list[tuple[ast.Constant, str]]:
    """Literals of the script that name a path or its last parts, f-strings and docstrings left out."""
    clean = path.replace("\\", "/").removeprefix("./")
    found = []
    for node in module.all(ast.Constant):
        if not isinstance(node.value, str) or isinstance(module.parent(node), (ast.JoinedStr, ast.Expr)):
            continue
        written = node.value.replace("\\", "/").removeprefix("./")
        if written and (clean == written or clean.endswith(f"/{written.lstrip('/')}")) and "." in base_name(written):
            source = module.line(node.lineno)[module.column(node.lineno, node.col_offset) :]
            if source[:1] in "\"'" and not source.startswith(('"""', "'''")):
                found.append((node, node.value))
    return found


def model_file(failure: Failure, evidence: Evidence) -> ModelFile | None:
    """The file of the model folder that was being read when the exception was raised."""
    if not isinstance(evidence.models, ModelFolder):
        return None
    by_name = {base_name(file.path): file for file in evidence.models.files}
    read: list[str] = []
    if isinstance(evidence.probe, Probe):
        read = [
            base_name(opened.path)
            for opened in evidence.probe.opened
            if opened.found and opened.phase is failure.phase and base_name(opened.path) in by_name
            and (opened.place == "model" or _at(opened.at, failure.own))
        ]  # fmt: skip
    if read:
        return by_name[read[-1]]
    written = [
        base_name(node.value)
        for node in (failure.module.all(ast.Constant) if failure.module else [])
        if isinstance(node.value, str) and base_name(node.value) in by_name
    ]
    if len(set(written)) == 1:
        return by_name[written[0]]
    files = [file for file in evidence.models.files if _is_model(file.path)] or list(evidence.models.files)
    return files[0] if len(files) == 1 else None


def _at(one: Frame | None, other: Frame | None) -> bool:
    return (
        one is not None
        and other is not None
        and (base_name(one.path), one.line)
        == (
            base_name(other.path),
            other.line,
        )
    )


def _looks_like_path(text: str) -> bool:
    return bool(re.fullmatch(r"\S*[/\\.]\S+", text))


def _is_model(path: str) -> bool:
    return path.lower().endswith(MODEL_SUFFIXES)


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot and stem else (name, "")
