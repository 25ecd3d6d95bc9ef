"""Edits that anchor a path of the script in the model folder or beside the script."""

import ast
import posixpath
from difflib import get_close_matches
from itertools import pairwise

import msgspec

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
    parts = ", ".join(f'"{part}"' for part in posixpath.normpath(path.inside).split("/"))
    code = f"{os_path}.join({os_path}.dirname({os_path}.abspath(__file__)), {parts})"
    imports = add_import(module, script.path, "import os", "os") if os_path == "os.path" else ()
    return (module.replace(script.path, node, code), *imports)


def renamed(module: Module, script: Script, path: Written, file: str) -> tuple[Edit, ...]:
    """Edits that change the text below AZUREML_MODEL_DIR to `file`; none where its parts stand in several places."""
    if not path.literals or not path.complete or set(file) & set('"\\{}'):
        return ()
    last = path.literals[-1]
    lead = "/" if str(path.literals[0].value).startswith("/") else ""
    is_text = isinstance(module.parent(last), ast.JoinedStr)
    same_folder = posixpath.dirname(file) == posixpath.dirname(path.inside)
    if not is_text and len(path.literals) > 1 and same_folder and "/" not in str(last.value).strip("/"):
        slash = "/" if str(last.value).startswith("/") else ""
        return (module.replace(script.path, last, f'"{slash}{posixpath.basename(file)}"'),)
    if not _says_all(path):
        return ()
    if is_text:
        return _within_text(module, script, path.literals, f"{lead}{file}")
    if len(path.literals) == 1:
        return (module.replace(script.path, last, f'"{lead}{file}"'),)
    return _side_by_side(module, script, path.literals, lead, file)


def _says_all(path: Written) -> bool:
    """Whether the literals are the whole path: no `.parent` or dirname() took a part off, or went above the base."""
    written = (part for literal in path.literals for part in str(literal.value).replace("\\", "/").split("/"))
    return [part for part in written if part not in {"", "."}] == path.inside.split("/")


def _within_text(module: Module, script: Script, literals: tuple[ast.Constant, ...], new: str) -> tuple[Edit, ...]:
    """The edit of an f-string's only text, where it stands on one line as it is."""
    whole = module.parent(literals[-1])
    old, number = str(literals[-1].value), getattr(whole, "lineno", 0)
    if len(literals) != 1 or not isinstance(whole, ast.JoinedStr) or whole.end_lineno != number:
        return ()
    start = module.column(number, whole.col_offset)
    source = module.line(number)[start : module.column(number, whole.end_col_offset or 0)]
    if source.count(old) != 1:
        return ()
    column = start + source.index(old)
    return (Edit(script.path, number, column, number, column + len(old), new),)


def _side_by_side(
    module: Module, script: Script, literals: tuple[ast.Constant, ...], lead: str, file: str
) -> tuple[Edit, ...]:
    """The edit of texts that follow each other: arguments of one call, or parts between `/` or `+`."""
    signs = {_between(module, one, other).strip() for one, other in pairwise(literals)}
    parents = {type(module.parent(one)) for one in literals}
    if signs == {","} and parents == {ast.Call} and len({module.parent(one) for one in literals}) == 1:
        new = ", ".join(f'"{part}"' for part in file.split("/"))
    elif signs == {"/"} and parents == {ast.BinOp}:
        new = " / ".join(f'"{part}"' for part in file.split("/"))
    elif signs == {"+"} and parents == {ast.BinOp}:
        new = f'"{lead}{file}"'
    else:
        return ()
    first, last = module.replace(script.path, literals[0], new), module.replace(script.path, literals[-1], new)
    return (msgspec.structs.replace(first, end_line=last.end_line, end_column=last.end_column),)


def _between(module: Module, one: ast.expr, other: ast.expr) -> str:
    """What the script has from the end of one expression to the begin of another; nothing where that is before it."""
    line, end = one.end_lineno or one.lineno, other.lineno
    start, stop = module.column(line, one.end_col_offset or 0), module.column(end, other.col_offset)
    if line == end:
        return module.line(line)[start:stop]
    middle = [module.line(number) for number in range(line + 1, end)]
    return "\n".join([module.line(line)[start:], *middle, module.line(end)[:stop]]) if line < end else ""


def loaded_instead(module: Module, script: Script, use: PathUse, file: str) -> tuple[Edit, ...]:
    """Edits by which a call takes `file` of the model folder, whatever its path was made of."""
    if use.argument is getattr(use.call.func, "value", None) or set(file) & set('"\\'):
        return ()  # a method of a Path: a text has no such method
    code, imports = model_folder_join(module, script.path, tuple(file.split("/")))
    return (module.replace(script.path, use.argument, code), *imports)


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
