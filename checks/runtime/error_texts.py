"""Answers that are texts of exceptions, and the handlers that make them."""

import ast
import json
import re
from collections.abc import Iterator

from checks.entry_script.module import Module
from checks.evidence import Returned
from checks.runtime.headlines import by_headline
from checks.runtime.payloads import says_payload

_KEYS_OF_ERRORS = {"error", "errors", "exception", "traceback", "err"}
_KEYS_BESIDE = {
    "message", "msg", "detail", "details", "status", "status_code", "statusCode", "code", "success", "ok", "type",
    "result", "prediction", "predictions", "output", "outputs", "data", "time", "timestamp", "request_id", "stack",
}  # fmt: skip
_EXCEPTION = re.compile(
    r"^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit)\b(?:[:(]|\Z)|^Traceback \(most"
)
_WORDS = re.compile(
    r"name '\w+' is not defined|object has no attribute '|has no attribute '|No module named|unsupported operand type"
    r"|takes \d+ positional argument|missing \d+ required positional|unexpected keyword argument|is not subscriptable"
    r"|object is not (?:callable|iterable)|local variable '\w+'|index out of range|division by zero"
    r"|No such file or directory|is not JSON serializable|unhashable type"
)


def error_text(returned: Returned) -> str | None:
    """The text of an exception that an answer consists of; None for an answer that may be meant.

    An object counts when it has a key for errors, a text under it, and nothing else that could be a prediction.
    """
    if returned.text is None or (returned.status or 200) >= 400:
        return None
    try:
        value = json.loads(returned.text)
    except ValueError:
        return None
    if isinstance(value, str):  # run() may have returned json.dumps(...) of an object
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        value = inner if isinstance(inner, dict) else value
    if isinstance(value, list) and len(value) in (1, 2) and isinstance(value[0], (str, dict)):
        value = value[0]
    if isinstance(value, str):
        return value if looks_raised(value) else None
    if isinstance(value, dict):
        told = [key for key in value if key.lower() in _KEYS_OF_ERRORS and isinstance(value[key], str) and value[key]]
        rest = {key.lower() for key in value} - _KEYS_OF_ERRORS - _KEYS_BESIDE
        if told and not rest and not any(_is_prediction(v) for v in value.values()):
            return str(value[told[0]])
        texts = [v for v in value.values() if isinstance(v, str) and looks_raised(v)]
        if texts and not rest and not any(_is_prediction(v) for v in value.values()):
            return texts[0]
    return None


def looks_raised(text: str) -> bool:
    """True for a text that an exception may well have given."""
    clean = text.strip()
    return (
        bool(_EXCEPTION.search(clean) or _WORDS.search(clean))
        or by_headline(clean) is not None
        or says_payload(clean) is not None
        or bool(re.fullmatch(r"'\w[\w -]*'", clean))  # str() of a KeyError
    )


def answering_handlers(module: Module) -> Iterator[tuple[ast.Try, ast.ExceptHandler]]:
    """Handlers within reach of run() that answer instead of raising, with the `try` they belong to."""
    functions = module.reachable["run"]
    for attempt in module.all(ast.Try):
        function = module.function_of(attempt)
        if function is None or function.name not in functions:
            continue
        for handler in attempt.handlers:
            raises = any(isinstance(node, ast.Raise) for part in handler.body for node in ast.walk(part))
            if not raises:
                yield attempt, handler


def lines_of_try(attempt: ast.Try) -> tuple[str, ...]:
    """`line:N` for each statement that the handler may have hidden."""
    return tuple(
        dict.fromkeys(
            f"line:{node.lineno}"
            for part in attempt.body
            for node in ast.walk(part)
            if isinstance(node, (ast.stmt, ast.expr))
        )
    )


def subjects(text: str) -> tuple[str, ...]:
    """Names that an exception's text speaks of, as subjects for the ranking."""
    found = []
    for pattern, entry in (
        (r"name '(\w+)' is not defined", "name:{}"),
        (r"local variable '(\w+)'", "name:{}"),
        (r"No module named '?([\w.]+)", "module:{}"),
        (r"^'([\w -]+)'$", "name:{}"),
        (r"has no attribute '(\w+)'", "name:{}"),
    ):
        found += [entry.format(name) for name in re.findall(pattern, text.strip())]
    return tuple(dict.fromkeys(found))


def _is_prediction(value: object) -> bool:
    return isinstance(value, (list, dict)) and bool(value)
