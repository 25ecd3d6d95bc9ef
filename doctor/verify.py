"""Proof by cure: apply a cause's fix to a scratch copy, rehearse again, and say what happened.

Causes are peeled off one after the other, so that one call tells the whole list that a person would otherwise meet
deploy by deploy. Nothing is written to the person's own files.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from checks.edits import OverlappingEdits, apply_edits, by_path
from checks.evidence import EnvironmentFile, Evidence, Missing, Phase, Probe, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety
from checks.rank import Ranking
from doctor.engine import Look, Subject, look

MOST_ROUNDS = 8


def peel(subject: Subject, script: Script, first: Look, listen: Callable[[str], None]) -> Ranking:
    """Verify the fixes of one cause after the other, and return the ranking with what that taught.

    A verified cause becomes certain, and comes before those that only reading found: the rehearsal met it first. A
    cause that vanishes with another one's fix was its symptom. A cause that shows only after the fixes before it is
    added at the end, `after` naming them; its lines are those of the fixed copy.
    """
    current, overlay = first, dict[str, str]()
    causes = list(first.ranking.causes)
    tried: set[object] = set()
    proven: set[object] = set()
    cured: list[Finding] = []
    for _ in range(MOST_ROUNDS):
        cause = next((c for c in current.ranking.causes if _key(c) not in tried and applicable(c)), None)
        if cause is None:
            break
        tried.add(_key(cause))
        listen(f"verifying the fix of {cause.id}")
        changed = _apply(current.evidence, cause, subject, overlay)
        if changed is None:
            continue
        new_text, files = changed
        after = look(subject, msgspec.structs.replace(script, text=new_text), files)
        left = {_key(c) for c in after.ranking.causes}
        if _key(cause) in left:
            causes = _told(causes, cause, "not verified: the finding remains with this change", sure=False)
            continue
        known = {_key(c) for c in (*causes, *current.ranking.findings)}
        revealed = [c for c in after.ranking.causes if _key(c) not in known]
        if broken := _broken(current, after, cause):
            causes = _withdrawn(causes, cause, f"tried and did not help: {broken}")
            continue
        symptoms = [c for c in current.ranking.causes if _key(c) not in left and _key(c) != _key(cause)]
        text, proved = _outcome(current, after, cause, revealed)
        causes = _told(causes, cause, text, sure=proved, explains=(s.id for s in symptoms))
        causes = [c for c in causes if _key(c) not in {_key(s) for s in symptoms}]
        cured.append(cause)
        if proved:
            proven.add(_key(cause))
        names = tuple(dict.fromkeys(c.id for c in cured))
        causes += [msgspec.structs.replace(c, after=names) for c in revealed]
        current, overlay = after, files
    causes.sort(key=lambda one: (bool(one.after), not one.after and _key(one) not in proven))
    return _merged(first.ranking, causes)


def _merged(ranking: Ranking, causes: list[Finding]) -> Ranking:
    keys = {_key(cause) for cause in causes}
    return Ranking(causes=tuple(causes), findings=(*causes, *(f for f in ranking.findings if _key(f) not in keys)))


def _key(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    """What stays the same when lines move."""
    return finding.id, finding.title, tuple(quote.text for quote in finding.evidence[:1])


def applicable(finding: Finding) -> Fix | None:
    """The first fix whose edits can be tried as they are."""
    return next((fix for fix in finding.fixes if fix.edits and fix.safety is not Safety.PLACEHOLDER), None)


def _told(
    causes: Iterable[Finding], cause: Finding, verified: str, *, sure: bool, explains: Iterable[str] = ()
) -> list[Finding]:
    """The causes with what was learned of one of them.

    It keeps its own lines and edits: those of `cause`, seen in a later round, belong to the text of that round.
    """
    key, more = _key(cause), (*cause.explains, *explains)
    return [
        msgspec.structs.replace(
            stored,
            confidence=Confidence.CERTAIN if sure else stored.confidence,
            explains=tuple(dict.fromkeys((*stored.explains, *more))),
            fixes=tuple(
                msgspec.structs.replace(fix, verified=verified) if fix is applicable(stored) else fix
                for fix in stored.fixes
            ),
        )
        if _key(stored) == key
        else stored
        for stored in causes
    ]


def _withdrawn(causes: Iterable[Finding], cause: Finding, told: str) -> list[Finding]:
    """The causes, where that one's fix is told as tried and offers no edit any more: what it leads to is no cause."""
    kept = []
    for one in causes:
        fix = applicable(one) if _key(one) == _key(cause) else None
        tried = fix and msgspec.structs.replace(
            fix, edits=(), commands=(), diff=None, verified=told, safety=Safety.REVIEW
        )  # nothing is left to paste or to apply
        kept.append(msgspec.structs.replace(one, fixes=tuple(tried if f is fix and tried else f for f in one.fixes)))
    return kept


def _broken(before: Look, after: Look, cause: Finding) -> str | None:
    """What the change itself raises: the rehearsal ends earlier than before, or over a name that the edit brought."""
    probe, fix = after.evidence.probe, applicable(cause)
    raised = next((s.raised.root for s in probe.steps if s.raised), None) if isinstance(probe, Probe) else None
    if raised is None or fix is None:
        return None
    own = raised.own_frame
    # The lines that imports put above it move the line.
    lines = {line for edit in fix.edits for line in range(edit.start_line, edit.end_line + 1 + _added(fix.edits))}
    if own is None or own.line not in lines:
        return None
    named = re.search(r"(?:has no attribute|name) '(\w+)'", raised.message)
    brought = named is not None and any(re.search(rf"\b{named[1]}\b", edit.replacement) for edit in fix.edits)
    earlier = _reach(after.evidence)[:2] < _reach(before.evidence)[:2]
    return raised.headline if earlier or (brought and raised.type in ("AttributeError", "NameError")) else None


def _added(edits: Iterable[Edit]) -> int:
    return sum(edit.replacement.count("\n") for edit in edits)


def _outcome(before: Look, after: Look, cause: Finding, revealed: Iterable[Finding]) -> tuple[str, bool]:
    """What the change achieved, and whether that proves the cause.

    That a check is quiet once its line has changed proves nothing: only a rehearsal that gets further does.
    """
    next_one = next(iter(revealed), None)
    further = _further(before, after, cause)
    probe = after.evidence.probe
    answered = isinstance(probe, Probe) and probe.answered
    if answered and further:
        return "verified: with this change init() and run() pass", True
    if answered:
        return "tried: with this change init() and run() still pass", False
    if further and next_one is not None:
        return f"verified: with this change the service gets further; next: {next_one.title}", True
    if further and isinstance(probe, Probe) and not _tried(probe):
        return "verified: with this change init() passes; run() was not tried", True
    if further:
        return "verified: with this change the service gets further", True
    if after.ranking.causes:
        return "tried: with this change the finding is gone; the rehearsal does not get that far", False
    return "tried: with this change the finding is gone", False


def _tried(probe: Probe) -> bool:
    return any(step.phase is Phase.RUN and step.outcome != "skipped" for step in probe.steps)


def _further(before: Look, after: Look, cause: Finding) -> bool:
    """Whether the rehearsal gets further, or fails at the same step for a reason that the cause does not explain."""
    was, now = _reach(before.evidence), _reach(after.evidence)
    if now[:2] != was[:2]:
        return now[:2] > was[:2]
    return bool(cause.explains) and bool(was[2]) and bool(now[2]) and was[2] != now[2]


def _reach(evidence: Evidence) -> tuple[int, int, str]:
    """How many steps passed one after the other, whether the next one at least returned, and what it raised instead.

    -1 steps when the rehearsal could not begin.
    """
    if isinstance(evidence.probe, Missing):
        return -1, 0, ""
    for number, step in enumerate(evidence.probe.steps):
        if step.raised is not None:
            raised = step.raised.root
            # The same file looked for elsewhere is no progress.
            return number, 0, raised.type if "errno" in raised.detail else raised.headline
        if step.outcome != "passed":
            return number, 0, ""
        if step.returned and step.returned.problem:
            return number, 1, ""
    return len(evidence.probe.steps), 0, ""


def _apply(
    evidence: Evidence, cause: Finding, subject: Subject, overlay: Mapping[str, str]
) -> tuple[str, dict[str, str]] | None:
    """The script's new text, and the files of the scratch copy that differ from the person's own."""
    fix = applicable(cause)
    assert isinstance(evidence.script, Script)
    if fix is None:
        return None
    texts = {one.path: one.text for one in evidence.code}
    if isinstance(evidence.environment, EnvironmentFile):
        texts[evidence.environment.path] = evidence.environment.text
    files = dict(overlay)
    try:
        for path, edits in by_path(fix.edits).items():
            if path not in texts:
                return None
            texts[path] = apply_edits(texts[path], edits)
            files[overlay_name(path, subject)] = texts[path]
    except OverlappingEdits:
        return None
    return texts[evidence.script.path], files


def overlay_name(path: str, subject: Subject) -> str:
    """The name of a file inside the scratch copy: relative to the code folder where it lies in it."""
    here = Path(path)
    return here.relative_to(subject.folder).as_posix() if here.is_relative_to(subject.folder) else str(here)
