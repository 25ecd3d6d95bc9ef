"""What the checks of containers say of a container in a pod: in the words of kubectl, and only what fits a pod."""

import json
import re
from collections.abc import Iterator

import msgspec
import pytest

from checks.cases import Case
from checks.check import Check
from checks.container.family import CHECKS
from checks.container.for_pods import ONLY_DOCKER
from checks.containers import OF_PODS, POD_LABELS, Container
from checks.evidence import Evidence, Logs, Missing
from checks.finding import Finding
from checks.outcome import Crashed, Found, run_check

WORDS = re.compile(
    r"\bdocker (?!build|push)|\bcompose\b|--gpus|--memory|--shm-size|--cap-add|--mount|--tmpfs|docker\.internal"
    r"|(?:^|\s)-[ev] [A-Z/<]|env file"
)


def of_pod(evidence: Evidence) -> Evidence:
    """The same container in a pod: nothing is known of its image."""
    container = evidence.container
    if not isinstance(container, Container):
        return evidence
    values = ("score-6b5496fd48-bmztd", "team-a", "inference-server", "Deployment/score", "registry.example/score:1")
    logs = evidence.logs
    if isinstance(logs, Logs):
        source = "kubectl logs score-6b5496fd48-bmztd -c inference-server -n team-a"
        logs = Logs(items=tuple(msgspec.structs.replace(log, source=source) for log in logs.items))
    return evidence.replace(
        logs=logs,
        container=msgspec.structs.replace(
            container,
            name="inference-server",
            engine=msgspec.structs.replace(container.engine, address=f"{OF_PODS}https://192.0.2.2:6443"),
            labels=dict(zip(POD_LABELS, values, strict=True)),
            image=Missing(reason="the API of Kubernetes tells nothing of what an image sets"),
        ),
    )


def asked() -> Iterator[tuple[Check, Case]]:
    for check in CHECKS:
        if check.id not in ONLY_DOCKER:
            yield from ((check, case) for case in check.cases)


def told(finding: Finding) -> Iterator[str]:
    yield finding.title
    yield finding.confirm or ""
    yield from (f"{quote.source} {quote.text}" for quote in finding.evidence)
    for fix in finding.fixes:
        yield fix.title
        yield from fix.commands


@pytest.mark.parametrize(("check", "case"), list(asked()), ids=lambda one: getattr(one, "id", ""))
def test_words_fit_a_pod(check: Check, case: Case) -> None:
    outcome = run_check(check, of_pod(case.evidence))
    if not isinstance(outcome, Found):
        assert not isinstance(outcome, Crashed), outcome
        return
    said = [text for finding in outcome.findings for text in told(finding)]
    assert [text for text in said if WORDS.search(text)] == []


def test_what_is_to_be_filled_in_keeps_its_blanks() -> None:
    check = next(one for one in CHECKS if one.id == "container.model-folder-missing")
    (finding,) = check.run(of_pod(check.cases[2].evidence))
    (command,) = finding.fixes[0].commands
    assert '"mountPath": "/var/azureml-app/azureml-models/' in command, command


def test_a_command_that_only_the_image_knows_breaks_no_check() -> None:
    crashed = []
    for check, case in asked():
        evidence = of_pod(case.evidence)
        if isinstance(evidence.container, Container):
            bare = msgspec.structs.replace(evidence.container, command=(), environment={}, user="", working_dir="")
            crashed += [one for one in [run_check(check, evidence.replace(container=bare))] if isinstance(one, Crashed)]
    assert crashed == []


def test_variables_that_the_image_may_set_are_not_missed() -> None:
    ids = {"container.variable-not-set", "container.variable-misnamed", "container.entry-script-not-set"}
    for check in (one for one in CHECKS if one.id in ids):
        for case in check.cases:
            evidence = of_pod(case.evidence)
            container = evidence.container
            assert isinstance(container, Container)
            unknown = {name: value for name, value in container.environment.items() if name != "PATH"}
            seen = evidence.replace(
                container=msgspec.structs.replace(container, environment=unknown),
                logs=Missing(reason="not read"),
                probe=Missing(reason="not rehearsed"),
            )
            assert not check.run(seen), case


def test_ids_are_those_of_checks() -> None:
    assert {check.id for check in CHECKS} >= ONLY_DOCKER


def test_a_limit_becomes_a_patch_that_can_be_applied() -> None:
    check = next(one for one in CHECKS if one.id == "container.memory-nearly-used")
    case = next(one for one in check.cases if one.findings != 0)
    fix = check.run(of_pod(case.evidence))[0].fixes[0]
    patch = fix.patches[0]
    assert (patch.kind, patch.name, patch.namespace) == ("Deployment", "score", "team-a")
    limits = json.loads(patch.body)["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert re.fullmatch(r"\d+Mi", limits["memory"])


def test_a_bare_pod_is_not_patched() -> None:
    check = next(one for one in CHECKS if one.id == "container.variable-not-set")
    evidence = of_pod(next(one for one in check.cases if one.findings != 0).evidence)
    container = evidence.container
    assert isinstance(container, Container)
    bare = msgspec.structs.replace(container, labels={**container.labels, "doctor.workload": "Pod/score"})
    fix = check.run(evidence.replace(container=bare))[0].fixes[0]
    assert not fix.patches
    assert not any(command.startswith("kubectl patch") for command in fix.commands)
