"""What a sample given to a parameter type is, as far as the text tells, and how another type is written.

What the types make of samples was measured on inference-schema 1.8 and azureml-inference-server-http 1.5.1.
"""

import ast
from dataclasses import dataclass

from checks.entry_script.contract import at_import
from checks.entry_script.decorations import Decoration, decorations, resolved
from checks.entry_script.module import Module
from checks.finding import Edit

NUMPY, PANDAS, STANDARD = "NumpyParameterType", "PandasParameterType", "StandardPythonParameterType"
TYPES = frozenset({NUMPY, PANDAS, STANDARD, "SparkParameterType"})
_HOME = {
    NUMPY: "inference_schema.parameter_types.numpy_parameter_type",
    PANDAS: "inference_schema.parameter_types.pandas_parameter_type",
    STANDARD: "inference_schema.parameter_types.standard_py_parameter_type",
}

_BUILTIN = {"set", "frozenset", "list", "dict", "tuple", "range", "bytearray", "bytes", "str", "int", "float", "bool"}
_ARRAYS = {"array", "asarray", "zeros", "ones", "empty", "full", "arange", "linspace", "eye", "identity", "zeros_like"}
_FRAMES = {"DataFrame", "read_csv", "read_json", "read_parquet", "read_pickle", "read_excel", "DataFrame.from_dict"}
_CALLS = {
    **{name: name for name in _BUILTIN},
    **{f"numpy.{name}": "array" for name in _ARRAYS | {"random.rand", "random.randn", "vstack", "hstack"}},
    **{f"pandas.{name}": "data frame" for name in _FRAMES},
    **{
        f"numpy.{n}": "numpy scalar"
        for n in ("int64", "int32", "int16", "int8", "float32", "float16", "bool_", "uint8")
    },
    "numpy.float64": "numpy.float64",
    "pandas.Series": "series",
    "complex": "complex number",
    "decimal.Decimal": "Decimal",
    "datetime.date": "date",
    "datetime.date.today": "date",
    "datetime.datetime": "datetime",
    "datetime.datetime.now": "datetime",
    "datetime.datetime.today": "datetime",
    "datetime.time": "time",
}
_LITERALS: tuple[tuple[type[ast.expr] | tuple[type[ast.expr], ...], str], ...] = (
    ((ast.List, ast.ListComp), "list"),
    (ast.Tuple, "tuple"),
    ((ast.Set, ast.SetComp), "set"),
    ((ast.Dict, ast.DictComp), "dict"),
    (ast.JoinedStr, "str"),
    (ast.GeneratorExp, "generator"),
    (ast.Lambda, "function"),
)
_CLASSES = frozenset({*_BUILTIN, "numpy.ndarray", "pandas.DataFrame", "numpy.array"})


@dataclass(frozen=True)
class Sample:
    """One construction of a parameter type at import, with its sample and the decorators that use it."""

    type: str
    call: ast.Call
    sample: ast.expr | None
    used_by: tuple[Decoration, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        """Lines at which a fault of the sample may be raised: the construction, and the decorators."""
        return tuple(dict.fromkeys([self.call.lineno, *(d.node.lineno for d in self.used_by)]))


def type_name(module: Module, node: ast.expr | None) -> str | None:
    """The parameter type that an expression names (not constructs)."""
    name = (module.dotted(node) or "").rsplit(".", 1)[-1] if node is not None else ""
    return name if name in TYPES and name not in module.functions else None


def samples(module: Module) -> list[Sample]:
    """Every construction of a parameter type that runs at import."""
    used: dict[ast.AST, list[Decoration]] = {}
    for function in module.functions.values():
        for decoration in decorations(module, function):
            value = resolved(module, decoration.type)
            for node in ast.walk(value) if value is not None else ():
                used.setdefault(node, []).append(decoration)
                for inner in ast.walk(resolved(module, node) or node) if isinstance(node, ast.Name) else ():
                    used.setdefault(inner, []).append(decoration)
    found = []
    for call in module.all(ast.Call):
        name = type_name(module, call.func)
        if name and at_import(module, call) and not any(isinstance(arg, ast.Starred) for arg in call.args):
            keyword = next((k.value for k in call.keywords if k.arg == "sample_input"), None)
            sample = call.args[0] if call.args else keyword
            if sample is not None or not call.keywords:
                found.append(Sample(name, call, sample, tuple(dict.fromkeys(used.get(call, ()), None))))
    return found


def kind_of(module: Module, node: ast.expr | None) -> str | None:
    """What an expression is: `list`, `array`, `data frame`, `None`, `class`, `parameter type` …; None when unknown."""
    value = resolved(module, node)
    if value is None:
        named = module.dotted(node) if isinstance(node, ast.Name | ast.Attribute) else None
        return "class" if named in _CLASSES and named not in module.top_names else None
    if isinstance(value, ast.Constant):
        return "None" if value.value is None else {"complex": "complex number"}.get(n := type(value.value).__name__, n)
    if isinstance(value, ast.UnaryOp):
        return kind_of(module, value.operand)
    for kinds, name in _LITERALS:
        if isinstance(value, kinds):
            return name
    if isinstance(value, ast.Attribute):
        return "class" if module.dotted(value) in _CLASSES else None
    if isinstance(value, ast.Call):
        if type_name(module, value.func):
            return "parameter type"
        called = module.called(value) or ""
        known = _CALLS.get(called)
        if known == called and called in module.top_names:  # a builtin's name that the script uses for itself
            return None
        return _method(module, value) if known is None else known
    return None


def _method(module: Module, call: ast.Call) -> str | None:
    """What a method of something known gives."""
    if not isinstance(call.func, ast.Attribute):
        return None
    of = kind_of(module, call.func.value)
    table = {
        ("data frame", "to_numpy"): "array",
        ("data frame", "head"): "data frame",
        ("data frame", "astype"): "data frame",
        ("array", "reshape"): "array",
        ("array", "astype"): "array",
        ("array", "tolist"): "list",
    }
    return table.get((of or "", call.func.attr))


def local_name(module: Module, full: str) -> str | None:
    """How the script calls a module or class that it imports."""
    return next((name for name, target in module.aliases.items() if target == full and name in module.top_names), None)


def with_import(module: Module, path: str, full: str, statement: str) -> tuple[str, tuple[Edit, ...]]:
    """The name for something, and the edit that imports it where the script does not yet."""
    name = local_name(module, full)
    if name:
        return name, ()
    return statement.rsplit(" ", 1)[-1], (module.insert(path, module.import_line, f"{statement}\n"),)


def parameter_type(module: Module, path: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """How a parameter type is called in the script, and the import that this may need."""
    return with_import(module, path, f"{_HOME[name]}.{name}", f"from {_HOME[name]} import {name}")


def source(module: Module, node: ast.expr) -> str:
    """An expression as it stands in the text."""
    return ast.get_source_segment(module.text, node) or ast.unparse(node)
