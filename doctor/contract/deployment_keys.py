"""What one endpoint or deployment file of Azure ML says, told by its keys."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from doctor.cluster.yaml_tree import documents, entries, value_of

_AUTH = {"key": "key", "amltoken": "aml_token", "aadtoken": "aad_token"}
Kind = Literal["managed", "kubernetes", "container-instance", "unknown"]


@dataclass(frozen=True)
class Said:
    """What one file says."""

    source: str
    kind: Kind
    is_endpoint: bool
    auth_mode: str | None = None
    auth_line: int | None = None
    timeout: int | None = None


def said_in(text: str, source: str) -> list[Said]:
    """What the YAML documents of a file say; nothing where they are of another kind."""
    trees, _ = documents(text)
    return [said for tree in trees[:10] if isinstance(tree, MappingNode) for said in _said(tree, source)]


def _said(tree: MappingNode, source: str) -> list[Said]:
    keys = {str(key.value): (key, value) for key, value in entries(tree)}
    if "apiVersion" in keys or "paths" in keys:
        return []
    schema = _text(keys, "$schema").lower()
    if "computeType" in keys:
        return _of_first_version(keys, source)
    if "onlinedeployment" in schema or ("endpoint_name" in keys and {"instance_type", "resources"} & keys.keys()):
        kind = _kind(schema, "kubernetes" if "instance_type" not in keys and "resources" in keys else "managed")
        return [Said(source, kind, is_endpoint=False, timeout=_timeout(keys))]
    has_form = "auth_mode" in keys and "name" in keys and not {"endpoint_name", "settings"} & keys.keys()
    if "onlineendpoint" in schema or has_form:
        kind = _kind(schema, "kubernetes" if "compute" in keys else "managed")
        key = keys.get("auth_mode")
        asked = _AUTH.get(re.sub(r"[_\-\s]", "", _text(keys, "auth_mode")).lower()) if key else "key"
        return [Said(source, kind, is_endpoint=True, auth_mode=asked, auth_line=_line(key[0]) if key else None)]
    return []


def _of_first_version(keys: dict[str, tuple[ScalarNode, Node]], source: str) -> list[Said]:
    """The deployment configuration of v1. Where it says nothing a cluster asks for a key, a container instance not."""
    compute = _text(keys, "computeType").lower()
    kinds: dict[str, Kind] = {"aci": "container-instance", "aks": "kubernetes", "akscompute": "kubernetes"}
    if compute not in kinds:
        return []
    by_token, by_key = _truth(keys, "tokenAuthEnabled"), _truth(keys, "authEnabled")
    wants = kinds[compute] == "kubernetes" if by_key is None else by_key
    mode = "aml_token" if by_token else "key" if wants else "none"
    key = keys.get("tokenAuthEnabled" if by_token else "authEnabled")
    line = _line(key[0]) if key else None
    timeout = _number(keys.get("scoringTimeoutMs"))
    return [Said(source, kinds[compute], is_endpoint=True, auth_mode=mode, auth_line=line, timeout=timeout)]


def _kind(schema: str, otherwise: Kind) -> Kind:
    if "kubernetes" in schema:
        return "kubernetes"
    return "managed" if "managed" in schema and otherwise != "kubernetes" else otherwise


def _timeout(keys: dict[str, tuple[ScalarNode, Node]]) -> int | None:
    settings = keys.get("request_settings")
    if settings is None or not isinstance(settings[1], MappingNode):
        return None
    return _number(
        next(((key, value) for key, value in entries(settings[1]) if key.value == "request_timeout_ms"), None)
    )


def _number(entry: tuple[ScalarNode, Node] | None) -> int | None:
    value = value_of(entry[1]) if entry and isinstance(entry[1], ScalarNode) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(keys: dict[str, tuple[ScalarNode, Node]], name: str) -> str:
    value = keys[name][1] if name in keys else None
    return str(value.value) if isinstance(value, ScalarNode) else ""


def _truth(keys: dict[str, tuple[ScalarNode, Node]], name: str) -> bool | None:
    node: Any = keys[name][1] if name in keys else None
    value = value_of(node) if isinstance(node, ScalarNode) else None
    return value if isinstance(value, bool) else None


def _line(key: ScalarNode | None) -> int | None:
    return key.start_mark.line + 1 if key is not None else None
