"""A request body held against what the code of an undecorated run() reads."""

import re
from collections import Counter
from collections.abc import Iterator

from checks.contract.base64_flaws import flaw_of_base64
from checks.contract.body import Body
from checks.contract.examine import numbers, wrapped
from checks.contract.faults import Fault, Faults, Path
from checks.contract.read_keys import ReadBody, ReadKey, read_body
from checks.contract.records import Json
from checks.contract.saying import kind_of, near, plural, say
from checks.entry_script.module import Module, parse
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Quote, Severity

_RESHAPES = ("reshape", "expand_dims", "newaxis", "atleast_2d", "unsqueeze", "[None", ".ravel", "flatten")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_MOST_ROWS = 5_000


def examine_read(evidence: Evidence, body: Body) -> list[Fault]:
    """What run() reads and the body does not have, or has in another form."""
    script = evidence.script
    if isinstance(script, Missing):
        return []
    module = parse(script.text)
    read = read_body(module) if module.tree is not None else None
    if read is None or not read.parsed:
        return []
    found = _Reading(module, script.path, read, body)
    found.keys()
    found.shapes()
    numbers(body.value, found.found)
    return list(found.found.found.values())


class _Reading:
    """One body beside what is read of it."""

    def __init__(self, module: Module, path: str, read: ReadBody, body: Body) -> None:
        self.module, self.script, self.read, self.value = module, path, read, body.value
        self.found = Faults(body)

    def keys(self) -> None:
        """Keys that are read and not there, those like them, and those that nothing reads."""
        if self.read.form == "object" and not isinstance(self.value, dict):
            return  # told as a form
        if self.read.form == "list" and isinstance(self.value, dict):
            self.no_list()
            return
        root = {one.path[0] for one in self.read.keys if one.path[0] != "*"}
        absent = [name for name in root if isinstance(self.value, dict) and name not in self.value]
        if (
            isinstance(self.value, dict)
            and wrapped(self.value, sorted(absent), sorted(root))
            and len(absent) == len(root)
        ):
            return
        taken: set[str] = set()
        for one in self.read.keys:
            if not any(one.path[: len(path)] == path for path in self._lost):
                taken |= self.key(one)
        extra = [name for name in self.value if name not in root | taken] if isinstance(self.value, dict) else []
        lone = [one.key for one in self.found.found.values() if one.kind == "key-missing" and not one.path]
        if len(extra) == len(lone) == 1:
            self.found.instead(lone[0], extra.pop())
        if self.read.whole and self.read.form == "object":
            for name in extra:
                self.add(
                    "key-unknown", (name,), f"`{name}`", f"run() reads {', '.join(sorted(root)) or 'no key'}", None,
                    Severity.INFO, Confidence.POSSIBLE, key=name, names=tuple(sorted(root)),
                )  # fmt: skip

    @property
    def _lost(self) -> set[tuple[str, ...]]:
        """Paths below keys that are known to be missing."""
        return {one.names for one in self.found.found.values() if one.kind == "key-missing"}

    def no_list(self) -> None:
        """An object where a list is read."""
        names = [one.path[1] for one in self.read.keys if len(one.path) == 2 and one.path[0] == "*"]
        line = next((one for one in self.read.keys), None)
        if names and isinstance(self.value, dict) and all(name in self.value for name in names):
            self.add("one-row-for-rows", (), say(self.value), "a list", line, better=[self.value])
        else:
            self.add("value-type", (), say(self.value), "a list", line)

    def key(self, one: ReadKey) -> set[str]:
        """One key wherever it is read. Gives the names that are like it, and told with it."""
        name = one.path[-1]
        told: set[str] = set()
        if name == "*":
            return told
        for path, held in self.places(one.path[:-1], one.confidence is Confidence.POSSIBLE):
            if isinstance(held, dict) and name not in held:
                known = {other.path[-1] for other in self.read.keys if other.path[:-1] == one.path[:-1]}
                like = near(name, [key for key in held if key not in known])
                if not one.required and like is None:
                    continue
                told |= {like} if like else set()
                same = like is not None and like.lower() == name.lower()
                grave = one.required and one.confidence is not Confidence.POSSIBLE
                self.add(
                    "key-case-differs" if same else "key-missing", path, say(held), f"`{name}`", one,
                    Severity.ERROR if grave else Severity.WARNING,
                    one.confidence if one.required else Confidence.POSSIBLE,
                    key=name, near=like, names=one.path, at_key=like is not None,
                )  # fmt: skip
            elif isinstance(held, list) and one.required and one.confidence is not Confidence.POSSIBLE and path:
                self.add("value-type", path, say(held), f"an object with `{name}`", one)
        return told

    def places(self, path: tuple[str, ...], table: bool) -> "Iterator[tuple[Path, Json]]":
        """The values at a path of names and `*`."""
        pending: list[tuple[Path, Json, tuple[str, ...]]] = [((), self.value, path)]
        while pending:
            here, value, rest = pending.pop(0)
            if not rest:
                yield here, value
            elif rest[0] == "*":
                if isinstance(value, list):
                    rows = enumerate(value[:_MOST_ROWS])
                    pending = [((*here, number), one, rest[1:]) for number, one in rows] + pending
                elif isinstance(value, dict) and table and not {"columns", "data"} <= set(value):
                    pending.insert(0, (here, value, rest[1:]))
            elif isinstance(value, dict) and rest[0] in value:
                pending.insert(0, ((*here, rest[0]), value[rest[0]], rest[1:]))

    def shapes(self) -> None:
        """Values that are used as something else than they are."""
        for one in self.read.keys:
            if one.shape is None or one.path[-1] == "*":
                continue
            for path, value in self.places(one.path, False):
                self.shape(one, path, value)

    def shape(self, one: ReadKey, path: Path, value: Json) -> None:
        """One value by its use."""
        kind = kind_of(value)
        if one.shape == "rows":
            self.rows(one, path, value)
        elif one.shape in ("list", "object") and kind in ("number", "true or false", "null"):
            kinds = {"list": "a list", "object": "an object"}
            name = "null-where-value" if value is None else "value-type"
            self.add(name, path, say(value), kinds[one.shape], one, Severity.WARNING)
        elif one.shape == "list" and isinstance(value, dict) and self.is_item(one, value):
            self.add("one-row-for-rows", path, say(value), "a list", one, Severity.WARNING, better=[value])
        elif one.shape == "base64" and isinstance(value, str) and (flaw := flaw_of_base64(value)):
            self.add("base64-broken", path, say(value), flaw, one, Severity.WARNING)
        elif one.shape in ("text", "base64") and kind not in ("text", "null"):
            expected = "text" if one.shape == "text" else "text of base64"
            name = "text-as-number" if kind == "number" and one.shape == "text" else "value-type"
            better = str(value) if name == "text-as-number" else None
            self.add(name, path, say(value), expected, one, Severity.WARNING, better=better)
        elif one.shape == "number" and kind in ("list", "object"):
            self.add("value-type", path, say(value), "a number", one, Severity.WARNING)

    def is_item(self, one: ReadKey, value: dict[str, Json]) -> bool:
        """True for an object that has what is read of each item of the list."""
        depth = len(one.path)
        inner = {key.path[-1] for key in self.read.keys if key.path[:depth] == one.path and len(key.path) == depth + 2}
        return bool(inner) and inner <= set(value)

    def rows(self, one: ReadKey, path: Path, value: Json) -> None:
        """A table: one row for rows, rows of other lengths, numbers among texts."""
        text = self.module.text
        if not isinstance(value, list):
            return
        if not value:
            self.add("empty-rows", path, "an empty list", "rows", one, Severity.WARNING, Confidence.POSSIBLE)
        elif all(isinstance(each, int | float) for each in value):  # a list of texts is what text models take
            if "predict" in text and not any(word in text for word in _RESHAPES):
                self.add(
                    "one-row-for-rows", path, say(value), "a list of rows", one, Severity.WARNING, Confidence.POSSIBLE,
                    better=[value],
                )  # fmt: skip
        elif all(isinstance(each, list) for each in value):
            self.unequal(one, path, value)

    def unequal(self, one: ReadKey, path: Path, value: list[list[Json]]) -> None:
        """Rows of lists."""
        usual = Counter(len(row) for row in value).most_common(1)[0][0]
        odd = [number for number, row in enumerate(value) if len(row) != usual]
        for number in odd[:_MOST_ROWS]:
            self.add(
                "rows-unequal", (*path, number), say(value[number]), f"{plural(usual, 'value')} as in the other rows",
                one, Severity.WARNING,
            )  # fmt: skip
        if odd:
            return
        for place in range(usual):
            column = [row[place] for row in value[:_MOST_ROWS]]
            numbers_ = sum(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in column)
            texts = [n for n, cell in enumerate(column) if isinstance(cell, str) and _NUMBER.fullmatch(cell)]
            beside = any(isinstance(cell, int | float) for cell in value[0])
            if texts and (numbers_ or (beside and len(texts) == len(column))):
                for number in texts:
                    self.add(
                        "number-as-text", (*path, number, place), say(column[number]), "number", one,
                        Severity.WARNING, Confidence.POSSIBLE, better=float(column[number]),
                    )  # fmt: skip

    def add(
        self, kind: str, path: Path, seen: str, expected: str, one: ReadKey | None,
        severity: Severity = Severity.ERROR, confidence: Confidence = Confidence.LIKELY, **more: object,
    ) -> None:  # fmt: skip
        """Note a fault, with the line that reads the value."""
        quotes: tuple[Quote, ...] = ()
        if one is not None:
            quotes = (self.module.quote(self.script, one.line),)
        self.found.add(kind, path, seen, expected, severity=severity, confidence=confidence, quotes=quotes, **more)
