"""From an analysis to findings: the texts of signatures filled in, with the lines that prove them."""

from collections.abc import Iterable

from checks.evidence import Log
from checks.finding import Finding, Fix, Stage
from checks.logs.analysis import Analysis, Group, Sighting, analyse
from checks.logs.proof import FAMILY, MOST_QUOTES, common, confirm, frame_line, quotes, value_lines
from checks.logs.runs import phase_of
from checks.logs.signature import Signature
from checks.logs.template import fill, placeholders
from checks.logs.unrecognised import LONGEST_TITLE, unrecognised

__all__ = ["FAMILY", "findings"]

SHORTEST_VALUE = 16  # characters that are left of a value that is cut

ABOUT = {"module": "module", "file": "file", "path": "file", "variable": "variable", "name": "name"}


def findings(log: Log) -> tuple[Finding, ...]:
    """Everything that a log says, causes first. Their order is kept in `Finding.place`."""
    analysis = analyse(log)
    symptoms = _once(analysis.symptoms)
    unknown = unrecognised(analysis, log)
    groups = [*analysis.causes, *symptoms]
    if not analysis.causes and symptoms and not unknown:
        first, *others = symptoms  # the diagnosis, for want of a better one
        groups[0] = Group(first.signature, first.sightings, tuple(group.signature for group in others))
    found = [_finding(group, analysis, log, place) for place, group in enumerate(groups, len(unknown))]
    return (*unknown, *found)


def _once(symptoms: Iterable[Group]) -> list[Group]:
    """One group a signature: how a symptom varies says nothing."""
    return list({group.signature.id: group for group in symptoms}.values())


def _finding(group: Group, analysis: Analysis, log: Log, place: int) -> Finding:
    one, best = group.signature, group.best
    met = best.traceback.met(best.block) if best.traceback and best.block else None
    frame = met.own_frame if met else None
    fields = {**common(best.block, analysis, best.position, best.traceback), **one.defaults, **best.fields}
    quoted = [best.position]
    if best.block and met:
        quoted += [best.block.headline, *frame_line(met, analysis)]
    quoted += value_lines(one, best, analysis)
    quoted += [sighting.position for sighting in group.sightings if sighting.moment.run == best.moment.run]
    quoted = [*quoted[: MOST_QUOTES - 1], *group.following, *quoted[MOST_QUOTES - 1 :]]
    starts = len({sighting.moment.run for sighting in group.sightings})
    repeats = dict(log.repeats)
    numbers = dict.fromkeys(analysis.lines[sighting.position].number for sighting in group.sightings)
    seen = sum(repeats.get(number, 1) for number in numbers)
    repeated = f" Seen {seen} times" + (f", in {starts} starts." if starts > 1 else ".") if seen > 1 else ""
    return Finding(
        id=f"{FAMILY}.{one.id}",
        family=FAMILY,
        title=_fitted(one.title, fields),
        why=fill(one.why, fields) + repeated,
        evidence=tuple(quotes(quoted, analysis, log)),
        severity=one.severity,
        confidence=one.confidence,
        stage=_stage(one, best),
        explains=tuple(f"{FAMILY}.{symptom.id}" for symptom in group.symptoms),
        about=tuple(f"{ABOUT[name]}:{value}" for name, value in best.fields.items() if name in ABOUT)
        + ((f"line:{frame.line}",) if frame else ())
        if group.symptoms or one.role == "cause"
        else (),
        fixes=tuple(
            Fix(title=fill(f.title, fields), safety=f.safety, commands=tuple(fill(c, fields) for c in f.commands))
            for f in one.fixes
        ),
        no_fix=fill(one.no_fix, fields) if one.no_fix else None,
        confirm=confirm(one, met),
        learn_more=(f"doctor explain {FAMILY}.{one.id}", *one.learn_more),
        place=place,
    )


def _stage(one: Signature, best: Sighting) -> Stage:
    """The stage of the signature; the traceback shows better what was called, where an exception may come from any."""
    phase = phase_of(best.traceback) if best.traceback and one.stage in {Stage.OPERATE, Stage.RUN} else None
    return Stage(phase) if phase else one.stage


def _fitted(template: str, fields: dict[str, str]) -> str:
    """The title with its longest values cut in the middle, as far as it needs to fit; the why has them whole."""
    title = fill(template, fields)
    for name in sorted(placeholders(template), key=lambda name: -len(fields[name])):
        excess = len(title) - LONGEST_TITLE
        if excess <= 0:
            break
        value = " ".join(fields[name].split())
        room = max(len(value) - excess - 1, SHORTEST_VALUE)
        if room < len(value):
            cut = f"{value[: (room + 1) // 2]}…{value[len(value) - room // 2 :]}"
            title = fill(template, fields := {**fields, name: cut})
    return title
