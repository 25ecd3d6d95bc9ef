"""What a further attempt cured, what a client's poller hides, and which lines complete a proof."""

import pytest

from checks.evidence import Log
from checks.logs.findings import findings
from doctor.report import Verdict
from doctor.triage import triage

THROTTLED = "ERROR: (TooManyRequests) The request is being throttled. Please retry after 20 seconds."
SECOND = "deploy.sh: attempt 2 of 3"
DONE = 'deployment "churn" successfully rolled out'


def log(*lines: str) -> Log:
    return Log(source="log.txt", text="\n".join(lines) + "\n")


def first(*lines: str) -> str:
    return findings(log(*lines))[0].id


@pytest.mark.parametrize("anew", [SECOND, "Retry #2", "Retrying ...", "=== Try 3/5 ===", "trying again"])
def test_a_later_attempt_that_succeeds_clears_what_failed_before(anew: str) -> None:
    assert triage(log("deploy.sh: attempt 1 of 3", THROTTLED, anew, DONE)).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    "lines",
    [(THROTTLED, SECOND), (DONE, SECOND, THROTTLED), (SECOND, THROTTLED, DONE)],
    ids=["no success", "success before", "nothing anew after the failure"],
)
def test_without_a_later_attempt_that_succeeds_it_stands(lines: tuple[str, ...]) -> None:
    assert first(*lines) == "logs.platform-too-many-requests"


def test_the_answer_of_the_service_counts_not_that_its_poller_ended() -> None:
    ended = (
        "Traceback (most recent call last):",
        '  File "/opt/venv/lib/python3.11/site-packages/azure/core/polling/base_polling.py", line 789, in _poll',
        '    raise OperationFailed("Operation failed or canceled")',
        "azure.core.polling.base_polling.OperationFailed: Operation failed or canceled",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
    )
    answer = (
        "Traceback (most recent call last):",
        '  File "deploy.py", line 12, in <module>',
        "    poller.result()",
        "azure.core.exceptions.HttpResponseError: (InternalServerError) Internal error.",
    )
    assert first(*ended, *answer) == "logs.service-internal-error"
    assert first(*ended, answer[-1]) == "logs.service-internal-error"
    assert first(*ended[:4]) == "logs.unrecognised-exception"


def test_a_proof_holds_the_value_that_the_title_names() -> None:
    text = log("ResolvePackageNotFound: ", "  - xz==5.2.5=haf1e3a3_1", "  - appnope==0.1.2=py38h50d1736_1")
    quoted = [quote.text for quote in findings(text)[0].evidence]
    assert quoted == ["ResolvePackageNotFound: ", "  - xz==5.2.5=haf1e3a3_1"]


def test_a_probe_that_failed_once_before_the_service_answered_did_no_harm() -> None:
    failed = 'Readiness probe failed: Get "http://10.1.0.9:5001/": dial tcp 10.1.0.9:5001: connect: connection refused'
    listens = "2024-02-27 10:14:52,200 I [8] gunicorn.error - Listening at: http://0.0.0.0:31311 (8)"
    answered = "2024-02-27 10:15:20,332 I [69] azmlinfsrv - POST /score 200 18.110ms 36"
    assert triage(log(failed, listens, answered)).verdict is Verdict.HEALTHY
    assert first(failed, listens) == "logs.probe-other-port"
