"""What people hand over by mistake, and what is asked again because it failed."""

import base64
import json
from dataclasses import replace

import msgspec
import pytest
from fault_server import OF_SERVER, Handler, answer, serving

from checks.http.records import Endpoint
from checks.http.reproduce import reproduced
from doctor.endpoint.address import read_address
from doctor.endpoint.collecting import look
from doctor.endpoint.credentials import hints_of
from doctor.endpoint.diagnosis import diagnose
from doctor.endpoint.wishes import Wishes
from doctor.errors import ConfigError
from doctor.probe.launcher import Payload

WISHES = Wishes(payloads=(Payload("sample.json", b'{"data": [[1.0]]}'),), timeout=3.0, total=15.0)
RAISED = answer(500, {"message": "An unexpected error occurred in scoring script."}, OF_SERVER)


def in_turn(*answers: bytes) -> Handler:
    """A service that gives these answers to POST, one after the other, then the last one again."""

    def handler(to: object, request: object, service: object) -> bool:
        count = sum(1 for one in service.requests if one.method == "POST")  # type: ignore[attr-defined]
        to.sendall(answers[min(count, len(answers)) - 1])  # type: ignore[attr-defined]
        return True

    return handler


def looked(handler: Handler, wishes: Wishes = WISHES) -> Endpoint:
    with serving(handler, only="POST") as service:
        return look(service.url, wishes).endpoint


def test_a_failure_is_asked_for_again_until_it_goes_well() -> None:
    endpoint = looked(in_turn(RAISED, RAISED, answer(200, [1.0], OF_SERVER)))
    assert [call.status for call in endpoint.of("score", "series")] == [500, 500, 200]


def test_a_failure_that_stays_is_asked_for_three_times_more() -> None:
    endpoint = looked(in_turn(RAISED))
    assert [call.status for call in endpoint.of("score", "series")] == [500] * 4
    assert len(looked(in_turn(RAISED), replace(WISHES, series=0)).of("score", "series")) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 429])
def test_what_the_request_is_at_fault_for_is_not_asked_again(status: int) -> None:
    assert len(looked(in_turn(answer(status, {"message": "no"}))).of("score", "series")) == 1


def test_a_replica_that_is_broken_is_one_cause() -> None:
    with serving(in_turn(RAISED, answer(200, [1.0], OF_SERVER)), only="POST") as service:
        report = diagnose(service.url, WISHES).report
    assert [cause.id for cause in report.causes] == ["http.answers-vary"]


@pytest.mark.parametrize(
    "host", ["<endpoint>.<region>.inference.ml.azure.com", "{host}", "ml.azure.com", "portal.azure.com"]
)
def test_what_is_no_service_is_said_at_once(host: str) -> None:
    with pytest.raises(ConfigError, match=r"placeholder|a page for people"):
        read_address(f"https://{host}/score")


@pytest.mark.parametrize(("given", "noted"), [("", True), ("/", True), ("/swagger.json", True), ("/score", False)])
def test_another_path_than_the_one_that_was_given_is_said(given: str, noted: bool) -> None:
    with serving("healthy") as service:
        notes = diagnose(service.url.removesuffix("/score") + given, WISHES).report.notes
    assert any(note.startswith("asked at /score") for note in notes) == noted


def token(**claims: object) -> str:
    parts = ({"alg": "RS256"}, claims)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "c2ln"]
    )


def test_what_is_odd_about_a_key_is_told_without_it() -> None:
    assert hints_of("kX9/secret+key==", "key") == ()
    assert hints_of('"kX9/secret+key=="', "key") == ("quoted",)
    assert hints_of("<your-key>", "key") == hints_of("$SCORE_KEY", "key") == ("placeholder",)
    assert hints_of(token(exp=1_700_000_000), "token") == ("expired 2023-11-14T22:13:20Z",)
    assert hints_of(token(aud="https://management.azure.com/"), "token") == ("audience https://management.azure.com",)
    assert hints_of(token(aud="https://ml.azure.com", exp=99_999_999_999), "token") == ()
    assert hints_of(token(), "key") == ("token",)
    assert hints_of("eyJ.not.json", "token") == hints_of("eyJhbGciOiJub25lIn0.W10.x", "token") == ()


def test_lines_to_paste_trust_what_was_trusted() -> None:
    seen = looked(in_turn(RAISED))
    endpoint = msgspec.structs.replace(seen, ca="own ca.pem", url=seen.url.replace("http://", "https://"))
    curl, python = reproduced(endpoint, endpoint.of("score")[0])
    assert "--cacert 'own ca.pem'" in curl
    assert 'verify="own ca.pem"' in python
