"""run() has two output schemas.

What it finds
-------------
Two `@output_schema` decorators on one function.

Why it breaks
-------------
The second one to be applied raises "Error, output schema already defined for function: entry_module.run." at import.
The worker exits with code 3, and the container restarts.

How to fix
----------
Keep one. A result of several parts is one dict: `StandardPythonParameterType({"a": <type>, "b": <type>})`.

Learn more
----------
Measured on inference-schema 1.8.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.decorations import decorations
from checks.entry_script.signature import without_decorator
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check(
    "entry-script.output-schema-twice",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised",),
)
def output_schema_twice(evidence: Evidence) -> Iterator[Finding]:
    """Count the output schemas of each function."""
    script, module = entry_script(evidence)
    for function in module.functions.values():
        outputs = [d for d in decorations(module, function) if d.kind == "output_schema"]
        if len(outputs) < 2:
            continue
        yield Finding(
            title=f"{function.name}() has {len(outputs)} output schemas, one is allowed",
            evidence=tuple(module.quote(script.path, d.node) for d in outputs),
            about=(
                f"name:{function.name}",
                "phase:import",
                "exception:Exception",
                *(f"line:{d.node.lineno}" for d in outputs),
            ),
            fixes=(
                Fix(
                    title="keep the first",
                    edits=tuple(without_decorator(script.path, d.node) for d in outputs[1:]),
                ),
            ),
        )


_HEAD = """\
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
"""

CASES = (
    fires(
        f"{_HEAD}@output_schema(S(1))\n@output_schema(\n    S('a')\n)\ndef run(data): return 1\n",
        line=3,
        fixed=f"{_HEAD}@output_schema(S(1))\ndef run(data): return 1\n",
    ),
    fires(f"{_HEAD}@output_schema(S(1))\n@input_schema('data', S(1))\n@output_schema(S(1))\ndef run(data): ...\n"),
    quiet(f"{_HEAD}@output_schema(S(1))\n@input_schema('data', S(1))\ndef run(data): return 1\n"),
    quiet(f"{_HEAD}@output_schema(S(1))\ndef f(data): ...\n@output_schema(S(1))\ndef run(data): return 1\n"),
)
