"""The sample is accepted, and run() gets other values than were sent.

What it finds
-------------
Values of a request body that the decorator's conversion changes without a word: decimals cut off in an integer column,
the text "False" read as true, text cut to the width of the sample's, integers that wrap around, numbers written as
text, a category that becomes NaN, a number read as microseconds since 1970.

Why it breaks
-------------
@input_schema converts with NumPy and pandas, which rather change a value than refuse it. The request is answered with
200, and the prediction is made for something else than the client asked about.

How to fix
----------
Send values of the sample's type, or give the decorator a sample whose type holds what clients send.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py` and `pandas_parameter_type.py`, tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.conversion import MOST
from checks.contract.foretold import about, file_of, foretold, quote_of
from checks.contract.records import Parameter, ParameterType
from checks.contract.scenes import declared, interface, sample
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import titled

SHOWN = 5  # places


@check(
    "contract.value-changed",
    needs=("probe", "samples"),
    stage=Stage.RUN,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def value_changed(evidence: Evidence) -> Iterator[Finding]:
    """Put what run() gets beside what was sent."""
    for body, prediction, declares in foretold(evidence):
        changed = [one for one in prediction.changed if one.kind == "value"]
        if prediction.refused or not changed or declares.kind != "schema":
            continue
        first = changed[0]
        count = f"{MOST} or more values" if len(changed) >= MOST else f"{len(changed)} values"
        what = f"`{first.pointer}`" if len(changed) == 1 else count
        quotes: list[Quote] = []
        for one in changed[:SHOWN]:
            quotes += [quote_of(body, one.pointer), Quote(source="run() will get", text=f"{one.got}: {one.why}")]
        yield Finding(
            title=titled(f"{what} of {file_of(body)} will be changed, not refused"),
            evidence=tuple(quotes),
            about=about(body, first.pointer if len(changed) == 1 else None),
            fixes=(
                Fix(title=f"send at `{first.pointer}` a value of the type that the decorator's sample has"),
                Fix(title="give the decorator a sample whose type holds it: float64, object, wider text"),
            ),
        )


def _numpy(dtype: str, body: str, optional: bool = False) -> Evidence:
    kind = ParameterType(kind="numpy", dtype=dtype, shape=(1,), optional=optional)
    return declared(sample(body), interface=interface((Parameter(name="data", type=kind),)))


def _frame(dtype: str, body: str, **more: object) -> Evidence:
    kind = ParameterType(kind="pandas", orient="records", columns=(("a", dtype),), shape=(1, 1), **more)  # type: ignore[arg-type]
    return declared(sample(body), interface=interface((Parameter(name="data", type=kind),)))


CASES = (
    fires(_numpy("int64", '{\n "data": [1,\n  1.7]\n}'), saw="`/data/1` of sample.json", line=3, findings=1),
    fires(_numpy("bool", '{"data": ["False", true]}'), saw="True: any text that is not empty counts as true"),
    fires(_numpy("<U3", '{"data": ["Oslo", "Bergen"]}'), saw="2 values of sample.json"),
    fires(_frame("int8", '{"data": [{"a": 300}]}'), saw="44: it does not fit int8, and wraps around"),
    fires(_frame("str", '{"data": [{"a": 7}]}'), saw="'7': it is written as text"),
    fires(_frame("category", '{"data": [{"a": "z"}]}', categories={"a": ("x", "y")}), saw="nan"),
    fires(_frame("datetime64[us]", '{"data": [{"a": 1600000000}]}'), saw="a number counts microseconds since 1970"),
    quiet(_numpy("int64", '{"data": [1, 2.0, "3", true]}'), name="nothing is lost"),
    quiet(_numpy("float64", '{"data": [1, null, "2.5"]}'), name="null is NaN"),
    quiet(_numpy("bool", '{"data": ["True", 1, 0, false]}'), name="as the document's own example says it"),
    quiet(_numpy("int64", '{"data": ["x", 1.7]}'), name="it is refused"),
    quiet(_frame("category", '{"data": [{"a": "x"}]}', categories={"a": ("x", "y")})),
    quiet(_frame("category", '{"data": [{"a": "x"}]}'), name="its categories are not known"),
    quiet(_frame("float64", '{"data": [{"a": 1}, {"a": null}]}')),
)
