"""The server will refuse the sample, or the decorator will.

What it finds
-------------
A request body that never reaches the code of run(): the server answers 400 or 500 by itself, or the conversion that
@input_schema announces raises. Where a closer look at the body says what is wrong with it, that is told first.

Why it breaks
-------------
With @input_schema the server parses the body as a JSON object, takes the parameters of run() from its keys, and the
decorators turn each into the type of their sample. A body that cannot be parsed, or lacks a key, is answered with 400.
A value that cannot be converted is answered with 500, as if run() itself had failed, and the client is not told why.

How to fix
----------
Send what the decorators' samples show; or change the samples to what clients send.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`; inference-schema 1.8, `parameter_types/`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.body import Body
from checks.contract.foretold import about, file_of, foretold, passed, quote_of
from checks.contract.prediction import Refused
from checks.contract.records import Interface, Parameter, ParameterType
from checks.contract.saying import near, short
from checks.contract.scenes import declared, interface, sample, sample_of
from checks.evidence import Evidence, Phase, Step
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line, titled

# The script is at fault, whatever is sent: other checks tell it.
SCRIPT_FAULTS = re.compile(
    r"provided param_name|missing \d+ required|'datetime\.date' has no attribute|Expected: <class '(bytearray|range)'>"
)


@check(
    "contract.request-refused",
    needs=("probe", "samples"),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=("runtime.request-rejected", "runtime.payload-mismatch", "runtime.run-raised"),
)
def request_refused(evidence: Evidence) -> Iterator[Finding]:
    """Say status, place and words for each sample that is refused."""
    for body, prediction, declares in foretold(evidence):
        refused = prediction.refused
        if refused is None or SCRIPT_FAULTS.search(refused.headline or "") or passed(body.sample, evidence):
            continue
        said = refused.headline or refused.message
        server = Quote(source="the server will answer", text=f"{refused.status} {one_line(refused.message)}")
        raised = (Quote(source="@input_schema will raise", text=one_line(said)),) if refused.headline else ()
        yield Finding(
            title=titled(_title(body, refused)),
            evidence=(quote_of(body, refused.pointer), *raised, server),
            confidence=None if prediction.sure else Confidence.LIKELY,
            about=about(body, refused.pointer),
            fixes=_fixes(body, refused, declares),
            confirm=f"POST /score with {file_of(body)}",
        )


def _title(body: Body, refused: Refused) -> str:
    where = f"`{refused.pointer}` of " if refused.pointer else ""
    lacking = re.search(r"provided for the '(.+)' parameter", refused.message)
    if lacking:
        return f"{file_of(body)} has no `{lacking[1]}`, and gets {refused.status}"
    if refused.headline:
        return f"{where}{file_of(body)} cannot be converted, and gets 500"
    return f"{file_of(body)} gets {refused.status}: {one_line(refused.message, 50)}"


def _fixes(body: Body, refused: Refused, declares: Interface) -> tuple[Fix, ...]:
    example = (declares.input or {}).get("example")
    shown = (short(example, 300),) if example else ()
    lacking = re.search(r"provided for the '(.+)' parameter", refused.message)
    if lacking:
        close = near(lacking[1], body.value) if isinstance(body.value, dict) else None
        return (Fix(title=f"rename `{close}` to `{lacking[1]}`" if close else f"send `{lacking[1]}`", commands=shown),)
    if refused.pointer:
        return (Fix(title=f"send at `{refused.pointer}` what the decorator's sample has there", commands=shown),)
    return (Fix(title="send a JSON object with the parameters of run()", commands=shown),)


def _frame(*samples: str) -> Evidence:
    kind = ParameterType(kind="pandas", orient="records", columns=(("age", "int64"), ("city", "str")), shape=(1, 2))
    takes = interface((Parameter(name="data", type=kind),))
    return declared(*(sample(text) for text in samples), interface=takes)


def _floats(body: bytes | str, *steps: Step) -> Evidence:
    sent = sample(body) if isinstance(body, str) else sample_of(body, encoding="utf-16")
    return declared(sent, interface=interface(), steps=steps)


DONE = Step(phase=Phase.RUN, outcome="passed", sample="sample.json")
OPTIONAL = ParameterType(kind="numpy", dtype="float64", shape=(1, 2), optional=True)

CASES = (
    fires(_floats('{"Data": [[1, 2]]}'), saw="sample.json has no `data`, and gets 400", findings=1),
    fires(_floats("[[1, 2]]"), saw="POST body should be a JSON dictionary", findings=1),
    fires(_floats('{"data": [[1, 2], [3]]}'), saw="`/data/1` of sample.json cannot be converted", findings=1),
    fires(_floats('{\n "data": [\n  [1, "high"]\n ]\n}'), saw="could not convert string to float: 'high'", line=3),
    fires(_floats('{"data": [1, 2]}'), saw="an array with 2 dimensions is expected", findings=1),
    fires(_floats(""), saw="POST body is empty"),
    fires(_frame('{"data": [{"age": null, "city": "Oslo"}]}'), saw="`/data/0/age` of sample.json"),
    fires(_frame('{"data": [{"age": 31}]}'), saw="data frame has size 1 on dimension #1, while expected value is 2"),
    quiet(_floats('{"data": [[1, 2]], "more": 1}'), name="more keys than needed are passed over"),
    quiet(_floats('{"data": [["1.5", null]]}'), name="numbers as text are converted"),
    quiet(_floats('{"data": [[1, 2]]}'.encode("utf-16")), name="JSON in UTF-16 is read"),
    quiet(_floats('{"data": [1, 2]}', DONE), name="the rehearsal had an answer"),
    quiet(_frame('{"data": [{"city": "Oslo", "age": 31.0}]}'), name="the order of columns is not checked"),
    quiet(declared(sample("{}"), interface=interface((Parameter(name="data", required=False, type=OPTIONAL),)))),
    quiet(
        declared(sample("[1]"), interface=Interface(kind="undecorated", parameters=(Parameter(name="raw"),))),
        name="an undecorated run() gets any text",
    ),
)
