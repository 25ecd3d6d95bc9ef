"""The worker that held the request ended.

What it finds
-------------
500 with the page of gunicorn, `Internal Server Error`, which the inference server itself never writes.

Why it breaks
-------------
Something ended the worker in the middle of run(): `sys.exit()` in the script or in a library, or gunicorn itself
because the worker was silent for longer than `WORKER_TIMEOUT` (300 s). Another worker takes its place, and runs init()
again.

How to fix
----------
Look in the log for `WORKER TIMEOUT` or `Worker exiting`; raise an exception in place of `sys.exit()`.

Learn more
----------
Observed with azureml-inference-server-http 1.5.1 and gunicorn: the page is gunicorn's own.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, read_log
from checks.runtime.wording import seconds_of

WORKER_TIMEOUT = 300.0  # seconds, the server's default


@check("http.worker-died", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def worker_died(evidence: Evidence) -> Iterator[Finding]:
    """Tell by the time whether it was the limit."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.worker-died")
    if not calls:
        return
    first = calls[0]
    long = first.seconds >= WORKER_TIMEOUT * 0.9
    yield finding(
        endpoint,
        calls,
        f"the worker that held the request{of_sample(first)} ended"
        + (f" after {seconds_of(first.seconds)}" if first.seconds >= 1 else ""),
        read_log(endpoint, "look in the log for WORKER TIMEOUT, or for the end of the worker"),
        advise("make run() quicker, or give workers more time", "WORKER_TIMEOUT=<seconds>")
        if long
        else advise("raise an exception where the script calls sys.exit() or quit()"),
    )


PAGE = """<html>
  <head>
    <title>Internal Server Error</title>
  </head>
  <body>
    <h1><p>Internal Server Error</p></h1>
  </body>
</html>"""
CASES = (
    fires(live(HEALTHY, scored(500, PAGE, content_type="text/html")), saw="for sample.json ended", findings=1),
    fires(live(HEALTHY, scored(500, PAGE, seconds=301.0)), saw="ended after 301 s"),
    fires(live(scored(424, PAGE, headers={"ms-azureml-model-error-statuscode": "500"}), url=URL)),
    quiet(live(HEALTHY, scored(500, "<h1>Internal Server Error</h1>")), name="another server"),
    quiet(live(HEALTHY, scored())),
)
