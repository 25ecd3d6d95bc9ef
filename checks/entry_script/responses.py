"""Responses that run() returns: which calls make one, and with which status."""

import ast

from checks.entry_script.calls import argument, call_name, keyword, last
from checks.entry_script.module import Module

RESPONSES = frozenset({"AMLResponse", "Response", "make_response", "JSONResponse", "PlainTextResponse"})


def status_of(module: Module, call: ast.Call) -> int | None:
    """The status that a call of a response class sets, None when it is no response or the status is no literal."""
    if last(call_name(module, call)) not in RESPONSES:
        return None
    given = argument(call, 1, "status_code", "status")
    if isinstance(given, ast.Constant):
        text = str(given.value)[:3]
        return int(text) if text.isdigit() else None
    if given is not None:
        full = module.dotted(given) or ""
        if last(full).isupper():  # HTTPStatus.BAD_REQUEST, status.HTTP_500_INTERNAL_SERVER_ERROR
            digits = "".join(c for c in last(full) if c.isdigit())
            return int(digits) if len(digits) == 3 else 500
        return 500  # computed: the script has thought of it
    return 200


def refuses(module: Module, node: ast.AST) -> bool:
    """True when `node` holds a response of status 400 or more, `abort(...)`, or sets `status_code`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            if (status_of(module, inner) or 0) >= 400 or last(call_name(module, inner)) == "abort":
                return True
            given = keyword(inner, "run_function_failed")
            if isinstance(given, ast.Constant) and given.value is True:
                return True
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and inner.attr == "status_code":
            return True
    return False
