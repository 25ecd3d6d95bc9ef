"""The closer look at one workload: into its running container, and where asked for into a copy of its pod."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.containers import Answer, Answers, Container, Inside
from checks.evidence import Evidence, Installed, Log, Logs, Missing
from checks.kubernetes.seen import containers_of
from checks.logs.own_requests import marked
from doctor.cluster.api import Api
from doctor.cluster.pod_logs import Wanted, read_logs
from doctor.cluster.selection import representatives
from doctor.cluster.wishes import Wishes
from doctor.containers.brought import Brought
from doctor.containers.completing import answers_well, both, held, with_files
from doctor.containers.engine import Listen
from doctor.probe.launcher import Payload


@dataclass(frozen=True)
class Seen:
    """What was collected of one workload, and how it came about."""

    evidence: Evidence
    notes: tuple[str, ...] = ()


def look_closer(
    api: Api, seen: Seen, wishes: Wishes, payloads: Sequence[Payload], listen: Listen, *, enter: bool
) -> Seen:
    """Enter the container that tells most, as far as it runs and `enter` or the wishes say so; rehearse if wished."""
    workload = seen.evidence.workload
    assert isinstance(workload, Workload)
    found = _container_to_enter(workload, wishes.container)
    wanted = wishes.inside if wishes.inside is not None else enter
    if found is None or not (wanted or wishes.rehearse):
        return seen
    from doctor.cluster.as_container import container_of

    pod, name = found
    container = container_of(pod, name, api.address)
    seen = replace(seen, evidence=seen.evidence.replace(container=container))
    with Brought() as brought:
        if wanted and container.state.status == "running":
            seen = _entered(api, seen, wishes, pod, container, payloads, brought, listen)
        if wishes.rehearse and not answers_well(seen.evidence, scored=bool(payloads)):
            seen = _rehearsed(api, seen, wishes, pod, container, payloads, brought, listen)
    return seen


def _entered(
    api: Api,
    seen: Seen,
    wishes: Wishes,
    pod: Pod,
    container: Container,
    payloads: Sequence[Payload],
    brought: Brought,
    listen: Listen,
) -> Seen:
    from doctor.cluster.as_container import completed
    from doctor.cluster.inside import ask, look
    from doctor.containers.answers import requests_told
    from doctor.containers.running import Looked

    listen(f"looking into {pod.name}")
    entered = look(api, pod, container, brought)
    if not isinstance(entered, Looked):
        missing = Missing(reason=f"nobody looked inside: {entered.reason}")
        evidence = seen.evidence.replace(inside=missing, answers=missing)
        return replace(seen, evidence=evidence, notes=(*seen.notes, missing.reason))
    listen("asking the service")
    container = completed(container, entered.document)
    answers = ask(api, pod, container, payloads, entered.inside)
    evidence = with_files(
        seen.evidence.replace(container=container, inside=entered.inside, answers=answers),
        container,
        brought,
        entered.document,
        source=wishes.source,
        environment=wishes.environment,
    )
    if isinstance(answers, Answers) and any(_failed(one) for one in answers.items):
        evidence = evidence.replace(logs=_with_new_lines(api, pod, container.name, evidence, wishes))
    notes = (f"looked into container {container.name} of {pod.name}", *entered.notes, *requests_told(answers))
    return replace(seen, evidence=evidence, notes=(*seen.notes, *notes))


def _failed(one: Answer) -> bool:
    return one.method == "POST" and (one.status is None or one.status >= 400)


def _with_new_lines(api: Api, pod: Pod, name: str, evidence: Evidence, wishes: Wishes) -> Logs | Missing:
    """The logs with what the server said of the sample that failed: it was written after they had been read."""
    one = Wanted(pod.metadata.namespace, pod.name, name)
    log = read_logs(api, [one], since=wishes.since, tail=wishes.tail)[one]
    if not isinstance(log, Log):
        return evidence.logs
    others = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    log = marked(log, but=evidence.answers.ids if isinstance(evidence.answers, Answers) else ())
    return Logs(items=(log, *(other for other in others if other.source != log.source)))


def _rehearsed(
    api: Api,
    seen: Seen,
    wishes: Wishes,
    pod: Pod,
    container: Container,
    payloads: Sequence[Payload],
    brought: Brought,
    listen: Listen,
) -> Seen:
    from doctor.cluster.rehearsal import rehearse, sweep

    listen(f"rehearsing {pod.name} in a copy")
    sweep(api, pod.metadata.namespace)
    done = rehearse(api, pod, container.name, payloads, brought, seconds=wishes.timeout)
    container = done.container or container
    evidence = seen.evidence.replace(
        container=container, probe=done.probe, inside=both(seen.evidence.inside, done.inside)
    )
    if isinstance(done.installed, Installed):
        evidence = evidence.replace(installed=done.installed)
    if isinstance(evidence.script, Missing) and isinstance(evidence.inside, Inside):
        files = {"source": wishes.source, "environment": wishes.environment}
        evidence = with_files(evidence, container, brought, {}, **files)
    evidence = held(evidence)
    if isinstance(done.probe, Missing):
        notes = (f"not rehearsed: {done.probe.reason}", *done.notes)
    else:
        told = f"rehearsed in a copy of {pod.name} with Python {done.probe.python}; the copy is deleted"
        notes = (told, *done.notes)
    return replace(seen, evidence=evidence, notes=(*seen.notes, *notes))


def _container_to_enter(workload: Workload, name: str | None) -> tuple[Pod, str] | None:
    """The container that tells most: of the worst pod that has a node, the first one that is not well."""
    for pod in representatives(workload.pods):
        every = [one for one in containers_of(pod) if not one.init and name in {None, one.name}]
        bad = [one for one in every if not (one.status and one.status.ready)]
        if every and pod.spec.node_name:
            return pod, (bad or every)[0].name
    return None
