"""Reads descriptions of a service: OpenAPI documents in JSON or YAML, and the older `service_schema.json`.

Bounded in size, depth and time, whatever is handed over; what is wrong is told with its place, and never raised.
"""

import json
import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from checks.contract.places import Places
from checks.contract.records import Document, DocumentProblem, Documents, Json
from doctor.contract.document_text import Read, decoded, looks_like_json, read_json, tidy
from doctor.errors import CannotExamine
from doctor.redact import MASK, redact, redact_lines

LARGEST = 32 << 20  # bytes of a document
SERVED_NAMES = ("swagger.json", "swagger2.json", "swagger3.json", "swagger3.1.json")
"""What the server looks for in AML_APP_ROOT. Source: azureml-inference-server-http 1.5.1, `server/swagger.py`."""
NEAR_NAMES = (
    *(f"openapi.{end}" for end in ("json", "yaml", "yml")),
    *(f"swagger.{end}" for end in ("yaml", "yml")),
    "service_schema.json",
)
"""What is called as if it were served."""

HEAD = 256 << 10  # bytes by which a file is known
KEPT = 1 << 20  # characters of the text that are kept
_SUFFIXES = ("", ".json", ".yaml", ".yml", ".txt")
_NAME = re.compile(r"(?:swagger|openapi)[\w.-]*\.(?:json|ya?ml)|service_schema\.json", re.IGNORECASE)
_IN_YAML = re.compile(r"^[\"']?(?:swagger|openapi)[\"']?\s*:\s*[\"']?\d", re.MULTILINE)
_PATHS_IN_YAML = re.compile(r"^paths\s*:\s*(?:#.*)?$", re.MULTILINE)
_INFO_IN_YAML = re.compile(r"^info\s*:\s*(?:#.*)?$", re.MULTILINE)
_OLD_FORM = re.compile(r'"swagger"\s*:\s*\{')
_SECRET = re.compile(r"(?i)pass|pwd|secret|token|credential|conn|key")

Role = Literal["given", "beside", "served", "old"]
Form = Literal["openapi", "service-schema", "unknown"]


def is_document(path: Path) -> bool:
    """True for a file that describes a service: told by its first keys, or by its name where it does not parse.

    Reads the beginning of the file only. A sample payload, a manifest or a configuration is none.
    """
    if path.suffix.lower() not in _SUFFIXES or not path.is_file():
        return False
    if path.name in SERVED_NAMES:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return bool(_NAME.fullmatch(path.name))
    text, _ = decoded(head)
    if _describes(text):
        return True
    return bool(_NAME.fullmatch(path.name)) and (len(head) == HEAD or not _parses(text))


def _describes(head: str) -> bool:
    """True where the first keys of a text are those of a description."""
    if head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        if _IN_YAML.search(head):
            return True
        return bool(_PATHS_IN_YAML.search(head) and _INFO_IN_YAML.search(head))
    places = Places(head)
    for key in ("swagger", "openapi"):
        at = places.value_offset(f"/{key}")
        if at is not None and re.match(r'"?\d', head[at : at + 2]):
            return True
    if places.offset("/paths") is not None and places.offset("/info") is not None:
        return True
    return places.offset("/input") is not None and bool(_OLD_FORM.search(head)) and '"internal"' in head


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read_document(path: Path, role: Literal["given", "beside", "old"], shown: str | None = None) -> Document:
    """The document of a file. Raises CannotExamine when it cannot be opened; everything else is a problem of it."""
    source = shown or str(path)
    try:
        if not path.is_file():
            raise CannotExamine(f"{source}: no such file" if not path.exists() else f"{source} is no file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            size = path.stat().st_size if len(content) > LARGEST else len(content)
    except OSError as error:
        raise CannotExamine(f"{source} cannot be opened: {error.strerror or error}") from error
    if len(content) > LARGEST:
        return _too_large(content[:HEAD], size, source, role)
    return document_of(content, source, role)


def _too_large(head: bytes, size: int, source: str, role: Role) -> Document:
    message = f"the file has {size / 1e6:,.0f} MB; of a document at most {LARGEST / 1e6:,.0f} MB are read"
    problem = DocumentProblem(kind="large", message=message, line=1, column=0)
    text = redact_lines(decoded(head)[0])
    return Document(source=source, role=role, form="unknown", text=text[:4096], problems=(problem,))


def document_of(content: bytes, source: str, role: Literal["given", "beside", "served", "old"]) -> Document:
    """The same of bytes, as a live service sends them."""
    if len(content) > LARGEST:
        return _too_large(content[:HEAD], len(content), source, role)
    text, problems = decoded(content)
    read = _read(text, source)
    problems += read.problems
    if read.content is not None and not isinstance(read.content, dict):
        message = f"the file holds {'a list' if isinstance(read.content, list) else 'one value'}; an object is expected"
        problems.append(DocumentProblem(kind="specification", message=message, pointer="", line=1, column=0))
    value: dict[str, Any] = _without_secrets(tidy(read.content)) if isinstance(read.content, dict) else {}
    form, version = _form(value)
    if form == "openapi" and role != "old":  # what was wrong with the one before is nobody's any more
        problems += _judged(value, version)
    kept = redact_lines(text[:KEPT])
    return Document(
        source=source,
        role=role,
        form=form,
        version=version,
        content=value,
        text=kept,
        lines=read.lines,
        problems=tuple(_located(problems, text, read.lines)),
    )


def _read(text: str, source: str) -> Read:
    """As JSON where it is meant as such, else as YAML."""
    named_json = source.lower().endswith(".json")
    named_yaml = source.lower().endswith((".yaml", ".yml"))
    if looks_like_json(text) or not text.strip("\ufeff \t\r\n"):
        read = read_json(text)
        if not (named_yaml and read.content is None and any(one.kind == "syntax" for one in read.problems)):
            return read
    from doctor.contract.document_yaml import read_yaml

    if not named_json:
        return read_yaml(text)
    read = read_json(text)
    if _IN_YAML.search(text):  # the file's name is wrong, not what it holds
        other = read_yaml(text)
        if isinstance(other.content, dict):
            first = read.problems[:1]
            said = [msgspec.structs.replace(one, message="the file holds YAML; its name says JSON") for one in first]
            return Read(other.content, [*said, *other.problems], other.lines)
    return read


def _form(content: dict[str, Any]) -> tuple[Form, str | None]:
    for key in ("swagger", "openapi"):
        if key in content and not isinstance(content[key], dict | list):
            return "openapi", str(content[key])
    for side in ("input", "output"):
        members = content.get(side)
        if isinstance(members, dict) and any(isinstance(one, dict) and "swagger" in one for one in members.values()):
            return "service-schema", None
    return ("openapi", None) if isinstance(content.get("paths"), dict) else ("unknown", None)


def _judged(content: dict[str, Any], version: str | None) -> list[DocumentProblem]:
    from doctor.contract.reference_problems import reference_problems
    from doctor.contract.specification import problems_of
    from doctor.contract.specification_rules import rule_problems

    found = reference_problems(content)
    if version is None:
        message = "neither `swagger` nor `openapi` says which version it is"
        return [*found, DocumentProblem(kind="specification", message=message, pointer="")]
    problems, left_out = problems_of(content, version, sound=not found)
    if left_out:
        problems.append(DocumentProblem(kind="large", message=left_out))
    return [*found, *problems, *rule_problems(content, version)]


def _located(problems: list[DocumentProblem], text: str, lines: dict[str, int]) -> list[DocumentProblem]:
    """The problems with the line at which their place stands."""
    places = Places(text) if not lines else None
    made: list[DocumentProblem] = []
    for one in problems:
        if one.line is None and one.pointer is not None:
            line, column = lines.get(one.pointer), None
            place = places.of(one.pointer) if places else None
            if place is not None:
                line, column = place
            one = msgspec.structs.replace(one, line=line, column=column)  # noqa: PLW2901
        made.append(msgspec.structs.replace(one, message=redact(one.message)))
    return made


def _without_secrets(value: Json, key: str = "") -> Json:
    if isinstance(value, dict):
        return {name: _without_secrets(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, str) or len(value) < 6:
        return value
    if key and _SECRET.search(key) and MASK in redact(json.dumps({key: value})):
        return MASK
    return redact(value)


def documents_beside(folder: Path) -> Documents | None:
    """The documents in the code folder that the server serves, or that are called as if it did; None without any."""
    found: list[Document] = []
    for name in (*SERVED_NAMES, *NEAR_NAMES):
        path = folder / name
        if path.is_file():
            try:
                found.append(read_document(path, "beside", name))
            except CannotExamine as error:
                problem = DocumentProblem(kind="syntax", message=str(error))
                found.append(Document(source=name, role="beside", form="unknown", problems=(problem,)))
    return Documents(items=tuple(found)) if found else None
