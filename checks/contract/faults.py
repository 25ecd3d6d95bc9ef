"""What is wrong with the content of the request bodies: each fault once, graded by what the server makes of it.

A body is held against the surest contract that there is (the decorators, what is served, a document); of an undecorated
script, also against the keys that run() reads. Several places with one fault are one fault.
"""

from dataclasses import dataclass, field, replace

from checks.contract.body import Body, bodies
from checks.contract.contracts import Contract, contracts
from checks.contract.live_outcome import live_outcome
from checks.contract.records import Json
from checks.contract.saying import pointer_of
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Quote, Severity

Path = tuple[str | int, ...]
MOST_PLACES = 3  # pointers that are named


@dataclass(frozen=True)
class Fault:
    """One fault of one body. `kind` is the id of the check that tells it, without its family.

    `paths` are the first places, `count` how many there are (`more`: at least). `names` and `others` are columns or
    keys, whose meaning the check knows; `key` and `near` a key and one like it; `better` the value that would be right.
    `boxed`: a plain value stands in a list of its own. `taken`: the server takes this one, and refuses another of the
    same body.
    `refused` is what the server answers (its exception, or its message), `got` what run() gets in the value's place.
    """

    kind: str
    body: Body
    paths: tuple[Path, ...]
    seen: str
    expected: str
    count: int = 1
    more: bool = False
    key: str = ""
    near: str | None = None
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    better: Json = None
    note: str = ""
    boxed: bool = False
    taken: bool = False
    at_key: bool = False
    severity: Severity = Severity.ERROR
    confidence: Confidence = Confidence.LIKELY
    refused: str = ""
    status: int = 0
    got: str = ""
    quotes: tuple[Quote, ...] = ()

    @property
    def path(self) -> Path:
        """The first place."""
        return self.paths[0]

    @property
    def pointer(self) -> str:
        """The first place as a JSON pointer."""
        return pointer_of(self.path)


@dataclass
class Faults:
    """Collects the faults of one body: those of one kind in one column, or at one key, are one."""

    body: Body
    found: dict[tuple[str, Path], Fault] = field(default_factory=dict)
    covered: set[Path] = field(default_factory=set)
    without_keys: set[Path] = field(default_factory=set)

    def add(self, kind: str, path: Path, seen: str, expected: str, **more: object) -> None:
        """Note a fault, or one place more of it."""
        group: tuple[str, Path] = (kind, tuple("*" if isinstance(part, int) else part for part in path))
        if kind in ("key-missing", "key-unknown", "key-case-differs"):
            group = (f"{kind} {more.get('key')}", group[1])
        elif more.get("boxed"):
            group = (f"{kind} boxed", ())  # one client makes lists of all its values
        elif kind == "number-as-text" and any(isinstance(part, int) for part in path):
            group = (f"{kind} {expected} {type(more.get('better')).__name__}", group[1][: group[1].index("*")])
        elif path and isinstance(path[-1], int) and len(path) > 1 and isinstance(path[-2], int):
            group = (kind, (*group[1][:-1], path[-1]))  # a column of rows
        known = self.found.get(group)
        if known is None:
            self.found[group] = Fault(kind, self.body, (path,), seen, expected, **more)  # type: ignore[arg-type]
        else:
            paths = known.paths if len(known.paths) >= MOST_PLACES else (*known.paths, path)
            self.found[group] = replace(known, paths=paths, count=known.count + 1)

    def cover(self, path: Path) -> None:
        """What lies here is told already: what else is wrong there follows from it."""
        self.covered.add(path)

    def instead(self, key: str, sent: str) -> None:
        """The one key that nobody reads stands where the one that is missing should."""
        for group, known in self.found.items():
            if known.kind == "key-missing" and known.key == key and not known.path and known.near is None:
                self.found[group] = replace(known, others=(sent,))

    def keys_told(self, path: Path) -> None:
        """Which keys this object lacks is told already."""
        self.without_keys.add(path)

    def is_covered(self, path: Path) -> bool:
        """True at and below a covered place."""
        return bool(self.covered) and any(path[:length] in self.covered for length in range(len(path) + 1))


_remembered: list[tuple[Evidence, tuple[Fault, ...]]] = []


def faults(evidence: Evidence, kind: str) -> tuple[Fault, ...]:
    """The faults of one kind, body after body."""
    for known, found in _remembered:
        if known is evidence:
            return tuple(one for one in found if one.kind == kind)
    made = tuple(one for body in bodies(evidence) for one in _of_body(evidence, body))
    _remembered[:] = [(evidence, made)]
    return tuple(one for one in made if one.kind == kind)


def _of_body(evidence: Evidence, body: Body) -> list[Fault]:
    from checks.contract.examine import examine
    from checks.contract.examine_read import examine_read
    from checks.contract.grading import graded

    if not body.is_json:
        return []
    held = contract_for(evidence)
    found: list[Fault] = []
    if held is not None and held.input is not None:
        found += [
            replace(one, quotes=(*one.quotes, *_said(held, one)))
            for each in examine(held, body)
            if (one := graded(held, each)) is not None
        ]
        if held.interface is not None and any(one.refused for one in found):
            found = [one if one.refused else replace(one, taken=True) for one in found]
    if held is None or held.origin != "script":
        told = {(one.kind, one.path, one.key) for one in found}
        found += [one for one in examine_read(evidence, body) if (one.kind, one.path, one.key) not in told]
    if found and live_outcome(evidence, body.sample.source) == "accepted":
        return [_taken(one) for one in found]
    return found


def _taken(fault: Fault) -> Fault:
    """A fault of a body that the live service scored all the same: then the description is at fault, if anything."""
    mild = Severity.WARNING if fault.severity is Severity.ERROR else fault.severity
    said = Quote(source="the live service", text="scored this body: what it declares says too much, or something else")
    return replace(fault, severity=mild, confidence=Confidence.LIKELY, quotes=(*fault.quotes, said))


def contract_for(evidence: Evidence) -> Contract | None:
    """The surest contract that says what is taken."""
    if not isinstance(evidence.probe, Missing) and evidence.probe.is_batch:
        return None
    interface = None if isinstance(evidence.probe, Missing) else evidence.probe.interface
    if interface is not None and interface.kind == "rawhttp":
        return None
    return next((one for one in contracts(evidence) if one.input is not None), None)


def example_at(evidence: Evidence, path: Path) -> Json:
    """What the contract's example has in the place; None where it has none."""
    held = contract_for(evidence)
    value = next((one for one in held.examples if isinstance(one, dict)), None) if held is not None else None
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and value and isinstance(part, int):
            value = value[min(part, len(value) - 1)]
        else:
            return None
    return value


def _said(contract: Contract, fault: Fault) -> tuple[Quote, ...]:
    who = {"script": "run() declares", "served": "the service declares", "document": "the document says"}
    place = fault.pointer or "the body"
    if fault.kind in ("integer-too-large", "not-finite", "rows-unequal", "base64-broken"):
        return ()
    if fault.kind in ("key-missing", "key-unknown", "key-case-differs"):
        return (Quote(source=contract.source, text=f"{who[contract.origin]} {fault.expected}"),)
    return (Quote(source=contract.source, text=f"{who[contract.origin]} {place}: {fault.expected}"),)
