"""Reads the endpoint or deployment file of Azure ML beside a script: what the contract must fit."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from checks.contract.records import Deployment
from checks.evidence import Missing
from checks.missing import NOT_ASKED

if TYPE_CHECKING:
    from doctor.contract.deployment_keys import Said

MOST_FILES = 40
LARGEST = 256 << 10  # bytes: such files have some dozen lines
_SIGNS = re.compile(rb"auth_mode|endpoint_name|OnlineEndpoint|OnlineDeployment|computeType", re.IGNORECASE)

_T = TypeVar("_T")


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


def _read(path: Path) -> "list[Said]":
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        return []
    if len(content) > LARGEST or not _SIGNS.search(content):
        return []
    from doctor.contract.deployment_keys import said_in  # a parser of YAML, which few folders need

    return said_in(content.decode("utf-8-sig", "replace"), path.name)
