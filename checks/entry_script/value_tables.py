"""What the calls, methods and attributes of common libraries give, for the interpretation in `values`.

The tables stand in `checks/data/values.json`. Source: the libraries' reference pages; what JSON refuses was measured
with `json.dumps` on Python 3.11, numpy 2.4, pandas 3.1: np.float64 passes, being a float; np.int64, np.float32,
np.bool_ do not.
"""

import ast
from enum import Enum
from functools import cache
from importlib.resources import files

import msgspec

from checks.entry_script.calls import LOADERS, argument, keyword, last, text_of
from checks.entry_script.module import Module


class Kind(Enum):
    """Kinds of value, named as a finding names them. Those up to TUPLE_KEY are refused by the JSON encoder."""

    ARRAY = "a numpy array"
    ARRAYS = "a list of numpy arrays"
    NUMPY_INTEGER = "a numpy integer"
    NUMPY_FLOAT = "a numpy float"
    NUMPY_BOOL = "a numpy bool"
    FRAME = "a data frame"
    SERIES = "a pandas series"
    INDEX = "a pandas index"
    PYFUNC_ANSWER = "the answer of an MLflow model"
    TENSOR = "a tensor"
    SET = "a set"
    BYTES = "bytes"
    DATETIME = "a date or time"
    DECIMAL = "a Decimal"
    UUID = "a UUID"
    PATH = "a Path"
    DEQUE = "a deque"
    COMPLEX = "a complex number"
    EXCEPTION = "an exception object"
    GENERATOR = "a generator"
    ITERATOR = "an iterator"
    VIEW = "a view of a dict"
    FUNCTION = "a function"
    INSTANCE = "an object of a class of the script"
    TUPLE_KEY = "a dict with a tuple as key"
    NAN = "NaN or infinity"
    TEXT = "text"
    JSON_TEXT = "JSON text"
    DICT = "a dict"
    LIST = "a list"
    TUPLE = "a tuple"
    RESPONSE = "a response"
    STREAM = "a stream of bytes"
    MODEL = "a model"
    PYFUNC = "an MLflow model"
    TORCH_MODEL = "a torch model"
    SESSION = "an ONNX session"

    @property
    def problem(self) -> bool:
        """True when the standard JSON encoder refuses it."""
        return self in _PROBLEMS

    @property
    def is_model(self) -> bool:
        """True for what answers predictions."""
        return self in _MODELS

    @property
    def matters_inside(self) -> bool:
        """True when it is worth remembering inside a list or dict."""
        return self in _PROBLEMS or self is Kind.NAN


_PROBLEMS = frozenset(list(Kind)[: list(Kind).index(Kind.TUPLE_KEY) + 1])
_MODELS = frozenset({Kind.MODEL, Kind.PYFUNC, Kind.TORCH_MODEL, Kind.SESSION})

# Calls that change nothing about JSON: their result is a plain number, text or dict.
PLAIN = frozenset({"int", "bool", "len", "sum", "min", "max", "hash", "id", "input", "vars", "asdict", "format"})
# Calls whose result holds the elements of their argument.
KEEPS = frozenset({"list", "tuple", "sorted", "dict"})
# Operators keep these kinds.
ARITHMETIC = frozenset(
    {Kind.ARRAY, Kind.SERIES, Kind.FRAME, Kind.TENSOR, Kind.SET, Kind.NAN, Kind.BYTES}
    | {Kind.NUMPY_INTEGER, Kind.NUMPY_FLOAT}
)
COMPARES = frozenset({Kind.ARRAY, Kind.SERIES, Kind.TENSOR})
# Packages whose tensors have a method numpy().
TENSOR_PACKAGES = frozenset({"torch", "tensorflow", "jax"})
ELEMENTS = {Kind.TENSOR: Kind.TENSOR, Kind.ARRAYS: Kind.ARRAY}
# What calling an object of that kind gives.
ANSWERS = {Kind.TORCH_MODEL: Kind.TENSOR}
CONSTANTS = {f"numpy.{name}": Kind.NAN for name in ("nan", "NaN", "NAN", "inf", "Inf", "NINF", "PINF", "infty")}
CONSTANTS |= {"math.nan": Kind.NAN, "math.inf": Kind.NAN}

_NO_ARRAY_ANSWERS = frozenset(
    {"spacy.load", "fasttext.load_model", "faiss.read_index", "onnx.load", "cv2.dnn.readNet", "cv2.dnn.readNetFromONNX"}
    | {"tensorflow.lite.Interpreter", "onnxruntime.InferenceSession", "torch.load", "torch.jit.load"}
)
_ONE_OR_MANY = {
    "numpy.argmax": Kind.NUMPY_INTEGER,
    "numpy.argmin": Kind.NUMPY_INTEGER,
    "numpy.any": Kind.NUMPY_BOOL,
    "numpy.all": Kind.NUMPY_BOOL,
}
_HARMLESS_BASES = frozenset({"object", "pydantic.BaseModel", "BaseModel"})


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: kinds by name, with the calls, methods and attributes that give them.

    `same` lists methods that give the kind they are called on; `guesses` calls whose answer depends on the arguments.
    """

    calls: dict[str, tuple[str, ...]]
    guesses: tuple[str, ...]
    same: dict[str, tuple[str, ...]]
    gives: dict[str, dict[str, str]]
    attributes: dict[str, dict[str, str]]


@cache
def _tables() -> Tables:
    return msgspec.json.decode(files("checks").joinpath("data/values.json").read_bytes(), type=Tables)


@cache
def _calls() -> dict[str, Kind]:
    known = {name: Kind[kind] for kind, names in _tables().calls.items() for name in names}
    for name in LOADERS:
        if name not in _NO_ARRAY_ANSWERS and not name.startswith(("gensim.", "pandas.")):
            known.setdefault(name, Kind.PYFUNC if name.startswith("mlflow.") else Kind.MODEL)
    return known


@cache
def _methods() -> dict[tuple[Kind, str], Kind]:
    known = {(Kind[kind], name): Kind[kind] for kind, names in _tables().same.items() for name in names}
    return known | {
        (Kind[k], name): Kind[given] for k, pairs in _tables().gives.items() for name, given in pairs.items()
    }


@cache
def _attributes() -> dict[tuple[Kind, str], Kind]:
    return {(Kind[k], name): Kind[given] for k, pairs in _tables().attributes.items() for name, given in pairs.items()}


def call_kind(name: str, call: ast.Call) -> Kind | None:
    """What the call of that full name gives, None when that is not known."""
    if name == "float":
        text = text_of(call.args[0]) if call.args else None
        return Kind.NAN if text and text.strip().lower().lstrip("+-") in {"nan", "inf", "infinity"} else None
    if last(name) in {"AMLResponse", "Response", "make_response", "jsonify"}:
        return Kind.RESPONSE
    if name in _ONE_OR_MANY:
        return Kind.ARRAY if len(call.args) + len(call.keywords) > 1 else _ONE_OR_MANY[name]
    if (name == "numpy.where" and len(call.args) == 1) or keyword(call, "chunksize") is not None:
        return None
    return _calls().get(name)


def is_guess(name: str, kind: Kind) -> bool:
    """True when the kind depends on the arguments or on what was stored in a file."""
    return kind.is_model or name in _tables().guesses


def method_kind(kind: Kind, method: str, call: ast.Call) -> Kind | None:
    """What `x.method(...)` gives for an x of that kind, None when that is not known."""
    if kind is Kind.ARRAY and f"numpy.{method}" in _ONE_OR_MANY:
        return Kind.ARRAY if call.args or call.keywords else _ONE_OR_MANY[f"numpy.{method}"]
    if method == "to_json" and argument(call, 0, "path_or_buf") is not None:
        return None
    return _methods().get((kind, method))


def attribute_kind(kind: Kind, attribute: str) -> Kind | None:
    """What `x.attribute` gives for an x of that kind, None when that is not known."""
    return _attributes().get((kind, attribute))


def instance_kind(module: Module, name: str) -> Kind | None:
    """What calling a class of the script gives: an object that JSON does not know, or a torch model."""
    found = next((c for c in module.all(ast.ClassDef) if c.name == name), None) if name.isidentifier() else None
    if found is None:
        return None
    bases = {module.dotted(base) or "" for base in found.bases}
    if any(base.startswith("torch.nn.") for base in bases):
        return Kind.TORCH_MODEL
    return Kind.INSTANCE if bases <= _HARMLESS_BASES and not found.keywords else None
