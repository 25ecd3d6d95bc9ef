"""run() answers 200 with the text of an error.

What it finds
-------------
An answer that consists of an exception's text: a plain text, or an object with an error and no prediction in it.

Why it breaks
-------------
An `except` in the script turned the failure into a result, so the server answers 200. Health checks, retries, metrics
and clients take it for a prediction, and the log says nothing of what went wrong.

How to fix
----------
Cure what the text speaks of; then let the exception pass, or answer with a status: `AMLResponse(text, 500)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: an exception of run() becomes a 500 with the header
`x-ms-run-function-failed: True`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned, Signature
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import first_calls, module_of, run_about, run_quote
from checks.runtime.error_texts import answering_handlers, error_text, lines_of_try, looks_raised, subjects
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.payloads import payload_quotes
from checks.runtime.wording import one_line, titled

FIXES = (
    Fix(title="cure what the text speaks of, and let exceptions pass", commands=("raise",)),
    Fix(title="where an answer is needed, give it a status", commands=("return AMLResponse(str(error), 500)",)),
)
BATCH = (
    "A batch job counts one row for each file as a success, so a row with the text of an exception hides the failure "
    "from `error_threshold`, and lands among the predictions."
)
_LEAVE_OUT = Fix(title="cure what the text speaks of; give a file that cannot be scored no row")


@check(
    "runtime.error-as-answer",
    needs=("probe",),
    stage=Stage.ANSWER,
    explains=("contract.answer-mismatch",),
)
def error_as_answer(evidence: Evidence) -> Iterator[Finding]:
    """An answer counts when it looks like an exception, or when a handler of run() may have made it."""
    found, batch = module_of(evidence), probe_of(evidence).is_batch
    handlers = list(answering_handlers(found[1])) if found else []
    for step in first_calls(probe_of(evidence)):
        text = error_text(step.returned) if step.returned else None
        if text is None or (not handlers and not looks_raised(text)) or (found and not handlers):
            continue
        quotes = tuple(found[1].quote(found[0].path, handler) for _, handler in handlers[:2]) if found else ()
        about = [entry for attempt, handler in handlers for entry in (*lines_of_try(attempt), f"line:{handler.lineno}")]
        yield Finding(
            title=titled(f"run() {'gives a row' if batch else 'answers 200'} with an error: {one_line(text, 60)}", 88),
            why=BATCH if batch else "",
            severity=Severity.WARNING if batch else None,
            evidence=(
                *(quotes or run_quote(evidence)),
                Quote(
                    source=f"probe: {place(step)}",
                    text=f"{'' if batch else '200 '}{one_line(step.returned.text or '', 200)}",
                )
                if step.returned
                else Quote(source="probe", text=text),
                *payload_quotes(step, evidence),
            ),
            about=(*run_about(evidence), f"sample:{step.sample}", *about, *subjects(text)),
            fixes=(_LEAVE_OUT,) if batch else FIXES,
        )
        return


SCRIPT = """def init(): ...

def run(data):
    try:
        return model.predict(np.array(data)).tolist()
    except Exception as error:
        return str(error)
"""
PLAIN = "def init(): ...\n\ndef run(data):\n    return explain(data)\n"

CASES = (
    fires(
        seen(SCRIPT, *started(answered("\"name 'np' is not defined\"", "str"))),
        saw="run() answers 200 with an error: name 'np' is not defined",
        line=6,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(answered('{"error": "something went wrong"}'))), saw="something went wrong"),
    fires(seen(SCRIPT, *started(answered('{"result": null, "error": "bad input"}')))),
    fires(seen(SCRIPT, *started(answered("\"'data'\"", "str"))), name="the text of a KeyError"),
    fires(
        seen(SCRIPT, *started(answered('"{\\"error\\": \\"X has 3 features, but SVC is expecting 4\\"}"', "str"))),
        name="encoded twice",
    ),
    fires(
        seen(SCRIPT, *started(answered("[\"name 'np' is not defined\"]", "list")), signature=Signature(kind="batch")),
        saw="run() gives a row with an error: name 'np' is not defined",
    ),
    quiet(seen(PLAIN, *started(answered('"ValueError: is what users see most"', "str"))), name="no handler made it"),
    quiet(seen(SCRIPT, *started(answered('{"error": 0.25}'))), name="an error that is a number"),
    quiet(seen(SCRIPT, *started(answered('{"prediction": [1, 2], "error": null}')))),
    quiet(
        seen(SCRIPT, *started(answered('{"prediction": [1, 2], "error": "low confidence"}'))), name="beside a result"
    ),
    quiet(seen(SCRIPT, *started(answered('"positive"', "str")))),
    quiet(
        seen(SCRIPT, *started(passed(Phase.RUN, Returned(type="AMLResponse", text='{"error": "x"}', status=400)))),
        name="with a status",
    ),
)
