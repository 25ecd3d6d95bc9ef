"""What a live service made of a request body that was sent to it."""

import re
from typing import Literal

from checks.evidence import Evidence, Missing, Returned
from checks.http.records import Call
from checks.http.seen import is_page
from checks.runtime.error_texts import error_text

OF_PARSER = re.compile(r"[a-z]: line \d+ column \d+ \(char \d+\)")  # an answer that is the parser's message


def live_outcome(evidence: Evidence, source: str) -> Literal["accepted", "failed"] | None:
    """`accepted` where it was scored, `failed` where it was refused or run() raised; None where neither was seen.

    A service that fails for all, or for want of a key, says nothing of the body.
    """
    if isinstance(evidence.endpoint, Missing):
        return None
    call = next((one for one in evidence.endpoint.of("score") if one.sample == source), None)
    if call is None or call.status is None or call.problem:
        return None
    if 200 <= call.status < 300:
        if is_page(call):
            return None
        answer = Returned(type="str", text=call.body)
        return "failed" if error_text(answer) is not None or OF_PARSER.search(call.body[:20_000]) else "accepted"
    return "failed" if _of_body(call) else None


def _of_body(call: Call) -> bool:
    inner = call.headers.get("ms-azureml-model-error-statuscode", "")
    status = int(inner) if call.status == 424 and inner.isdecimal() else call.status
    raised = call.headers.get("x-ms-run-function-failed", "").lower() == "true"
    return status in {400, 422} or (status == 500 and raised)
