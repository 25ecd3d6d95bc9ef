"""What happened when: starts, ends, health checks, events, in one order; repeats and long silences folded."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from checks.evidence import Evidence, Probe
from doctor.exploring.container_moments import moments_of_container
from doctor.exploring.moments import Moment
from doctor.exploring.pod_moments import moments_of_workload
from doctor.exploring.table import Nothing, Row, Table, Tone, shown, time_of
from doctor.exploring.wanting import remedy_for
from doctor.reports.common import plural

COLUMNS = ("time (UTC)", "after", "what of", "what happened")
SILENCE = 600.0  # seconds without a word that get a line of their own


def timeline(evidence: Evidence) -> Table | Nothing:
    """Moments with a time of the clock; of a script alone, the steps of its rehearsal."""
    moments = [*moments_of_container(evidence), *moments_of_workload(evidence)]
    if not moments and isinstance(evidence.probe, Probe):
        return _rehearsal(evidence.probe)
    if not moments:
        reason = getattr(evidence.probe, "reason", "")
        for name in ("container", "workload"):
            told = getattr(getattr(evidence, name), "reason", "")
            reason = told if told and told != "not collected" else reason
        return Nothing(shown(reason or "nothing that was seen has a time"), remedy_for(evidence, "timeline"))
    moments.sort(key=lambda one: (one.seconds, one.rank))
    folded = list(_folded(moments))
    rows = list(_rows(folded))
    return Table(COLUMNS, tuple(rows), summary(moments), sortable=False)


class Folded(NamedTuple):
    """One moment, or several alike one after the other; `parts` are those of one repeat."""

    first: Moment
    last: Moment
    times: int
    parts: tuple[Moment, ...] = ()


def _folded(moments: Sequence[Moment], longest: int = 4) -> Iterator[Folded]:
    """Fold runs of the same one to four moments, as a crash loop makes them, into one line."""
    at = 0
    while at < len(moments):
        best = (1, 1)
        for length in range(1, longest + 1):
            key = [one.alike for one in moments[at : at + length]]
            if len(key) < length or (length > 1 and len(set(key)) == 1):
                continue
            count = 1
            while [one.alike for one in moments[at + count * length : at + (count + 1) * length]] == key:
                count += 1
            if count > 1 and count * length > best[0] * best[1]:
                best = (count, length)
        count, length = best
        if count * length >= 3 or count == 1:
            part = tuple(moments[at : at + length])
            yield Folded(part[0], moments[at + count * length - 1], count, part)
            at += count * length
        else:
            yield Folded(moments[at], moments[at], 1, (moments[at],))
            at += 1


def _rows(folded: Sequence[Folded]) -> Iterator[Row]:
    began = next((one.first for one in folded if one.first.who != "image"), folded[0].first)
    day = ""
    before: float | None = None
    for one in folded:
        moment = one.first
        if before is not None and moment.seconds - before >= SILENCE:
            yield Row(("", "", "", f"... {time_of(moment.seconds - before)} without a word"), "muted")
        date, _, clock = moment.at.replace("T", " ").removesuffix("Z").partition(" ")
        written = clock[:12] if date == day else f"{date} {clock[:8]}"
        day = date
        since = moment.seconds - began.seconds
        yield _row(one, written, "start" if moment is began else f"+{time_of(since)}" if since >= 0 else "")
        before = one.last.seconds


def _row(one: Folded, clock: str, after: str) -> Row:
    what = " ; ".join(dict.fromkeys(part.what for part in one.parts))
    detail = one.first.detail
    if one.times > 1:
        spread = one.last.seconds - one.first.seconds
        what = f"{what}  ({one.times} times in {time_of(spread)}, until {one.last.clock})"
        detail = f"{detail}\nabout every {time_of(spread / (one.times - 1))}".strip()
    tone = next((part.tone for tone in ("error", "warning") for part in one.parts if part.tone == tone), one.first.tone)
    return Row((clock, after, one.first.who, what), tone, detail)


def summary(moments: Sequence[Moment]) -> str:
    """Each thing that ended more than once, told as a loop: how long it ran, how it ended, how long it waited."""
    lines = []
    for who in dict.fromkeys(one.who for one in moments):
        own = [one for one in moments if one.who == who and one.kind in {"start", "end"}]
        ends = [one for one in own if one.kind == "end"]
        if not ends:
            continue
        runs = [one.ran for one in ends if one.ran is not None]
        waits = [b.seconds - a.seconds for a, b in pairwise(own) if a.kind == "end" and b.kind == "start"]
        told = [f"{who}:"]
        restarts = max((one.restarts for one in own), default=0)
        seen = f" {len(ends)} of them seen;" if len(ends) < restarts else ""
        told.append(
            f"{plural(restarts, 'restart')};{seen}" if restarts else f"{len(ends)} ends;" if len(ends) > 1 else ""
        )
        told.append(f"ran {time_of(runs[-1])}," if runs else "")
        told.append(ends[-1].outcome or "ended")
        told.append(f", waited {time_of(waits[-1])}" if waits else "")
        waiting = next((one.outcome for one in moments if one.who == who and one.kind == "check" and one.outcome), "")
        told.append(f", now waits ({waiting})" if waiting else "")
        if len(ends) > 2 and not runs:
            times = [b.seconds - a.seconds for a, b in pairwise(ends)]
            told.append(f", the last {time_of(times[-1])} after the one before")
        lines.append(" ".join(part for part in told if part).replace(" ,", ","))
    return "\n".join(lines[:3])


def _rehearsal(probe: Probe) -> Table:
    """The steps one after the other: their lengths are known, the times of the clock are not."""
    rows, at = [], 0.0
    for step in probe.steps:
        headline = step.raised.root.headline if step.raised else step.message or ""
        what = f"{step.outcome}{f': {shown(headline)}' if headline else ''}, took {time_of(step.seconds)}"
        tone: Tone = "passed" if step.outcome == "passed" else "muted" if step.outcome == "skipped" else "error"
        who = f"{step.phase}{f' {shown(step.sample)}' if step.sample else ''}"
        rows.append(Row(("start" if at == 0 else f"+{time_of(at)}", who, what), tone))
        at += step.seconds
    if probe.exit:
        rows.append(Row((f"+{time_of(at)}", f"{probe.exit.phase}", f"the process ended: {probe.exit.reason}"), "error"))
    text = f"The rehearsal, by the length of its steps: {time_of(probe.seconds)} in all."
    return Table(COLUMNS[1:], tuple(rows), text, sortable=False)
