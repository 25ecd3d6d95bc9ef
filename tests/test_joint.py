"""What several families say of one container becomes one answer."""

import msgspec

from checks.finding import Confidence, Finding, Quote, Severity
from checks.joint import agree, judge


def finding(id: str, title: str = "", *quotes: str, about: tuple[str, ...] = (), **more: object) -> Finding:
    evidence = tuple(Quote(source="score.py", text=text, line=7) for text in quotes)
    family = id.partition(".")[0]
    made = Finding(
        id=id, family=family, title=title or id, evidence=evidence, about=about, confidence=Confidence.LIKELY
    )
    return made if not more else Finding(**{name: getattr(made, name) for name in made.__struct_fields__} | more)  # type: ignore[arg-type]


LOG = finding(
    "logs.module-not-found",
    "no installed package provides `cv2`",
    "ModuleNotFoundError: No module named 'cv2'",
    about=("module:cv2", "line:7"),
)
RESTARTS = finding("container.restart-loop")
PACKAGE = finding(
    "dependencies.not-listed",
    "cv2 is imported, and conda.yml does not list it",
    "import cv2",
    about=("module:cv2", "line:7"),
)
RAISED = finding("runtime.import-raised", "", "ModuleNotFoundError: No module named 'cv2'", about=("phase:import",))


def test_a_log_and_a_check_of_the_same_module_are_one_fault() -> None:
    ranking = judge((LOG, RESTARTS, PACKAGE, RAISED))
    assert [one.id for one in ranking.causes] == ["dependencies.not-listed"]
    assert {"logs.module-not-found", "container.restart-loop"} <= set(ranking.causes[0].explains)


def test_the_cause_quotes_the_log() -> None:
    cause = judge((LOG, PACKAGE)).causes[0]
    assert cause.evidence[-1].text == "ModuleNotFoundError: No module named 'cv2'"


def test_a_log_knows_more_than_a_finding_of_the_last_resort() -> None:
    ranking = judge((LOG, RAISED))
    assert [one.id for one in ranking.causes] == ["logs.module-not-found"]


def test_different_faults_stay_two_causes_and_what_happened_goes_first() -> None:
    latent = finding(
        "entry-script.no-run", "run() is missing", "def init():", about=("line:99",), confidence=Confidence.CERTAIN
    )
    ranking = judge((latent, LOG))
    assert [one.id for one in ranking.causes] == ["logs.module-not-found", "entry-script.no-run"]


def test_what_only_the_rehearsal_met_comes_after_the_log() -> None:
    other = finding(
        "runtime.file-missing", "", "FileNotFoundError: x", about=("file:x",), confidence=Confidence.CERTAIN
    )
    assert [one.id for one in judge((other, LOG)).causes] == ["logs.module-not-found", "runtime.file-missing"]


def test_a_latent_fault_does_not_explain_a_restart() -> None:
    latent = finding("entry-script.no-run")
    assert {one.id for one in judge((latent, RESTARTS)).causes} == {"entry-script.no-run", "container.restart-loop"}


def test_a_warning_explains_nothing() -> None:
    warning = finding("container.image-replaced", severity=Severity.WARNING)
    assert [one.id for one in judge((warning, RESTARTS)).causes] == ["container.restart-loop"]


def test_the_symptoms_of_a_log_are_explained_by_a_cause_of_the_container() -> None:
    killed = finding("container.out-of-memory", "killed at its memory limit of 200 MB")
    symptom = finding("logs.worker-failed-to-boot", "a worker failed to boot")
    assert [one.id for one in judge((symptom, killed)).causes] == ["container.out-of-memory"]


def test_the_same_line_of_another_file_is_no_agreement() -> None:
    log = finding("logs.key-missing", "", 'File "/var/azureml-app/train.py", line 7', about=("line:7",))
    log = Finding(
        **{name: getattr(log, name) for name in log.__struct_fields__}
        | {"evidence": (Quote(source="docker logs score", text='File "/app/train.py", line 7', line=3),)}
    )
    other = finding("runtime.key-missing", "", "data['x']", about=("line:7",))
    assert not agree(log, other)


def test_a_finding_of_the_last_resort_is_no_cause_beside_a_closer_look() -> None:
    """Though it is the surest of all, and each of them explains that the worker did not start."""
    about = ("phase:import", "exception:ModuleNotFoundError", "line:7", "module:cv2")
    raised = finding(RAISED.id, "", RAISED.evidence[0].text, about=about, confidence=Confidence.CERTAIN)
    missing = finding("runtime.module-missing", "", RAISED.evidence[0].text, about=about, explains=(RAISED.id,))
    boot = finding("logs.worker-failed-to-boot", "", "Reason: Worker failed to boot.")
    log = finding(LOG.id, LOG.title, LOG.evidence[0].text, about=LOG.about, explains=(boot.id,))
    ranking = judge((raised, missing, log, boot))
    assert [one.id for one in ranking.causes] == ["runtime.module-missing"]
    assert {RAISED.id, log.id, boot.id} == set(ranking.causes[0].explains)


def test_a_server_that_keeps_the_exception_to_itself_is_seen_through() -> None:
    """It says that there is no script, whatever the import of the script raised."""
    said = finding("logs.main-script-not-found", "", "No score script found. Expected score script main.py.")
    met = finding(
        "runtime.import-name-missing", "", "ImportError: cannot import name 'b' from 'a'", about=("phase:import",)
    )
    assert [one.id for one in judge((said, met)).causes] == ["runtime.import-name-missing"]
    later = finding("runtime.file-missing", "", "FileNotFoundError: x", about=("phase:init",))
    assert "logs.main-script-not-found" in [one.id for one in judge((said, later)).causes]


def test_a_cause_of_the_log_shows_the_line_of_code_that_the_rehearsal_met() -> None:
    text = "ValueError: invalid literal for int() with base 10: 'x'"
    log = finding("logs.value-error", "", text, about=("line:7",))
    raised = finding("runtime.init-raised", "", 'shoe = int(sizes["shoe"])', text, about=("phase:init", "line:7"))
    cause = judge((log, raised)).causes[0]
    assert cause.id == "logs.value-error"
    assert cause.evidence[0].text == 'shoe = int(sizes["shoe"])'


def test_the_log_of_a_container_knows_better_why_it_hangs_and_not_what_another_one_does() -> None:
    said = Finding(
        id="logs.command-not-found",
        family="logs",
        title="the command `nc` is not found in the image",
        evidence=(Quote(source="kubectl logs score-1 -c wait-db -n team-a", text="sh: 1: nc: not found"),),
        severity=Severity.ERROR,
    )
    hangs = Finding(
        id="kubernetes.init-container-hangs",
        family="kubernetes",
        title="init container `wait-db` has not ended after 89 s",
        evidence=(Quote(source="pod/score-1", text="running for 89 s"),),
        severity=Severity.ERROR,
        about=("container:wait-db",),
    )
    assert [one.id for one in judge((said, hangs)).causes] == [said.id]
    other = msgspec.structs.replace(hangs, about=("container:get-model",))
    assert {one.id for one in judge((said, other)).causes} == {said.id, hangs.id}
    closer = msgspec.structs.replace(hangs, explains=(said.id,), about=())
    assert [one.id for one in judge((said, closer)).causes] == [hangs.id]


def test_a_probe_that_kills_is_the_client_which_gave_up() -> None:
    quote = (Quote(source="kubectl logs score-1 -c web -n team-a", line=4, text="BrokenPipeError: [Errno 32]"),)
    log = finding("logs.client-closed-request", about=("line:7",), evidence=quote)
    kills = finding("kubernetes.liveness-kills", about=("container:web",), explains=(log.id,))
    assert [one.id for one in judge((log, kills)).causes] == [kills.id]
    other = finding("kubernetes.liveness-kills", about=("container:proxy",), explains=(log.id,))
    assert len(judge((log, other)).causes) == 2


def test_a_proxy_that_gets_no_answer_is_explained_by_what_ended_the_server() -> None:
    proxy = finding("logs.knative-probe-failed", "the queue-proxy gets no answer", "aggressive probe error")
    memory = finding("kubernetes.out-of-memory", about=("container:kserve-container",), severity=Severity.ERROR)
    assert [one.id for one in judge((proxy, memory)).causes] == ["kubernetes.out-of-memory"]
    assert [one.id for one in judge((proxy,)).causes] == ["logs.knative-probe-failed"]


def test_what_keeps_requests_away_accounts_for_no_exception() -> None:
    traffic = finding("kubernetes.selector-mismatch", severity=Severity.ERROR)
    raised = finding("logs.unrecognised-exception", severity=Severity.ERROR)
    loop = finding("kubernetes.crash-loop", severity=Severity.ERROR)
    ranking = judge((traffic, raised, loop))
    assert {one.id for one in ranking.causes} == {"kubernetes.selector-mismatch", "logs.unrecognised-exception"}
    assert "kubernetes.crash-loop" not in next(one for one in ranking.causes if one.id == traffic.id).explains


def test_what_keeps_requests_away_accounts_for_a_log_without_a_failure() -> None:
    traffic = finding("kubernetes.selector-mismatch", severity=Severity.ERROR)
    silent = finding("logs.log-empty", severity=Severity.ERROR)
    assert [one.id for one in judge((traffic, silent)).causes] == ["kubernetes.selector-mismatch"]


def test_why_a_container_ends_goes_before_why_nobody_would_reach_it() -> None:
    traffic = finding("kubernetes.selector-mismatch", severity=Severity.ERROR, confidence=Confidence.CERTAIN)
    loop = finding("kubernetes.crash-loop", severity=Severity.ERROR)
    ranking = judge((traffic, LOG, loop))
    assert [one.id for one in ranking.causes] == [LOG.id, traffic.id]


def test_a_cause_in_another_container_names_it() -> None:
    quote = Quote(source="kubectl logs score-1 -c shipper -n team-a", line=3, text="Connection refused")
    log = finding("logs.connection-refused", "connection refused", severity=Severity.ERROR, evidence=(quote,))
    dies = finding("kubernetes.sidecar-dies", about=("container:shipper",), severity=Severity.ERROR)
    server = finding("kubernetes.crashed", about=("container:shipper",), severity=Severity.ERROR)
    assert [one.title for one in judge((log, dies)).causes] == ["`shipper`: connection refused"]
    assert [one.title for one in judge((log, server)).causes] == ["connection refused"]


def test_a_port_that_is_not_published_explains_no_answered_request() -> None:
    port = finding("container.port-not-published", confidence=Confidence.CERTAIN, about=("port:5001",))
    refused, raised = finding("container.sample-refused", about=("phase:run",)), finding("runtime.run-raised")
    told = {one.id: one for one in judge((port, refused, raised)).findings}
    assert "container.sample-refused" not in told["container.port-not-published"].explains
    assert "container.sample-refused" in told["runtime.run-raised"].explains
