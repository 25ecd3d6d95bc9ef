"""A send as a line to paste into a shell. A key is a variable there."""

import re
import shlex

from checks.http.reproduce import split
from doctor.content_types import kind_of_body
from doctor.payloads.header_lines import is_secret
from doctor.payloads.records import Place

LARGEST = 4_000  # bytes that stand on the line itself; what is larger is given by its file
DEFAULT_URL = "http://127.0.0.1:5001/score"
"""Where `azmlinfsrv --entry_script score.py` answers. Source: azureml-inference-server-http 1.5.1."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def curl(place: Place | None, source: str, body: bytes, *, is_file: bool) -> str:
    """The line. `is_file`: `source` is a file that holds this very body."""
    url = (place.url if place else None) or DEFAULT_URL
    scheme, host, path = split(url)
    words = ["curl", "-sS", "-i", "--max-time", f"{place.patience if place else 30:g}"]
    words += ["-H", shlex.quote(f"Content-Type: {_kind(place, source, body)}")]
    for name, value in (place.headers if place else {}).items():
        if name == "Content-Type":
            continue
        known = f'"{name}: ${re.sub(r"[^A-Za-z0-9]", "_", name).upper()}"' if is_secret(name) else ""
        words += ["-H", known or shlex.quote(f"{name}: {value}")]
    if place is not None and place.way == "url":
        if place.call.deployment:
            words += ["-H", shlex.quote(f"azureml-model-deployment: {place.call.deployment}")]
        key = place.call.key_variable or place.call.token_variable
        if key:
            words += ["-H", f'"Authorization: Bearer ${key if _VARIABLE.fullmatch(key) else "KEY"}"']
    words += ["--data-binary", shlex.quote(_data(source, body, is_file))]
    return " ".join([*words, shlex.quote(f"{scheme}://{host}{path}")])


def _kind(place: Place | None, source: str, body: bytes) -> str:
    named = place.headers.get("Content-Type") if place else None
    return named or kind_of_body(body, source, place.raw if place else None)


def _data(source: str, body: bytes, is_file: bool) -> str:
    if is_file:
        return f"@{source}"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"@{source}"
    return text if len(body) <= LARGEST and not text.startswith("@") and "\0" not in text else f"@{source}"
