"""What is left of a long log leads to the diagnosis of the whole, and no line that a signature knows is overlooked."""

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checks.evidence import Log
from checks.logs.lines import read_lines
from checks.logs.matcher import built_in
from checks.logs.signature import Role, Signature, signatures
from doctor.logs import prefilter, reduction
from doctor.logs.exports import from_json_line
from doctor.logs.prefilter import finder, unescaped
from doctor.logs.reduction import reduce_chunks
from doctor.report import Report
from doctor.triage import triage

QUOTED = {Role.CAUSE, Role.SYMPTOM, Role.WRAPPER}
FAILING = [text.strip("\n") for one in signatures() if one.role is Role.CAUSE for text in one.fires]
LINES = [line for one in signatures() for text in one.fires for line in text.strip("\n").split("\n")]

START = """2026-11-20 17:53:00,247 I [1] gunicorn.error - Starting gunicorn 27.0.1
2026-11-20 17:53:00,252 I [40] gunicorn.error - Booting worker with pid: 40
2026-11-20 17:53:01,715 I [40] azmlinfsrv - Starting up app insights client
2026-11-20 17:53:01,725 I [40] azmlinfsrv.user_script - Invoking user's init function
2026-11-20 17:53:01,726 I [40] azmlinfsrv.user_script - Users's init has completed successfully
2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic"""
SERVED = '2026-11-20 17:59:16,287 I [40] gunicorn.access - 127.0.0.1 - - [x] "POST /score HTTP/1.1" 200 92 "-" "curl"'
PRINTED = "2026-11-20 17:59:16,287 I [40] azmlinfsrv.print - scored 12 rows in 0.3 s"
RAISED = """2026-11-20 17:59:16,286 E [40] azmlinfsrv - Encountered Exception: Traceback (most recent call last):
  File "/x/site-packages/azureml_inference_server_http/server/user_script.py", line 132, in invoke_run
    run_output = self._wrapped_user_run(**run_parameters, request_headers=dict(request.headers))
  File "/var/azureml-app/score.py", line 11, in run
    return model.predict(data)
ValueError: X has 3 features, but StandardScaler is expecting 4 features as input.

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/x/site-packages/azureml_inference_server_http/server/routes.py", line 215, in handle_score
    timed_result = main_blueprint.user_script.invoke_run(request)
azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception"""
ORDINARY = [START, SERVED, PRINTED, RAISED, "plain text", "", "a progress\rbar", json.dumps({"level": "info"})]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that a short log has many of them."""
    monkeypatch.setattr(reduction, "BLOCK", 4096)
    monkeypatch.setattr(reduction, "LONG", 3000)
    monkeypatch.setattr(reduction, "AROUND", 500)
    monkeypatch.setattr(reduction, "WINDOW", 3)
    monkeypatch.setattr(prefilter, "PART", 512)
    monkeypatch.setattr(prefilter, "NEAR", 400)


@cache
def known(line: str) -> list[Signature]:
    (read,) = [one for one in read_lines(Log(source="x", text=line)) if not one.derived] or [None]
    return [one for one, _ in built_in().match(read.text) if one.role in QUOTED] if read else []


def ends(data: bytes) -> set[int]:
    """Where the lines end that may be known."""
    return {end for places in finder().find(data).hits.values() for end in places}


def test_no_known_line_is_overlooked() -> None:
    data = "\n".join(LINES).encode()
    found = {data.count(b"\n", 0, end - 1) for end in ends(data)}
    wanted = {number for number, line in enumerate(LINES) if known(line)}
    assert len(wanted) > 100
    assert not [LINES[number] for number in wanted - found]


def test_no_known_line_is_overlooked_inside_json() -> None:
    texts = [json.dumps({"message": line}).replace("<", "\\u003c").replace("&", "\\u0026") for line in LINES]
    data = "\n".join(texts).encode()
    bare, begins = unescaped(data)
    found = {data.count(b"\n", 0, end - 1) for end in ends(data)}
    found |= {data.count(b"\n", 0, begins[bare.count(b"\n", 0, end - 1)]) for end in ends(bare)}
    assert not [line for number, line in enumerate(LINES) if known(line) and number not in found]


def told(report: Report) -> list[tuple[str, str, list[tuple[int | None, str]]]]:
    """Causes, and the lines that prove them."""
    return [(one.id, one.title, [(quote.line, quote.text) for quote in one.evidence]) for one in report.causes]


UNDER_A_PRINTED_RECORD = [  # 26 lines before the last exception stands who wrote it
    (START, 98),
    ("2026-11-20 18:01:00,000 E [9] azmlinfsrv - ModuleNotFoundError: No module named 'sklearn'", 1),
    ("plain text", 17),
    (PRINTED, 100),
    ("plain text", 25),
    ("ModuleNotFoundError: No module named 'cv2'", 1),
    (SERVED, 98),
]

segments = st.one_of(
    st.tuples(st.sampled_from(ORDINARY), st.integers(1, 120)),
    st.tuples(st.sampled_from([SERVED, PRINTED]), st.integers(100, 600)),
    st.tuples(st.sampled_from(FAILING), st.integers(1, 3)),
    st.tuples(st.sampled_from([RAISED, START]), st.integers(1, 30)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(parts=UNDER_A_PRINTED_RECORD, piece=500)
@given(st.lists(segments, min_size=2, max_size=9), st.integers(500, 9000))
def test_the_diagnosis_stays_the_same(parts: list[tuple[str, int]], piece: int) -> None:
    text = "\n".join("\n".join([part] * times) for part, times in parts)
    data = text.encode()
    reduced = reduce_chunks("log", (data[at : at + piece] for at in range(0, len(data), piece)), from_json_line)
    whole = Log(source="log", text=text)
    assert len(reduced.numbers) == reduced.text.count("\n") + 1
    assert told(triage(reduced)) == told(triage(whole))
    assert triage(reduced).verdict == triage(whole).verdict


def test_repeats_are_counted() -> None:
    lines = [START, *[f"{SERVED}\n{RAISED}".replace("line 11", f"line {11 + n % 3}") for n in range(2000)]]
    text = "\n".join(lines)
    log = reduce_chunks("log", [text.encode()], from_json_line)
    assert len(log.numbers) < 1000
    assert log.left_out == text.count("\n") + 1 - len(set(log.numbers))
    (cause,) = triage(log).causes
    assert "2000 times" in cause.why
    assert cause.evidence[0].line == START.count("\n") + 1 + 1 + 6


def test_what_stays_of_one_line_that_is_longer_than_blocks() -> None:
    text = "x" * 50_000 + " ModuleNotFoundError: No module named 'cv2' " + "y" * 50_000
    log = reduce_chunks("log", [text.encode()], None)
    assert len(log.text) < 30_000
    (cause,) = triage(log).causes
    assert "cv2" in cause.title
    assert cause.evidence[0].line == 1
