"""Settings: defaults, then a configuration file, then `DOCTOR_*` variables, then the command line.

The file is `doctor.toml`, or `[tool.doctor]` in `pyproject.toml`, whichever is met first on the way up from the
target's folder. Paths in it are relative to its own folder. An unknown key, or a value of the wrong kind, is an error
that names the place, what was seen and the nearest known key.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from doctor.errors import ConfigError
from doctor.near import hint, nearest
from doctor.settings import KEYS, PREFIX, Key, Settings

FILE_NAMES = ("doctor.toml", "pyproject.toml")
_SAME = {"sample": "samples"}
_LISTS = frozenset({"select", "ignore", "samples"})
_TABLES = frozenset({"severity", "per-file-ignores", "variables"})
_PATHS = frozenset({"samples", "model-dir", "env", "baseline"})
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def load_settings(
    target: Path,
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """Settings for a target (a script or its folder).

    `flags` are values of the command line by field name; None and empty ones were not given. Raises ConfigError.
    """
    file, table = _read(config, named=True) if config else _search(target)
    folder = file.parent if file else Path()
    values: dict[str, object] = {"folder": folder, "source": file}
    if file is not None:
        where = str(file) if file.name != "pyproject.toml" else f"{file}, [tool.doctor]"
        values |= _of_table(table, where, folder)
    values |= _of_environ(os.environ if environ is None else environ)
    values |= _of_flags(flags or {})
    return Settings(**values)  # type: ignore[arg-type] # every value went through its key's type


def _search(target: Path) -> tuple[Path | None, dict[str, object]]:
    """The nearest configuration file on the way up from the target, and its table."""
    start = target.absolute()
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            file = folder / name
            try:
                content = file.read_bytes()
            except OSError:
                continue
            if name == "doctor.toml" or b"doctor" in content:
                found, table = _parse(file, content)
                if found:
                    return file, table
    return None, {}


def _read(file: Path, *, named: bool) -> tuple[Path, dict[str, object]]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"--config {file} cannot be read: {error.strerror or error}") from error
    found, table = _parse(file, content)
    if named and not found:
        raise ConfigError(f"{file} has no [tool.doctor] table; add one, or leave --config out")
    return file, table


def _parse(file: Path, content: bytes) -> tuple[bool, dict[str, object]]:
    """Whether the file speaks of doctor, and what it says."""
    import tomllib

    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    tools = document.get("tool", {})
    if file.name == "pyproject.toml":
        found = isinstance(tools, dict) and "doctor" in tools
        document = tools.get("doctor", {}) if found else {}
        if not isinstance(document, dict):
            raise ConfigError(f"{file}: [tool.doctor] must be a table, not {_seen(document)}")
        return found, document
    if "tool" in document:
        raise ConfigError(f"{file}: keys stand at the top of this file, without [tool.doctor]")
    return True, document


def _of_table(table: Mapping[str, object], where: str, folder: Path) -> dict[str, object]:
    values: dict[str, object] = {}
    given: dict[str, str] = {}
    for name, value in table.items():
        key = KEYS.get(_SAME.get(name, name))
        if key is None:
            raise ConfigError(f"{where}: no key is called `{name}`{hint(name, KEYS) or _all_keys()}")
        if other := given.get(key.field):
            raise ConfigError(f"{where}: `{other}` and `{name}` are the same key; keep one")
        given[key.field] = name
        values[key.field] = _finished(key, _converted(key, value, f"{where}: `{name}`"), folder)
    return values


def _of_environ(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    known = {key.variable: key for key in KEYS.values()} | {PREFIX + "SAMPLE": KEYS["samples"]}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or not text.strip():
            continue
        key = known.get(variable)
        if key is not None:
            values[key.field] = _finished(key, _converted(key, _of_text(key, text.strip()), variable), Path())
        elif near := nearest(variable.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known]):
            # Other programs may own a DOCTOR_ variable too; only one that looks misspelt is refused.
            raise ConfigError(f"no variable is called {variable}; the nearest is {PREFIX}{near[0]}")
    return values


def _of_flags(flags: Mapping[str, object]) -> dict[str, object]:
    by_field = {key.field: key for key in KEYS.values()}
    values: dict[str, object] = {}
    for field, value in flags.items():
        if value is None or value in ((), [], {}, ""):
            continue
        key = by_field[field]
        plain = [str(one) for one in value] if isinstance(value, (list, tuple)) else value
        plain = str(plain) if isinstance(plain, Path) else plain
        values[field] = _finished(key, _converted(key, plain, f"--{key.name}"), Path())
    return values


def _of_text(key: Key, text: str) -> object:
    """The value that an environment variable's text stands for: commas part lists and tables, `=` names and values."""
    if key.name == "samples":
        return text.split(os.pathsep)
    if key.name in _TABLES:
        pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
        if not all(equals for _, equals, _ in pairs):
            return text
        split = key.name == "per-file-ignores"
        return {name.strip(): value.split() if split else value.strip() for name, _, value in pairs}
    if key.name in {"run", "verify"}:
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text.lower()
    if key.name == "timeout":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _converted(key: Key, value: object, where: str) -> Any:
    try:
        return msgspec.convert(value, key.type, strict=True)
    except msgspec.ValidationError as error:
        at = str(error).rpartition(" - at `$")[2].rstrip("`") if " - at `$" in str(error) else ""
        inside = f" (at {at.lstrip('.')})" if at and at != str(error) else ""
        raise ConfigError(f"{where} must be {key.want}, not {_seen(value)}{inside}") from error


def _finished(key: Key, value: Any, folder: Path) -> object:
    """Split at commas, resolve paths against `folder`."""
    if key.name in _LISTS:
        parts = [value] if isinstance(value, str) else value
        if key.name == "samples":
            return tuple(folder / part for part in parts)
        return tuple(one.strip() for part in parts for one in part.split(",") if one.strip())
    if key.name == "per-file-ignores":
        return {pattern: (ids,) if isinstance(ids, str) else tuple(ids) for pattern, ids in value.items()}
    if key.name in _PATHS:
        return folder / value
    if key.name == "python" and os.path.dirname(value):  # noqa: PTH120 # a bare name is looked up on PATH
        return str(folder / value)
    return value


def _seen(value: object) -> str:
    shown = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _all_keys() -> str:
    return f"; there are {', '.join(KEYS)}"
