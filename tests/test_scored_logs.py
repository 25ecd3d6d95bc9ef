"""What a server says of a sample is read after the sample was sent; paths of models stay those of the container."""

from typing import cast

import pytest

from checks.cases import container
from checks.containers import Answer, Answers, Container
from checks.evidence import Evidence, Log, Logs
from doctor.containers import diagnosis
from doctor.containers.engine import Engine
from doctor.containers.image_gate import _KEPT, _renamed
from doctor.containers.wishes import Wishes

OLD, NEW = Log(source="docker logs score", text="ready\n"), Log(source="docker logs score", text="ready\nboom\n")
READY = (
    "2026-11-20 17:53:01,726 I [40] azmlinfsrv.user_script - Users's init has completed successfully\n"
    "2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic\n"
)


def sent(method: str, status: int | None) -> Evidence:
    one = Answer(method=method, path="/score", route="published", address="http://127.0.0.1:5001", status=status)
    return container("", {"answers": Answers(items=(one,)), "logs": Logs(items=(OLD,))})


@pytest.mark.parametrize(
    ("method", "status", "again"),
    [("POST", 500, True), ("POST", None, True), ("POST", 200, False), ("GET", 503, False)],
)
def test_the_log_is_read_again_after_a_sample_failed(
    monkeypatch: pytest.MonkeyPatch, method: str, status: int | None, again: bool
) -> None:
    monkeypatch.setattr(diagnosis, "collect_logs", lambda *_, **__: Logs(items=(NEW,)))
    evidence = sent(method, status)
    assert isinstance(evidence.container, Container)
    seen = diagnosis._with_new_lines(
        cast("Engine", None), evidence.container, diagnosis.Seen(evidence=evidence), Wishes()
    )
    assert isinstance(seen.evidence.logs, Logs)
    assert seen.evidence.logs.items == ((NEW,) if again else (OLD,))


@pytest.mark.parametrize(("said", "again"), [("Invoking user's init function\n", True), (READY, False)])
def test_the_log_is_read_again_when_the_service_became_ready_meanwhile(
    monkeypatch: pytest.MonkeyPatch, said: str, again: bool
) -> None:
    monkeypatch.setattr(diagnosis, "collect_logs", lambda *_, **__: Logs(items=(NEW,)))
    health = Answer(method="GET", path="/", route="published", address="http://127.0.0.1:5001", status=200)
    evidence = container(said, {"answers": Answers(items=(health,))})
    assert isinstance(evidence.container, Container)
    seen = diagnosis._with_new_lines(
        cast("Engine", None), evidence.container, diagnosis.Seen(evidence=evidence), Wishes()
    )
    assert isinstance(seen.evidence.logs, Logs)
    assert (seen.evidence.logs.items == (NEW,)) is again


@pytest.mark.parametrize(
    ("body", "well"),
    [('{"error": "name \'np\' is not defined"}', False), ("[1.5]", True), ('{"prediction": 1, "error": null}', True)],
)
def test_a_sample_that_is_answered_with_an_exception_is_rehearsed(body: str, well: bool) -> None:
    fields = {"route": "published", "address": "http://127.0.0.1:5001", "status": 200}
    health = Answer(method="GET", path="/", **fields)  # type: ignore[arg-type]
    post = Answer(method="POST", path="/score", body=body, **fields)  # type: ignore[arg-type]
    evidence = container("", {"answers": Answers(items=(health, post))})
    assert diagnosis.answers_well(evidence, scored=True) is well


def test_a_model_keeps_its_path_inside_where_the_code_is_shown_as_the_persons_own() -> None:
    models = "/var/azureml-app/azureml-models"
    pairs = [(models, _KEPT), ("/var/azureml-app", "src"), (_KEPT, models)]
    said = {"message": f"'{models}/m/1/a.pkl'", "frames": ["/var/azureml-app/score.py"]}
    assert _renamed(said, pairs) == {"message": f"'{models}/m/1/a.pkl'", "frames": ["src/score.py"]}
