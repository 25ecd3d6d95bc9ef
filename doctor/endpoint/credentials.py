"""Keys and tokens come from environment variables alone: what stands on a command line is seen by everybody."""

import base64
import json
import os
import re
import time
from typing import Any, Literal

from doctor.endpoint.wishes import Credential
from doctor.errors import ConfigError
from doctor.redact import variable_shown

OTHER_AUDIENCES = frozenset(
    f"https://{host}"
    for host in (
        *("management.azure.com", "management.core.windows.net", "graph.microsoft.com", "graph.windows.net"),
        *("storage.azure.com", "vault.azure.net", "database.windows.net", "cognitiveservices.azure.com"),
    )
)
"""Audiences of tokens that people have at hand, and that no scoring endpoint takes."""


def credential_of(key_variable: str | None, token_variable: str | None) -> Credential | None:
    """The credential of `--key-env` or `--token-env`; None without either. Raises ConfigError for both, for a variable
    that is not set, and for a value that no header can hold.
    """
    if key_variable and token_variable:
        raise ConfigError("--key-env and --token-env do not go together; give the one that the service asks for")
    variable = key_variable or token_variable
    if not variable:
        return None
    option = "--key-env" if key_variable else "--token-env"
    if not variable.replace("_", "a").isalnum():
        raise ConfigError(f"{option} takes the name of an environment variable, never the value itself")
    value = os.environ.get(variable, "").strip()
    if not value:
        raise ConfigError(
            f"{option} {variable_shown(variable)}: that environment variable is not set; set it to the key or token, "
            "and give its name here"
        )
    if value.lower().startswith("bearer "):
        value = value[7:].strip()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{option} {variable} holds a value with spaces, line ends or other than ASCII characters")
    kind: Literal["key", "token"] = "key" if key_variable else "token"
    return Credential(kind=kind, variable=variable, value=value, hints=hints_of(value, kind))


def hints_of(value: str, kind: Literal["key", "token"]) -> tuple[str, ...]:
    """What is odd about a credential, without anything of it but a token's end and audience, which are no secrets."""
    hints = ["quoted"] if len(value) > 1 and value[0] in "\"'`" and value[0] == value[-1] else []
    hints += ["placeholder"] if re.fullmatch(r"<[^<>]*>|\$\{?\w+\}?|%\w+%|\{\{.*\}\}", value.strip("\"'`")) else []
    claims = _claims(value.strip("\"'`"))
    if claims is None:
        return tuple(hints)
    hints += ["token"] if kind == "key" else []
    ends, audience = claims.get("exp"), claims.get("aud")
    if isinstance(ends, int) and 0 < ends < time.time():
        hints.append(f"expired {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(ends))}")
    if isinstance(audience, str) and audience.rstrip("/") in OTHER_AUDIENCES:
        hints.append(f"audience {audience.rstrip('/')}")
    return tuple(hints)


def _claims(value: str) -> dict[str, Any] | None:
    """What a token (RFC 7519) says of itself; None for what is no token."""
    parts = value.split(".")
    if len(parts) != 3 or not parts[0].startswith("eyJ"):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None
