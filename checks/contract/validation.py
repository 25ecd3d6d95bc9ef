"""A value held against a JSON schema: every disagreement, told as a person would tell it."""

from dataclasses import dataclass
from typing import Literal

from checks.contract.records import Json, Schema

MOST = 50  # disagreements that are told


@dataclass(frozen=True)
class Disagreement:
    """One place where value and schema differ.

    `kind`: missing (a required key), extra (a key that is not allowed), type, range (minimum, maxLength …), choice
    (enum, const), form (pattern, format), size (number of items), other. `seen` and `expected` are short texts for
    people (`text "12"`, `number`); `key` is the key that is missing or too much, `near` one like it that is there (for
    missing) or that is expected (for extra).
    """

    pointer: str
    kind: Literal["missing", "extra", "type", "range", "choice", "form", "size", "other"]
    seen: str
    expected: str
    key: str | None = None
    near: str | None = None
    schema_pointer: str = ""


@dataclass(frozen=True)
class Disagreements:
    """The first MOST, in the order of the value; `more` when there are others."""

    items: tuple[Disagreement, ...]
    more: bool = False


def disagreements(schema: Schema, value: Json, most: int = MOST) -> Disagreements:
    """Where the value disagrees with the schema. Unknown formats are no reason.

    Never raises: of a schema that is none, or too deep to be followed, nothing is told.
    """
    raise NotImplementedError
