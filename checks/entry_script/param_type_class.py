"""A schema decorator gets a class or a bare sample instead of a parameter type.

What it finds
-------------
`@input_schema("data", NumpyParameterType)` without the call, and `@input_schema("data", sample)` where `sample` is the
array, data frame, list or other value itself.

Why it breaks
-------------
The decorator runs at import and accepts objects of the parameter types only. It raises "Error, provided param_type must
be a subclass of the AbstractParameterType.", the worker exits with code 3, and the container restarts.

How to fix
----------
Construct the type with the sample: `NumpyParameterType(sample)` for arrays, `PandasParameterType(sample)` for data
frames, `StandardPythonParameterType(sample)` for the rest.

Learn more
----------
Measured on inference-schema 1.8.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.decorations import decorations, resolved
from checks.entry_script.decorator_arguments import what_is_wrong
from checks.entry_script.module import Module
from checks.entry_script.samples import NUMPY, PANDAS, STANDARD, kind_of, parameter_type, source, type_name
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage

_FITS = {"array": NUMPY, "data frame": PANDAS}
_KINDS = frozenset(
    {"str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "array", "data frame", "set", "None"}
)


@check(
    "entry-script.param-type-class",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised",),
)
def param_type_class(evidence: Evidence) -> Iterator[Finding]:
    """Look at what each schema decorator is given as its type."""
    script, module = entry_script(evidence)
    for function in module.functions.values():
        for decoration in decorations(module, function):
            given = decoration.type
            if given is None or decoration.unclear or what_is_wrong(module, script.path, decoration):
                continue
            name = type_name(module, given) or type_name(module, resolved(module, given))
            kind = kind_of(module, given)
            if not name and kind not in _KINDS:
                continue
            what = f"the class `{name}`" if name else f"the {kind} itself"
            yield Finding(
                title=f"@{decoration.kind} gets {what}, not a parameter type with a sample",
                evidence=(module.quote(script.path, given),),
                about=(
                    *(f"line:{n}" for n in dict.fromkeys([decoration.node.lineno, given.lineno])),
                    f"name:{function.name}",
                    "phase:import",
                    "exception:Exception",
                ),
                fixes=(_construct(module, script.path, given, name, kind),),
            )


def _construct(module: Module, path: str, given: ast.expr, name: str | None, kind: str | None) -> Fix:
    if name:
        wanted = {NUMPY: "array", PANDAS: "data frame"}.get(name)
        fitting = [n for n in sorted(module.top_names) if "sample" in n.lower() and _is(module, n, wanted)]
        if len(fitting) != 1:
            return Fix(
                title="construct the type with a sample",
                safety=Safety.PLACEHOLDER,
                commands=(f"{source(module, given)}(<sample>)",),
            )
        edit = module.replace(path, given, f"{source(module, given)}({fitting[0]})")
        return Fix(title=f"construct the type with `{fitting[0]}`", edits=(edit,))
    if kind in {"set", "None"}:
        return Fix(title="construct a parameter type with a sample of the data that run() gets")
    type_, imports = parameter_type(module, path, _FITS.get(kind or "", STANDARD))
    edit = module.replace(path, given, f"{type_}({source(module, given)})")
    return Fix(title=f"wrap the sample in {type_}", safety=Safety.SAFE, edits=(edit, *imports))


def _is(module: Module, name: str, wanted: str | None) -> bool:
    kind = kind_of(module, ast.Name(id=name, ctx=ast.Load()))
    return kind == wanted if wanted else kind in {"list", "dict", "str", "int", "float"}


_IMPORTS = (
    "import numpy as np\n"
    "from inference_schema.schema_decorators import input_schema\n"
    "from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType\n"
)
_RUN = "def run(data): return 1\n"

CASES = (
    fires(
        f"{_IMPORTS}sample = np.array([1])\n@input_schema('data', NumpyParameterType)\n{_RUN}",
        line=5,
        fixed=f"{_IMPORTS}sample = np.array([1])\n@input_schema('data', NumpyParameterType(sample))\n{_RUN}",
    ),
    fires(
        f"{_IMPORTS}sample = np.array([1])\n@input_schema(param_name='data', param_type=sample)\n{_RUN}",
        line=5,
        saw="the array itself",
        fixed=f"{_IMPORTS}sample = np.array([1])\n"
        f"@input_schema(param_name='data', param_type=NumpyParameterType(sample))\n{_RUN}",
    ),
    fires(f"{_IMPORTS}@input_schema('data', NumpyParameterType)\n{_RUN}", saw="the class"),
    fires(
        f"{_IMPORTS}@input_schema('data', [1])\n{_RUN}",
        fixed="from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType\n"
        f"{_IMPORTS}@input_schema('data', StandardPythonParameterType([1]))\n{_RUN}",
    ),
    quiet(f"{_IMPORTS}@input_schema('data', NumpyParameterType(np.array([1])))\n{_RUN}"),
    quiet(f"{_IMPORTS}from x import kind\n@input_schema('data', kind)\n{_RUN}"),
    quiet(f"{_IMPORTS}kind = NumpyParameterType(np.array([1]))\n@input_schema('data', kind)\n{_RUN}"),
    quiet(f"{_IMPORTS}from x import make\nkind = None\na, kind = make()\n@input_schema('data', kind)\n{_RUN}"),
    quiet("def input_schema(name, kind): return lambda f: f\n@input_schema('data', [1])\ndef run(data): ...\n"),
)
