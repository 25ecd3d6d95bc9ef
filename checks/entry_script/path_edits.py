"""Edits that anchor a path of the script in the model folder or beside the script."""

import ast
import posixpath
from difflib import get_close_matches

from checks.entry_script.imports import add_import, code_for, model_folder_join
from checks.entry_script.module import Module
from checks.entry_script.paths import Base, PathUse, Written
from checks.evidence import Evidence, ModelFolder, Script
from checks.finding import Edit

MODEL_ENDINGS = frozenset(
    [
        "",
        ".pkl",
        ".pickle",
        ".p",
        ".joblib",
        ".sav",
        ".dill",
        ".h5",
        ".hdf5",
        ".keras",
        ".pt",
        ".pth",
        ".ckpt",
        ".onnx",
        ".bin",
        ".model",
        ".safetensors",
        ".pb",
        ".tflite",
        ".cbm",
        ".ubj",
        ".mar",
        ".npy",
        ".npz",
        ".lgb",
        ".bst",
        ".gz",
    ]
)


def model_files(evidence: Evidence) -> tuple[str, ...]:
    """The paths inside the model folder; nothing when it was not given, or is too large to know."""
    if isinstance(evidence.models, ModelFolder) and not evidence.models.truncated:
        return tuple(f.path for f in evidence.models.files)
    return ()


def is_model_name(name: str) -> bool:
    """Whether a file of that name holds a model, as far as its ending tells; a name without one may."""
    return posixpath.splitext(name)[1].lower() in MODEL_ENDINGS


def likely_file(wanted: str, files: tuple[str, ...]) -> str | None:
    """The file that `wanted` may mean: the same name in another folder, the only file there is, or a similar name."""
    name = posixpath.basename(wanted)
    same = [f for f in files if posixpath.basename(f) == name]
    if len(same) == 1:
        return same[0]
    if len(files) == 1 and (is_model_name(name) or posixpath.splitext(name)[1] == posixpath.splitext(files[0])[1]):
        return files[0]
    by_name = {posixpath.basename(f): f for f in files}
    near = get_close_matches(name, list(by_name), n=1, cutoff=0.7)
    if near:
        return by_name[near[0]]
    ending = posixpath.splitext(name)[1]
    alike = [f for f in files if ending and posixpath.splitext(f)[1] == ending]
    return alike[0] if len(alike) == 1 else None


def to_model_folder(module: Module, script: Script, path: Written, file: str) -> tuple[Edit, ...]:
    """Edits by which the path becomes `file` inside AZUREML_MODEL_DIR; none when the text is put together in parts."""
    node = _whole(module, path)
    if node is None:
        return ()
    code, imports = model_folder_join(module, script.path, tuple(part for part in file.split("/") if part))
    return (module.replace(script.path, node, code), *imports)


def beside_script(module: Module, script: Script, path: Written) -> tuple[Edit, ...]:
    """Edits by which a relative path starts from the script's own folder."""
    node = _whole(module, path)
    if node is None:
        return ()
    os_path, _ = code_for(module, "os.path")
    parts = ", ".join(f'"{part}"' for part in path.inside.split("/"))
    code = f"{os_path}.join({os_path}.dirname({os_path}.abspath(__file__)), {parts})"
    imports = add_import(module, script.path, "import os", "os") if os_path == "os.path" else ()
    return (module.replace(script.path, node, code), *imports)


def renamed(module: Module, script: Script, path: Written, file: str) -> tuple[Edit, ...]:
    """Edits that change the text below AZUREML_MODEL_DIR to `file`."""
    if not path.literals or not path.complete:
        return ()
    last = path.literals[-1]
    if isinstance(module.parent(last), ast.JoinedStr):
        return ()
    old, new = path.inside, file
    text = str(last.value)
    if len(path.literals) > 1:
        folder = posixpath.dirname(old)
        if posixpath.dirname(file) != folder or "/" in text.strip("/"):
            return ()
        new = posixpath.basename(file)
    lead = "/" if text.startswith("/") else ""
    return (module.replace(script.path, last, f'"{lead}{new}"'),)


def below_model_folder(module: Module, script: Script, use: PathUse, file: str) -> tuple[Edit, ...]:
    """Edits that join `file` to an argument which is the model folder itself."""
    join, needs = code_for(module, "os.path.join")
    imports = add_import(module, script.path, needs, "os") if needs else ()
    node = use.argument
    parts = ", ".join(f'"{part}"' for part in file.split("/"))
    start = module.column(node.lineno, node.col_offset)
    end_line = node.end_lineno or node.lineno
    end = module.column(end_line, node.end_col_offset or 0)
    return (
        module.insert(script.path, node.lineno, f"{join}(", start),
        module.insert(script.path, end_line, f", {parts})", end),
        *imports,
    )


def _whole(module: Module, path: Written) -> ast.expr | None:
    """The node that holds the whole text: one literal, or the os.path.join() of literals only."""
    if not path.complete or not path.literals:
        return None
    first = path.literals[0]
    above = module.parent(first)
    if isinstance(above, ast.Call) and not above.keywords and module.called(above) == "os.path.join":
        here = [literal for literal in path.literals if module.parent(literal) is above]
        base = 1 if path.base is Base.CWD else 0
        if len(here) == len(path.literals) and len(above.args) == len(here) + base:
            return above
    if path.base is not Base.TEXT or len(path.literals) != 1 or first.value != path.text:
        return None
    return None if isinstance(above, (ast.JoinedStr, ast.BinOp)) else first
