"""A sample is of a kind that its parameter type does not take.

What it finds
-------------
Samples whose schema cannot be made: anything but an array for `NumpyParameterType`, anything but a data frame for
`PandasParameterType`, arrays, frames, sets, None, classes and numpy numbers for `StandardPythonParameterType`; arrays
without dimension, of complex numbers or of nanosecond dates; an unknown `orient`; no sample at all.

Why it breaks
-------------
The type and the decorator look at the sample at import and raise ("Invalid sample input provided, must provide a sample
Numpy array."). The worker exits with code 3, and the container restarts.

How to fix
----------
Give each type the sample it is made for.

Learn more
----------
Measured on inference-schema 1.8.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.decorations import resolved
from checks.entry_script.module import Module
from checks.entry_script.samples import (
    NUMPY,
    PANDAS,
    STANDARD,
    Sample,
    kind_of,
    parameter_type,
    samples,
    source,
    with_import,
)
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Stage

ORIENTS = ("split", "records", "index", "columns", "values", "table")
_NOT_STANDARD = frozenset(
    {
        "array",
        "data frame",
        "series",
        "set",
        "frozenset",
        "Decimal",
        "complex number",
        "numpy scalar",
        "class",
        "function",
        "generator",
    }
)


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with one sample: where, in words, and the exception that the library raises."""

    at: ast.expr
    title: str
    raised: str
    fix: str
    edits: tuple[Edit, ...] = ()


@check(
    "entry-script.sample-unsupported",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised",),
)
def sample_unsupported(evidence: Evidence) -> Iterator[Finding]:
    """Look at the sample of each parameter type that is constructed at import."""
    script, module = entry_script(evidence)
    for sample in samples(module):
        for wrong in _wrong(module, script, sample):
            lines = dict.fromkeys([wrong.at.lineno, *sample.lines])
            yield Finding(
                title=wrong.title,
                evidence=(module.quote(script.path, wrong.at),),
                about=(*(f"line:{n}" for n in lines), "phase:import", f"exception:{wrong.raised}"),
                fixes=(Fix(title=wrong.fix, edits=wrong.edits),),
            )


def _wrong(module: Module, script: Script, sample: Sample) -> Iterator[_Wrong]:
    if sample.sample is None:
        yield _Wrong(sample.call, f"{sample.type}() gets no sample", "TypeError", "pass it a sample of the data")
        return
    kind = kind_of(module, sample.sample)
    if sample.type == NUMPY:
        yield from _numpy(module, script.path, sample, sample.sample, kind)
    elif sample.type == PANDAS:
        yield from _pandas(module, script.path, sample, sample.sample, kind)
    elif sample.type == STANDARD and sample.used_by:
        yield from _standard(module, script.path, sample, sample.sample, kind)


def _numpy(module: Module, path: str, sample: Sample, given: ast.expr, kind: str | None) -> Iterator[_Wrong]:
    if kind == "array":
        yield from _array(module, sample, given)
    elif kind == "data frame":
        edits = _other_type(module, path, sample, PANDAS)
        yield _Wrong(given, "NumpyParameterType gets a data frame", "Exception", "use PandasParameterType", edits)
    elif kind:
        name, imports = with_import(module, path, "numpy", "import numpy as np")
        edit = module.replace(path, given, f"{name}.array({source(module, given)})")
        edits = (edit, *imports) if kind in {"list", "tuple"} else ()
        title = f"NumpyParameterType gets {_a(kind)}, not an array"
        yield _Wrong(given, title, "Exception", "make the sample an array with numpy.array()", edits)


def _array(module: Module, sample: Sample, given: ast.expr) -> Iterator[_Wrong]:
    call = resolved(module, given)
    if not isinstance(call, ast.Call) or not (module.called(call) or "").endswith("array") or not sample.used_by:
        return
    content = call.args[0] if call.args else None
    dtype = next((k.value for k in call.keywords if k.arg == "dtype"), call.args[1] if len(call.args) > 1 else None)
    told = ast.unparse(dtype) if dtype else ""
    if isinstance(content, ast.Constant) and isinstance(content.value, int | float | bool):
        title = "the sample array has no dimension"
        yield _Wrong(call, title, "TypeError", f"write the sample as a list: `[{content.value}]`")
    if "complex" in told or any(isinstance(n, ast.Constant) and isinstance(n.value, complex) for n in ast.walk(call)):
        title = "the sample array holds complex numbers, which have no JSON form"
        yield _Wrong(call, title, "TypeError", "pass real and imaginary parts as two columns")
    if "datetime64[ns]" in told or told == "'M8[ns]'":
        title = "the sample array holds dates in nanoseconds, which are not supported"
        yield _Wrong(call, title, "AttributeError", "use the unit of microseconds: `datetime64[us]`")


def _pandas(module: Module, path: str, sample: Sample, given: ast.expr, kind: str | None) -> Iterator[_Wrong]:
    orient = next((k.value for k in sample.call.keywords if k.arg == "orient"), None)
    told = resolved(module, orient)
    if isinstance(told, ast.Constant) and told.value not in ORIENTS:
        near = next((name for name in ORIENTS if name.startswith(str(told.value)[:3])), "records")
        edits: tuple[Edit, ...] = (module.replace(path, told, repr(near)),) if told is orient else ()
        title = f"`orient={told.value!r}` is not one that pandas knows"
        yield _Wrong(told, title, "Exception", f"write `orient={near!r}`", edits)
    if kind is None or kind == "data frame":
        return
    if kind == "array":
        edits = _other_type(module, path, sample, NUMPY)
        yield _Wrong(given, "PandasParameterType gets an array", "Exception", "use NumpyParameterType", edits)
        return
    name, imports = with_import(module, path, "pandas", "import pandas as pd")
    text = source(module, given)
    new = f"{text}.to_frame()" if kind == "series" else f"{name}.DataFrame({text})"
    edits = (module.replace(path, given, new), *imports) if kind in {"dict", "list", "series"} else ()
    title = f"PandasParameterType gets {_a(kind)}, not a data frame"
    yield _Wrong(given, title, "Exception", "make the sample a data frame", edits)


def _standard(module: Module, path: str, sample: Sample, given: ast.expr, kind: str | None) -> Iterator[_Wrong]:
    if kind == "None":
        title = "StandardPythonParameterType gets None as its sample"
        yield _Wrong(given, title, "ValueError", "give a value of the kind that run() gets")
        return
    if kind in _NOT_STANDARD:
        yield _refused(module, path, sample, given, kind or "")
        return
    value = resolved(module, given)
    inner = (
        value.values if isinstance(value, ast.Dict) else value.elts if isinstance(value, ast.List | ast.Tuple) else []
    )
    kinds = [kind_of(module, node) for node in inner]
    for node, inside in zip(inner, kinds, strict=True):
        if inside in _NOT_STANDARD:
            yield _refused(module, path, sample, node, inside or "")
            return
    mixed = "parameter type" in kinds and set(kinds) != {"parameter type"} and None not in kinds
    if mixed and isinstance(value, ast.List | ast.Tuple):
        title = "a list of samples mixes parameter types and plain values"
        yield _Wrong(value, title, "AttributeError", "give one parameter type for all elements, or plain values")


def _refused(module: Module, path: str, sample: Sample, node: ast.expr, kind: str) -> _Wrong:
    title = f"StandardPythonParameterType gets {_a(kind)}, which has no JSON form"
    better = {"array": NUMPY, "data frame": PANDAS}.get(kind)
    if better:
        if node is sample.sample:
            edits = _other_type(module, path, sample, better)
        else:
            name, imports = parameter_type(module, path, better)
            edits = (module.replace(path, node, f"{name}({source(module, node)})"), *imports)
        return _Wrong(node, title, "TypeError", f"use {better} for it", edits)
    if kind in {"set", "frozenset"}:
        edits = (module.replace(path, node, f"list({source(module, node)})"),)
        return _Wrong(node, title, "TypeError", "make the sample a list", edits)
    return _Wrong(node, title, "TypeError", "give a number, text, list or dict of the kind that run() gets")


def _other_type(module: Module, path: str, sample: Sample, name: str) -> tuple[Edit, ...]:
    local, imports = parameter_type(module, path, name)
    return module.replace(path, sample.call.func, local), *imports


def _a(kind: str) -> str:
    if kind == "None":
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


_HEAD = """\
import numpy as np
import pandas as pd
from inference_schema.schema_decorators import input_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
"""


def _with(sample: str, before: str = "") -> str:
    return f"{_HEAD}{before}@input_schema('data', {sample})\ndef run(data): return 1\n"


CASES = (
    fires(_with("NumpyParameterType([[1, 2]])"), fixed=_with("NumpyParameterType(np.array([[1, 2]]))"), line=7),
    fires(
        _with("NumpyParameterType(frame)", "frame = pd.DataFrame({'a': [1]})\n"),
        fixed=_with("PandasParameterType(frame)", "frame = pd.DataFrame({'a': [1]})\n"),
    ),
    fires(_with("PandasParameterType({'a': [1]})"), fixed=_with("PandasParameterType(pd.DataFrame({'a': [1]}))")),
    fires(_with("PandasParameterType(np.zeros(3))"), fixed=_with("NumpyParameterType(np.zeros(3))")),
    fires(_with("PandasParameterType(pd.DataFrame(), orient='record')"), saw="`orient='record'`"),
    fires(_with("StandardPythonParameterType(np.array([1]))"), fixed=_with("NumpyParameterType(np.array([1]))")),
    fires(_with("StandardPythonParameterType({'x': np.array([1])})"), findings=1),
    fires(_with("StandardPythonParameterType(None)"), saw="None"),
    fires(_with("StandardPythonParameterType({1, 2})"), fixed=_with("StandardPythonParameterType(list({1, 2}))")),
    fires(_with("StandardPythonParameterType(str)"), saw="a class"),
    fires(_with("NumpyParameterType(np.array(5))"), saw="no dimension"),
    fires(_with("NumpyParameterType(np.array(['2020-01-01'], dtype='datetime64[ns]'))"), saw="nanoseconds"),
    fires(_with("NumpyParameterType(np.array([1j]))"), saw="complex"),
    fires(_with("NumpyParameterType()"), saw="no sample"),
    fires(_with("StandardPythonParameterType([NumpyParameterType(np.array([1])), 3])"), saw="mixes"),
    quiet(_with("StandardPythonParameterType({'x': NumpyParameterType(np.array([1])), 'n': None})")),
    quiet(_with("NumpyParameterType(sample)", "from x import sample\n")),
    quiet(_with("PandasParameterType(pd.read_csv('a.csv').head(1), orient='split')")),
    quiet(_with("NumpyParameterType(sample_input=np.array([[1.0]]), enforce_shape=False)")),
    quiet(_with("StandardPythonParameterType(sample)", "sample = None\nsample = [1]\n"), name="assigned twice"),
)
