"""Reads the endpoint or deployment file of Azure ML beside a script: what the contract must fit."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from checks.contract.records import Deployment
from checks.evidence import Missing
from checks.missing import NOT_ASKED
from doctor.cluster.yaml_tree import documents, entries, value_of

MOST_FILES = 40
LARGEST = 256 << 10  # bytes: such files have some dozen lines
_SIGNS = re.compile(rb"auth_mode|endpoint_name|OnlineEndpoint|OnlineDeployment|computeType", re.IGNORECASE)
_AUTH = {"key": "key", "amltoken": "aml_token", "aadtoken": "aad_token"}

_T = TypeVar("_T")
Kind = Literal["managed", "kubernetes", "container-instance", "unknown"]


@dataclass(frozen=True)
class _Said:
    """What one file says."""

    source: str
    kind: Kind
    is_endpoint: bool
    auth_mode: str | None = None
    auth_line: int | None = None
    timeout: int | None = None


def deployment_beside(folder: Path) -> Deployment | Missing:
    """What endpoint and deployment files in the folder say, told by their `$schema`; Missing with the reason.

    Of several endpoints only what they agree on. Source: schemas managedOnlineEndpoint, managedOnlineDeployment,
    kubernetesOnlineEndpoint of Azure ML's CLI v2; deployment configurations of v1 (`computeType: aci`, `authEnabled`).
    """
    try:
        files = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in (".yml", ".yaml", ".json") and path.is_file()
        )
    except OSError as error:
        return Missing(reason=f"{folder} cannot be listed: {error.strerror or error}")
    said = [one for path in files[:MOST_FILES] for one in _read(path)]
    if not said:
        return Missing(reason=f"{NOT_ASKED}an endpoint or deployment file of Azure ML beside the script")
    endpoints = [one for one in said if one.is_endpoint]
    auth = _agreed([one.auth_mode for one in endpoints])
    kinds = {one.kind for one in said}
    first = next((one for one in endpoints if auth and one.auth_mode == auth), said[0])
    return Deployment(
        source=first.source,
        kind=next(iter(kinds)) if len(kinds) == 1 else "unknown",
        auth_mode=auth,
        auth_line=first.auth_line if auth else None,
        request_timeout_ms=_agreed([one.timeout for one in said if not one.is_endpoint or one.timeout]),
    )


def _agreed(values: list[_T]) -> _T | None:
    return values[0] if values and all(one == values[0] for one in values) else None


def _read(path: Path) -> list[_Said]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        return []
    if len(content) > LARGEST or not _SIGNS.search(content):
        return []
    trees, _ = documents(content.decode("utf-8-sig", "replace"))
    return [said for tree in trees[:10] if isinstance(tree, MappingNode) for said in _said(tree, path.name)]


def _said(tree: MappingNode, source: str) -> list[_Said]:
    keys = {str(key.value): (key, value) for key, value in entries(tree)}
    if "apiVersion" in keys or "paths" in keys:
        return []
    schema = _text(keys, "$schema").lower()
    if "computeType" in keys:
        return _of_first_version(keys, source)
    if "onlinedeployment" in schema or ("endpoint_name" in keys and {"instance_type", "resources"} & keys.keys()):
        kind = _kind(schema, "kubernetes" if "instance_type" not in keys and "resources" in keys else "managed")
        return [_Said(source, kind, is_endpoint=False, timeout=_timeout(keys))]
    has_form = "auth_mode" in keys and "name" in keys and not {"endpoint_name", "settings"} & keys.keys()
    if "onlineendpoint" in schema or has_form:
        kind = _kind(schema, "kubernetes" if "compute" in keys else "managed")
        key = keys.get("auth_mode")
        asked = _AUTH.get(re.sub(r"[_\-\s]", "", _text(keys, "auth_mode")).lower()) if key else "key"
        return [_Said(source, kind, is_endpoint=True, auth_mode=asked, auth_line=_line(key[0]) if key else None)]
    return []


def _of_first_version(keys: dict[str, tuple[ScalarNode, Node]], source: str) -> list[_Said]:
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
    return [_Said(source, kinds[compute], is_endpoint=True, auth_mode=mode, auth_line=line, timeout=timeout)]


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
