"""What a renewed diagnosis tells that the one before did not, and what is gone."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from checks.finding import Finding
from doctor.report import Report, Verdict
from doctor.reports.common import plural
from doctor.reports.fingerprint import steady


@dataclass(frozen=True)
class Changes:
    """`gone` are findings of the report before, `new` and `kept` of the one after, each in its report's order."""

    gone: tuple[Finding, ...] = ()
    new: tuple[Finding, ...] = ()
    kept: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


def compare(before: Report, after: Report) -> Changes:
    """Match the findings of two diagnoses of one target, each with one other at most.

    Lines that moved, times and numbers of processes make no new finding of an old one. Equal ones match first, then
    those of the same title at the same place, then those that share one of the two.
    """
    return _matched(before.findings, after.findings)


def told(before: Report, after: Report) -> str:
    """`1 cause gone, 1 new`: what came of a renewal, in a few words."""
    changes = _matched(before.causes, after.causes)
    if changes:
        return _counted(changes, "cause", after)
    if before.verdict is not after.verdict:
        return f"now {after.verdict}"
    if changes := compare(before, after):
        return _counted(changes, "finding", after)
    if after.verdict is Verdict.FAILING:
        return "the same cause" if len(after.causes) == 1 else f"the same {len(after.causes)} causes"
    return f"still {after.verdict}"


def _counted(changes: Changes, word: str, after: Report) -> str:
    gone, new = len(changes.gone), len(changes.new)
    went = "not seen this time" if after.verdict is Verdict.INCONCLUSIVE else "gone"  # not looked at is not mended
    if gone and new:
        return f"{plural(gone, word)} {went}, {new} new"
    return f"{plural(gone, word)} {went}" if gone else f"{plural(new, f'new {word}')}"


def _matched(before: Sequence[Finding], after: Sequence[Finding]) -> Changes:
    old, new = dict(enumerate(before)), dict(enumerate(after))
    for key in _KEYS:
        if not old or not new:
            break
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for number, finding in old.items():
            waiting[key(finding)].append(number)
        for number, finding in list(new.items()):
            if same := waiting.get(key(finding)):
                del old[same.pop(0)], new[number]
    kept = tuple(finding for number, finding in enumerate(after) if number not in new)
    return Changes(gone=tuple(old.values()), new=tuple(new.values()), kept=kept)


def _itself(finding: Finding) -> Hashable:
    return finding


def _wording(finding: Finding) -> Hashable:
    """Everything but the lines: far quicker than what forgives more."""
    return finding.id, finding.title, tuple((quote.source, quote.text) for quote in finding.evidence)


def _title(finding: Finding) -> Hashable:
    return finding.id, steady(finding.title)


def _place(finding: Finding) -> Hashable:
    """Where the first proof stands and what it says; its line is no part of that."""
    if not finding.evidence:
        return _title(finding)
    proof = finding.evidence[0]
    return finding.id, proof.source.replace("\\", "/").rsplit("/", 1)[-1], steady(proof.text)


def _both(finding: Finding) -> Hashable:
    return _title(finding), _place(finding)


_KEYS: tuple[Callable[[Finding], Hashable], ...] = (_itself, _wording, _both, _title, _place)
