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
from checks.rank import WEAK, Ranking, rank

LAST_RESORT = frozenset({"runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.crashed"})
STATES = frozenset(
    f"container.{name}"
    for name in ("restart-loop", "unhealthy", "crashed", "killed", "server-gone", "nothing-listens", "init-hangs")
)
"""What an engine says of a container whose reason lies elsewhere."""

SAID_OF_ANY_IMPORT = frozenset({"logs.main-script-not-found"})
"""Servers of 2019 say so whatever the script's import raised. Source: their `aml_blueprint.py`."""

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
    """The findings with what ties them across families written into `explains` and `about`.

    A cause of the log that a closer look accounts for hands what it explains to the closer look; otherwise both would
    explain each other.
    """
    tied = list(findings)
    logs = [n for n, one in enumerate(tied) if one.family == "logs"]
    closer = [n for n, one in enumerate(tied) if one.family != "logs" and one.id not in STATES | LAST_RESORT]
    last = [n for n, one in enumerate(tied) if one.id in LAST_RESORT]
    breaking = [n for n in closer if tied[n].family in {"runtime", "container"} and _breaks(tied[n])]
    for log in logs:
        told = findings[log]
        alike = [n for n in closer if agree(told, findings[n]) or _is_misled(told, findings[n])]
        raised = [n for n in last if agree(told, findings[n])]
        if _role(told) != "cause":
            for n in alike or breaking or last:
                _explain(tied, n, log)
            continue
        for n in raised:
            for better in alike or [log]:
                _explain(tied, better, n)
        if alike:
            handed = tied[log].explains
            tied[log] = msgspec.structs.replace(tied[log], explains=())
            for n in alike:
                _explain(tied, n, log, handed)
    return tuple(
        msgspec.structs.replace(one, explains=(*one.explains, *sorted(STATES)))
        if _breaks(one) and one.family in {*OBSERVED, "runtime"} and one.id not in STATES
        else one
        for one in tied
    )


def _breaks(finding: Finding) -> bool:
    return finding.gravity is Severity.ERROR


def _explain(tied: list[Finding], cause: int, symptom: int, handed: tuple[str, ...] = ()) -> None:
    """Let one finding explain another, whatever they call their subjects, and what the other explained."""
    tie = f"fault:{cause}-{symptom}"
    one, other = tied[cause], tied[symptom]
    about = (*one.about, tie) if other.about else one.about
    tied[cause] = msgspec.structs.replace(one, explains=(*one.explains, other.id, *handed), about=about)
    if other.about:
        tied[symptom] = msgspec.structs.replace(other, about=(*other.about, tie))


def _is_misled(log: Finding, other: Finding) -> bool:
    """True for a script that is there and fails to import, of which a server says something else."""
    return log.id in SAID_OF_ANY_IMPORT and "phase:import" in other.about


def _role(finding: Finding) -> str:
    one = signature(finding.id.partition(".")[2])
    return one.role if one else "fallback"


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
        if one.family == "logs" and one.id in cause.explains and _role(one) == "cause"
        for quote in one.evidence
        if quote not in cause.evidence
    ]
    return msgspec.structs.replace(cause, evidence=(*cause.evidence, *lines[:MOST_LOG_QUOTES])) if lines else cause
