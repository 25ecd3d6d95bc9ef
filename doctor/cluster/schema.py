"""The API's own schema of one version of Kubernetes, and what of an object does not fit it.

The schemas are those that the distribution kubernetes-validate ships; it is not imported, only its data is read: its
own validator stops at the first error, and knows no lines.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from checks.cluster.manifest import Fault
from checks.finding import Edit
from doctor.cluster.manifest_file import ManifestFile, Written
from doctor.cluster.served import CAME, GONE
from doctor.cluster.yaml_tree import entries, is_null, items_of, joined, value_of
from doctor.errors import ConfigError

Json = dict[str, Any]
_FOLDER = re.compile(r"v(1\.(\d+))\.\d+-local-strict")
_OLDEST_NAMED = 14  # older ones differ in more than the tables here know
_DEEPEST = 6  # levels below, of which a misplaced field may be


@dataclass(frozen=True)
class Version:
    """A version of Kubernetes: 1.`minor`; `named` when a person did."""

    minor: int
    named: bool = False

    @property
    def shown(self) -> str:
        """As people write it."""
        return f"1.{self.minor}"


def shipped() -> dict[int, Path]:
    """The versions whose schemas are installed, by minor number; empty where the distribution is not there."""
    spec = find_spec("kubernetes_validate")
    folder = Path(spec.origin).parent / "kubernetes-json-schema" if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        return {}
    found = ((_FOLDER.fullmatch(one.name), one) for one in folder.iterdir())
    return {int(match[2]): one for match, one in found if match}


def version_of(text: str | None) -> Version:
    """The version that a person named (`1.20`, `v1.20.2`), or the newest that is shipped.

    Raises ConfigError for what is no version, or one that nothing is known of.
    """
    known = shipped()
    newest = max(known, default=34)
    if text is None:
        return Version(newest)
    found = re.fullmatch(r"v?1\.(\d+)(?:\.\d+)?(?:[-+].*)?", text.strip())
    if found is None or not _OLDEST_NAMED <= int(found[1]) <= newest:
        raise ConfigError(
            f"--kubernetes-version `{text}` is not known; there are 1.{_OLDEST_NAMED} to 1.{newest}, as 1.{newest}"
        )
    return Version(int(found[1]), named=True)


@dataclass(frozen=True)
class Schema:
    """The definitions of one version. `minor` may be newer than what was asked for: older ones are not shipped."""

    minor: int
    definitions: dict[str, Json]
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, key: tuple[str, str]) -> Json | None:
        """The definition of an apiVersion and kind; of one that differs in nothing else where it is not served."""
        name = self.kinds.get(key)
        if name is None and (gone := GONE.get(key)) and gone.alike:
            name = self.kinds.get((gone.instead, key[1]))
        return self.definitions[name] if name else None

    def resolved(self, schema: Json) -> Json:
        """The definition that a reference names, or the schema itself."""
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return schema


@cache
def schema_for(version: Version) -> Schema | None:
    """The schema of a version, or of the nearest newer one that is shipped; None where none is installed."""
    known = shipped()
    if not known:
        return None
    minor = min((one for one in known if one >= version.minor), default=max(known))
    definitions = json.loads((known[minor] / "_definitions.json").read_bytes())["$defs"]
    kinds: dict[tuple[str, str], str] = {}
    for name, one in definitions.items():
        groups = one.get("x-kubernetes-group-version-kind", ())
        if len(groups) == 1:
            group = groups[0]
            api = f"{group['group']}/{group['version']}" if group["group"] else group["version"]
            kinds[api, group["kind"]] = name
    return Schema(minor, definitions, kinds)


def faults_of(one: Written, schema: Schema) -> Iterator[Fault]:
    """Everything of an object that does not fit the schema; nothing for a kind that the schema does not have."""
    definition = schema.of(one.key)
    if definition is not None:
        yield from _Walk(one, schema).mapping(one.node, definition, "", ())


@dataclass(frozen=True)
class _Walk:
    one: Written
    schema: Schema

    @property
    def file(self) -> ManifestFile:
        return self.one.file

    def value(self, node: Node, schema: Json, path: str, above: tuple[Json, ...]) -> Iterator[Fault]:
        schema = self.schema.resolved(schema)
        types = _types(schema)
        if isinstance(node, ScalarNode):
            yield from self.scalar(node, schema, types, path)
        elif isinstance(node, MappingNode):
            if types and "object" not in types:
                yield self.fault("type", path, node, seen="a mapping", wanted=_wanted(types), hint=_hint(types, node))
                return
            yield from self.mapping(node, schema, path, above)
        elif isinstance(node, SequenceNode):
            if types and "array" not in types:
                yield self.fault("type", path, node, seen="a list", wanted=_wanted(types))
                return
            for below, item in items_of(node, path):
                yield from self.value(item, schema.get("items", {}), below, above)

    def scalar(self, node: ScalarNode, schema: Json, types: frozenset[str], path: str) -> Iterator[Fault]:
        value = value_of(node)
        if value is None or not types:
            return
        if _kind_of(value) & types:
            if schema.get("format") == "byte" and self.one.kind == "Secret" and not _is_base64(str(value)):
                yield self.fault(
                    "type",
                    path,
                    node,
                    seen="a text",
                    wanted="base64",
                    hint="encode it with base64, or write it under stringData, which takes plain text",
                )
            return
        secret = node.start_mark.line + 1 in self.file.secret
        seen = f"{_NAMES[type(value)]}{'' if secret else f' `{node.value}`'}"
        edit = self.file.replaced(node, written) if (written := _rewritten(node, value, types)) else None
        yield self.fault("type", path, node, seen=seen, wanted=_wanted(types), edits=(edit,) if edit else ())

    def mapping(self, node: MappingNode, schema: Json, path: str, above: tuple[Json, ...]) -> Iterator[Fault]:
        known: Json = schema.get("properties", {})
        others = schema.get("additionalProperties")
        there = {str(key.value): (key, value) for key, value in entries(node)}
        for name, (key, value) in there.items():
            below = joined(path, name)
            if name in known:
                yield from self.value(value, known[name], below, (*above, schema))
            elif isinstance(others, dict):
                yield from self.value(value, others, below, (*above, schema))
            elif known and others is False:
                yield self.unknown(key, value, schema, below, above, frozenset(there))
        for name in schema.get("required", ()):
            if name not in there or is_null(there[name][1]):
                yield self.fault(
                    "missing", joined(path, name), node, wanted=_wanted(self.types_of(known.get(name, {})))
                )

    def types_of(self, schema: Json) -> frozenset[str]:
        return _types(self.schema.resolved(schema))

    def unknown(
        self, key: ScalarNode, value: Node, schema: Json, path: str, above: tuple[Json, ...], there: frozenset[str]
    ) -> Fault:
        """A field that the API does not know here: misspelt, or in the wrong place."""
        known: Json = schema["properties"]
        near = [name for name in _near(str(key.value), known) if self.holds(value, known[name])]
        free = [name for name in near if name not in there]
        place = _moved(str(key.value), known) or self.place_of(str(key.value), schema, above)
        if near and not free and not place:
            return self.fault("unknown", path, key, hint=f"the API has `{near[0]}` here, which is there already")
        near = free
        if near and (_is_close(str(key.value), near[0]) or not place):
            edit = self.file.renamed(key, near[0]) if _is_close(str(key.value), near[0]) else None
            edits: tuple[Edit, ...] = (edit,) if edit else ()
            return self.fault("unknown", path, key, hint=f"the API has `{near[0]}` here", edits=edits)
        return self.fault("unknown", path, key, hint=place)

    def holds(self, value: Node, schema: Json) -> bool:
        """True when a field could hold that kind of value."""
        types = self.types_of(schema)
        kind = "object" if isinstance(value, MappingNode) else "array" if isinstance(value, SequenceNode) else ""
        return not types or (kind in types if kind else bool(types - {"object", "array"}) or is_null(value))

    def place_of(self, name: str, schema: Json, above: tuple[Json, ...]) -> str:
        """Where the API has a field of that name: above, or the nearest place below; empty where nowhere near."""
        for up, outer in enumerate(reversed(above), 1):
            if name in outer.get("properties", {}) and name not in {"apiVersion", "kind", "status"}:
                level = "one level" if up == 1 else f"{up} levels"
                return f"`{name}` belongs {level} further out"
        pending: list[tuple[str, Json, int]] = [("", schema, 0)]
        while pending:
            path, one, depth = pending.pop(0)
            for field_name, inner in one.get("properties", {}).items():
                below = self.schema.resolved(inner)
                mark = "[]" if "array" in _types(below) else ""
                below = self.schema.resolved(below.get("items", {})) if mark else below
                where = f"{path}.{field_name}{mark}" if path else f"{field_name}{mark}"
                if field_name in _NOT_ENTERED:
                    continue
                if name in below.get("properties", {}):
                    return f"`{name}` belongs under `{where}`"
                if depth < _DEEPEST:
                    pending.append((where, below, depth + 1))
        return ""

    def fault(
        self,
        problem: Any,
        path: str,
        node: Node,
        *,
        seen: str = "",
        wanted: str = "",
        hint: str = "",
        edits: tuple[Edit, ...] = (),
    ) -> Fault:
        return Fault(
            problem=problem,
            object=self.one.shown,
            field=path,
            quote=self.file.quote_node(node),
            seen=seen,
            wanted=wanted,
            hint=hint,
            edits=edits,
        )


_MOVED = {
    "serviceName": ("service", "service.name"),
    "servicePort": ("service", "service.port.number"),
    "targetCPUUtilizationPercentage": ("metrics", "metrics[].resource.target.averageUtilization"),
    "targetAverageUtilization": ("target", "target.averageUtilization"),
    "targetAverageValue": ("target", "target.averageValue"),
}
"""Fields of older versions of an API: the field beside which they would stand, and what they became."""


def _moved(name: str, known: Json) -> str:
    beside, now = _MOVED.get(name, ("", ""))
    return f"this version of the API writes `{name}` as `{now}`" if beside in known and now else ""


_NOT_ENTERED = frozenset({"status", "ephemeralContainers", "managedFields", "ownerReferences"})
_NAMES = {str: "a text", bool: "a truth value", int: "a number", float: "a number"}
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def _types(schema: Json) -> frozenset[str]:
    found = [schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    types = {kind for one in found for kind in _as_list(one.get("type"))}
    return frozenset(types - {"null"})


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _kind_of(value: str | int | float | bool) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, str):
        return frozenset({"string"})
    whole = isinstance(value, int) or value.is_integer()
    return frozenset({"integer", "number"} if whole else {"number"})


def _wanted(types: frozenset[str]) -> str:
    return " or ".join(_WORDS[one] for one in _WORDS if one in types)


def _hint(types: frozenset[str], node: MappingNode) -> str:
    if types != {"array"}:
        return ""
    return "put it in brackets: [{...}]" if node.flow_style else "put `- ` before its first key"


def _rewritten(node: ScalarNode, value: str | int | float | bool, types: frozenset[str]) -> str | None:
    """The same value as the type that is due, where its meaning is certain."""
    text = str(node.value)
    if types == {"string"} and not isinstance(value, str):
        return json.dumps(text)
    if isinstance(value, str) and node.style in {"'", '"'}:
        whole = types == {"integer"} and re.fullmatch(r"0|[1-9]\d*", text)
        return text if whole or (types == {"boolean"} and text in {"true", "false"}) else None
    return None


def _near(name: str, known: Json) -> list[str]:
    lower = {one.lower(): one for one in known}
    plain_name = re.sub(r"[-_]", "", name).lower()
    if plain_name in lower:
        return [lower[plain_name]]
    close = get_close_matches(plain_name, lower, n=3, cutoff=0.75)
    begins = [one for one in lower if len(one) >= 3 and plain_name.startswith(one) and one not in close]
    return [lower[one] for one in (*close, *begins)]


def _is_close(name: str, near: str) -> bool:
    """True when one is surely the other misspelt."""
    return bool(get_close_matches(name.lower().replace("_", "").replace("-", ""), [near.lower()], cutoff=0.85))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def fault_of_api(one: Written, schema: Schema | None, version: Version) -> Fault | None:
    """What is wrong with apiVersion and kind of an object: gone, not yet there, or unknown to Kubernetes."""
    api, kind = one.key
    place = next((key for key, _ in entries(one.node) if key.value == "apiVersion"), one.node)
    value = next((value for key, value in entries(one.node) if key.value == "apiVersion"), place)
    gone, came = GONE.get(one.key), CAME.get(one.key)

    def fault(seen: str, wanted: str, hint: str, edits: tuple[Edit, ...] = (), at: Node = value) -> Fault:
        quote = one.file.quote_node(at)
        return Fault(
            problem="api",
            object=one.shown,
            field="apiVersion",
            quote=quote,
            seen=seen,
            wanted=wanted,
            hint=hint,
            edits=edits,
        )

    if gone:
        if version.minor < gone.since:
            return None
        edit = one.file.renamed(value, gone.instead) if gone.alike and gone.instead else None
        return fault(
            f"{kind} in {api} is not served since Kubernetes 1.{gone.since}", gone.instead, "", (edit,) if edit else ()
        )
    if came and version.minor < came[0]:
        return fault(
            f"{kind} in {api} is served from Kubernetes 1.{came[0]} on", came[1], f"the cluster is {version.shown}"
        )
    if schema is None or one.key in schema.kinds:
        return None
    if not kind or not api:
        missing = "kind" if api else "apiVersion"
        served = sorted({a for a, k in schema.kinds if k == kind})
        hint = f"{kind} is served in {served[-1]}" if served else ""
        return fault(f"the object has no {missing}", served[-1] if served else "", hint, at=one.node)
    if _is_foreign(api, schema):
        return None
    kind_node = next((value for key, value in entries(one.node) if key.value == "kind"), value)
    served = [a for a, k in schema.kinds if k == kind]
    if served:
        best = min(served, key=lambda a: ("alpha" in a, "beta" in a, a))
        return fault(f"no {kind} is served in {api}", best, f"{kind} is in {best}")
    kinds = sorted({k for _, k in schema.kinds})
    close = get_close_matches(kind.lower(), {k.lower(): k for k in kinds}, n=1, cutoff=0.75)
    nearest = next((k for k in kinds if close and k.lower() == close[0]), "")
    edit = one.file.renamed(kind_node, nearest) if (api, nearest) in schema.kinds and _is_close(kind, nearest) else None
    return fault(
        f"Kubernetes has no kind {kind}",
        "",
        f"the nearest kind is {nearest}" if nearest else "",
        (edit,) if edit else (),
        at=kind_node,
    )


def _is_foreign(api: str, schema: Schema) -> bool:
    """True for the API of an extension, which no schema here knows."""
    group = api.rpartition("/")[0]
    own = {one.rpartition("/")[0] for one, _ in (*schema.kinds, *GONE)}
    return "." in group and group not in own
