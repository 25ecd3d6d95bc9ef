"""Reads a Swagger 2.0, OpenAPI 3.0 or 3.1 document as the description of a scoring service."""

from dataclasses import dataclass

from checks.contract.records import Document, Json, Schema


@dataclass(frozen=True)
class Operation:
    """One operation of a document. `path` is as written, `full_path` with basePath or the path of `servers`.

    `body` and `answer` (of status 200, or `default`) are schemas with references resolved as in `standalone`, None
    where there is none. `media` are the content types of the request, `security` the names of the schemes it needs.
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


def operations(document: Document) -> tuple[Operation, ...]:
    """All operations in the order of the document; parts that are no objects are passed over."""
    raise NotImplementedError


def scoring(document: Document) -> Operation | None:
    """The operation that scores: POST of a path that ends in `/score`, else the only POST with a body, else None."""
    raise NotImplementedError


def standalone(document: Document, schema: Json) -> Schema | None:
    """A JSON schema (draft 2020-12) that needs nothing of the document: references become `#/$defs/…`.

    Swagger's and OpenAPI's own words become those of JSON schema (`nullable`, `exclusiveMaximum: true`, `example`). A
    reference that leads nowhere becomes `{}`. Never deeper or larger than the document; None for what is no schema.
    """
    raise NotImplementedError
