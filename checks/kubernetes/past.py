"""What a log tells of a container that has overcome it: of an earlier run, or of one that came to a good end."""

from collections.abc import Iterable

import msgspec

from checks.cluster.pods import Container
from checks.cluster.subject import Workload
from checks.container.seen import all_lines
from checks.evidence import Evidence
from checks.finding import Finding, Severity
from checks.kubernetes.ends import IS_READY, is_complete, loops, with_logs_of
from checks.kubernetes.seen import PodContainer, containers

VAGUE = frozenset({"logs.unrecognised-error"})  # a line that merely looks like an error

_BEFORE = " --previous"


def overcome(finding: Finding, evidence: Evidence) -> Finding:
    """A warning in place of an error that a start met which was followed by one that works; else the finding itself.

    Meant is a container that is ready, ends no more, and whose earlier run did not come to serve: it waited for
    something that came later. One that ended while it served may do so again. Meant is also an init container that
    has ended with code 0, whatever it complained of, a pod that failed before its job was done, and a line that nobody
    knows, of a container that runs well beside the one that serves.
    """
    workload = evidence.workload
    if not isinstance(workload, Workload) or finding.gravity is not Severity.ERROR:
        return finding
    sources = {quote.source for quote in finding.evidence if quote.source.startswith("kubectl logs ")}
    told = [one for one in containers(workload) if any(_is_of(source, one) for source in sources)]
    if not told:
        return finding
    before = all(source.endswith(_BEFORE) for source in sources)
    past = before and all(_works(workload, one) and not _served(evidence, one) for one in told)
    vague = finding.id in VAGUE and all(_works(workload, one) and _is_beside(one) for one in told)
    if not (past or vague or is_complete(workload) or all(_is_done(one) for one in told)):
        return finding
    return msgspec.structs.replace(finding, severity=Severity.WARNING)


def once(findings: Iterable[Finding], evidence: Evidence) -> list[Finding]:
    """What logs of one workload say alike (of two runs, of two pods) said once, as gravely as any of them."""
    told = list(findings)
    if not isinstance(evidence.workload, Workload):
        return told
    kept: dict[tuple[str, str], Finding] = {}
    for one in told:
        first = kept.setdefault((one.id, one.title), one)
        if one.gravity.rank < first.gravity.rank:
            kept[one.id, one.title] = one
    return list(kept.values())


def _is_done(one: PodContainer) -> bool:
    end = one.status.state.terminated if one.status else None
    return one.init and end is not None and end.exit_code == 0


def _is_beside(one: PodContainer) -> bool:
    """True for a container without ports and probes, in a pod of which another has them."""
    others = (other for other in one.pod.spec.containers if other.name != one.name)
    return not _is_asked(one.spec) and any(_is_asked(other) for other in others)


def _is_asked(container: Container) -> bool:
    return bool(container.ports or container.readiness_probe or container.liveness_probe)


def _is_of(source: str, one: PodContainer) -> bool:
    return f" {one.pod.name} -c {one.name} " in source


def _works(workload: Workload, one: PodContainer) -> bool:
    return one.is_running and bool(one.status and one.status.ready) and not loops(workload, one)


def _served(evidence: Evidence, one: PodContainer) -> bool:
    """True where the log of the earlier run shows that the service had started."""
    lines = all_lines(with_logs_of(evidence, one))
    return any(line.source.endswith(_BEFORE) and IS_READY.search(line.text) for line in lines)
