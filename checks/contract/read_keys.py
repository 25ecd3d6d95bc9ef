"""Which keys an undecorated run() reads from the request body, as far as its code tells."""

from dataclasses import dataclass

from checks.entry_script.module import Module
from checks.finding import Confidence


@dataclass(frozen=True)
class ReadKey:
    """One key. `path` leads to it from the body: names of keys, and `*` for every item of a list.

    `required`: read with `[...]` and outside of a condition or handler that makes up for its absence. `line` counts
    from 1. `shape` is how its value is used where that is known: rows (a list of lists, a data frame, an array), list,
    object, text, number, base64; None otherwise.
    """

    path: tuple[str, ...]
    required: bool
    line: int
    shape: str | None = None
    confidence: Confidence = Confidence.LIKELY


@dataclass(frozen=True)
class ReadBody:
    """What an undecorated run() makes of its body.

    `parsed`: it calls json.loads (or pandas, or a client library) on it; `form` is then the kind of the outermost value
    where the code tells: object, list; None otherwise. `whole`: the keys are all that are read, because nothing else is
    done with the body that could not be followed.
    """

    parsed: bool
    form: str | None
    keys: tuple[ReadKey, ...]
    whole: bool


def read_body(module: Module) -> ReadBody | None:
    """What run() reads; None for a decorated, raw or batch run(), or without one."""
    raise NotImplementedError
