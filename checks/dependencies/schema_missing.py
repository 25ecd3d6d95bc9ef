"""The script uses inference-schema, and the environment file does not bring what that needs.

What it finds
-------------
`import inference_schema` without `inference-schema` or the inference server, which requires it; and NumPy or pandas
parameter types without numpy or pandas.

Why it breaks
-------------
The decorators are imported when the server loads the script. What is not installed raises ModuleNotFoundError there,
the worker exits with code 3 and the container restarts. NumPy and pandas are optional extras of inference-schema, so it
does not bring them itself.

How to fix
----------
Add `inference-schema` with the extra that the types need: `inference-schema[numpy-support]`, `[pandas-support]`.

Learn more
----------
Source: inference-schema 1.8, its package metadata (`Provides-Extra`); measured by importing its types without numpy.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import SERVE, beside, conda, requirements
from checks.dependencies.imports import Imported, imported_modules
from checks.dependencies.names import EVERYTHING, brought_by
from checks.dependencies.subject import add_to_pip, environment_of, file_name, is_batch, names_of
from checks.entry_script.module import parse
from checks.evidence import Evidence, Script
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.text import listed

_TYPES = {
    "inference_schema.parameter_types.numpy_parameter_type": ("numpy", "numpy-support"),
    "inference_schema.parameter_types.pandas_parameter_type": ("pandas", "pandas-support"),
    "inference_schema.parameter_types.spark_parameter_type": ("pyspark", "pyspark-support"),
}


@check(
    "dependencies.schema-missing",
    needs=("environment", "tree"),
    stage=Stage.LOAD,
    explains=("runtime.module-missing", "runtime.import-raised"),
)
def schema_missing(evidence: Evidence) -> Iterator[Finding]:
    """Hold the script's use of inference_schema against what the file brings."""
    environment = environment_of(evidence)
    used = [found for found in imported_modules(evidence) if found.top == "inference_schema"]
    if not used or is_batch(evidence) or (environment.problems and not environment.requirements):
        return
    brought = brought_by(environment, evidence.installed)
    if EVERYTHING in brought:
        return
    imported = {found.top for found in imported_modules(evidence)}
    extras = [extra for found in used for extra in _TYPES.get(found.module, ())[1:]]
    if "inference-schema" not in brought and environment.kind == "conda":
        wanted = f"inference-schema[{','.join(extras)}]" if extras else "inference-schema"
        yield _finding(evidence, used[0], "inference_schema", wanted)
        return
    for found in used:
        package, extra = _TYPES.get(found.module, ("", ""))
        if package and package not in brought and package not in imported:  # what is imported is told elsewhere
            yield _finding(evidence, found, package, f"inference-schema[{extra}]")


def _finding(evidence: Evidence, found: Imported, missing: str, item: str) -> Finding:
    environment, script = environment_of(evidence), evidence.script
    assert isinstance(script, Script)
    edits = add_to_pip(environment, item)
    return Finding(
        title=f"{file_name(environment)} brings no {missing.replace('_', '-')}, which {found.top} needs"
        if missing != found.top
        else f"{file_name(environment)} brings no inference-schema",
        evidence=(
            parse(script.text).quote(script.path, found.line),
            Quote(source=environment.path, text=f"lists {listed(names_of(environment.requirements), 8)}"),
        ),
        about=(f"module:{missing}", f"line:{found.line}"),
        fixes=(
            Fix(
                title=f"add `{item}` to the pip list",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else (f"- {item}",),
            ),
        ),
    )


NUMPY = f"from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType\n{SERVE}"

CASES = (
    fires(
        beside(
            conda("python=3.11", "pip", pip=("numpy",)), f"from inference_schema.schema_decorators import *\n{SERVE}"
        ),
        line=1,
        saw="brings no inference-schema",
    ),
    fires(beside(conda("python=3.11", "pip", pip=("azureml-inference-server-http",)), NUMPY), saw="numpy"),
    quiet(beside(conda("python=3.11", "pip", pip=("azureml-inference-server-http", "numpy")), NUMPY)),
    quiet(beside(conda("python=3.11", "pip", pip=("inference-schema[numpy-support]", "numpy")), NUMPY)),
    quiet(beside(conda("scikit-learn", "pip", pip=("azureml-defaults",)), NUMPY), name="scikit-learn brings numpy"),
    quiet(beside(requirements("scikit-learn"), NUMPY), name="on top of an image that has the server"),
    quiet(beside(conda("python=3.11", "pip", pip=("numpy",)))),
)
