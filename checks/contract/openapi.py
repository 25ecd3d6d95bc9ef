"""Reads a Swagger 2.0, OpenAPI 3.0 or 3.1 document as the description of a scoring service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from checks.contract.places import pointer_of
from checks.contract.records import Document, Json, Schema
from checks.contract.references import followed
from checks.contract.schemas import Schemas

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Example:
    """A value that a document gives as an example, where it stands, and the schema that it is an example of."""

    pointer: str
    value: Json
    schema: Schema
    schema_pointer: str


@dataclass(frozen=True)
class Operation:
    """One operation of a document. `path` is as written, `full_path` with basePath or the path of `servers`.

    `body` and `answer` (of status 200, or `default`) are schemas with references resolved as in `standalone`, None
    where there is none; their pointers are where references lead to. `media` are the content types of the request,
    `security` the names of the schemes it needs. A body that is no JSON has no schema here. `judged` are all examples,
    each with what it is an example of.
    """

    method: str
    path: str
    full_path: str
    pointer: str
    body: Schema | None = None
    body_pointer: str = ""
    answer: Schema | None = None
    answer_pointer: str = ""
    media: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    examples: tuple[Json, ...] = ()
    judged: tuple[Example, ...] = ()


def operations(document: Document) -> tuple[Operation, ...]:
    """All operations in the order of the document; parts that are no objects are passed over."""
    return _operations(_Same(document))


def scoring(document: Document) -> Operation | None:
    """The operation that scores: POST of a path that ends in `/score`, else the only POST with a body, else None."""
    posts = [one for one in operations(document) if one.method == "post"]
    named = [one for one in posts if one.full_path.rstrip("/").endswith("/score")]
    if named:
        return named[0]
    with_body = [one for one in posts if one.body is not None]
    return with_body[0] if len(with_body) == 1 else None


def standalone(document: Document, schema: Json) -> Schema | None:
    """A JSON schema (draft 2020-12) that needs nothing of the document: references become `#/$defs/…`.

    Swagger's and OpenAPI's own words become those of JSON schema (`nullable`, `exclusiveMaximum: true`, `example`). A
    reference that leads nowhere becomes `{}`. Never deeper or larger than the document; None for what is no schema.
    """
    return Schemas(document.content).standalone(schema)


def resolved(root: Schema, schema: Json) -> Schema:
    """What a part of a standalone schema means: its reference into `$defs` of `root` followed, `{}` for none."""
    found, _ = followed(root, schema)
    return found if isinstance(found, dict) else {}


def is_json(media: str) -> bool:
    """True for content types whose body is JSON, and for `*/*`."""
    kind = media.split(";", 1)[0].strip().lower()
    return kind in {"application/json", "text/json", "*/*", "application/*"} or kind.endswith("+json")


class _Same:
    """A document as a key: the same one, not an equal one. Many checks ask for the operations of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.document is self.document


@lru_cache(maxsize=8)
def _operations(same: _Same) -> tuple[Operation, ...]:
    return tuple(_Reader(same.document.content).operations())


class _Reader:
    """Reads the operations of one document."""

    def __init__(self, content: dict[str, Json]) -> None:
        self.content = content
        self.schemas = Schemas(content)
        self.is_two = str(content.get("swagger", "")).startswith("2")
        self.base = self._base()

    def operations(self) -> Iterator[Operation]:
        for path, given in _members(self.content.get("paths")):
            item, place = followed(self.content, given, pointer_of("paths", path))
            for method, value in _members(item):
                if isinstance(value, dict) and method.lower() in METHODS:
                    shared = item.get("parameters")
                    yield self._operation(method, path, value, place + pointer_of(method), shared, place)

    def _operation(
        self, method: str, path: str, value: dict[str, Json], place: str, shared: Json, shared_place: str
    ) -> Operation:
        body = self._body_of_two if self.is_two else self._body_of_three
        schema, schema_place, media, examples = body(value, place, shared, shared_place)
        answer, answer_place, answer_examples = self._answer(value, place)
        made = self.schemas.standalone(schema) if schema_place else None
        said = self.schemas.standalone(answer) if answer_place else None
        judged: list[Example] = []
        for root, root_place, given in ((made, schema_place, examples), (said, answer_place, answer_examples)):
            if root is None:
                continue
            below = self._own_examples(schema if root is made else answer, root_place)
            seen = [*given, *below]
            judged += [Example(pointer, one, root, root_place) for pointer, one in seen]
        bodies = tuple(one.value for one in judged if one.schema is made)
        schema_place, answer_place = self._place(schema, schema_place), self._place(answer, answer_place)
        return Operation(
            method=method.lower(), path=path, full_path=self._full(path), pointer=place, body=made,
            body_pointer=schema_place, answer=said, answer_pointer=answer_place, media=media,
            security=self._security(value), examples=bodies, judged=tuple(judged),
        )  # fmt: skip

    def _place(self, schema: Json, place: str) -> str:
        """Where a schema stands that may be a reference; the reference's own place where it leads nowhere."""
        found, where = followed(self.content, schema, place)
        return place if found is None else where

    def _own_examples(self, schema: Json, place: str) -> list[tuple[str, Json]]:
        """The examples that a schema itself gives."""
        schema, place = followed(self.content, schema, place)
        if not isinstance(schema, dict):
            return []
        found = [(place + "/example", schema["example"])] if "example" in schema else []
        if isinstance(schema.get("examples"), list):
            found += [(f"{place}/examples/{number}", one) for number, one in enumerate(schema["examples"])]
        return found

    def _body_of_two(self, value: dict[str, Json], place: str, shared: Json, shared_place: str) -> "_Body":
        consumes = value.get("consumes", self.content.get("consumes"))
        media = tuple(one for one in consumes if isinstance(one, str)) if isinstance(consumes, list) else ()
        for given, above in ((value.get("parameters"), place), (shared, shared_place)):
            for number, parameter in enumerate(given if isinstance(given, list) else ()):
                one, at = followed(self.content, parameter, f"{above}/parameters/{number}")
                if isinstance(one, dict) and one.get("in") == "body":
                    if media and not any(is_json(kind) for kind in media):
                        return None, "", media, []
                    examples = [(f"{at}/x-example", one["x-example"])] if "x-example" in one else []
                    return one.get("schema"), f"{at}/schema" if "schema" in one else "", media, examples
        return None, "", media, []

    def _body_of_three(self, value: dict[str, Json], place: str, _: Json, __: str) -> "_Body":
        body, at = followed(self.content, value.get("requestBody"), f"{place}/requestBody")
        content = body.get("content") if isinstance(body, dict) else None
        media = tuple(kind for kind, _ in _members(content))
        schema, schema_place, examples = self._json_of(content, f"{at}/content")
        return schema, schema_place, media, examples

    def _answer(self, value: dict[str, Json], place: str) -> tuple[Json, str, list[tuple[str, Json]]]:
        responses = value.get("responses")
        for status in ("200", "2XX", "default"):
            if not isinstance(responses, dict) or status not in responses:
                continue
            one, at = followed(self.content, responses[status], f"{place}/responses/{status}")
            if not isinstance(one, dict):
                break
            if not self.is_two:
                return self._json_of(one.get("content"), f"{at}/content")
            given = [
                (f"{at}/examples{pointer_of(kind)}", example)
                for kind, example in _members(one.get("examples"))
                if is_json(kind)
            ]
            return one.get("schema"), f"{at}/schema" if "schema" in one else "", given
        return None, "", []

    def _json_of(self, content: Json, place: str) -> tuple[Json, str, list[tuple[str, Json]]]:
        """Schema, its place and examples of the JSON among the content types."""
        for kind, value in sorted(_members(content), key=lambda one: one[0] != "application/json"):
            if not is_json(kind) or not isinstance(value, dict):
                continue
            at = place + pointer_of(kind)
            examples = [(f"{at}/example", value["example"])] if "example" in value else []
            for name, given in _members(value.get("examples")):
                one, where = followed(self.content, given, f"{at}/examples{pointer_of(name)}")
                if isinstance(one, dict) and "value" in one:
                    examples.append((f"{where}/value", one["value"]))
            return value.get("schema"), f"{at}/schema" if "schema" in value else "", examples
        return None, "", []

    def _security(self, value: dict[str, Json]) -> tuple[str, ...]:
        """Names of the schemes; none where one of the alternatives asks for nothing."""
        given = value.get("security", self.content.get("security"))
        alternatives = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        if not all(alternatives):
            return ()
        return tuple(dict.fromkeys(str(name) for one in alternatives for name in one))

    def _base(self) -> str:
        """What stands before every path: basePath, or the path of the first server."""
        if self.is_two:
            base = self.content.get("basePath")
            return base.rstrip("/") if isinstance(base, str) else ""
        servers = self.content.get("servers")
        first = servers[0] if isinstance(servers, list) and servers else None
        url = first.get("url") if isinstance(first, dict) else None
        if not isinstance(url, str):
            return ""
        variables = dict(_members(first.get("variables"))) if isinstance(first, dict) else {}
        for name, one in variables.items():
            if isinstance(one, dict) and "default" in one:
                url = url.replace("{" + name + "}", str(one["default"]))
        path = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", "", url, flags=re.IGNORECASE)
        return re.split(r"[?#]", path, maxsplit=1)[0].rstrip("/")

    def _full(self, path: str) -> str:
        joined = f"{self.base}/{path.lstrip('/')}"
        return joined if joined.startswith("/") else f"/{joined}"


_Body = tuple[Json, str, tuple[str, ...], list[tuple[str, Json]]]


def _members(value: Json) -> list[tuple[str, Json]]:
    return [(key, item) for key, item in value.items() if isinstance(key, str)] if isinstance(value, dict) else []
