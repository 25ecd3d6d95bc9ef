"""Modules and names that could not be imported: which, and whose they are."""

import re
from dataclasses import dataclass

from checks.dependencies.names import is_standard
from checks.evidence import Evidence, Missing, SourceTree
from checks.runtime.failures import Failure, chain_of


def missing_module(failure: Failure) -> str | None:
    """The dotted name of the module that is not there, wherever in the chain an import failed."""
    for link in (failure.error, *chain_of(failure.error.cause)):
        if link.type.rsplit(".", 1)[-1] != "ModuleNotFoundError":
            continue
        said = re.search(r"No module named '?([\w.]+)'?", link.message)
        if said:
            return said.group(1)
    return None


def own_files(evidence: Evidence, module: str) -> tuple[str, ...]:
    """Paths in the code folder that a dotted module name may mean, those at its root first."""
    if isinstance(evidence.source, Missing):
        return ()
    return files_of(evidence.source, module)


def files_of(source: SourceTree, module: str) -> tuple[str, ...]:
    """As `own_files`, of one source tree: `helpers` gives `helpers.py`, `src/helpers.py`, `lib/helpers/__init__.py`."""
    path = module.replace(".", "/")
    ends = (f"{path}.py", f"{path}/__init__.py")
    found = [f for f in source.files if f in ends or f.endswith(tuple(f"/{end}" for end in ends))]
    if not found:  # a folder without __init__.py is a package as well
        found = [f"{path}/" for f in source.files if f.startswith(f"{path}/") and f.endswith(".py")][:1]
    return tuple(sorted(set(found), key=lambda f: (f.count("/"), f)))


def import_name(failure: Failure) -> tuple[str, str, str | None] | None:
    """Of `cannot import name 'a' from 'b' (path)`: a, b and the path; None for other exceptions."""
    said = re.search(
        r"cannot import name '([^']+)'(?: from (?:partially initialized module )?'([^']+)')?(?:.* \(([^)]*)\))?",
        failure.message,
    )
    if failure.kind != "ImportError" or said is None:
        return None
    module = said.group(2) or str(failure.error.detail.get("name") or "")
    if not module and failure.own:  # Python 3.6 names the module nowhere
        line = re.match(r"from\s+([\w.]+)\s+import\b", failure.own.code)
        module = line.group(1) if line else "a module"
    return said.group(1), module, said.group(3)


@dataclass(frozen=True)
class Shadow:
    """Two modules of one name. `file` is the one in the code folder; `own_wins` says which was imported, if known."""

    module: str
    file: str
    own_wins: bool | None


def shadowing(failure: Failure, evidence: Evidence) -> Shadow | None:
    """The two modules of one name behind a failed import or attribute, None when there is one only.

    The server appends the code folder to the end of `sys.path`, so an installed module wins there; where the current
    folder is the code folder and comes first, one's own does.
    """
    if failure.kind not in ("ImportError", "ModuleNotFoundError", "AttributeError"):
        return None
    part = re.search(r"No module named '([\w.]+)'(; '[\w.]+' is not a package)?", failure.message)
    found = import_name(failure)
    attribute = re.search(r"^(?:partially initialized )?module '([\w.]+)'", failure.message)
    if part and "." in part[1]:
        return _two(part[1], evidence, own_wins=None if part[2] is None else _is_file(part[1], evidence))
    if found and found[1]:
        path = found[2]
        inside = path is not None and any(p in path for p in ("/site-packages/", "/dist-packages/", "/lib/python"))
        return _two(found[1], evidence, own_wins=None if path is None else not inside)
    return _two(attribute[1], evidence, own_wins=None) if attribute else None


def _two(name: str, evidence: Evidence, *, own_wins: bool | None) -> Shadow | None:
    top = name.split(".", 1)[0]
    root = [f for f in own_files(evidence, top) if f in (f"{top}.py", f"{top}/__init__.py", f"{top}/")]
    if not root:
        return None
    if "." in name and own_wins is None and own_files(evidence, name):
        return Shadow(top, root[0], own_wins=False)
    installed = evidence.installed
    provided = not isinstance(installed, Missing) and (top in installed.providers or top in installed.distributions)
    known = is_standard(top) or provided or top in KNOWN_PACKAGES
    return Shadow(top, root[0], own_wins) if known or own_wins is False else None


def _is_file(name: str, evidence: Evidence) -> bool:
    """True when the top of a dotted name is a single file in the code folder, which can have no parts."""
    return f"{name.split('.', 1)[0]}.py" in own_files(evidence, name.split(".", 1)[0])


# Import names of packages that entry scripts use most: enough to tell a package from a module of one's own.
KNOWN_PACKAGES = frozenset(
    {
        *("numpy", "pandas", "sklearn", "scipy", "joblib", "torch", "torchvision", "tensorflow", "keras", "xgboost"),
        *("lightgbm", "catboost", "onnx", "onnxruntime", "transformers", "tokenizers", "datasets", "spacy", "nltk"),
        *("sentence_transformers", "gensim", "cv2", "PIL", "skimage", "matplotlib", "requests", "flask", "yaml"),
        *("azureml", "azure", "inference_schema", "mlflow", "dill", "cloudpickle", "statsmodels", "prophet", "shap"),
        *("pydantic", "tqdm", "dotenv", "openai", "langchain", "fastapi", "pyarrow", "sqlalchemy", "pyodbc"),
        *("psycopg2", "redis", "boto3", "google"),
    }
)
