"""Modules and names that could not be imported: which, and whose they are."""

import re

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
    path = said.group(3)
    return said.group(1), said.group(2) or str(failure.error.detail.get("name") or ""), path


def shadowing(failure: Failure, evidence: Evidence) -> tuple[str, str] | None:
    """The module that a file of one's own hides, and that file: `("random", "random.py")`."""
    said = re.search(r"No module named '([\w.]+)'; '([\w.]+)' is not a package", failure.message)
    name = said.group(2) if said else None
    if (found := import_name(failure)) and not name:
        name = found[1]
    if not name and (attribute := re.search(r"module '([\w.]+)'", failure.message)):
        name = attribute.group(1)
    if not name or failure.kind not in ("ImportError", "ModuleNotFoundError", "AttributeError"):
        return None
    top = name.split(".", 1)[0]
    files = [f for f in own_files(evidence, top) if f in (f"{top}.py", f"{top}/__init__.py")]
    if not files:
        return None
    installed = evidence.installed
    provided = not isinstance(installed, Missing) and (top in installed.providers or top in installed.distributions)
    return (top, files[0]) if is_standard(top) or provided or top in KNOWN_PACKAGES else None


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
