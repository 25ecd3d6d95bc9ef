"""What the specifications ask and the validator does not look at: words that contradict each other elsewhere."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from checks.contract.openapi import METHODS
from checks.contract.places import pointer_of
from checks.contract.records import DocumentProblem, Json
from checks.contract.references import DEEPEST, LITERAL, NAMED, at_pointer, followed

MOST = 20


def rule_problems(content: dict[str, Any], version: str) -> list[DocumentProblem]:
    """The first problems of each rule, in the order of the document.

    Sources: Swagger 2.0, "Security Requirement Object" and "Parameter Object"; OpenAPI 3.0.3, "Schema Object".
    """
    found = [*_schemes(content), *_bodies(content)]
    if version.startswith("3.0"):
        found += _lists(content)
    return [DocumentProblem(kind="specification", message=said, pointer=where) for where, said in found]


def _schemes(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Schemes that `security` names and nobody defines."""
    given = content.get("securityDefinitions"), _member(content.get("components"), "securitySchemes")
    defined = [name for one in given if isinstance(one, dict) for name in one]
    found: list[tuple[str, str]] = []
    for owner, pointer in (("", ""), *_operations(content)):
        part = content if not owner else followed(content, _at(content, pointer))[0]
        asked = part.get("security") if isinstance(part, dict) else None
        for number, one in enumerate(asked if isinstance(asked, list) else ()):
            for name in one if isinstance(one, dict) else ():
                if name not in defined and len(found) < MOST:
                    near = get_close_matches(str(name).lower(), [two.lower() for two in defined], n=1, cutoff=0.6)
                    like = next((two for two in defined if near and two.lower() == near[0]), None)
                    hint = f"; `{like}` is like it" if like else ""
                    where = f"{pointer}/security/{number}"
                    found.append((where, f"no security scheme is called `{str(name)[:60]}`{hint}"))
    return found


def _bodies(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Operations of 2.0 with more than one body, or with a body and a form."""
    found: list[tuple[str, str]] = []
    if "swagger" not in content:
        return found
    for _, pointer in _operations(content):
        given = _member(_at(content, pointer), "parameters")
        places = [_member(followed(content, one)[0], "in") for one in given] if isinstance(given, list) else []
        if places.count("body") > 1:
            found.append((f"{pointer}/parameters", "two parameters are in `body`; a request has one body"))
        elif "body" in places and "formData" in places:
            found.append((f"{pointer}/parameters", "a request has a body or a form, and not both"))
    return found[:MOST]


def _lists(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Schemas of 3.0 of type array that do not say what is in it; generators refuse them."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[Json, str, int, bool]] = [(content, "", 0, False)]
    while stack and len(found) < MOST:
        value, pointer, depth, names = stack.pop()
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            if value.get("type") == "array" and "items" not in value and "$ref" not in value and not names:
                found.append((pointer, "`items` is missing: OpenAPI 3.0 asks what a list holds"))
            for key, item in reversed(value.items()):
                if names or (key not in LITERAL and not str(key).startswith("x-")):
                    stack.append((item, pointer + pointer_of(key), depth + 1, not names and key in NAMED))
        elif isinstance(value, list):
            stack += [(item, f"{pointer}/{index}", depth + 1, False) for index, item in enumerate(value)][::-1]
    return found


def _operations(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    paths = content.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in item if isinstance(item, dict) else ():
            if method in METHODS:
                yield method, pointer_of("paths", path, method)


def _at(content: Json, pointer: str) -> Json:
    return at_pointer(content, pointer)[1]


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None
