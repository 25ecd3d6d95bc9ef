"""One answer from many witnesses: what the engine, the log, the rehearsal and the code say of the same container.

Three rules on top of `checks.rank`:

- What a log says and what another family says of the same exception, module, file, variable or line is one fault. The
  closer look (a check that knows edits and versions) explains the log's; a finding of the last resort is explained by
  it.
- That a container restarts, is unhealthy or was killed is explained by whatever breaks the service.
- What was observed in this container goes before what only the rehearsal met, and that before what only the code says.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from checks.finding import Finding, Severity
from checks.logs.index import signature
from checks.rank import WEAK, Ranking, explains, rank

LAST_RESORT = frozenset({"runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.crashed"})
STATES = frozenset(
    f"container.{name}" for name in ("restart-loop", "unhealthy", "crashed", "killed", "server-gone", "nothing-listens")
)
"""What an engine says of a container whose reason lies elsewhere."""

OBSERVED = frozenset({"container", "logs"})
MOST_LOG_QUOTES = 2  # of the log, added to the cause that explains it
_HEADLINE = re.compile(r"(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration)\b(?:: .+)?)")


def judge(findings: Iterable[Finding]) -> Ranking:
    """Rank findings of all families together."""
    ranking = rank(_tied(tuple(findings)))
    causes = tuple(_quoting(one, ranking.findings) for one in sorted(ranking.causes, key=_tier))
    rest = tuple(one for one in ranking.findings if not any(one is cause for cause in ranking.causes))
    return Ranking(causes=causes, findings=(*causes, *rest))


def agree(log: Finding, other: Finding) -> bool:
    """True when a finding of a log and one of another family speak of the same fault."""
    shared = {one for one in set(log.about) & set(other.about) if one.partition(":")[0] not in WEAK}
    if any(not one.startswith("line:") for one in shared):
        return True
    headlines = _headlines(log)
    return bool(headlines & _headlines(other)) or (bool(shared) and _same_file(log, other))


def _tied(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with what ties them across families written into `explains` and `about`."""
    tied = list(findings)
    for n, one in enumerate(tied):
        if one.family == "logs":
            continue
        breaks = one.gravity is Severity.ERROR and one.id not in STATES and not _is_looked_into(one, findings)
        for m, log in enumerate(tied):
            if log.family == "logs" and agree(log, one):
                tie = f"fault:{min(n, m)}-{max(n, m)}"
                if one.id in LAST_RESORT and not _is_last_resort(log):
                    tied[m] = _explaining(tied[m], one.id, tie)
                    tied[n] = _about(tied[n], tie)
                else:
                    tied[n] = _explaining(tied[n], log.id, tie)
                    tied[m] = _about(tied[m], tie)
            elif log.family == "logs" and breaks and one.family in {"runtime", "container"} and _is_symptom(log):
                tied[n] = msgspec.structs.replace(tied[n], explains=(*tied[n].explains, log.id))
    return tuple(
        msgspec.structs.replace(one, explains=(*one.explains, *sorted(STATES)))
        if one.gravity is Severity.ERROR and one.family in {*OBSERVED, "runtime"} and one.id not in STATES
        else one
        for one in tied
    )


def _is_looked_into(one: Finding, findings: Sequence[Finding]) -> bool:
    """True for a finding of the last resort that another one explains; that one explains the log's symptoms then."""
    return one.id in LAST_RESORT and any(
        explains(other, one) or (other.family == "logs" and not _is_last_resort(other) and agree(other, one))
        for other in findings
    )


def _explaining(finding: Finding, id: str, tie: str) -> Finding:
    return msgspec.structs.replace(_about(finding, tie), explains=(*finding.explains, id))


def _about(finding: Finding, tie: str) -> Finding:
    return msgspec.structs.replace(finding, about=(*finding.about, tie))


def _role(finding: Finding) -> str:
    one = signature(finding.id.partition(".")[2])
    return one.role if one else "fallback"


def _is_symptom(finding: Finding) -> bool:
    return _role(finding) in {"symptom", "fallback"}


def _is_last_resort(finding: Finding) -> bool:
    return _role(finding) == "fallback"


def _headlines(finding: Finding) -> set[str]:
    """The last lines of tracebacks that a finding quotes."""
    found = (_HEADLINE.search(text) for text in (finding.title, *(quote.text for quote in finding.evidence)))
    return {match[1].strip() for match in found if match and ": " in match[1]}


def _same_file(one: Finding, other: Finding) -> bool:
    """True when both quote the same Python file; a log quotes it as `File "…", line N`."""
    names = [
        {name for quote in finding.evidence for name in re.findall(r"[\w-]+\.py\b", f"{quote.source} {quote.text}")}
        for finding in (one, other)
    ]
    return bool(names[0] & names[1])


def _tier(finding: Finding) -> int:
    """0 for what was observed in the container itself, 1 for what the rehearsal met, 2 for what only the code says."""
    told = {finding.family, *(one.partition(".")[0] for one in finding.explains)}
    if told & OBSERVED:
        return 0
    return 1 if "runtime" in told else 2


def _quoting(cause: Finding, findings: Iterable[Finding]) -> Finding:
    """A cause with the log's own lines behind its evidence, when it explains what the log says."""
    if cause.family == "logs":
        return cause
    lines = [
        quote
        for one in findings
        if one.family == "logs" and one.id in cause.explains and not _is_symptom(one)
        for quote in one.evidence
        if quote not in cause.evidence
    ]
    return msgspec.structs.replace(cause, evidence=(*cause.evidence, *lines[:MOST_LOG_QUOTES])) if lines else cause
