"""What became of each request, as the id of the one check that tells it: no failure is told twice, and none is lost.

Sources: azureml-inference-server-http 1.5.1 (`routes.py`, `input_parsers.py`, `create_app.py`); the status tables of
managed and Kubernetes online endpoints in "Troubleshoot online endpoints"; the v1 images' `aml_blueprint.py`.
"""

import re

from checks.http.records import Call, Endpoint
from checks.http.reproduce import split
from checks.http.seen import FRONT_ENDS, MOST, from_container, host_of, is_page

SCORING = frozenset({"score", "series", "empty"})
TRANSPORT = {
    "refused": "http.connection-refused",
    "closed": "http.closed-without-answer",
    "reset": "http.connection-reset",
    "timeout": "http.no-answer-in-time",
    "slow": "http.answer-too-slow",
    "cut": "http.answer-cut",
    "length": "http.answer-length-wrong",
    "encoding": "http.answer-encoding-broken",
    "not-http": "http.not-http",
    "large": "http.answer-too-large",
    "redirects": "http.redirect-loop",
    "tls": "http.tls-refused",
    "proxy": "http.proxy-in-the-way",
    "other": "http.no-answer",
}
MESSAGES = (
    (re.compile(r"A value is not provided for the '"), "http.value-missing"),
    (re.compile(r"POST body could not be decoded as JSON"), "http.body-not-json"),
    (re.compile(r"POST body should be a JSON dictionary"), "http.body-not-dictionary"),
    (re.compile(r"POST body is empty"), "http.body-empty"),
    (re.compile(r"Input cannot be decoded as UTF-8"), "http.body-not-utf8"),
    (re.compile(r"Expects Content-Type to be application/json"), "http.content-type-refused"),
    (re.compile(r"must not exceed 100 characters"), "http.request-id-too-long"),
    (re.compile(r"Scoring timeout after -?\d+ ms"), "http.script-timeout"),
    (re.compile(r"An unexpected internal error occurred"), "http.result-not-serialisable"),
    (re.compile(r"An unexpected error occurred in scoring script"), "http.run-raised"),
)
"""The inference server's own words. Statuses alone say less: it answers 400 and 500 for many reasons."""

TO_TLS_PORT = re.compile(
    r"HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to an SSL"
)
GUNICORN_PAGE = re.compile(r"<h1>\s*<p>Internal Server Error</p>\s*</h1>")
PROBE = re.compile(r"probe|not ready|unhealthy", re.IGNORECASE)
RATE = re.compile(r"bandwidth|rate.?limit|quota|requests? per (?:second|minute)|connections? per", re.IGNORECASE)
SAME_FOR_ALL = frozenset({
    "http.key-missing", "http.key-refused", "http.access-forbidden", "http.wrong-path", "http.no-deployment-routed",
    "http.method-not-allowed", "http.too-many-requests", "http.rate-limited", "http.request-id-too-long",
    "http.container-down", "http.no-replica-ready", "http.overloaded", "http.unavailable", "http.gateway-timeout",
    "http.redirected-elsewhere", "http.html-answer", "http.proxy-in-the-way", "http.scheme-mismatch",
    "http.headers-too-large",
})  # fmt: skip
"""What does not hang on the body: told of an empty request too, which scores nothing and may be refused for that."""

OF_HEALTH = SAME_FOR_ALL - {"http.wrong-path", "http.method-not-allowed", "http.html-answer"}
OF_REPLICA = frozenset({424, 500, 502})
"""Statuses by which one replica, worker or deployment fails beside others that do not."""

OF_FRONT_END = frozenset({401, 403, 408, 409, 429, 503, 504})


def told(endpoint: Endpoint, problem: str) -> tuple[Call, ...]:
    """The calls whose failure the check with this id tells."""
    return failures(endpoint).get(problem, ())


def failures(endpoint: Endpoint) -> dict[str, tuple[Call, ...]]:
    """Every call that failed, under the id of the check that tells why; scoring calls first."""
    found: dict[str, tuple[Call, ...]] = {}
    scoring_answered = any(call.status is not None for call in endpoint.of(*SCORING))
    varied = varies(endpoint)
    for call in sorted(endpoint.calls, key=lambda one: one.purpose not in SCORING):
        problem = meaning(endpoint, call)
        if varied and call.status in OF_REPLICA and call.purpose != "plain":
            continue
        if problem is not None and _is_judged(call, problem, scoring_answered):
            found[problem] = (*found.get(problem, ()), call)
    return found


def varies(endpoint: Endpoint) -> bool:
    """True when equal requests were both scored and failed by a fault of the server's: that is then what is told."""
    series = endpoint.of("series")
    equal = [call for call in endpoint.of("score", "series") if series and call.sample == series[0].sample]
    good = any(not call.problem and 200 <= (call.status or 0) < 300 for call in equal)
    return good and any(call.status in OF_REPLICA for call in equal)


def _is_judged(call: Call, problem: str, scoring_answered: bool) -> bool:
    if call.purpose == "score" or (call.purpose in {"series", "empty"} and problem in SAME_FOR_ALL):
        return True
    if problem in TRANSPORT.values() and call.problem:
        return call.purpose in {"series", "empty", "health", "swagger"}
    return call.purpose == "health" and not scoring_answered and problem in OF_HEALTH


def meaning(endpoint: Endpoint, call: Call) -> str | None:
    """The id of the check that tells what became of a call; None when it went well, or says nothing.

    Without a verified connection no key was sent, so being refused for want of one says nothing.
    """
    if call.problem:
        return _transport(endpoint, call)
    if call.status is None:
        return None
    if call.status == 407:
        return "http.proxy-in-the-way"
    if call.purpose == "empty" and call.status in (405, 501):
        return None  # OPTIONS: many servers that score do not take it
    if TO_TLS_PORT.search(call.body[:MOST]):
        return "http.scheme-mismatch"
    if redirected(call):
        return "http.redirected-elsewhere"
    if call.status < 300:
        return "http.html-answer" if is_page(call) and not from_container(call) else None
    problem = endpoint.tls.problem if endpoint.tls else None
    if problem and call.status in {401, 403} and endpoint.credential:
        return None
    if problem == "client-certificate" and call.status in {400, 403}:
        return None
    return _status(endpoint, call)


def _transport(endpoint: Endpoint, call: Call) -> str | None:
    """Name, connection and certificate are told by checks of their own: what follows from them is not told again."""
    connection, tls = endpoint.connection, endpoint.tls
    if (endpoint.name and endpoint.name.problem) or (connection and connection.problem and call.problem != "proxy"):
        return None
    if tls and tls.problem and call.problem in {"tls", "closed", "reset", "not-http", "other"}:
        return None
    if answers_other_scheme(endpoint) and call.problem in {"closed", "reset", "not-http", "timeout", "tls", "other"}:
        return "http.scheme-mismatch"
    return TRANSPORT[call.problem or "other"]


def answers_other_scheme(endpoint: Endpoint) -> bool:
    """True where the scheme that was given gets no answer at all, and the other one does."""
    asked = [call for call in endpoint.calls if call.purpose != "plain"]
    other = any(call.status is not None and not call.problem for call in endpoint.of("plain"))
    return bool(asked) and other and all(call.status is None for call in asked)


def redirected(call: Call) -> bool:
    """True where the answer is that of another address, or says only where that is."""
    if call.status in {301, 302, 303, 307, 308}:
        return True
    return bool(call.redirects) and call.purpose in SCORING


def targets(endpoint: Endpoint, call: Call) -> tuple[str, ...]:
    """Where a call was sent on to, as whole URLs."""
    scheme, host, _ = split(endpoint.url)
    named = (
        *call.redirects,
        *([call.headers["location"]] if "location" in call.headers and not call.redirects else []),
    )
    return tuple(
        one if "://" in one else f"{scheme}://{host}{'' if one.startswith('/') else '/'}{one}" for one in named
    )


def leads_elsewhere(endpoint: Endpoint, call: Call) -> bool:
    """True when it was sent on to another host."""
    name = re.compile(r":\d*$")
    return any(name.sub("", split(one)[1]).lower() != host_of(endpoint).lower() for one in targets(endpoint, call))


def model_status(call: Call) -> int | None:
    """The status that the container gave, where the front end of a managed endpoint wrapped it into a 424."""
    value = call.headers.get("ms-azureml-model-error-statuscode", "").strip()
    return int(value) if call.status == 424 and re.fullmatch(r"[1-5]\d\d", value) else None


def reason_of(call: Call) -> str:
    """Why the container's answer was no good, in the words of the front end."""
    return call.headers.get("ms-azureml-model-error-reason", "")


def _status(endpoint: Endpoint, call: Call) -> str | None:
    inner = model_status(call)
    status = inner or call.status or 0
    text = f"{call.body[:MOST]} {reason_of(call)}"
    for pattern, problem in MESSAGES:
        if pattern.search(text) and _says_so(problem, call):
            return problem
    if call.headers.get("x-ms-run-function-failed", "").lower() == "true" and status >= 500:
        return "http.run-raised"
    if call.status == 424:
        if PROBE.search(reason_of(call)) or (inner is None and PROBE.search(call.body[:MOST])):
            return "http.probe-fails"
        if inner is None or inner in OF_FRONT_END:
            return "http.model-error"
    known = _refused(endpoint, call, status) if status < 500 or status == 501 else _failed(endpoint, call, status)
    return known or ("http.model-error" if call.status == 424 else "http.status-unexpected")


def _says_so(problem: str, call: Call) -> bool:
    """A script's own text may hold such words as well; a run() that failed is not a result that cannot be written."""
    failed = call.headers.get("x-ms-run-function-failed", "").lower() == "true"
    return not (failed and problem == "http.result-not-serialisable")


def _refused(endpoint: Endpoint, call: Call, status: int) -> str | None:
    if status == 401:
        return "http.key-refused" if endpoint.credential else "http.key-missing"
    if status == 404:
        routed = endpoint.kind in {"managed", "kubernetes"} and not _is_servers_404(call) and call.status == 404
        return "http.no-deployment-routed" if routed else "http.wrong-path"
    if status == 408:
        late = endpoint.kind in {"managed", "kubernetes"} or "upstream request timeout" in call.body
        return "http.time-limit-passed" if late else None
    if status == 429:
        throttled = any("bandwidth" in name for name in call.headers) or RATE.search(call.body[:MOST])
        return "http.rate-limited" if throttled else "http.too-many-requests"
    return {
        400: "http.request-refused", 403: "http.access-forbidden", 405: "http.method-not-allowed",
        409: "http.endpoint-busy", 413: "http.body-too-large", 415: "http.content-type-refused",
        422: "http.request-refused", 431: "http.headers-too-large", 499: "http.client-gave-up",
        501: "http.method-not-allowed",
    }.get(status)  # fmt: skip


def _is_servers_404(call: Call) -> bool:
    return from_container(call) or "The requested URL was not found on the server" in call.body


def _failed(endpoint: Endpoint, call: Call, status: int) -> str | None:
    if status == 500:
        return "http.worker-died" if GUNICORN_PAGE.search(call.body[:MOST]) else None
    if status == 502:
        return "http.container-down"
    if status == 503:
        if any(200 <= (one.status or 0) < 300 for one in endpoint.of(*SCORING)) or _was_ever_well(endpoint):
            return "http.overloaded"
        return "http.no-replica-ready" if endpoint.kind == "kubernetes" else "http.unavailable"
    if status == 504:
        late = endpoint.kind == "kubernetes" or "upstream request timeout" in call.body
        return "http.time-limit-passed" if late else "http.gateway-timeout"
    return None


def _was_ever_well(endpoint: Endpoint) -> bool:
    return endpoint.timing is not None and any(200 <= one < 300 for one in endpoint.timing.statuses)


def scored_well(endpoint: Endpoint) -> bool:
    """True when at least one request was scored."""
    good = (call for call in endpoint.of("score", "series") if meaning(endpoint, call) is None)
    return any(call.status is not None and 200 <= call.status < 300 for call in good)


def breaks(endpoint: Endpoint, calls: tuple[Call, ...]) -> bool:
    """True when clients are hit by what these calls met: scoring was, or nothing else shows that scoring works."""
    return any(call.purpose in SCORING for call in calls) or not scored_well(endpoint)


def kind_named(endpoint: Endpoint) -> str:
    """Who stands at the door, for a sentence."""
    return FRONT_ENDS[endpoint.kind]
