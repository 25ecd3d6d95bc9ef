"""One answer from many witnesses: what the engine, the log, the rehearsal and the code say of the same container.

Three rules on top of `checks.rank`:

- What a log says and what another family says of the same exception, module, file, variable or line is one fault. The
  closer look (a check that knows edits and versions) explains the log's; a finding of the last resort is explained by
  it.
- That a container restarts, is unhealthy or was killed, that a pod is not ready, is explained by whatever breaks the
  service.
- What was observed in this container goes before what only the rehearsal met, and that before what only the code says.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from checks.finding import Finding, Severity
from checks.logs.index import signature
from checks.rank import Ranking, rank, unique
from checks.subjects import WEAK

LAST_RESORT = frozenset({"runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.crashed"})
OF_A_CLUSTER = tuple(
    f"kubernetes.{name}"
    for name in ("crash-loop", "container-failed", "not-ready", "job-failed", "progress-deadline", "no-ready-endpoint")
)
"""What a cluster says of a workload whose reason lies elsewhere; each follows from those before it."""

ENDINGS = frozenset({"kubernetes.crash-loop", "kubernetes.container-failed"})
"""Of a container that does not stay: why it ends goes before why nobody would reach it."""

STATES = frozenset(
    {
        *OF_A_CLUSTER,
        *(
            f"container.{name}"
            for name in ("restart-loop", "unhealthy", "crashed", "killed", "server-gone", "nothing-listens")
        ),
        "container.sample-refused",
        "logs.knative-probe-failed",
    }
)
"""What an engine, a cluster or a proxy beside it says of a service whose reason lies elsewhere."""

OF_A_CONTAINER = frozenset(
    f"kubernetes.{name}"
    for name in (
        *("init-container-fails", "init-container-hangs", "sidecar-dies", "crashed", "killed", "command-ends"),
        *("liveness-kills", "startup-probe-too-short", "ended-from-inside"),
    )
)
"""What a cluster says of one container, and what that container's own log may know better."""

OF_ANOTHER = frozenset({"kubernetes.sidecar-dies", "kubernetes.init-container-fails"})
"""What is said of a container that is not the one that serves."""

OF_A_PROBE = frozenset({"kubernetes.probe-timeout-short"})
"""What accounts for lines of a container's log, and is accounted for by none."""

OF_TRAFFIC = frozenset(
    f"kubernetes.{name}"
    for name in (
        *("selector-mismatch", "selector-shared", "service-without-selector", "service-protocol", "external-name"),
        *("target-port-wrong", "target-port-name-missing", "load-balancer-pending", "headless-port", "scaled-to-zero"),
        *("ingress-service-missing", "ingress-port-missing", "ingress-class-unknown", "ingress-tls-missing"),
        *("ingress-rules-collide", "ingress-path-lost", "policy-denies-ingress"),
    )
) | {"container.port-not-published", "container.published-on-loopback"}
"""What keeps requests away from a service, and says nothing of how the service itself is."""

TELLS_NOTHING = frozenset(f"logs.{name}" for name in ("log-empty", "no-failure-shown", "log-ends-early"))
"""What is said of a log without a failure; also a fault of the traffic accounts for it, and never for a failure."""

SAID_OF_ANY_IMPORT = frozenset({"logs.main-script-not-found"})
"""Servers of 2019 say so whatever the script's import raised. Source: their `aml_blueprint.py`."""

OF_PAYLOAD = frozenset(
    f"http.{name}"
    for name in (
        *("value-missing", "body-not-json", "body-not-dictionary", "body-empty", "body-not-utf8", "request-refused"),
        *("content-type-refused", "run-raised", "result-not-serialisable", "model-error"),
    )
)
"""What a live service answers to a body that does not fit it."""

WITNESSES = LAST_RESORT | OF_ANOTHER | OF_PAYLOAD
"""Beside logs, whose words a cause that explains them takes over."""

OBSERVED = frozenset({"container", "kubernetes", "logs"})
MOST_LOG_QUOTES = 2  # of the log, added to the cause that explains it
_HEADLINE = re.compile(r"(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration)\b(?:: .+)?)")


def judge(findings: Iterable[Finding]) -> Ranking:
    """Rank findings of all families together."""
    told = unique(findings)
    ranking = rank(told, _ties(told))
    breaks = any(ENDINGS & set(one.explains) and one.id not in OF_TRAFFIC for one in ranking.causes)
    order = sorted(ranking.causes, key=lambda one: (_tier(one), breaks and one.id in OF_TRAFFIC))
    by_id: dict[str, list[int]] = {}
    for place, one in enumerate(ranking.findings):
        if one.family == "logs" or one.id in WITNESSES:
            by_id.setdefault(one.id, []).append(place)
    causes = tuple(_quoting(one, [ranking.findings[place] for place in _places(one, by_id)]) for one in order)
    rest = ranking.findings[len(causes) :]
    return Ranking(causes=causes, findings=(*causes, *rest))


def agree(log: Finding, other: Finding) -> bool:
    """True when a finding of a log and one of another family speak of the same fault."""
    shared = {one for one in set(log.about) & set(other.about) if one.partition(":")[0] not in WEAK}
    if any(not one.startswith("line:") for one in shared):
        return True
    headlines = _headlines(log)
    return bool(headlines & _headlines(other)) or (bool(shared) and _same_file(log, other))


def _ties(findings: Sequence[Finding]) -> dict[int, set[int]]:
    """What findings explain across families, by their places: nobody who writes a check can name it all."""
    ties: dict[int, set[int]] = {}
    closer = [n for n, one in enumerate(findings) if one.family != "logs" and one.id not in STATES | LAST_RESORT]
    last = [n for n, one in enumerate(findings) if one.id in LAST_RESORT]
    breaking = [n for n in closer if _is_observed(findings[n])]
    inner = [n for n in breaking if findings[n].id not in OF_TRAFFIC]
    for log in (n for n, one in enumerate(findings) if one.family == "logs"):
        told = findings[log]
        alike = [n for n in closer if agree(told, findings[n]) or _is_misled(told, findings[n])]
        is_cause = _role(told) == "cause"
        for n in alike or (() if is_cause else (breaking if told.id in TELLS_NOTHING else inner) or last):
            ties.setdefault(n, set()).add(log)
        for n in closer if is_cause else ():
            if told.id in findings[n].explains and _same_container(told, findings[n]):
                ties.setdefault(n, set()).add(log)
        if is_cause and _breaks(told):
            ties.setdefault(log, set()).update(n for n in closer if _is_of_container(told, findings[n]))
        for n in last if is_cause else ():
            if agree(told, findings[n]):
                for better in alike or [log]:
                    ties.setdefault(better, set()).add(n)
    refused = {n: _samples(one) for n, one in enumerate(findings) if one.id in OF_PAYLOAD}
    for n, one in enumerate(findings):
        if one.family == "contract" and _breaks(one) and (sent := _samples(one)):
            ties.setdefault(n, set()).update(m for m, samples in refused.items() if samples & sent)
    states = {n for n, one in enumerate(findings) if one.id in STATES}
    observed = {*breaking, *last}
    for n, one in enumerate(findings):
        if (one.family == "logs" or n in observed) and one.id not in OF_TRAFFIC:
            ties.setdefault(n, set()).update(states if _breaks(one) else ())
        if one.id in OF_A_CLUSTER:
            after = OF_A_CLUSTER[OF_A_CLUSTER.index(one.id) + 1 :]
            ties.setdefault(n, set()).update(m for m in states if findings[m].id in after)
    return ties


def _samples(finding: Finding) -> set[str]:
    """The request bodies that a finding speaks of."""
    return {one for one in finding.about if one.startswith("sample:")}


def _is_of_container(log: Finding, other: Finding) -> bool:
    """True for what is said of the container whose log it is, unless that accounts for the log's own finding."""
    return other.id in OF_A_CONTAINER and log.id not in other.explains and _same_container(log, other)


def _same_container(log: Finding, other: Finding) -> bool:
    """True when the log is that of the container of which the other finding speaks."""
    if other.id not in OF_A_CONTAINER | OF_A_PROBE:
        return False
    names = [one.partition(":")[2] for one in other.about if one.startswith("container:")]
    sources = [f"{quote.source} " for quote in log.evidence]
    return any(f" -c {name} " in source for name in names for source in sources)


def _breaks(finding: Finding) -> bool:
    return finding.gravity is Severity.ERROR


def _is_observed(finding: Finding) -> bool:
    return finding.family in {*OBSERVED, "runtime"} and _breaks(finding)


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


def _named(cause: Finding, explained: Iterable[Finding]) -> Finding:
    """A cause from the log of a container that is not the one that serves, with that container's name in the title."""
    for one in explained:
        if one.id in OF_ANOTHER and _same_container(cause, one):
            name = next(about.partition(":")[2] for about in one.about if about.startswith("container:"))
            if f"`{name}`" not in cause.title:
                return msgspec.structs.replace(cause, title=f"`{name}`: {cause.title}")
    return cause


def _seen_live(cause: Finding, explained: Iterable[Finding]) -> Finding:
    """A fault of a request body with the answer that it got, and the lines that show it."""
    answered = next((one for one in explained if one.reproduce and one.id in OF_PAYLOAD), None)
    if answered is None:
        return cause
    quotes = tuple(quote for quote in answered.evidence[:1] if quote not in cause.evidence)
    return msgspec.structs.replace(cause, evidence=(*cause.evidence, *quotes), reproduce=answered.reproduce)


def _places(cause: Finding, by_id: Mapping[str, Sequence[int]]) -> list[int]:
    """Where those witnesses stand that a cause explains, by their ids."""
    return sorted(place for name in set(cause.explains) for place in by_id.get(name, ()))


def _quoting(cause: Finding, explained: Sequence[Finding]) -> Finding:
    """A cause with what other witnesses show of it: the line of code that was met before the log's words, or after the
    evidence of a closer look the log's own lines.
    """
    if cause.family == "contract":
        return _seen_live(cause, explained)
    if cause.family == "logs":
        met = (quote for one in explained if one.id in LAST_RESORT for quote in one.evidence)
        code = next((quote for quote in met if quote.line and quote not in cause.evidence), None)
        cause = _named(cause, explained)
        return msgspec.structs.replace(cause, evidence=(code, *cause.evidence)) if code else cause
    lines = [
        quote
        for one in explained
        if one.family == "logs" and _role(one) == "cause"
        for quote in one.evidence
        if quote not in cause.evidence
    ]
    return msgspec.structs.replace(cause, evidence=(*cause.evidence, *lines[:MOST_LOG_QUOTES])) if lines else cause
