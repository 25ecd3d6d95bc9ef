"""run() raised an exception.

What it finds
-------------
500 `An unexpected error occurred in scoring script`, or any answer of 500 and more with
`x-ms-run-function-failed: True`. Behind a front end of the first generation the same is a 502, behind a managed
endpoint a 424.

Why it breaks
-------------
The script met something in this request that it cannot work with: a key that is not there, another shape, a value of
another type. Values that do not fit `@input_schema` come here as well. The answer does not tell; the log does.

How to fix
----------
Read the traceback in the container's log, or rehearse the script with the same sample.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`. Before 0.8.1 answers told the exception.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import model_status, told
from checks.http.records import Call
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, is_page, of_sample, read_log, word
from checks.runtime.wording import one_line

_SAYS = re.compile(r"An unexpected error occurred in scoring script")
_OLD = re.compile(r"azmlinfsrv/0\.(?:[0-7]\.|8\.0)")


@check("http.run-raised", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def run_raised(evidence: Evidence) -> Iterator[Finding]:
    """Tell an exception from an error that the script answers itself."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.run-raised")
    if not calls:
        return
    first = calls[0]
    status = (
        f"{first.status}"
        if model_status(first) in {None, first.status}
        else f"{first.status} for {model_status(first)}"
    )
    own = _is_own(first)
    words = "" if _SAYS.search(first.body) or own else _exception(first)
    title = (
        f"the script itself answers {status}{of_sample(first)}"
        if own
        else f"run() raised{f' {words}' if words else ' an exception'}{of_sample(first)}: {status}"
    )
    rehearse = f"doctor check score.py --sample {word(first.sample)}" if first.sample else "doctor check score.py"
    yield finding(
        endpoint,
        calls,
        title,
        read_log(endpoint, "read the traceback in the log"),
        advise("rehearse the script with the same sample", rehearse),
    )


def _is_own(call: Call) -> bool:
    """A server that hides exceptions gave other words than its own: they are the script's response."""
    version = call.headers.get("x-ms-server-version", "")
    return bool(version) and not _OLD.match(version) and not _SAYS.search(call.body)


def _exception(call: Call) -> str:
    """The words of an exception, where an old server hands them out; empty for a page, or for nothing."""
    return "" if is_page(call) else one_line(call.body.strip().strip('"'), 40)


FAILED = {**OF_SERVER, "x-ms-run-function-failed": "True"}
V1 = {"x-ms-run-function-failed": "True"}
SAYS = '{"message": "An unexpected error occurred in scoring script. Check the logs for more info."}'
CASES = (
    fires(
        live(HEALTHY, scored(500, SAYS, headers=FAILED)), saw="run() raised an exception for sample.json", findings=1
    ),
    fires(live(scored(424, SAYS, headers={"ms-azureml-model-error-statuscode": "500"}), url=URL), saw="424 for 500"),
    fires(
        live(scored(502, "'data'", headers=V1), kind="kubernetes"), saw="run() raised 'data'", name="first generation"
    ),
    fires(live(scored(500, "'data'", headers=V1), kind="container-instance"), saw="run() raised 'data'"),
    fires(
        live(HEALTHY, scored(503, '{"error": "no model"}', headers=FAILED)),
        saw="the script itself answers 503",
        name="a response of the script's own",
    ),
    quiet(live(HEALTHY, scored(500, SAYS, headers=FAILED, purpose="empty", sample=None)), name="nothing was sent"),
    quiet(live(HEALTHY, scored(500, '{"message": "Scoring timeout after 1000 ms"}', headers=FAILED))),
    quiet(live(HEALTHY, scored(502, "<h1>502 Bad Gateway</h1>", headers={"server": "nginx"}))),
    quiet(live(HEALTHY, scored())),
)
