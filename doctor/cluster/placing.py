"""Where a field that a check quotes stands in the files: `deployment/score` and a path become a file and a line."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from checks.finding import Finding, Quote
from doctor.cluster.manifest_file import Written
from doctor.cluster.typed import template_path
from doctor.cluster.yaml_tree import entries, joined, name_of

_PATH = re.compile(r"([A-Za-z][\w./\[\]{}-]*?)(?::\s|:?$)")
_CONTAINER = re.compile(r"container ([^\s,:]+)")
_VARIABLE = re.compile(r"env (\S+) of container (\S+?):(?:\s|$)")
_VOLUME = re.compile(r"volume (\S+?):(?:\s|$)")
_KEY = re.compile(r": key (\S+) of ")
_SHORT = {"hpa": "horizontalpodautoscaler", "pdb": "poddisruptionbudget", "pvc": "persistentvolumeclaim"}
"""Kinds that checks call as kubectl does."""


class Places:
    """The lines of all fields of some objects; `meant` are those with misspelt fields put right, on the same lines."""

    def __init__(self, objects: Sequence[Written], meant: Mapping[int, Written]) -> None:
        self._meant = meant
        self._objects = {one.shown: one for one in reversed(objects)}
        self._lines: dict[str, dict[str, Node]] = {}

    def placed(self, finding: Finding, main: Written | None) -> Finding:
        """The finding with quotes that name file and line; at least one does, if only where the object begins."""
        quotes = tuple(self._quote(quote) for quote in finding.evidence)
        if main is not None and not any(quote.line for quote in quotes):
            quotes = (main.file.quote(main.line), *quotes)
        return replace(finding, evidence=quotes)

    def _quote(self, quote: Quote) -> Quote:
        if quote.line is not None:
            return quote
        name, _, rest = quote.source.partition(" ")
        kind, slash, bare = name.partition("/")
        one = self._objects.get(f"{_SHORT.get(kind, kind)}{slash}{bare}")
        if one is None:
            return quote
        node = self._node(one, quote.text, rest)
        if node is None:
            return quote
        placed = one.file.quote_node(node)
        # What the check read is told where the line alone does not say it: a default, a value further down.
        value = quote.text.partition(": ")[2].strip()
        says = value.strip("`\"'") in placed.text
        return placed if says or not value else replace(placed, text=f"{placed.text}  # {value}", mark=None)

    def _node(self, one: Written, text: str, rest: str) -> Node | None:
        """What a quote speaks of: the field, else the nearest one around it."""
        if one.shown not in self._lines:
            self._lines[one.shown] = dict(_named(self._meant.get(id(one), one).node))
        fields = self._lines[one.shown]
        template = template_path(one.kind)
        if (spoken := _spoken_of(text, template)) is not None:
            return _holding(fields, *spoken)
        found = _PATH.match(text)
        container = _CONTAINER.search(rest)
        if found is None:
            return fields.get(f"{template}.containers[{container[1]}]") if container else None
        path = found[1]
        heads = (
            [f"{template}.containers[{container[1]}].", f"{template}.initContainers[{container[1]}]."]
            if container
            else []
        )
        heads += ["", f"{template}.", f"{template.removesuffix('.spec')}.", "spec."]
        while path:
            for head in heads:
                if (node := fields.get(head + path)) is not None:
                    return node
            path = re.sub(r"(?:^|\.)[^.\[]*$|\[[^\]]*\]$", "", path)
        if container and (node := fields.get(f"{template}.containers[{container[1]}].env[{found[1]}]")) is not None:
            return node
        return _only(fields, text.rpartition(":")[2].strip())


def _spoken_of(text: str, template: str) -> tuple[str, str] | None:
    """The path of what a check names in words, `env MODE of container score`, and the value looked for within."""
    key = _KEY.search(text)
    value = key[1] if key else ""
    if variable := _VARIABLE.match(text):
        return f"{template}.containers[{variable[2]}].env[{variable[1]}]", value
    if volume := _VOLUME.match(text):
        return f"{template}.volumes[{volume[1]}]", value
    return None


def _holding(fields: dict[str, Node], path: str, value: str) -> Node | None:
    """The field below a path with that value, else what stands at the path; also of an init container."""
    for at in (path, path.replace(".containers[", ".initContainers[")):
        if at in fields:
            below = (node for name, node in fields.items() if name.startswith(f"{at}."))
            return next((node for node in below if value and _says(node, value)), fields[at])
    return None


def _only(fields: dict[str, Node], value: str) -> Node | None:
    """The one field of the object with that value; None where there are none or several."""
    found = {id(node): node for node in fields.values() if value and _says(node, value)}
    return next(iter(found.values())) if len(found) == 1 else None


def _says(node: Node, value: str) -> bool:
    return isinstance(node, ScalarNode) and str(node.value) == value


def _named(node: Node, path: str = "", by_name: str = "") -> Iterator[tuple[str, Node]]:
    """The key of every field by its path, with numbers and with names of list items; the value in a list."""
    if isinstance(node, MappingNode):
        for key, value in entries(node):
            name = str(key.value)
            below, named = joined(path, name), joined(by_name, name)
            here: Node = value if isinstance(value, ScalarNode) and _on_one_line(key, value) else key
            yield below, here
            yield named, here
            yield from _named(value, below, named)
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            below = f"{path}[{number}]"
            named = f"{by_name}[{name_of(item) or number}]"
            yield below, item
            yield named, item
            yield from _named(item, below, named)


def _on_one_line(key: ScalarNode, value: ScalarNode) -> bool:
    return bool(key.start_mark.line == value.start_mark.line == value.end_mark.line)
