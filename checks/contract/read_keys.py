"""Which keys an undecorated run() reads from the request body, as far as its code tells."""

import ast
from dataclasses import dataclass, replace
from functools import lru_cache

from checks.contract.body_flow import Reader
from checks.entry_script.module import Module
from checks.entry_script.payload import body_parameter
from checks.finding import Confidence


@dataclass(frozen=True)
class ReadKey:
    """One key. `path` leads to it from the body: names of keys, and `*` for every item of a list.

    `required`: read with `[...]` and outside of a condition or handler that makes up for its absence. `line` counts
    from 1. `shape` is how its value is used where that is known: rows (a list of lists, a data frame, an array), list,
    object, text, number, base64; None otherwise. A `*` may also stand for nothing, where the value is made a data
    frame: that takes a list of objects and an object of lists; such keys are only possible.
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
    where the code tells: object, list; None otherwise. `whole`: the keys of the outermost object are all that are read
    of it, because nothing else is done with it that could not be followed.
    """

    parsed: bool
    form: str | None
    keys: tuple[ReadKey, ...]
    whole: bool


@lru_cache(maxsize=16)
def read_body(module: Module) -> ReadBody | None:
    """What run() reads; None for a decorated, raw or batch run(), or without one."""
    name = body_parameter(module)
    if name is None or module.run is None or isinstance(module.run, ast.AsyncFunctionDef):
        return None
    reader = Reader(module)
    try:
        reader.enter_run(module.run, name)
    except RecursionError:
        return ReadBody(parsed=bool(reader.parsed), form=None, keys=(), whole=False)
    keys: dict[tuple[str, ...], ReadKey] = {}
    for read in reader.reads:
        path = read.path
        made = ReadKey(
            path=path,
            required=read.required and path not in reader.written,
            line=read.line,
            shape=reader.shapes.get(path),
            confidence=Confidence.LIKELY if read.sure else Confidence.POSSIBLE,
        )
        known = keys.get(path)
        if known is None or (made.required and not known.required):
            keys[path] = replace(made, line=min(made.line, known.line) if known else made.line)
    forms = {form for form in (reader.shapes.get(()),) if form in ("object", "list")}
    form = forms.pop() if forms and not reader.disputed else None
    return ReadBody(reader.parsed, form, tuple(keys.values()), whole=reader.parsed and not reader.escaped)
