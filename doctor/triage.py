"""From text alone to a report: the one way by which a log, a pasted error or a ticket is judged."""

import re
import time
import traceback
from functools import lru_cache

import msgspec

from checks.evidence import Log, Target
from checks.logs.analysis import Analysis, analyse
from checks.logs.findings import FAMILY, findings
from checks.logs.index import told
from checks.rank import rank
from doctor import __version__
from doctor.logs.fingerprint import fingerprint
from doctor.report import SCHEMA, CheckSummary, NotRun, Report, Timings, Verdict
from doctor.suppress import NOTHING_SUPPRESSED, Suppression

_WHEN = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)")


def triage(log: Log, suppression: Suppression = NOTHING_SUPPRESSED) -> Report:
    """The diagnosis of one log.

    A failure of doctor's own becomes a crashed check of the report: the other logs are judged all the same.
    """
    try:
        return _triage(log, suppression)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} (line {last.lineno} of {last.filename.rsplit('/', 1)[-1]})"
        return Report(
            schema=SCHEMA,
            version=__version__,
            target=Target(kind="log", name=log.source),
            verdict=Verdict.INCONCLUSIVE,
            causes=(),
            findings=(),
            checks=CheckSummary(passed=0, found=0, crashed=(NotRun(id="logs", reason=reason),)),
            fingerprint="crashed",
        )


def _triage(log: Log, suppression: Suppression) -> Report:
    began = time.perf_counter()
    analysis = analyse(log)
    found = [finding for finding in findings(log) if suppression.wants(finding.id)]
    kept, suppressed = suppression.split(found, log)
    ranking = rank(kept)
    number = len({finding.id for finding in ranking.findings})
    report = Report(
        schema=SCHEMA,
        version=__version__,
        target=Target(kind="log", name=log.source),
        verdict=_verdict(failing=bool(ranking.causes), healthy=analysis.healthy),
        causes=ranking.causes,
        findings=ranking.findings,
        checks=CheckSummary(passed=_looked_for(suppression.select, suppression.ignore) - number, found=number),
        timings=Timings(check=round(time.perf_counter() - began, 4)),
        notes=_notes(log, analysis),
        suppressed=len(suppressed),
        suppressions=suppressed,
        when=_when(analysis),
    )
    return msgspec.structs.replace(report, fingerprint=fingerprint(report))


@lru_cache(maxsize=4)
def _looked_for(select: frozenset[str] | None, ignore: frozenset[str]) -> int:
    """How many causes and symptoms were looked for: of a million logs, counted once."""
    wanted = Suppression(select=select, ignore=ignore)
    return sum(wanted.wants(f"{FAMILY}.{name}") for name in told())


def _verdict(*, failing: bool, healthy: bool) -> Verdict:
    if failing:
        return Verdict.FAILING
    return Verdict.HEALTHY if healthy else Verdict.INCONCLUSIVE


def _notes(log: Log, analysis: Analysis) -> tuple[str, ...]:
    notes = []
    if log.left_out:
        total = log.left_out + len(set(log.numbers))
        notes.append(f"{log.left_out:,} of {total:,} lines match nothing and repeat nothing new; they were passed over")
    if analysis.runs > 1:
        notes.append(f"the log holds {analysis.runs} starts of the service; the last complete one counts most")
    return tuple(notes)


def _when(analysis: Analysis) -> str | None:
    """The time of the first cause's line, or of the log's first line with a time."""
    places = [analysis.causes[0].best.position] if analysis.causes else []
    for line in (*(analysis.lines[place] for place in places), *analysis.lines[:50]):
        if found := _WHEN.search(line.time or line.raw[:80]):
            return f"{found[1]}-{found[2]}-{found[3]} {found[4]}"
    return None
