"""From lines to causes: which signatures were sighted, which of them explain the others, and which did no harm."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checks.evidence import Log
from checks.finding import Stage
from checks.logs.lines import Line, read_lines
from checks.logs.matcher import Matcher, built_in, search
from checks.logs.readers import READERS, Place
from checks.logs.runs import Moment, moments
from checks.logs.signature import Role, Signature, Strength
from checks.logs.tracebacks import Block, Traceback, find_tracebacks

CLEARED_BY = {Stage.BUILD: ("image-built",), Stage.LOAD: ("ready",), Stage.INIT: ("ready",)}
"""States that prove, by default, that something of that stage did no harm."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One signature at one line. `position` counts lines from 0; `block` is the exception the line belongs to."""

    signature: Signature
    position: int
    fields: Mapping[str, str]
    moment: Moment
    block: Block | None = None
    traceback: Traceback | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Sightings of one signature with the same fields: one finding. `sightings` are in order of their lines."""

    signature: Signature
    sightings: tuple[Sighting, ...]
    symptoms: tuple[Signature, ...] = ()

    @property
    def best(self) -> Sighting:
        """The first sighting of the last start in which there was one."""
        last = self.sightings[-1].moment.run
        return next(sighting for sighting in self.sightings if sighting.moment.run == last)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a log says. `causes` come the most likely first; `symptoms` are explained by them, or stand alone.

    `unexplained` are tracebacks in which nothing was recognised and after which the service did not recover.
    `healthy`: the service was seen to work, and nothing that breaks it came after.
    """

    lines: Sequence[Line]
    causes: tuple[Group, ...]
    symptoms: tuple[Group, ...]
    unexplained: tuple[Traceback, ...]
    healthy: bool
    runs: int


@lru_cache(maxsize=4)
def analyse(log: Log) -> Analysis:
    """Read one log with the built-in signatures."""
    return analyse_with(log, built_in())


def analyse_with(log: Log, matcher: Matcher) -> Analysis:
    """Read one log with the signatures of a matcher."""
    lines = read_lines(log)
    tracebacks = find_tracebacks(lines)
    raw = [(position, one, fields) for position, line in enumerate(lines) for one, fields in matcher.match(line.text)]
    states = [(position, one) for position, one, _ in raw if one.role is Role.STATE]
    when = moments(len(lines), states, tracebacks)
    owner = {
        position: (traceback, block)
        for traceback in tracebacks
        for block in traceback.blocks
        for position in range(block.first, block.last + 1)
    }
    sightings: list[Sighting] = []
    for position, one, fields in raw:
        traceback, block = owner.get(position, (None, None))
        sightings.append(Sighting(one, position, fields, when[position], block, traceback))
    ignored = _harmless(sightings, tracebacks)
    seen = {(sighting.signature.id, sighting.moment.run): sighting.position for sighting in reversed(sightings)}
    applicable = [
        completed
        for sighting in sightings
        if sighting.signature.role in {Role.CAUSE, Role.SYMPTOM, Role.WRAPPER}
        and not ignored(sighting)
        and (completed := _completed(sighting, lines, seen))
    ]
    latest = {one.id: position for position, one in states}
    live = [one for one in applicable if not _cleared(one, latest)]
    causes, followers = _split(_winners(live))
    ordered = sorted(causes, key=lambda group: _order(group, len(lines), when))
    recognised = {id(sighting.traceback) for sighting in live if sighting.signature.role is Role.CAUSE}
    unexplained = tuple(
        traceback
        for traceback in tracebacks
        if id(traceback) not in recognised
        and not ignored(traceback)
        and latest.get("ready", -1) < traceback.root.headline
    )
    return Analysis(
        lines=lines,
        causes=tuple(ordered),
        symptoms=tuple(followers),
        unexplained=unexplained,
        healthy=any(one.healthy and when[position].run == when[-1].run for position, one in states),
        runs=when[-1].run + 1 if when else 0,
    )


def _harmless(sightings: Iterable[Sighting], tracebacks: Iterable[Traceback]) -> Callable[[Sighting | Traceback], bool]:
    """Tells what a harmless line covers: its own line, and the traceback that it stands in or heads."""
    heads = {traceback.blocks[0].first: traceback for traceback in tracebacks}
    positions: dict[int, Signature] = {}
    covered: set[int] = set()
    for sighting in sightings:
        if sighting.signature.role is Role.HARMLESS:
            positions[sighting.position] = sighting.signature
            headed = sighting.traceback or heads.get(sighting.position) or heads.get(sighting.position + 1)
            covered |= {id(headed)} if headed else set()

    def ignored(one: Sighting | Traceback) -> bool:
        if isinstance(one, Traceback):
            return id(one) in covered
        if id(one.traceback) in covered:
            return True
        harmless = positions.get(one.position)
        return harmless is not None and not harmless.named_in(one.signature.over)

    return ignored


def _completed(sighting: Sighting, lines: Sequence[Line], seen: Mapping[tuple[str, int], int]) -> Sighting | None:
    """The sighting with all its fields, None when a condition of its signature is not met."""
    one, run = sighting.signature, sighting.moment.run
    if one.phases and sighting.moment.phase not in one.phases:
        return None
    if (one.exception or one.frames) and (sighting.block is None or sighting.block.headline != sighting.position):
        return None
    if one.frames and sighting.block:
        pattern = one.frames
        if not any(
            search(pattern, f"{frame.path} in {frame.function}: {frame.code}") is not None
            for frame in sighting.block.frames
        ):
            return None
    if one.after and not any(seen.get((id, run), len(lines)) < sighting.position for id in one.after):
        return None
    if any(seen.get((id, run), len(lines)) < sighting.position for id in one.not_after):
        return None
    fields = dict(sighting.fields)
    for pattern in one.also:
        more = next((found for line in lines if (found := search(pattern, line.text)) is not None), None)
        if more is None:
            return None
        fields = {**more, **fields}
    if one.reader:
        read = READERS[one.reader](Place(lines, sighting.position, sighting.block), fields)
        if read is None:
            return None
        fields |= read
    return Sighting(one, sighting.position, fields, sighting.moment, sighting.block, sighting.traceback)


def _cleared(sighting: Sighting, latest: Mapping[str, int]) -> bool:
    """True when a later state proves that this did no harm."""
    one = sighting.signature
    by = one.cleared_by if one.cleared_by is not None else CLEARED_BY.get(one.stage, ())
    return any(latest.get(state, -1) > sighting.position for state in by)


def outranks(one: Signature, other: Signature) -> bool:
    """True when `one` is the better diagnosis of a text that both match."""
    if other.named_in(one.over):
        return True
    return not one.named_in(other.over) and one.strength.rank < other.strength.rank


def _winners(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Of the causes on one line, and of those in one chain of exceptions, the one that says most."""
    kept: list[Sighting] = []
    by_line: dict[int, list[Sighting]] = {}
    by_chain: dict[int, list[Sighting]] = {}
    for sighting in sightings:
        if sighting.signature.role is not Role.CAUSE:
            kept.append(sighting)
        elif sighting.traceback is not None:
            by_chain.setdefault(id(sighting.traceback), []).append(sighting)
        else:
            by_line.setdefault(sighting.position, []).append(sighting)
    for rivals in by_line.values():
        kept.append(_best(rivals))
    for rivals in by_chain.values():
        chain = rivals[0].traceback
        assert chain is not None
        for block in chain.blocks:
            here = [one for one in rivals if one.block is block]
            strong = [one for one in here if one.signature.strength is not Strength.WEAK] or here
            if strong:
                kept.append(_best(strong))
                break
    return sorted(kept, key=lambda sighting: sighting.position)


def _best(rivals: Sequence[Sighting]) -> Sighting:
    """The sighting that no other outranks; of several, the longest pattern's."""
    top = [
        one
        for one in rivals
        if not any(outranks(other.signature, one.signature) for other in rivals if other is not one)
    ] or list(rivals)
    return max(top, key=lambda one: (max(map(len, one.signature.match)), -one.position))


def _split(sightings: Iterable[Sighting]) -> tuple[list[Group], list[Group]]:
    """Groups of causes, each with the symptoms it explains; and groups of what only follows."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault((sighting.signature.id, tuple(sorted(sighting.fields.items()))), []).append(sighting)
    all_groups = [Group(found[0].signature, tuple(found)) for found in groups.values()]
    causes = [group for group in all_groups if group.signature.role is Role.CAUSE]
    if any(group.signature.strength is not Strength.WEAK for group in causes):
        causes = [group for group in causes if group.signature.strength is not Strength.WEAK]
    explained = {
        id(group)
        for group in causes
        for other in causes
        if other is not group
        and group.signature.named_in(other.signature.explains)
        and not other.signature.named_in(group.signature.explains)
    }
    roots = [group for group in causes if id(group) not in explained]
    followers = [group for group in all_groups if not any(group is root for root in roots)]
    followed = tuple(dict.fromkeys(group.signature for group in followers))
    return [Group(root.signature, root.sightings, followed) for root in roots], followers


def _order(group: Group, number: int, when: Sequence[Moment]) -> tuple[bool, int, int]:
    """What broke the last start comes first; then the surest; then the earliest."""
    last = when[number - 1].run if number else 0
    best = group.best
    return (best.moment.run < last, group.signature.strength.rank, best.position)
