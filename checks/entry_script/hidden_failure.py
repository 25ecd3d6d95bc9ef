"""A broad except in run() answers every failure with status 200.

What it finds
-------------
`except Exception`, `except BaseException` or a bare `except` around the scoring work of run(), that neither raises
again nor returns a response with an error status, but an error text, a dict with the error, or nothing.

Why it breaks
-------------
The server sees a normal return value, so the client gets status 200 with the error as its answer. Retries, alerts and
the failed-request metric never see the failure, and a scoring timeout, which is an exception too, is swallowed as well.

How to fix
----------
Log the exception and raise it again, or return `AMLResponse(message, 500)`.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1: a result is sent with status 200 whatever it says.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import call_name, is_prediction
from checks.entry_script.module import Module
from checks.entry_script.reach import RUN, reach
from checks.entry_script.responses import refuses
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

ERROR_WORDS = ("error", "fail", "exception", "invalid", "traceback", "went wrong", "unable", "problem", "oops")
LOGS = frozenset({"print", "exception", "error", "warning", "warn", "info", "debug", "critical", "print_exc", "log"})


@check(
    "entry-script.hidden-failure",
    needs=("tree",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def hidden_failure(evidence: Evidence) -> Iterator[Finding]:
    """Look at the broad handlers around the work of run()."""
    script, module = entry_script(evidence)
    if module.is_batch:
        return
    for attempt in module.all(ast.Try):
        function = owner(module, attempt)
        if function is None or function not in reach(module).functions(RUN):
            continue
        if not _holds_the_work(module, attempt, function is module.run):
            continue
        for handler in attempt.handlers:
            if not _is_broad(handler) or _tells(module, handler):
                continue
            plain = _is_fallback(handler)
            if function is not module.run and (plain or not _shows_error(handler)):
                continue
            yield Finding(
                title="every failure of run() is answered with "
                + ("a fixed value and status 200" if plain else "status 200 and an error text"),
                severity=Severity.INFO if plain else None,
                evidence=quotes(script, module, [handler, handler.body[-1]]),
                about=(*about_lines([handler, handler.body[-1]]), "phase:run"),
                fixes=(_fix(script.path, module, handler),),
            )


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(k is None or (isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"}) for k in kinds)


def _holds_the_work(module: Module, attempt: ast.Try, in_run: bool) -> bool:
    """The try holds the model's call, or at least half of run()'s own statements."""
    calls = (n for part in attempt.body for n in ast.walk(part) if isinstance(n, ast.Call))
    if any(is_prediction(call_name(module, call)) for call in calls):
        return True
    function = owner(module, attempt)
    assert function is not None
    inside = sum(isinstance(n, ast.stmt) for part in attempt.body for n in ast.walk(part))
    rest = sum(isinstance(n, ast.stmt) for part in function.body for n in ast.walk(part) if part is not attempt)
    return in_run and module.parent(attempt) is function and inside >= 2 and inside >= rest


def _tells(module: Module, handler: ast.ExceptHandler) -> bool:
    """The handler raises, ends the worker, or answers with an error status; also when run() does so after it."""
    for part in handler.body:
        if any(isinstance(n, ast.Raise) for n in ast.walk(part)) or refuses(module, part):
            return True
    function = owner(module, handler)
    returns = any(isinstance(n, ast.Return) for part in handler.body for n in ast.walk(part))
    if returns or function is None:
        return False
    later = [n for n in ast.walk(function) if getattr(n, "lineno", 0) > (handler.end_lineno or handler.lineno)]
    return any(isinstance(n, ast.Raise) or (isinstance(n, ast.Return) and refuses(module, n)) for n in later)


def _shows_error(handler: ast.ExceptHandler) -> bool:
    """What the handler returns or keeps speaks of an error."""
    for part in handler.body:
        if isinstance(part, ast.Expr):
            continue
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id == handler.name and isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.Attribute) and node.attr in {"format_exc", "exc_info"}:
                return True
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if any(word in text.lower() for word in ERROR_WORDS):
                return True
    return False


def _is_fallback(handler: ast.ExceptHandler) -> bool:
    """The handler answers with a value that does not speak of an error: a default by intention, perhaps."""
    values = [n.value for part in handler.body for n in ast.walk(part) if isinstance(n, (ast.Return, ast.Assign))]
    given = [v for v in values if v is not None and not (isinstance(v, ast.Constant) and v.value is None)]
    return bool(given) and not _shows_error(handler)


def _fix(path: str, module: Module, handler: ast.ExceptHandler) -> Fix:
    last = handler.body[-1]
    column = module.column(last.lineno, last.col_offset)
    indent = module.line(last.lineno)[:column]
    if indent.strip():
        return Fix(title="log the exception and `raise` it again")
    if isinstance(last, (ast.Return, ast.Pass)):
        return Fix(title="raise the exception again", edits=(module.replace(path, last, "raise"),))
    end = (last.end_lineno or last.lineno) + 1
    if end > len(module.lines) and not module.text.endswith(("\n", "\r")):
        return Fix(title="raise the exception again at the end of the handler")
    return Fix(
        title="raise the exception again at the end of the handler",
        edits=(module.insert(path, end, f"{indent}raise\n"),),
    )


_TRY = "def run(data):\n    try:\n        rows = load(data)\n        return model.predict(rows).tolist()\n"
CASES = (
    fires(
        _TRY + "    except Exception as e:\n        return str(e)\n",
        line=5,
        saw="error text",
        fixed=_TRY + "    except Exception as e:\n        raise\n",
    ),
    fires(_TRY + "    except Exception as e:\n        error = str(e)\n        return error\n"),
    fires(_TRY + "    except:\n        return {'error': 'something failed'}\n"),
    fires(
        _TRY + "    except BaseException as e:\n        print(e)\n",
        fixed=_TRY + "    except BaseException as e:\n        print(e)\n        raise\n",
    ),
    fires(_TRY + "    except Exception:\n        return [0]\n", saw="fixed value", name="a fallback: worth knowing"),
    fires(
        _TRY.replace("run(", "score(")
        + "    except Exception as e:\n        return repr(e)\ndef run(data): return score(data)\n"
    ),
    quiet(_TRY + "    except Exception as e:\n        log.error(e)\n        raise\n"),
    quiet(_TRY + "    except ValueError as e:\n        return str(e)\n", name="narrow"),
    quiet(_TRY + "    except Exception as e:\n        return AMLResponse(str(e), 500)\n"),
    quiet(_TRY + "    except Exception as e:\n        return AMLResponse(str(e), status_code=400, json_str=True)\n"),
    quiet(
        _TRY + "    except Exception as e:\n        r = AMLResponse(str(e), 200)\n        r.status_code = 500\n"
        "        return r\n"
    ),
    quiet(
        "def run(data):\n    try:\n        n = int(data)\n    except Exception:\n        n = 0\n    x = n + 1\n"
        "    y = x * 2\n    return y\n"
    ),
    quiet(
        "def init():\n    try:\n        load()\n        predict()\n    except Exception as e:\n"
        "        print(e)\ndef run(data): return 1\n"
    ),
    quiet(
        "def run(mini_batch):\n    try:\n        return model.predict(mini_batch)\n    except Exception as e:\n"
        "        return [str(e)]\n"
    ),
)
