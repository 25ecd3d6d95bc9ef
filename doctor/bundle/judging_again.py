"""Judge the evidence of a bundle again: today's checks, the target not asked."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from checks.check import Check
from checks.container.for_pods import ONLY_DOCKER
from checks.evidence import Evidence, Logs, Script
from checks.finding import Finding
from checks.missing import Missing
from checks.outcome import Found, Outcome, run_check
from checks.rank import Ranking, rank
from checks.registry import FAMILIES_OF_KIND, checks_of_kind
from doctor import __version__
from doctor.bundle.earlier_findings import with_earlier_findings
from doctor.bundle.form import Bundle
from doctor.bundle.reading import bundle_of, read
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from doctor.engine import drawn
from doctor.judging import confirmed, ranked
from doctor.report import SCHEMA, Report, Suppressed, Timings, Verdict, summarise
from doctor.suppress import NOTHING_SUPPRESSED, Suppression


def judged_again(path: Path, suppression: Suppression = NOTHING_SUPPRESSED) -> list[Report]:
    """A report for each diagnosis of a bundle. Raises CannotExamine as reading it does."""
    bundle = bundle_of(path)
    return [_again(one, bundle, suppression) for one in bundle.done.diagnosed]


def saved_reports(path: Path) -> list[Report]:
    """The reports of a file that `-o json` wrote, as they were. Raises CannotExamine as reading it does."""
    note = "this is a saved report as it was; doctor bundle keeps evidence too, which is judged again"
    return [msgspec.structs.replace(one.report, notes=(*one.report.notes, note)) for one in read(path).diagnosed]


def _again(diagnosis: Diagnosis, bundle: Bundle, suppression: Suppression) -> Report:
    evidence, call = diagnosis.evidence, diagnosis.call
    kind = diagnosis.report.target.kind
    when = f"saved {bundle.saved} by doctor {bundle.version}"
    if evidence is None or _holds_nothing(evidence):
        note = f"this is the report as it was {when}: of a {kind} a bundle holds no evidence to judge again"
        return msgspec.structs.replace(diagnosis.report, notes=(*diagnosis.report.notes, note))
    note = f"judged again from evidence {when}; the target was not asked"
    if kind == "log" and isinstance(evidence.logs, Logs):
        from doctor.triage import triage

        report = triage(evidence.logs.items[0], suppression)
    else:
        report = _judged(evidence, call, diagnosis.report, suppression)
    report = msgspec.structs.replace(report, notes=(note, *diagnosis.report.notes), timings=_timings(report, diagnosis))
    return with_earlier_findings(report, diagnosis.report, suppression, evidence.script)


def _holds_nothing(evidence: Evidence) -> bool:
    fields = (getattr(evidence, name) for name in evidence.__struct_fields__ if name != "target")
    return all(isinstance(one, Missing) for one in fields) or evidence.target.kind not in FAMILIES_OF_KIND


def _timings(report: Report, diagnosis: Diagnosis) -> Timings:
    """Of the collection as it was, of the checks as they are."""
    return msgspec.structs.replace(report.timings, collect=diagnosis.report.timings.collect)


def _judged(evidence: Evidence, call: Call, before: Report, suppression: Suppression) -> Report:
    began = time.perf_counter()
    checks = [one for one in suppression.selected(checks_of_kind(evidence.target.kind)) if _speaks(one, evidence, call)]
    outcomes = tuple(run_check(one, evidence) for one in checks)
    ranking, suppressed = _ranked(evidence, call, outcomes, suppression)
    return Report(
        schema=SCHEMA,
        version=__version__,
        target=evidence.target,
        verdict=_verdict(ranking, before),
        causes=tuple(_told(one, call) for one in ranking.causes),
        findings=tuple(_told(one, call) for one in ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(check=round(time.perf_counter() - began, 4)),
        suppressed=len(suppressed),
        suppressions=suppressed,
    )


def _speaks(check: Check, evidence: Evidence, call: Call) -> bool:
    """Whether a live diagnosis of this target would ask the check."""
    if call.image:
        from doctor.containers.image_gate import NOT_ASKED

        return check.id not in NOT_ASKED
    if evidence.target.kind != "workload":
        return True
    from doctor.cluster.diagnosis import NEEDED

    blind = check.family in NEEDED and evidence.missing(NEEDED[check.family])
    return not blind and check.id not in ONLY_DOCKER and "manifest" not in check.needs


def _ranked(
    evidence: Evidence, call: Call, outcomes: Sequence[Outcome], suppression: Suppression
) -> tuple[Ranking, tuple[Suppressed, ...]]:
    if evidence.target.kind != "script" or call.image or not isinstance(evidence.script, Script):
        offline = evidence.target.kind == "container" and not call.network
        return ranked(evidence, outcomes, suppression, offline=offline)
    found = [drawn(one, evidence) for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]
    kept, suppressed = suppression.split(found, evidence.script)
    return rank(kept), suppressed


def _verdict(ranking: Ranking, before: Report) -> Verdict:
    """Whether the service was seen to answer, the evidence says as it did; a cause that is no more is no answer."""
    if ranking.causes:
        return Verdict.FAILING
    return Verdict.INCONCLUSIVE if before.verdict is Verdict.FAILING else before.verdict


def _told(finding: Finding, call: Call) -> Finding:
    """With the command that shows the cure on the live target."""
    finding = confirmed(finding, call.command)
    if call.kind != "workload" or not (call.kubeconfig or call.context):
        return finding
    from doctor.cluster.addressed import addressed
    from doctor.cluster.api import Access

    return addressed(finding, Access(Path(call.kubeconfig) if call.kubeconfig else None, call.context))
