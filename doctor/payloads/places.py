"""Where a diagnosed target can be sent a body: the probe, the container, a pod, the URL."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.containers import Answers, Container, Inside
from checks.evidence import Evidence, Missing, Probe, Script
from checks.http.reproduce import split
from doctor.content_types import takes_raw
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from doctor.payloads.records import Place
from doctor.redact import redact

NOWHERE = "nowhere to send to: diagnose a script, a container, a workload or a URL (key 1)"

SAVED = "a saved report has no service to send to: diagnose the target itself (key 1)"


def nowhere(diagnosis: Diagnosis | None) -> str:
    """Why there is no place, and what to do."""
    return SAVED if diagnosis is not None and diagnosis.evidence is None else NOWHERE


def places_of(diagnosis: Diagnosis | None) -> tuple[Place, ...]:
    """The places, the harmless ones first."""
    if diagnosis is None or diagnosis.evidence is None:
        return ()
    raw = takes_raw(diagnosis.evidence)
    return tuple(msgspec.structs.replace(one, raw=raw) for one in _places(diagnosis.call, diagnosis.evidence))


def _places(call: Call, evidence: Evidence) -> Iterator[Place]:
    if (script := _script(call, evidence)) is not None:
        yield Place(
            way="probe",
            title="probe",
            where=f"a rehearsal of {script.name} on this machine",
            live=False,
            call=_of_script(call, script),
        )
    if isinstance(evidence.container, Container) and evidence.container.state.status == "running":
        workload = evidence.workload
        yield _of_pod(call, evidence) if isinstance(workload, Workload) else _of_container(call, evidence)
    if not isinstance(evidence.endpoint, Missing):
        key = call.key_variable or call.token_variable
        where = evidence.endpoint.url + (f" with the key in ${key}" if key else "")
        yield Place(way="url", title="URL", where=redact(where), live=True, call=call, url=call.name)


def _script(call: Call, evidence: Evidence) -> Path | None:
    """The script that lies here and can be rehearsed."""
    if not isinstance(evidence.script, Script) or (isinstance(evidence.probe, Probe) and evidence.probe.is_batch):
        return None
    if call.kind == "script":
        path = Path(call.name)
    elif call.source:
        path = Path(call.source) / evidence.script.name
    else:
        return None
    return path if path.is_file() else None


def _of_script(call: Call, script: Path) -> Call:
    return Call(
        kind="script",
        name=str(script),
        model_dir=call.model_dir,
        environment=call.environment,
        python=call.python,
        variables=call.variables,
        timeout=call.timeout,
        memory=call.memory,
    )


def _of_container(call: Call, evidence: Evidence) -> Place:
    container = evidence.container
    assert isinstance(container, Container)
    url = _published(evidence)
    where = url or f"{container.name}, asked from inside"
    return Place(
        way="container", title="container", where=where, live=True, call=call, url=url, evidence=_needed(evidence)
    )


def _published(evidence: Evidence) -> str | None:
    """The scoring URL of the published port that answered, else of the first that is published here."""
    container = evidence.container
    assert isinstance(container, Container)
    if isinstance(evidence.answers, Answers):
        for one in evidence.answers.items:
            if one.route == "published" and one.status is not None:
                return f"{'://'.join(split(one.address)[:2])}/score"
        if any(one.route == "inside" and one.status is not None for one in evidence.answers.items):
            return None
    ports = [one for one in container.ports if one.host_port and one.protocol == "tcp"]
    return f"http://127.0.0.1:{ports[0].host_port}/score" if ports and not container.engine.remote else None


def _of_pod(call: Call, evidence: Evidence) -> Place:
    container, workload = evidence.container, evidence.workload
    assert isinstance(container, Container)
    assert isinstance(workload, Workload)
    pod = pod_of(workload)
    where = f"container {container.name} of pod/{pod.name if pod else workload.name}, asked from inside"
    return Place(way="pod", title="pod", where=where, live=True, call=call, evidence=_needed(evidence))


def pod_of(workload: Workload) -> Pod | None:
    """The pod that a diagnosis enters: the worst one that has a node."""
    from doctor.cluster.selection import representatives

    return next((pod for pod in representatives(workload.pods) if pod.spec.node_name), None)


def _needed(evidence: Evidence) -> Evidence:
    inside = evidence.inside
    return Evidence(
        target=evidence.target,
        container=evidence.container,
        inside=inside if isinstance(inside, Inside) else Missing(reason="nobody looked inside"),
        workload=evidence.workload,
    )
