"""What a service will serve as /swagger.json, made without its server.

Source: azureml-inference-server-http 1.5.1, `server/swagger.py`, `server/config.py` and the templates, which this must
equal key by key.
"""

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.contract.records import Interface, Json
from doctor.errors import CannotExamine

VERSIONS = ("2", "3", "3.1")

LARGEST_FILE = 64 << 20  # bytes of a file of the person's own
_ALIASES = {"2": ("2", "2.0"), "3": ("3", "3.0"), "3.1": ("3.1",)}
_FILES = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}
_DEFAULTS = {"SERVICE_NAME": "ML service", "SERVICE_VERSION": "1.0", "SERVICE_PATH_PREFIX": ""}


class NotServed(Exception):
    """The server answers 404 for that version; the text is the server's message. `versions` are those it serves."""

    def __init__(self, message: str, versions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.versions = versions


def served(interface: Interface, version: str, app_root: Path, variables: Mapping[str, str]) -> Json:
    """The document that `GET /swagger.json?version=` gives. A file of the person's own in `app_root` goes first.

    `variables` are SERVICE_NAME, SERVICE_VERSION and SERVICE_PATH_PREFIX of the deployment; where one is absent, the
    server looks into `config.json` in `app_root`. Raises NotServed; and CannotExamine where a file of the person's own
    stops the server (no JSON).
    """
    documents = all_served(interface, app_root, variables)
    named = _named(version)
    if named in documents:
        return documents[named]
    there = ", ".join(documents)
    if named is None:
        raise NotServed(f"Swagger version [{version}] is not valid. Supported versions: [{there}].", tuple(documents))
    raise NotServed(
        f"Swagger version [{version}] is not supported for the scoring script. Supported swagger versions: [{there}].",
        tuple(documents),
    )


def all_served(interface: Interface, app_root: Path, variables: Mapping[str, str]) -> dict[str, Json]:
    """The documents by version (`2`, `3`, `3.1`), as the server makes them at its start. Raises CannotExamine."""
    values = placeholders(app_root, variables)  # a wrong config.json stops the server before all else
    found = {}
    for version in VERSIONS:
        own = own_document(version, app_root)
        document = own[1] if own else _generated(interface, version, values)
        if document is not None:
            found[version] = document
    return found


def own_document(version: str, app_root: Path) -> tuple[Path, Json] | None:
    """The person's own file for a version, and what is in it; None without one, or where it is empty (`{}`, `null`).

    Raises CannotExamine where the file stops the server.
    """
    for name in _FILES.get(_named(version) or "", ()):
        if document := _read(app_root / name):
            return app_root / name, document
    return None


def _named(version: str) -> str | None:
    return next((name for name, aliases in _ALIASES.items() if version in aliases), None)


def _read(path: Path) -> Json:
    """The JSON of a file, None when it is not there. Raises CannotExamine, and says what becomes of the server."""
    stops = "and the server stops at its start (exit code 3)"
    try:
        status = path.stat()
        if stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode):
            raise CannotExamine(f"{path} is no regular file; the server waits for it without end")
        if status.st_size > LARGEST_FILE:
            raise CannotExamine(f"{path} is larger than {LARGEST_FILE >> 20} MB, which doctor does not read")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except json.JSONDecodeError as error:
        raise CannotExamine(f"{path}:{error.lineno}:{error.colno} is no JSON ({error.msg}), {stops}") from error
    except UnicodeDecodeError as error:
        raise CannotExamine(f"{path} is not encoded in UTF-8 (byte {error.start}), {stops}") from error
    except RecursionError as error:
        raise CannotExamine(f"{path} is nested too deeply for Python's json, {stops}") from error
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read ({error.strerror}), {stops}") from error


def _generated(interface: Interface, version: str, values: Mapping[str, str]) -> Json:
    """The document that the server makes of run(); None when the decorators allow none of that version."""
    from doctor.contract.templates import openapi_3, swagger_2

    given: Any = {"type": "object", "example": {}}
    answer: Any = {"type": "object", "example": {}}
    if interface.kind == "schema":
        if interface.input is None or interface.output is None or interface.problem:
            raise CannotExamine(f"the schemas of run() could not be had: {interface.problem}")
        if not set(interface.versions) & set(_ALIASES[version]):
            return None
        given, answer = interface.input, interface.output
    frame = swagger_2() if version == "2" else openapi_3("3.0.3" if version == "3" else "3.1.0")
    document = _filled_in(frame, values)
    schemas = document["definitions"] if version == "2" else document["components"]["schemas"]
    schemas["ServiceInput"], schemas["ServiceOutput"] = given, answer
    return document


def _filled_in(frame: Json, values: Mapping[str, str]) -> Json:
    """The frame with the deployment's values.

    The server fills in the template's text, so a quote or a backslash in a value becomes part of the JSON.
    """
    prefix = values["SERVICE_PATH_PREFIX"]
    text = json.dumps(frame).replace("$SERVICE_NAME$", values["SERVICE_NAME"])
    text = text.replace("$SERVICE_VERSION$", values["SERVICE_VERSION"])
    text = text.replace("$PATH_PREFIX$", f"/{prefix.strip('/')}" if prefix else "")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        wrong = [name for name, value in values.items() if any(one in '"\\' or one < " " for one in value)]
        raise CannotExamine(
            f"the value of {' or '.join(wrong)} breaks the JSON of /swagger.json, for the server fills it in as it is, "
            "and stops at its start (exit code 3); leave out quotes, backslashes and line breaks"
        ) from error


def placeholders(app_root: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """SERVICE_NAME, SERVICE_VERSION and SERVICE_PATH_PREFIX as the server has them: variables, `config.json`, defaults.

    Raises CannotExamine where `config.json` stops the server.
    """
    # pydantic-settings tells no cases apart, and knows each field by its prefixed name too.
    given = {name.upper(): value for name, value in variables.items()}
    file = Path(given.get("AZUREML_CONFIG_FILE") or "")
    configured = _config(file if file.is_file() and file.stat().st_size else app_root / "config.json")
    values = {}
    for name, default in _DEFAULTS.items():
        value = given.get(name, given.get(f"AML_{name}", configured.get(name)))
        values[name] = default if value is None else value
        if not isinstance(values[name], str):
            raise CannotExamine(
                f"{name} in config.json is no text, and the server stops at its start (exit code 3); put it in quotes"
            )
    return values


def _config(path: Path) -> dict[str, Any]:
    try:
        if not path.stat().st_size:
            return {}
    except OSError:
        return {}
    content = _read(path)
    if not isinstance(content, dict):
        raise CannotExamine(f"{path} is no JSON object, and the server stops at its start (exit code 3)")
    return content
