"""The sentence in the body of a refusal: what a framework or a script wrote for a person to read."""

import json
import re
from typing import Any

from checks.http.records import Call
from checks.runtime.wording import one_line

_KEYS = ("message", "error", "detail", "msg", "error_message", "errorMessage", "reason", "title")
_MOST = 20_000  # characters of a body that are read
_UNKNOWN_MODEL = re.compile(r"\b(?:model|servable|route|predictor|engine)s?\b", re.IGNORECASE)


def message_of(call: Call) -> str:
    """One line of it; empty for a page, for an empty body and for JSON without a text."""
    text = call.body[:_MOST].strip()
    if not text or text.startswith("<"):
        return ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.startswith(("{", "[")) else one_line(text, 160)
    return one_line(_sentence(value, 0), 160)


def speaks_of_model(call: Call) -> bool:
    """True for a refusal that is about a model: the path was understood, and the name in it is not known there."""
    return bool(_UNKNOWN_MODEL.search(message_of(call)))


def _sentence(value: Any, depth: int) -> str:
    """The first text under a key that holds messages; of a list of complaints, the place and text of the first."""
    if isinstance(value, str):
        return value
    if depth > 4:
        return ""
    if isinstance(value, list) and value:
        more = f" (and {len(value) - 1} more)" if len(value) > 1 else ""
        said = _sentence(value[0], depth + 1)
        return said + more if said else ""
    if not isinstance(value, dict):
        return ""
    place = value.get("loc")  # of FastAPI and pydantic: ["body", "text"]
    where = ".".join(map(str, place)) + ": " if isinstance(place, list) and place else ""
    said = next((said for key in _KEYS if key in value and (said := _sentence(value[key], depth + 1))), "")
    return where + said if said else ""
