"""The payload is in the form of another service.

What it finds
-------------
A wrapper that MLflow, TensorFlow Serving, Triton, Hugging Face, AutoML, the Designer or OpenAI document, where run()
or the document wants another one.

Why it breaks
-------------
Each server takes its own wrapper off before the model sees the data; this one hands the body over as it is. The key
that run() reads is not there: 400 for a decorated run(), KeyError and 500 for another.

How to fix
----------
Send the data under the key that is read; the fix shows the beginning.

Learn more
----------
MLflow documentation, "Inference Server Specification"; TensorFlow Serving REST API; Open Inference Protocol V2.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_DATA, READS_LIST, sent, to_schema
from checks.contract.forms import FORETELLS, expected_quote, sent_quote, told
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.text import listed


@check("contract.other-service-form", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def other_service_form(evidence: Evidence) -> Iterator[Finding]:
    """Name both forms."""
    for one in told("contract.other-service-form", evidence):
        reading = one.reading
        assert reading.form
        sent = listed([f"`{key}`" for key in reading.form.keys])
        key = reading.key
        reads = f"`{key.name}`" if key else "a list"
        yield one.finding(
            f"{one.file} has the form of {reading.form.name} ({sent}); {one.wanted.who} takes {reads}",
            one.send(f"send {'the data under ' if key else ''}{reads}"),
            saw=(sent_quote(one), *expected_quote(one)),
        )


CASES = (
    fires(
        sent('{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}'),
        saw="has the form of MLflow (`dataframe_split`); run() takes `data`",
        findings=1,
    ),
    fires(to_schema('{"instances": [[1, 2]]}'), saw="TensorFlow Serving", findings=1),
    fires(
        to_schema('{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}'), saw="KServe v2"
    ),
    fires(sent('{"Inputs": {"data": [{"a": 1}]}, "GlobalParameters": {}}'), saw="AutoML"),
    fires(sent('{"instances": [[1, 2]]}', READS_LIST), saw="run() takes a list"),
    quiet(sent('{"instances": [[1, 2]]}', READS_DATA.replace("data", "instances")), name="the form that run() reads"),
    quiet(sent('{"data": [[1, 2]], "inputs": 1}'), name="the key is there"),
)
