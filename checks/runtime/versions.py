"""Attributes that a library does not have in the version that runs."""

import re

from checks.evidence import Evidence, ModelFolder
from checks.runtime.failures import Failure, package_of, probe_of
from checks.runtime.imports import own_files

_MODULE = re.compile(r"^module '([\w.]+)' has no attribute '(\w+)'")
_OBJECT = re.compile(r"^'(\w+)' object has no attribute '(\w+)'")
# Classes that only one library has, and whose methods were renamed or removed between its versions.
_CLASSES = {
    "DataFrame": "pandas", "Series": "pandas", "DataFrameGroupBy": "pandas", "Int64Index": "pandas",
    "DatetimeIndex": "pandas", "RangeIndex": "pandas", "StringMethods": "pandas", "Styler": "pandas",
    "CountVectorizer": "sklearn", "TfidfVectorizer": "sklearn", "OneHotEncoder": "sklearn", "Pipeline": "sklearn",
    "ColumnTransformer": "sklearn", "KeyedVectors": "gensim", "Word2Vec": "gensim", "Word2VecKeyedVectors": "gensim",
    "FreeTypeFont": "PIL", "ImageDraw": "PIL", "Sequential": "keras", "Functional": "keras", "Booster": "xgboost",
    "XGBClassifier": "xgboost", "XGBRegressor": "xgboost",
}  # fmt: skip


def attribute_gone(failure: Failure, evidence: Evidence) -> tuple[str, str, str] | None:
    """Module or class, attribute and top-level package, of an AttributeError about a library's own names."""
    if failure.kind != "AttributeError":
        return None
    if said := _MODULE.match(failure.message):
        module, attribute = said.groups()
        top = module.split(".", 1)[0]
        own = any(f in (f"{top}.py", f"{top}/__init__.py") for f in own_files(evidence, top))
        return None if own or top in ("entry_module", "__main__") else (module, attribute, top)
    if (said := _OBJECT.match(failure.message)) and said.group(1) in _CLASSES:
        return said.group(1), said.group(2), _CLASSES[said.group(1)]
    if "'str' object has no attribute 'decode'" in failure.message and _inside(failure) in ("keras", "tensorflow"):
        return "str", "decode", "h5py"
    return None


def model_lacks(failure: Failure, evidence: Evidence) -> tuple[str, str, str] | None:
    """Class, attribute and package, when library code misses an attribute that its own unpickled object should have."""
    said = _OBJECT.match(failure.message) if failure.kind == "AttributeError" else None
    package = _inside(failure)
    if said is None or package is None:
        return None
    kind, attribute = said.groups()
    warned = any("InconsistentVersionWarning" in text or "unpickle estimator" in text for text in _warnings(evidence))
    stored = isinstance(evidence.models, ModelFolder) and any(
        name.rsplit(".", 1)[-1] == kind for file in evidence.models.files for name in file.classes
    )
    return (kind, attribute, package) if warned or stored else None


def _inside(failure: Failure) -> str | None:
    """The package whose code raised, None when it was the person's own."""
    return package_of(failure.innermost) if failure.innermost else None


def _warnings(evidence: Evidence) -> tuple[str, ...]:
    return probe_of(evidence).warnings
