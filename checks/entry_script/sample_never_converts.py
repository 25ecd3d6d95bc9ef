"""A sample decorates, but every request fails to be converted to its kind.

What it finds
-------------
`@input_schema` with a `date`, `bytearray`, `range` or `numpy.float64` as the sample of a `StandardPythonParameterType`,
whose conversion is not switched off.

Why it breaks
-------------
The schema is made without complaint, so the service starts. On a request the library turns the JSON value into the
sample's kind, and that never succeeds for these: dates raise "type object 'datetime.date' has no attribute 'strptime'"
before Python 3.14, the others "Invalid input data type to parse". Every request is answered 500.

How to fix
----------
Use a text for a date, bytes for a bytearray, a list for a range, a plain float for a numpy one, and convert inside
run().

Learn more
----------
Measured on inference-schema 1.8.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.decorations import resolved
from checks.entry_script.diagnosis import pinned_python
from checks.entry_script.module import Module
from checks.entry_script.samples import STANDARD, kind_of, samples, source
from checks.entry_script.subject import entry_script
from checks.evidence import EnvironmentFile, Evidence
from checks.finding import Confidence, Finding, Fix, Stage

_USE = {
    "date": ("a text such as '2020-01-31', and datetime.date.fromisoformat() inside run()", "AttributeError"),
    "bytearray": ("bytes", "ValueError"),
    "range": ("a list", "ValueError"),
    "numpy.float64": ("a plain float", "ValueError"),
}


@check(
    "entry-script.sample-never-converts",
    needs=("tree",),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=("runtime.run-raised", "runtime.payload-mismatch"),
)
def sample_never_converts(evidence: Evidence) -> Iterator[Finding]:
    """Look at the samples of input schemas that are converted."""
    script_, module = entry_script(evidence)
    pin = pinned_python(evidence)
    for sample in samples(module):
        used = [
            d
            for d in sample.used_by
            if d.kind == "input_schema" and d.converts and _direct(module, d.type, sample.call)
        ]
        kind = kind_of(module, sample.sample)
        if sample.type != STANDARD or not used or kind not in _USE or (kind == "date" and pin and pin >= (3, 14)):
            continue
        assert sample.sample is not None
        instead, raised = _USE[kind]
        yield Finding(
            title=f"no request can be converted to the sample's type: {kind}",
            evidence=(module.quote(script_.path, sample.call),),
            about=("name:run", "phase:run", f"exception:{raised}", *(f"line:{n}" for n in sample.lines)),
            fixes=(_fix(module, script_.path, sample.sample, kind, instead),),
        )


def _direct(module: Module, given: ast.expr | None, call: ast.Call) -> bool:
    """True when the decorator's type is this construction, not one that holds it: inner plain values stay as sent."""
    return resolved(module, given) is call


def _fix(module: Module, path: str, sample: ast.expr, kind: str, instead: str) -> Fix:
    wrap = {"range": "list", "bytearray": "bytes", "numpy.float64": "float"}.get(kind)
    edits = (module.replace(path, sample, f"{wrap}({source(module, sample)})"),) if wrap else ()
    return Fix(title=f"give {instead} as the sample", edits=edits)


_HEAD = """\
import datetime
import numpy as np
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S
"""
_NEW = EnvironmentFile(path="conda.yaml", kind="conda", requirements=(), python="3.14")


def _with(sample: str, more: str = "") -> str:
    return f"{_HEAD}@input_schema('data', S({sample}){more})\ndef run(data): return 1\n"


CASES = (
    fires(_with("datetime.date(2020, 1, 2)"), line=5, saw="date"),
    fires(_with("range(3)"), fixed=_with("list(range(3))")),
    fires(_with("bytearray(b'a')"), saw="bytearray"),
    fires(_with("np.float64(1)"), fixed=_with("float(np.float64(1))")),
    quiet(_with("datetime.date(2020, 1, 2)", ", convert_to_provided_type=False")),
    quiet(_with("{'day': datetime.date(2020, 1, 2)}"), name="inside a dict it stays text"),
    quiet(_with("datetime.datetime(2020, 1, 2)")),
    quiet(f"{_HEAD}@output_schema(S(range(3)))\ndef run(data): return 1\n", name="output is never converted"),
    quiet(script(_with("datetime.date(2020, 1, 2)"), environment=_NEW)),
)
