"""The container behind the managed endpoint did not answer well.

What it finds
-------------
424 of a managed endpoint, which wraps what the container answered, where no other check knows that answer.

Why it breaks
-------------
The front end says 424 for everything but a 200 of the container. `ms-azureml-model-error-statuscode` holds the
container's own status and `ms-azureml-model-error-reason` its words: those are what counts.

How to fix
----------
Read the container's log of that moment, and rehearse the script with the same sample.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 424.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import model_status, told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, read_log, word

_MEANS = {
    401: "the script's own refusal",
    403: "the script's own refusal",
    408: "it gave up waiting",
    429: "it holds as many requests as it may",
    500: "the script or its result failed",
    502: "the server in it is not up",
    503: "the server in it takes no requests",
    504: "the server in it took too long",
}


@check("http.model-error", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def model_error(evidence: Evidence) -> Iterator[Finding]:
    """Unwrap the container's status and say what it means."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.model-error")
    if not calls:
        return
    first = calls[0]
    inner = model_status(first)
    meant = f": {inner}, {_MEANS[inner]}" if inner in _MEANS else f": {inner}" if inner else ""
    rehearse = f"doctor check score.py --sample {word(first.sample)}" if first.sample else "doctor check score.py"
    yield finding(
        endpoint,
        calls,
        f"the container did not answer well{of_sample(first)}{meant or ': 424'}",
        read_log(endpoint),
        advise("rehearse the script with the same sample", rehearse),
    )


INNER = "ms-azureml-model-error-statuscode"
CASES = (
    fires(
        live(scored(424, "", headers={INNER: "500"}), url=URL), saw="for sample.json: 500, the script or", findings=1
    ),
    fires(live(scored(424, "", headers={INNER: "401"}), url=URL), saw="the script's own refusal"),
    fires(live(scored(424, ""), url=URL), saw="for sample.json: 424", name="nothing is told"),
    fires(live(scored(424, "", headers={INNER: "418"}), url=URL), saw="for sample.json: 418"),
    quiet(
        live(scored(424, "An unexpected error occurred in scoring script.", headers={INNER: "500"}), url=URL),
        name="it says what it was",
    ),
    quiet(live(HEALTHY, scored(), url=URL)),
)
