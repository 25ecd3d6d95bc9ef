"""From text alone to a report: the one way by which a log, a pasted error or a ticket is judged."""

import time

from checks.evidence import Evidence, Log, Logs, Target
from checks.logs.analysis import analyse
from checks.logs.findings import findings
from checks.rank import Ranking, rank
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.report import SCHEMA, CheckSummary, Report, Timings, Verdict


def triage(log: Log, *, read_in: float = 0.0) -> Report:
    """The diagnosis of one log. `read_in` is how many seconds it took to read."""
    began = time.perf_counter()
    evidence = Evidence(target=Target(kind="log", name=log.source), logs=Logs(items=(log,)))
    found = findings(log)
    ranking = rank(found)
    healthy = not ranking.causes and analyse(log).healthy
    return Report(
        schema=SCHEMA,
        version=__version__,
        target=evidence.target,
        verdict=Verdict.FAILING if ranking.causes else Verdict.HEALTHY if healthy else Verdict.INCONCLUSIVE,
        causes=ranking.causes,
        findings=ranking.findings,
        checks=_summary(ranking),
        timings=Timings(collect=round(read_in, 4), check=round(time.perf_counter() - began, 4)),
        notes=(),
    )


def _summary(ranking: Ranking) -> CheckSummary:
    number = len({finding.id for finding in ranking.findings})
    return CheckSummary(passed=len(checks_of_kind("log")) - number, found=number)
