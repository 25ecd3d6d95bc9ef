"""What a log tells about model files: where they were looked for, what lies there, which releases wrote them."""

import re
from collections.abc import Iterable, Mapping

from checks.dependencies.versions import boundaries
from checks.logs.place import Place, Reader

Fields = Mapping[str, str]

_MODEL_NAME = re.compile(
    r"\.(?:pkl|pickle|p|joblib|jbl|sav|save|dill|cloudpickle|model|mdl|mod|h5|hdf5|keras|onnx|pt|pth|ckpt|bin|safetensors"
    r"|bst|xgb|lgb|ubj|cbm|pb|pbtxt|tflite|mar|npz|gguf|ggml|weights|caffemodel|engine|plan|rds|rda|nemo|spm|mlmodel|pmml)"
    r"(?:\.gz|\.bz2|\.xz|\.zip)?$|(?:^|[/\\])(?:MLmodel|saved_model|variables|config\.json|vocab\.(?:txt|json)|labels?\.txt)$",
    re.IGNORECASE,
)
_MODEL_FOLDER = re.compile(r"azureml-models|(?:^|[/\\])models?(?:[/\\]|$)|/opt/ml/model|/mnt/models", re.IGNORECASE)
_LOADERS = re.compile(
    r"/(?:joblib|torch|keras|tensorflow|mlflow|onnxruntime|xgboost|lightgbm|catboost|gensim|spacy|transformers|fastai"
    r"|sentence_transformers|tokenizers|safetensors|skops|dill|cloudpickle|h5py)/|/(?:pickle|shelve)\.py"
)
_LOADING = re.compile(
    r"(?:model|joblib|pickle|torch|keras|tf|booster|vectori[sz]er|scaler|encoder|tokeni[sz]er)", re.IGNORECASE
)
_PLAIN = re.compile(r"\[Errno \d+\]|\[WinError \d+\]|FileNotFoundError: No such file")
_TREE_HEAD = "Model Directory Contents:"
_TREE_LINE = re.compile(r"azmlinfsrv\S* - (\s*)(\S.*)$")
_SHOWN = 5


def model_file(place: Place, fields: Fields) -> Fields | None:
    """For a file that is not there: how it was named and what lies in the model folder; None when it is no model."""
    path = fields["path"].strip().rstrip("/")
    if path.endswith((".py", ".yml", ".yaml", ".sh")):
        return None
    said = place.lines[place.position].text
    told_by_loader = not _PLAIN.search(said)
    if not (told_by_loader or _MODEL_NAME.search(path) or _MODEL_FOLDER.search(path) or _loads_model(place)):
        return None
    contents = tree(line.raw for line in place.lines)
    there = _nearest(path, contents)
    return {
        "file": re.split(r"[/\\]", path)[-1] or path,
        "how": _how(path, contents),
        "there": there or "<path below the model folder>",
    }


def _loads_model(place: Place) -> bool:
    if place.block is None:
        return False
    own = place.block.own_frame
    return any(_LOADERS.search(frame.path) for frame in place.block.frames) or bool(own and _LOADING.search(own.code))


def _how(path: str, contents: tuple[str, ...]) -> str:
    if re.match(r"[A-Za-z]:[\\/]|\\\\|/home/|/Users/|/mnt/c/|/dbfs/|/content/", path):
        said = "It is the path of another machine, which does not exist in the container"
    elif re.match(r"[a-z0-9]+://", path):
        said = "It is an address and not a file of the container"
    elif not path.startswith("/"):
        said = "It is relative, so it is looked for in the working directory of the server and not in AZUREML_MODEL_DIR"
    elif "azureml-models" in path:
        said = "The model folder (AZUREML_MODEL_DIR) has no such path: file name, or a folder between, is different"
    else:
        said = "The container has no such path"
    if contents:
        rest = f" and {len(contents) - _SHOWN} more" if len(contents) > _SHOWN else ""
        said += f"; the model folder holds {', '.join(contents[:_SHOWN])}{rest}"
    return said


def tree(raw: Iterable[str]) -> tuple[str, ...]:
    """Files under `Model Directory Contents:`, relative to the model folder, in order."""
    found: list[str] = []
    parents: list[tuple[int, str]] = []
    inside = False
    for line in raw:
        if _TREE_HEAD in line:
            inside, found, parents = True, [], []
            continue
        entry = _TREE_LINE.search(line) if inside else None
        if inside and entry is None:
            inside = False
        if entry is None:
            continue
        depth, name = len(entry[1]), entry[2]
        while parents and parents[-1][0] >= depth:
            parents.pop()
        if name.endswith("/"):
            parents.append((depth, name))
        elif any(folder.startswith("..") for _, folder in parents):
            continue  # where Kubernetes keeps what a config map or secret holds: the file is told of beside it
        elif parents:
            found.append("".join(folder for _, folder in parents[1:]) + name)
        else:
            inside = False
    return tuple(found)


def _nearest(path: str, contents: tuple[str, ...]) -> str | None:
    """The file of the model folder that was meant: of the same name, or the only one of the same kind."""
    name = re.split(r"[/\\]", path)[-1]
    same = [one for one in contents if one.rsplit("/", 1)[-1].lower() == name.lower()]
    ending = name.rpartition(".")[2]
    alike = [one for one in contents if one.rpartition(".")[2] == ending and "." in one]
    found = same or (alike if len(alike) == 1 else [])
    return found[0] if found else None


_FIRST_BYTES = {
    "v": "a Git LFS pointer instead of the model",
    "<": "an HTML or XML page instead of the model",
    "{": "JSON",
    "[": "JSON",
    "\\x1f": "gzip-compressed data",
    "H": "an HDF5 file (Keras .h5)",
    "\\x89": "an HDF5 file (Keras .h5)",
    "\\x08": "an ONNX or protobuf file",
    "\\x0a": "text or a protobuf file",
    "\\n": "text or a protobuf file",
    "x": "zlib-compressed data, as joblib writes them",
    "\\x04": "LZ4-compressed data, as joblib writes them",
    "Z": "text",
    "\\xef": "text with a byte order mark",
    "#": "text",
    "\\xff": "text in UTF-16",
    "\\x00": "nothing but zero bytes: a damaged upload",
}


def first_byte(_place: Place, fields: Fields) -> Fields:
    """What kind of file begins with the byte that pickle (as a character) or joblib (as a number) stumbled over."""
    byte = fields["byte"]
    if byte.isdigit() and len(byte) > 1:
        code = int(byte)
        byte = chr(code) if 32 <= code < 127 else f"\\x{code:02x}"
    return {"kind": _FIRST_BYTES.get(byte.lower() if byte.startswith("\\") else byte, "another format, or damaged")}


_WARNED = re.compile(
    r"Trying to unpickle estimator \w+ from version (?P<written>[\w.+]+) when using version (?P<read>[\w.+]*\w)"
)


def sklearn_versions(place: Place, _fields: Fields) -> Fields:
    """Which releases of scikit-learn wrote and read a model, as far as warnings and the refused layout tell."""
    for line in place.lines:
        if warned := _WARNED.search(line.text):
            written, read = warned["written"], warned["read"]
            return {
                "versions": f"scikit-learn {written} wrote it and {read} reads it, so the installed release is "
                f"{'newer' if _numbers(read) > _numbers(written) else 'older'}",
                "pin": f"scikit-learn=={written}",
            }
    text = " ".join(line.text for line in place.lines[place.position : place.position + 4])
    expected, got = text.partition("got")[::2]
    if "missing_go_to_left" in got and "missing_go_to_left" not in expected:
        said = "scikit-learn 1.3 or newer wrote it and the installed release is older than 1.3"
        return {"versions": said, "pin": "scikit-learn==<version that trained the model>"}
    if "missing_go_to_left" in expected and "missing_go_to_left" not in got:
        said = "a scikit-learn older than 1.3 wrote it and the installed release is 1.3 or newer"
        return {"versions": said, "pin": "scikit-learn==<version that trained the model>"}
    return {
        "versions": "another release of scikit-learn wrote it than the one that reads it",
        "pin": "scikit-learn==<version that trained the model>",
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


_LIBRARIES = {
    **dict.fromkeys(("sklearn", "_loss", "_tree", "_splitter", "_criterion"), "scikit-learn"),
    "imblearn": "imbalanced-learn",
    "category_encoders": "category_encoders",
    "pyod": "pyod",
    "statsmodels": "statsmodels",
    "prophet": "prophet",
    "econml": "econml",
    "pandas": "pandas",
    "fastai": "fastai",
    "torch": "torch",
    **{name: name for name in ("xgboost", "lightgbm", "catboost", "spacy", "gensim", "transformers", "numpy", "scipy")},
}


_CLASSES = {"XGB": "xgboost", "LGBM": "lightgbm", "CatBoost": "catboost"}
"""Beginnings of classes that other libraries derive from those of scikit-learn, in whose code it may fail."""
_TELLTALE = {
    **dict.fromkeys(("_fill_dtype", "monotonic_cst", "_sklearn_version", "_parameter_constraints"), "scikit-learn"),
    **dict.fromkeys(
        ("base_estimator_", "estimator_", "n_features_in_", "_impurity", "_infrequent_enabled"), "scikit-learn"
    ),
    **dict.fromkeys(("missing_go_to_left", "feature_names_in_", "_name_to_fitted_passthrough"), "scikit-learn"),
    **dict.fromkeys(
        ("_label_encoder", "_n_features", "_raw_predict", "transform_input", "force_int_remainder_cols"), "scikit-learn"
    ),
    **dict.fromkeys(("use_label_encoder", "gpu_id", "predictor", "enable_categorical", "feature_types"), "xgboost"),
    **dict.fromkeys(("max_cat_to_onehot", "multi_strategy", "callbacks", "early_stopping_rounds"), "xgboost"),
}
"""Attributes that estimators gained or lost between releases; seen where the log has no frames."""


def library_of_frame(place: Place, fields: Fields) -> Fields | None:
    """The library in whose code an object lacks what it should have; None when that is no library of models."""
    if fields.get("class") in {"DataFrame", "Series", "NoneType"}:
        return None
    if place.block is None or not place.block.frames:
        known = _TELLTALE.get(fields["name"])
        return {"library": known} if known else None
    for prefix, library in _CLASSES.items():
        if fields.get("class", "").startswith(prefix):
            return {"library": library}
    path = place.block.frames[-1].path
    found = re.search(r"(?:site|dist)-packages/(\w+)/", path)
    top = found[1] if found else path.split("/", 1)[0]
    if top not in _LIBRARIES or top in {"pandas", "numpy", "scipy"}:
        return None
    return {"library": _LIBRARIES[top]}


_READING = re.compile(
    r"pickle|joblib|cloudpickle|dill|torch/serialization|keras/|load_model|find_class|read_pickle|torch\.load"
)


def reads_pickle(place: Place) -> bool:
    """True when the frames of the exception show that a file is being unpickled."""
    return place.block is not None and any(
        _READING.search(f"{frame.path} {frame.code}") for frame in place.block.frames
    )


def moved_module(place: Place, fields: Fields) -> Fields | None:
    """For `No module named 'A.B'` while a model is read: which releases of A cannot read it; None elsewhere."""
    if place.block is not None and place.block.frames:
        return moved_in_pickle(place, fields) if reads_pickle(place) else None
    module = fields["module"]
    private = re.match(r"sklearn\.(?:\w+\.)*_", module) is not None
    known = any(module == name or module.startswith(f"{name}.") for _, name, *_ in boundaries())
    return moved_in_pickle(place, fields) if private or known else None


def moved_in_pickle(_place: Place, fields: Fields) -> Fields:
    """The library of a class or module that a pickle names, and which releases cannot read it."""
    dotted = ".".join(part for part in (fields.get("module", ""), fields.get("name", "")) if part)
    top = dotted.split(".", 1)[0]
    library = _LIBRARIES.get(top, top)
    for distribution, name, _, readers in boundaries():
        if dotted == name or dotted.startswith(f"{name}."):
            side = "newer than" if readers.startswith(">") else "older than"
            told = (
                f"{distribution} {readers} cannot read it, so the installed one is {side} the one that saved the model"
            )
            return {"library": distribution, "told": told, "pin": f"{distribution}=={_OF_TRAINING}"}
    told = f"another release of {library} saved the model than the one that is installed"
    return {"library": library, "told": told, "pin": f"{library}=={_OF_TRAINING}"}


_OF_TRAINING = "<version that trained the model>"

_LISTING = re.compile(r"\b(?:\w+\.)*(?P<call>glob|iglob|rglob|listdir|iterdir|scandir)\(")
_FITS = re.compile(r"['\"](?P<pattern>[^'\"]*\*[^'\"]*)['\"]")


def first_of_none(place: Place, _fields: Fields) -> Fields | None:
    """For an entry of an empty list: the listing of a folder in the same line of the person's own code."""
    own = place.block.own_frame if place.block else None
    listing = _LISTING.search(own.code) if own else None
    if own is None or listing is None:
        return None
    fits = _FITS.search(own.code)
    return {"call": listing["call"], "which": f"that fits `{fits['pattern']}`" if fits else "in that folder"}


READERS: dict[str, Reader] = {
    "first-of-none": first_of_none,
    "model-file": model_file,
    "first-byte": first_byte,
    "sklearn-versions": sklearn_versions,
    "library-of-frame": library_of_frame,
    "moved-in-pickle": moved_in_pickle,
    "moved-module": moved_module,
}
"""Readers by the name that signatures use."""
