"""What was proven when a bundle was made and cannot be from what it holds: its proof is masked, or a fix was tried.

A diagnosis applies a fix to a copy and finds what stands behind it; that copy is in no bundle.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from checks.evidence import Log, Script
from checks.finding import Confidence, Finding
from checks.missing import Missing
from doctor.redact import MASK
from doctor.report import Report, Verdict
from doctor.suppress import Suppression

_MASKED = "found when the bundle was made; its proof is masked here"
_TRIED = "found when the bundle was made, as when a fix was tried; the bundle does not hold its proof"


def with_earlier_findings(now: Report, then: Report, suppression: Suppression, script: Script | Missing) -> Report:
    """The report of today with the findings that the one of then had more, in their places.

    Where another doctor wrote the bundle, one without a mask that was no certain cause is one that today's checks do
    not make any more: it is only noted.
    """
    quiet = [one.finding for one in now.suppressions]
    more = [one for one in _more(then.findings, (*now.findings, *quiet)) if suppression.wants(one.id)]
    proven = [one for one in then.causes if one.confidence is Confidence.CERTAIN]
    gone = [one for one in more if now.version != then.version and not _is_masked(one) and one not in proven]
    target = script if isinstance(script, Script) else Log(source=now.target.name, text="")
    kept, suppressed = suppression.split([_said(one) for one in more if one not in gone], target)
    notes = [f"{one.id} was found when the bundle was made, and is not found by the checks of today" for one in gone]
    for said, some in ((said, [one.id for one in kept if _reason(one) == said]) for said in (_MASKED, _TRIED)):
        if some:
            notes.append(f"{', '.join(dict.fromkeys(some))}: {said}")
    ids = {one.id for one in kept} - {one.id for one in now.findings}
    roots = {(one.id, one.title) for one in then.causes}
    causes = [one for one in kept if (one.id, one.title) in roots]
    explained = {name for one in causes for name in one.explains}
    others = [one for one in now.causes if one.id not in explained or _has(then.causes, one)]
    merged = tuple(_merged(others, causes, then.causes))
    rest = [one for one in now.findings if one not in merged]
    return msgspec.structs.replace(
        now,
        verdict=Verdict.FAILING if merged else now.verdict,
        causes=merged,
        findings=(*merged, *_merged(rest, [one for one in kept if one not in causes], then.findings)),
        checks=msgspec.structs.replace(
            now.checks,
            passed=max(0, now.checks.passed - len(ids)),
            found=now.checks.found + len(ids),
            passed_ids=tuple(one for one in now.checks.passed_ids if one not in ids),
        ),
        notes=(*now.notes, *notes),
        suppressed=now.suppressed + len(suppressed),
        suppressions=(*now.suppressions, *suppressed),
    )


def _more(then: Iterable[Finding], now: Iterable[Finding]) -> list[Finding]:
    """Those of then that are not among those of today. A title may have changed with the mask or with the checks."""
    now = list(now)
    titles = Counter((one.id, one.title) for one in now)
    left = Counter(one.id for one in now)
    missing: list[Finding] = []
    for one in then:
        if titles[one.id, one.title]:
            titles[one.id, one.title] -= 1
            left[one.id] -= 1
        else:
            missing.append(one)
    found: list[Finding] = []
    for one in missing:
        if left[one.id] > 0:
            left[one.id] -= 1
        else:
            found.append(one)
    return found


def _said(finding: Finding) -> Finding:
    said = _reason(finding)
    return msgspec.structs.replace(finding, why=f"{said[0].upper()}{said[1:]}. {finding.why}".rstrip())


def _reason(finding: Finding) -> str:
    return _MASKED if _is_masked(finding) else _TRIED


def _is_masked(finding: Finding) -> bool:
    return MASK.encode() in msgspec.json.encode(finding)


def _has(findings: Iterable[Finding], one: Finding) -> bool:
    return any(other.id == one.id for other in findings)


def _merged(now: Sequence[Finding], more: Iterable[Finding], then: Sequence[Finding]) -> list[Finding]:
    """Those of today in their order, each further one before the first that stood behind it then."""
    order = {one.id: place for place, one in reversed(list(enumerate(then)))}
    merged = list(now)
    for one in more:
        at = next((n for n, other in enumerate(merged) if order.get(other.id, -1) > order[one.id]), len(merged))
        merged.insert(at, one)
    return merged
