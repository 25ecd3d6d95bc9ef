"""From lines to causes: which signatures were sighted, which of them explain the others, and which did no harm."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from checks.evidence import Log
from checks.finding import Stage
from checks.logs.errors import CLEAR, LEAST, PLAIN, SAID, most_telling
from checks.logs.lines import Line, read_lines
from checks.logs.matcher import Choice, Matcher, search
from checks.logs.own_requests import of_others
from checks.logs.place import Place
from checks.logs.readers import reader
from checks.logs.reworded import as_today
from checks.logs.runs import Moment, moments, phase_of
from checks.logs.signature import Phase, Role, Signature, Strength
from checks.logs.subjects import Subjects
from checks.logs.tracebacks import Block, Traceback, find_tracebacks

WORKS = ("ready", "answered", "probe-answered", "pod-ready", "deployment-succeeded")
"""States in which the service is seen to work."""
CLEARED_BY = {
    Stage.BUILD: ("image-built", "deployment-succeeded"),
    Stage.LOAD: WORKS,
    Stage.INIT: WORKS,
    "scheduling": ("scheduled", "image-pulled", "container-started", *WORKS),
    "images": ("image-pulled", "container-started", *WORKS),
    "probes": WORKS,
    Role.SYMPTOM: WORKS,
    Role.WRAPPER: WORKS,
}
"""States that prove, by default, that something of that stage, phase (same words), area or role did no harm."""
SUCCEEDED = (*WORKS, "packages-installed", "image-built", "image-pulled", "model-downloaded", "model-loaded")
"""States that prove that what was tried again succeeded."""
SHOWN_READY = frozenset({"scheduling", "images", "probes"})
"""Areas of events that do no harm to a pod that a table shows as ready, wherever in the text that stands."""

OF_THE_CLIENT = frozenset({"platform", "access", "quota", "sdk", "network", "http", "build", "images"})
"""Areas of what the deploying side meets, and tries again."""

MOST_GROUPS = 20  # of one signature: what says the same of ever other things is told of the last ones

_RETRIES = re.compile(r"[Rr]etrying\b|[Ww]ill retry\b|attempt \d+ of \d+")

_ANEW = re.compile(
    r"(?i)\b(?:attempt|try|retry)(?: number)?:? ?#?(?:[2-9]|\d\d)\b(?: ?(?:of|/) ?\d+)?"
    r"|\b(?:trying|starting|running) (?:it )?again\b|^\W*retrying\b"
)
"""What a script or a client writes when it begins the same thing anew."""
_SHOWN_SOURCE = re.compile(r"\s*(?:raise |(?:-+> ?)?\d+ (?!\S*:)|\w+ +Traceback \(most recent call last\))")
_REFUSED = re.compile(r"\"?[A-Z]{3,7} /\S*(?: HTTP/[\d.]+)?\"? 4\d\d\b")
"""A line of an access log: what one client did wrong, when others are answered."""
_SPOKEN = frozenset({Role.CAUSE, Role.SYMPTOM, Role.WRAPPER})


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
    following: tuple[int, ...] = ()  # lines of other causes that follow from this one

    @property
    def best(self) -> Sighting:
        """Of the last start in which there was one, the first sighting that tells most of the title's subject."""
        last = self.sightings[-1].moment.run
        rivals = [sighting for sighting in self.sightings if sighting.moment.run == last]
        return max(rivals, key=lambda one: sum(bool(one.fields.get(name)) for name in self.signature.subject))


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a log says. `causes` come the most likely first; `symptoms` are explained by them, or stand alone.

    `unexplained` are tracebacks in which nothing was recognised and after which the service did not recover, the most
    telling first. `error` is the position of the line that tells most, where neither they nor a cause say more.
    `unfinished` is the state in which the log ends, where something goes on in it and nothing else says more.
    `healthy`: the service was seen to work, and nothing that breaks it came after.
    """

    lines: Sequence[Line]
    causes: tuple[Group, ...]
    symptoms: tuple[Group, ...]
    unexplained: tuple[Traceback, ...]
    healthy: bool
    runs: int
    error: int | None = None
    unfinished: Sighting | None = None


@lru_cache(maxsize=4)
def analyse(log: Log) -> Analysis:
    """Read one log with the built-in signatures."""
    lines = read_lines(of_others(log))
    return _Reading(lines, _CHOICE.matcher(as_today(lines, at) for at in range(len(lines))), log.starts).analysis()


_CHOICE = Choice()


def analyse_with(log: Log, matcher: Matcher) -> Analysis:
    """Read one log with the signatures of a matcher."""
    return _Reading(read_lines(of_others(log)), matcher, log.starts).analysis()


class _Reading:
    """One log while it is read."""

    def __init__(self, lines: Sequence[Line], matcher: Matcher, starts: Sequence[int]) -> None:
        self.lines = lines
        self.tracebacks = find_tracebacks(lines)
        raw = [
            (position, one, fields)
            for position, line in enumerate(lines)
            if line.text
            for one, fields in matcher.match(as_today(lines, position))
        ]
        states = [(position, one) for position, one, _ in raw if one.role is Role.STATE]
        self.when = moments(lines, states, self.tracebacks, starts)
        owner: dict[int, tuple[Traceback, Block]] = {
            position: (traceback, block)
            for traceback in self.tracebacks
            for block in traceback.blocks
            for position in block.positions
        }
        self.sightings = []
        for position, one, fields in raw:
            traceback, block = owner.get(position, (None, None))
            self.sightings.append(Sighting(one, position, fields, self.when[position], block, traceback))
        self.states = [sighting for sighting in self.sightings if sighting.signature.role is Role.STATE]
        harmless = (sighting for sighting in self.sightings if sighting.signature.role is Role.HARMLESS)
        self.ignored = _harmless(filter(self._accepted, harmless), self.tracebacks)
        self.subjects = Subjects(lines)
        self._latest = self._latest_states()
        self._also: dict[str, Mapping[str, str] | None] = {}
        self._seen: dict[tuple[str, int], list[Sighting]] = {}
        for sighting in self.sightings:
            self._seen.setdefault((sighting.signature.id, sighting.moment.run), []).append(sighting)

    def analysis(self) -> Analysis:
        applicable = [
            completed
            for sighting in self.sightings
            if sighting.signature.role in _SPOKEN
            and not self.ignored(sighting)
            and not _vague(sighting)
            and (completed := self._completed(sighting))
        ]
        live = self._standing(self._innermost(applicable))
        known = {id(one.traceback) for one in applicable if one.signature.role is Role.CAUSE and one.traceback}
        caused = any(one.signature.role is Role.CAUSE for one in live)
        unexplained = [
            one
            for one in self.tracebacks
            if id(one) not in known and self._harms(one) and not (caused and one.root.only_ended)
        ]
        decisive = self._decisive(live, unexplained)
        causes, followers = _split(_winners(live))
        causes.sort(key=lambda group: _order(group, decisive))
        known_followers = {group.signature for group in followers}
        outdone = {one: sum(one.named_in(other.over) for other in known_followers) for one in known_followers}
        followers.sort(key=lambda group: _order(group, decisive, outdone[group.signature]))
        healthy = any(state.signature.healthy and state.moment.run in decisive for state in self.states)
        silent = not causes and not unexplained
        error = self._error(decisive, self._least(followers)) if silent else None
        return Analysis(
            lines=self.lines,
            causes=tuple(causes),
            symptoms=tuple(followers),
            unexplained=tuple(sorted(unexplained, key=lambda one: self._telling(one, decisive))),
            healthy=healthy,
            runs=len({moment.run for moment in self.when}),
            error=error,
            unfinished=self._unfinished(decisive, followers) if silent and error is None else None,
        )

    def _completed(self, sighting: Sighting) -> Sighting | None:
        """The sighting with all its fields, None when a condition of its signature is not met."""
        one = sighting.signature
        if one.phases and sighting.moment.phase not in one.phases:
            return None
        if (one.exception or one.frames) and (sighting.block is None or sighting.block.headline != sighting.position):
            return None
        if sighting.block and sighting.position < sighting.block.headline and self._raises(sighting.position):
            return None
        if one.frames and sighting.block and not _frames_match(one.frames, sighting.block):
            return None
        if one.after and not self._came_before(one.after, sighting):
            return None
        if one.not_after and self._came_before(one.not_after, sighting):
            return None
        fields = dict(sighting.fields)
        for pattern in one.also:
            more = self._somewhere(pattern)
            if more is None:
                return None
            fields = {**more, **fields}
        if one.reader:
            read = reader(one.reader)(Place(self.lines, sighting.position, sighting.block), fields)
            if read is None:
                return None
            fields |= read
        return replace(sighting, fields=fields)

    def _accepted(self, sighting: Sighting) -> bool:
        """False when the reader of its signature refuses it."""
        if not (name := sighting.signature.reader):
            return True
        return reader(name)(Place(self.lines, sighting.position, sighting.block), sighting.fields) is not None

    def _innermost(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """Without those that a text inside the same line tells again, unescaped."""
        inner = {(one.signature.id, self._inside(one.position)) for one in sightings}
        return [
            one
            for one in sightings
            if self.lines[one.position].derived or (one.signature.id, self.lines[one.position].number) not in inner
        ]

    def _inside(self, position: int) -> int | None:
        """The number of the line in which this text lies; None for a line of its own."""
        return self.lines[position].number if self.lines[position].derived else None

    def _latest_states(self) -> dict[str, list[Sighting]]:
        """Of each state the last sighting of each pod and process in each start, the last one first."""
        found: dict[str, dict[object, Sighting]] = {}
        for state in reversed(self.states):
            key = (self.subjects.of(state.position), self.lines[state.position].process, state.moment.run)
            found.setdefault(state.signature.id, {}).setdefault(key, state)
        return {name: list(states.values()) for name, states in found.items()}

    def _somewhere(self, pattern: str) -> Mapping[str, str] | None:
        """The fields of a pattern in the first line of the log that it matches."""
        if pattern not in self._also:
            matches = (search(pattern, line.text) for line in self.lines)
            self._also[pattern] = next((found for found in matches if found is not None), None)
        return self._also[pattern]

    def _raises(self, position: int) -> bool:
        """True for the source code that raises: it may hold a message, which the headline tells with its values.

        So may what notebooks show around it, and the line above, which names the exception alone.
        """
        return _SHOWN_SOURCE.match(self.lines[position].text[:2000]) is not None

    def _came_before(self, ids: Iterable[str], sighting: Sighting) -> bool:
        """True when one of these was sighted earlier in the same start; of the same process, where both name one."""
        pid = sighting.fields.get("pid")
        return any(
            other.position < sighting.position and (not pid or other.fields.get("pid", pid) == pid)
            for name in ids
            for other in self._seen.get((name, sighting.moment.run), ())
        )

    def _standing(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """Without those that a state proves to have done no harm. An event that did none is none of what it says."""
        cleared = {id(one) for one in sightings if self._cleared(one)}
        past = {
            one.position
            for one in sightings
            if id(one) in cleared and (one.signature.role is Role.SYMPTOM or one.signature.area in SHOWN_READY)
        }
        better: dict[int, list[Signature]] = {}
        for one in sightings:
            if id(one) in cleared and one.signature.over:
                better.setdefault(one.position, []).append(one.signature)
        return [
            one
            for one in sightings
            if id(one) not in cleared
            and (one.position not in past or one.signature.cleared_by == ())
            and not any(one.signature.named_in(other.over) for other in better.get(one.position, ()))
        ]

    def _cleared(self, sighting: Sighting) -> bool:
        """True when a state proves that this did no harm: a later one, or what a table says of the pod as it is now."""
        one = sighting.signature
        if one.cleared_by == ():
            return False
        by = one.cleared_by
        if by is None:
            keys = (one.stage, one.area, one.role, sighting.moment.phase)
            by = tuple(name for key in keys for name in CLEARED_BY.get(key, ()))
            if sighting.traceback and one.role is Role.CAUSE and sighting.moment.phase is Phase.RUN:
                by = tuple(name for name in by if name == "answered" and phase_of(sighting.traceback) is not Phase.RUN)
        text = self.lines[sighting.position].text[:2000]
        if _RETRIES.search(text):
            by += SUCCEEDED
        if _REFUSED.search(text):
            by += ("answered",)
        if one.area in OF_THE_CLIENT and self._succeeded_anew(sighting.position):
            return True
        if one.area in SHOWN_READY and any(
            self.subjects.same(state.position, sighting.position) for state in self._latest.get("pod-ready", ())
        ):
            return True
        if one.area == "probes" or "pod-ready" in (one.cleared_by or ()):
            ready = (state.position for state in self._latest.get("pod-ready", ()))
            if self.subjects.replaced(sighting.position, ready):
                return True
        return self._proved(by, sighting.position)

    def _succeeded_anew(self, position: int) -> bool:
        """True when the same was begun anew after a line, and succeeded then."""
        begun = next((at for at in self._anew if at > position), None)
        return begun is not None and self._proved(("deployment-succeeded", "resource-succeeded", "image-built"), begun)

    @cached_property
    def _anew(self) -> tuple[int, ...]:
        """The lines that tell that something is tried once more."""
        return tuple(at for at, line in enumerate(self.lines) if _ANEW.search(line.text[:300]))

    def _proved(self, states: Iterable[str], position: int) -> bool:
        """True when one of these states proves that the line at a position did no harm."""
        for name in states:
            for state in self._latest.get(name, ()):
                if state.position <= position:
                    break
                if self._proves(state, position):
                    return True
        return False

    def _proves(self, state: Sighting, position: int) -> bool:
        """True when a state comes after a line, and is of the same pod and not of a worker that was there before."""
        if state.position <= position or not self.subjects.same(state.position, position):
            return False
        one, other = self.lines[state.position], self.lines[position]
        if state.signature.id in WORKS and _apart(one, other):
            return False
        if not one.process or not other.process or one.process == other.process:
            return True
        run = state.moment.run
        return run != self.when[position].run or self._first_heard[run, one.process] > position

    @cached_property
    def _first_heard(self) -> dict[tuple[int, str], int]:
        """Where each process is heard first in each start."""
        heard: dict[tuple[int, str], int] = {}
        for position, (line, moment) in enumerate(zip(self.lines, self.when, strict=True)):
            heard.setdefault((moment.run, line.process), position)
        return heard

    def _harms(self, traceback: Traceback) -> bool:
        """False for a traceback that a harmless line covers, or after which the service went on as if nothing was."""
        if self.ignored(traceback):
            return False
        position = traceback.root.headline
        return phase_of(traceback) is Phase.RUN or not self._proved(WORKS, position)

    def _decisive(self, live: Iterable[Sighting], unexplained: Iterable[Traceback]) -> frozenset[int]:
        """The starts that count most: of each stream the last one that came to something."""
        telling = {one.moment.run for one in live if one.signature.strength is not Strength.WEAK}
        telling |= {self.when[traceback.root.headline].run for traceback in unexplained}
        telling |= {state.moment.run for state in self.states if state.signature.healthy}
        last: dict[str, int] = {}
        fallback: dict[str, int] = {}
        for line, moment in zip(self.lines, self.when, strict=True):
            fallback[line.stream] = moment.run
            if moment.run in telling:
                last[line.stream] = moment.run
        return frozenset((fallback | last).values())

    def _telling(self, traceback: Traceback, decisive: frozenset[int]) -> tuple[bool, bool, bool, int]:
        root = traceback.root
        reports = root.type.rpartition(".")[2] in {"CalledProcessError", "SystemExit", "KeyboardInterrupt"}
        reports = reports or "non-zero" in root.message
        return (
            self.when[root.headline].run not in decisive,
            reports or not root.type,
            root.own_frame is None,
            root.headline,
        )

    def _least(self, followers: Sequence[Group]) -> int:
        """How much a line must tell to be named as an error: more where something is seen to work."""
        if followers:
            return LEAST
        if any(name in self._latest for name in WORKS):
            return PLAIN
        return CLEAR if any(state.signature.healthy for state in self.states) else SAID

    def _error(self, decisive: frozenset[int], least: int) -> int | None:
        """The line that tells most, where no signature, and no traceback, does."""
        quiet = {
            sighting.position for sighting in self.sightings if sighting.signature.role in {*_SPOKEN, Role.HARMLESS}
        }
        quiet |= {
            position for traceback in self.tracebacks for block in traceback.blocks for position in block.positions
        }
        told = {inside for position in quiet if (inside := self._inside(position)) is not None}

        def counts(position: int) -> bool:
            return (
                position not in quiet
                and (self.lines[position].derived or self.lines[position].number not in told)
                and self.when[position].run in decisive
                and not self._proved((*WORKS, "image-built", "resource-succeeded"), position)
            )

        return most_telling(self.lines, counts, least)

    def _unfinished(self, decisive: frozenset[int], followers: Sequence[Group]) -> Sighting | None:
        """The last state, when something goes on in it, and nothing says that it came to an end; probes do not."""
        states = [state for state in self.states if state.moment.run in decisive]
        last = states[-1] if states else None
        if last is None or not last.signature.busy:
            return None
        ends = (group.sightings[-1].position for group in followers if group.signature.area != "probes")
        return None if any(end > last.position for end in ends) else last


def _harmless(sightings: Iterable[Sighting], tracebacks: Iterable[Traceback]) -> Callable[[Sighting | Traceback], bool]:
    """Tells what a harmless line covers: its line, the traceback whose exception it names, and one that it heads."""
    heads = {traceback.blocks[0].first: traceback for traceback in tracebacks}
    positions: dict[int, list[Signature]] = {}
    covered: set[int] = set()
    for sighting in sightings:
        at = sighting.position
        positions.setdefault(at, []).append(sighting.signature)
        if sighting.traceback and sighting.block and sighting.block.headline == at:
            covered.add(id(sighting.traceback))
        headed = heads.get(at) or heads.get(at + 1) if sighting.signature.heads else None
        covered |= {id(headed)} if headed else set()

    def ignored(one: Sighting | Traceback) -> bool:
        if isinstance(one, Traceback):
            return id(one) in covered
        if one.traceback is not None and id(one.traceback) in covered:
            return True
        return any(not harmless.named_in(one.signature.over) for harmless in positions.get(one.position, ()))

    return ignored


_SERVICE = re.compile(r"(?P<name>[A-Za-z][\w.-]*?)(?:[_-]\d{1,3})? +\|")
_PROXY = re.compile(r"(?i)nginx|proxy|gateway|ingress|envoy|traefik|caddy|balancer")


def _apart(one: Line, other: Line) -> bool:
    """True for lines of two services side by side; what a proxy answers, the one behind it answers."""
    if not one.stream or not other.stream or one.stream == other.stream:
        return False
    first, second = _SERVICE.match(one.raw), _SERVICE.match(other.raw)
    return bool(first and second and first["name"] != second["name"] and not _PROXY.search(first["name"]))


def _vague(sighting: Sighting) -> bool:
    """True for a general cause of an exception that was not the first of its chain: the first one says more."""
    chain = sighting.traceback
    weak = sighting.signature.role is Role.CAUSE and sighting.signature.strength is Strength.WEAK
    return weak and chain is not None and sighting.block is not chain.root


def _frames_match(pattern: str, block: Block) -> bool:
    return any(search(pattern, f"{frame.path} in {frame.function}: {frame.code}") is not None for frame in block.frames)


def outranks(one: Signature, other: Signature) -> bool:
    """True when `one` is the better diagnosis of a text that both match: the one that names the other more exactly."""
    above, below = _names(one, other), _names(other, one)
    return above > below if above != below else one.strength.rank < other.strength.rank


def _names(one: Signature, other: Signature) -> int:
    """How `one` is said to outrank `other`: 2 by its id, 1 by its area, 0 not at all."""
    if other.id in one.over or one.id in other.under:
        return 2
    return int(other.named_in(one.over) or one.named_in(other.under))


def _winners(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Of the causes on one line, and of those in one chain of exceptions, the one that says most.

    Causes that a symptom on the same line outranks do not count: "connection refused" of a probe is no failed call.
    """
    kept: list[Sighting] = []
    symptoms = [one for one in sightings if one.signature.role is not Role.CAUSE and one.signature.over]
    owned = {one.position: one.signature.over for one in symptoms}
    by_line: dict[int, list[Sighting]] = {}
    by_chain: dict[int, list[Sighting]] = {}
    for sighting in sightings:
        if sighting.signature.role is not Role.CAUSE:
            kept.append(sighting)
        elif sighting.signature.named_in(owned.get(sighting.position, ())):
            continue
        elif sighting.traceback is not None:
            by_chain.setdefault(id(sighting.traceback), []).append(sighting)
        else:
            by_line.setdefault(sighting.position, []).append(sighting)
    kept += [_best(rivals) for rivals in by_line.values()]
    kept += [_first_raised(rivals) for rivals in by_chain.values()]
    return sorted(kept, key=lambda sighting: sighting.position)


def _first_raised(rivals: Sequence[Sighting]) -> Sighting:
    """Of the causes in one chain that of the first exception; a weak one only where there are no others."""
    chain = rivals[0].traceback
    assert chain is not None
    firm = [one for one in rivals if one.signature.strength is not Strength.WEAK] or rivals
    return next(_best(here) for block in chain.blocks if (here := [one for one in firm if one.block is block]))


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
    groups: dict[tuple[str, tuple[str | None, ...]], list[Sighting]] = {}
    for sighting in sightings:
        one, fields = sighting.signature, sighting.fields
        subject = tuple(fields.get(name) for name in sorted(one.subject))
        groups.setdefault((one.id, subject), []).append(sighting)
    _join_nameless(groups)
    kept: dict[str, list[Group]] = {}
    for found in groups.values():
        kept.setdefault(found[0].signature.id, []).append(Group(found[0].signature, tuple(found)))
    all_groups = [group for of_one in kept.values() for group in of_one[-MOST_GROUPS:]]
    causes = [group for group in all_groups if group.signature.role is Role.CAUSE]
    if any(group.signature.strength is not Strength.WEAK for group in causes):
        causes = [group for group in causes if group.signature.strength is not Strength.WEAK]
    kinds = {group.signature for group in causes}
    explained = {
        one
        for one in kinds
        for other in kinds
        if other is not one and one.named_in(other.explains) and not other.named_in(one.explains)
    }
    roots = [group for group in causes if group.signature not in explained]
    told = {id(root) for root in roots}
    followers = [group for group in all_groups if id(group) not in told]
    followed = tuple(dict.fromkeys(group.signature for group in followers))
    return [
        Group(root.signature, root.sightings, followed, tuple(_lines_after(root.signature, followers)))
        for root in roots
    ], followers


def _join_nameless(groups: dict[tuple[str, tuple[str | None, ...]], list[Sighting]]) -> None:
    """Lines that leave the subject open speak of the one that others name, where they name only one."""
    for key in [key for key in groups if key[1] and not any(key[1])]:
        named = [other for other in groups if other[0] == key[0] and any(other[1])]
        if len(named) == 1:
            groups[named[0]] = sorted([*groups[named[0]], *groups.pop(key)], key=lambda one: one.position)


def _lines_after(root: Signature, followers: Iterable[Group]) -> Iterator[int]:
    """The lines of the causes that follow from this one, each cause's first."""
    for group in followers:
        if group.signature.role is Role.CAUSE and group.signature.named_in(root.explains):
            yield group.best.position


def _order(group: Group, decisive: frozenset[int], outdone: int = 0) -> tuple[bool, bool, int, int, int]:
    """What broke the last complete start comes first; then what carries nothing inside, the surest, the earliest.

    `outdone`: how many others say more (symptoms have no line to fight for, so `over` counts in the whole log).
    """
    best = group.best
    return (
        best.moment.run not in decisive,
        group.signature.role is Role.WRAPPER,
        outdone,
        group.signature.strength.rank,
        best.position,
    )
