"""Keys and tokens come from environment variables alone: what stands on a command line is seen by everybody."""

import os

from doctor.endpoint.wishes import Credential
from doctor.errors import ConfigError


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
        raise ConfigError(f"{option} {variable}: that environment variable is not set; set it to the key or token")
    if value.lower().startswith("bearer "):
        value = value[7:].strip()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{option} {variable} holds a value with spaces, line ends or other than ASCII characters")
    return Credential(kind="key" if key_variable else "token", variable=variable, value=value)
