"""What is said of a live service: for each kind the meaning of each status, one cause for one fault, who answered."""

import re
import time
from typing import Any

import pytest

from checks.evidence import Evidence
from checks.finding import Finding, Safety, Severity
from checks.http.family import CHECKS
from checks.http.records import Call, ServiceKind, Timing
from checks.http.scenes import HEALTHY, LOCAL, OF_SERVER, URL, live, scored
from checks.joint import judge
from checks.outcome import Crashed, Found, run_check
from checks.rank import Ranking

KINDS: tuple[ServiceKind, ...] = ("managed", "kubernetes", "container-instance", "server", "other")
FRONT = {
    "managed": "the front end of the managed endpoint",
    "kubernetes": "azureml-fe",
    "container-instance": "the front end of the container group",
    "server": "a server that is not the inference server",
    "other": "a server that does not say which it is",
}
SAME = {
    400: "http.request-refused",
    401: "http.key-refused",
    403: "http.access-forbidden",
    405: "http.method-not-allowed",
    409: "http.endpoint-busy",
    413: "http.body-too-large",
    415: "http.content-type-refused",
    422: "http.request-refused",
    429: "http.too-many-requests",
    431: "http.headers-too-large",
    499: "http.client-gave-up",
    500: "http.status-unexpected",
    502: "http.container-down",
    507: "http.status-unexpected",
}
"""What a bare status means whoever gives it."""

OWN: dict[int, dict[str, str]] = {
    404: {"managed": "http.no-deployment-routed", "kubernetes": "http.no-deployment-routed", "": "http.wrong-path"},
    408: {"managed": "http.time-limit-passed", "kubernetes": "http.time-limit-passed", "": "http.status-unexpected"},
    424: {"": "http.model-error"},
    503: {"kubernetes": "http.no-replica-ready", "": "http.unavailable"},
    504: {"kubernetes": "http.time-limit-passed", "": "http.gateway-timeout"},
}
"""What hangs on who gives it."""

CODES = (
    ("A value is not provided for the 'rows' parameter.", 400, "http.value-missing", "`rows`"),
    (
        "POST body could not be decoded as JSON: Expecting value: line 1 column 9 (char 8)",
        400,
        "http.body-not-json",
        "9",
    ),
    ("POST body should be a JSON dictionary.", 400, "http.body-not-dictionary", "JSON object"),
    ("POST body is empty. Expecting a JSON dictionary.", 400, "http.body-empty", "empty"),
    (
        "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte 0xff in position 0",
        400,
        "http.body-not-utf8",
        "",
    ),
    ("Expects Content-Type to be application/json", 415, "http.content-type-refused", "application/json"),
    ("x-request-id must not exceed 100 characters", 431, "http.request-id-too-long", "x-request-id"),
    ("An unexpected error occurred in scoring script. Check the logs", 500, "http.run-raised", "run() raised"),
    ("An unexpected internal error occurred. Check the logs", 500, "http.result-not-serialisable", "JSON"),
    ("Scoring timeout after 1000 ms", 500, "http.script-timeout", "limit"),
)
"""The inference server's own words."""


def wording(finding: Finding) -> None:
    """What every finding of a live service keeps to, whatever its host and its answers are."""
    assert len(finding.title) <= 88, finding.title
    assert finding.evidence
    assert finding.fixes or finding.no_fix
    assert len(finding.reproduce) == 2, finding.id
    for fix in finding.fixes:
        assert (fix.safety is Safety.PLACEHOLDER) == any("<" in one for one in (fix.title, *fix.commands)), fix


def of(kind: ServiceKind, *calls: Call, **fields: Any) -> Evidence:
    keyed = {"credential": "key", "variable": "SCORE_KEY", "kind": kind}
    return live(*calls, url=URL if kind == "managed" else LOCAL, **{**keyed, **fields})


def judged(evidence: Evidence) -> Ranking:
    outcomes = [run_check(check, evidence) for check in CHECKS]
    assert not [one.trace for one in outcomes if isinstance(one, Crashed)]
    ranking = judge(finding for one in outcomes if isinstance(one, Found) for finding in one.findings)
    for finding in ranking.findings:
        wording(finding)
    return ranking


def only(evidence: Evidence) -> Finding:
    """The one cause; whatever else is said is no error that stands beside it."""
    ranking = judged(evidence)
    assert len(ranking.causes) == 1, [finding.id for finding in ranking.causes]
    return ranking.causes[0]


def text(finding: Finding) -> str:
    return " ".join((finding.title, *(f"{quote.source} {quote.text}" for quote in finding.evidence)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [*SAME, *OWN])
def test_a_bare_status_means_one_thing(kind: ServiceKind, status: int) -> None:
    cause = only(of(kind, HEALTHY, scored(status, "", headers={"x-request-id": "4f2b-11", "retry-after": "7"})))
    assert cause.id == (SAME.get(status) or OWN[status].get(kind) or OWN[status][""])
    assert FRONT[kind] in text(cause)
    assert "4f2b-11" in text(cause)
    assert str(status) in text(cause)
    assert len(cause.reproduce) == 2
    assert "$SCORE_KEY" in cause.reproduce[0]
    assert 'os.environ["SCORE_KEY"]' in cause.reproduce[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("words", "status", "problem", "told"), CODES)
def test_the_servers_own_words(kind: ServiceKind, words: str, status: int, problem: str, told: str) -> None:
    call = scored(status, f'{{"message": "{words}"}}', headers=OF_SERVER, seconds=1.1)
    cause = only(of(kind, HEALTHY, call))
    assert cause.id == problem
    assert told in cause.title
    assert "the container (azmlinfsrv/1.5.1)" in text(cause)


@pytest.mark.parametrize(("words", "status", "problem", "told"), CODES)
def test_a_424_is_unwrapped(words: str, status: int, problem: str, told: str) -> None:
    wrapped = {"ms-azureml-model-error-statuscode": str(status), "ms-azureml-model-error-reason": "model_error"}
    cause = only(of("managed", HEALTHY, scored(424, f'{{"message": "{words}"}}', headers=wrapped, seconds=1.1)))
    assert cause.id == problem
    assert f"ms-azureml-model-error-statuscode: {status}" in text(cause)
    assert "for the container" in text(cause)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_key_401_is_told_otherwise(kind: ServiceKind) -> None:
    assert only(of(kind, HEALTHY, scored(401, ""), credential=None)).id == "http.key-missing"


@pytest.mark.parametrize("kind", KINDS)
def test_a_healthy_service_is_quiet(kind: ServiceKind) -> None:
    calls = (
        HEALTHY,
        Call(purpose="swagger", method="GET", path="/swagger.json", status=200, body="{}"),
        Call(purpose="preflight", method="OPTIONS", path="/score", status=200),
        scored(headers=OF_SERVER, seconds=0.2),
        Call(purpose="no-key", method="GET", path="/swagger.json", status=401),
        Call(purpose="wrong-key", method="GET", path="/swagger.json", status=401),
        *(scored(purpose="series", seconds=0.1) for _ in range(4)),
    )
    timing = Timing(seconds=(0.1, 0.1, 0.12, 0.1), statuses=(200,) * 4, sample="sample.json")
    ranking = judged(of(kind, *calls, timing=timing))
    assert {finding.severity for finding in ranking.findings} <= {Severity.INFO}
    assert [finding.id for finding in ranking.findings] == ["http.cors-not-allowed"]


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_sample_options_tells_nothing_that_it_does_not_know(kind: ServiceKind) -> None:
    for status in (200, 204, 405, 500, 501):
        empty = Call(purpose="empty", method="OPTIONS", path="/score", status=status)
        assert not judged(of(kind, HEALTHY, empty)).findings


def test_a_connection_that_is_not_trusted_sent_no_key() -> None:
    from checks.http.reaching import shaken
    from checks.missing import Missing

    evidence = shaken("expired", days_left=-2.0)
    assert not isinstance(evidence.endpoint, Missing)
    refused = Call(purpose="health", method="GET", path="/", status=401)
    looked = live(refused, url=URL, tls=evidence.endpoint.tls)
    assert only(looked).id == "http.tls-expired"


def test_the_id_that_was_sent_is_quoted_where_none_came_back() -> None:
    cause = only(of("server", HEALTHY, scored(500, "", request_id="doctor-77aa")))
    assert "doctor-77aa" in text(cause)


def test_two_samples_that_fail_alike_are_one_finding() -> None:
    raised = "An unexpected error occurred in scoring script."
    cause = only(of("server", HEALTHY, scored(500, raised), scored(500, raised, sample="other.json")))
    assert set(cause.about) == {"status:500", "sample:sample.json", "sample:other.json"}
    assert "other.json" in text(cause)


def test_health_that_lies_is_a_symptom_of_what_scoring_fails_of() -> None:
    for call in (scored(500, "An unexpected error occurred in scoring script."), scored(None, problem="closed")):
        ranking = judged(of("server", HEALTHY, call))
        assert "http.health-lies" in ranking.causes[0].explains


HOSTILE = "\x1b[31mred\x00 " + "é" * 500 + "\n" * 50 + "'\"; $(touch ran) `x` <b>"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 413, 424, 429, 431, 500, 502, 503, 504, 599])
def test_hostile_words_stay_words(status: int) -> None:
    names = ("server", "location", "retry-after", "allow", "x-request-id", "azureml-model-deployment", "content-length",
             "ms-azureml-model-error-statuscode", "ms-azureml-model-error-reason", "x-ms-server-version")  # fmt: skip
    for kind in KINDS:
        call = scored(
            status,
            HOSTILE,
            headers=dict.fromkeys(names, HOSTILE),
            words=HOSTILE,
            redirects=(HOSTILE,) * (status in {200, 302}),
        )
        for finding in judged(of(kind, HEALTHY, call, deployment="green")).findings:
            assert not re.search(r"[\x00\x1b]", text(finding))
            assert all(len(line.splitlines()) == 1 for line in finding.reproduce)
            for command in (one for fix in finding.fixes for one in (*fix.commands, *finding.reproduce)):
                assert not re.search(r"\$\(touch|`x`", re.sub(r"'[^']*'", "", command)), command


@pytest.mark.parametrize(
    "body",
    [
        "<!---->" * 140_000,
        "<title>" * 140_000,
        "Swagger version [2] is not supported " * 27_000,
        "<html>" + "<h1" * 300_000,
        "POST body " * 100_000,
    ],
    ids=["comments", "titles", "swagger", "headings", "words"],
)
def test_a_body_of_a_megabyte_takes_no_time(body: str) -> None:
    began = time.process_time()
    for status in (200, 404, 500):
        swagger = Call(purpose="swagger", method="GET", path="/swagger.json", status=404, body=body)
        judged(of("server", swagger, scored(status, body)))
    assert time.process_time() - began < 10  # seconds
