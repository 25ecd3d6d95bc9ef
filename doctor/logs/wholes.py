"""Where the whole of a log can be read again, of which evidence has kept what matters."""

import re
from pathlib import Path
from typing import Literal

from checks.containers import Container
from checks.evidence import Evidence, Log, Logs
from checks.finding import Record
from checks.missing import Missing
from doctor.diagnosis.result import Diagnosis, SavedLog

_KUBECTL = re.compile(r"kubectl logs (\S+) -c (\S+) -n (\S+)( --previous)?\Z")


class Whole(Record, frozen=True):
    """One log, and where it stands.

    `file`: the path `name` on this machine, with the member of an archive behind `!`. `container`: the log of the
    container `name` (its id); `inside`: the file `path` in it. `pod`: the container `name` of a pod. `bundle`: the file
    `path` in the bundle `name`, its `marks`, `runs` and `note` being those of a SavedLog.
    """

    kind: Literal["file", "container", "inside", "pod", "bundle"]
    name: str
    path: str = ""
    pod: str = ""
    namespace: str = ""
    previous: bool = False
    context: str | None = None
    kubeconfig: str | None = None
    marks: str = ""
    runs: tuple[tuple[int, int], ...] = ()
    note: str = ""


class Offer(Record, frozen=True):
    """One log to choose: what it is called, what evidence has of it, and where the whole is. One of both may lack."""

    source: str
    log: Log | None = None
    whole: Whole | None = None


def offers_of(diagnosis: Diagnosis) -> tuple[Offer, ...]:
    """The logs of a diagnosis: first those that were read, then others of the same target."""
    evidence = diagnosis.evidence
    if evidence is None:
        return ()
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    found = [Offer(source=log.source, log=log, whole=whole_of(diagnosis, log.source)) for log in logs]
    found += [Offer(source=f"{name} of the rehearsal", log=log) for name, log in _said(evidence)]
    there = {one.source for one in found}
    found += [
        Offer(source=one.source, whole=_saved(diagnosis, one)) for one in diagnosis.logs if one.source not in there
    ]
    if diagnosis.call.kind == "workload":
        found += [one for one in _of_pods(diagnosis, evidence) if one.source not in there]
    elif diagnosis.call.kind == "container" and not logs and isinstance(evidence.container, Container):
        source = f"docker logs {evidence.container.name}"
        found.append(Offer(source=source, whole=whole_of(diagnosis, source)))
    return tuple(found)


def whole_of(diagnosis: Diagnosis, source: str) -> Whole | None:
    """Where the whole of a log can be read; None where only evidence has it, as in a saved report."""
    call, evidence = diagnosis.call, diagnosis.evidence
    if saved := next((one for one in diagnosis.logs if one.source == source), None):
        return _saved(diagnosis, saved)
    if call.kind == "log":
        return Whole(kind="file", name=source) if Path(source.partition("!")[0]).is_file() else None
    if call.kind == "container" and evidence and isinstance(evidence.container, Container):
        container = evidence.container.id
        if source.startswith("docker logs "):
            return Whole(kind="container", name=container)
        return Whole(kind="inside", name=container, path=source) if source.startswith("/") else None
    if call.kind == "workload" and (named := _KUBECTL.match(source)):
        pod, name, namespace, previous = named.groups()
        return Whole(
            kind="pod",
            name=name,
            pod=pod,
            namespace=namespace,
            previous=bool(previous),
            context=call.context,
            kubeconfig=call.kubeconfig,
        )
    return None


def _saved(diagnosis: Diagnosis, log: SavedLog) -> Whole:
    """In the bundle that the diagnosis was read from."""
    return Whole(kind="bundle", name=diagnosis.call.name, path=log.file, marks=log.marks, runs=log.runs, note=log.note)


def _said(evidence: Evidence) -> list[tuple[str, Log]]:
    """What a script wrote when it was tried."""
    if isinstance(evidence.probe, Missing):
        return []
    said = {"standard output": evidence.probe.stdout.text, "standard error": evidence.probe.stderr.text}
    written = {name: text.rstrip("\r\n") for name, text in said.items() if text.strip()}
    return [(name, Log(source=f"{name} of the rehearsal", text=text)) for name, text in written.items()]


def _of_pods(diagnosis: Diagnosis, evidence: Evidence) -> list[Offer]:
    """Every container of every pod that was looked at, with the run before where there was one."""
    if isinstance(evidence.workload, Missing):
        return []
    found: list[Offer] = []
    for pod in evidence.workload.pods:
        for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
            source = f"kubectl logs {pod.name} -c {status.name} -n {evidence.workload.namespace}"
            sources = [
                source,
                *([f"{source} --previous"] if status.restart_count or status.last_state.terminated else []),
            ]
            found += [Offer(source=one, whole=whole_of(diagnosis, one)) for one in sources]
    return found
