"""The server cannot send what run() returns.

What it finds
-------------
An answer of run() that JSON has no form for: an array, a data frame, a NumPy number, a set, bytes, a date.

Why it breaks
-------------
The server encodes the result with Python's plain JSON encoder. It raises `TypeError: Object of type … is not JSON
serializable` after run() has returned, so the client gets 500 `An unexpected internal error occurred`, and the header
`x-ms-run-function-failed` says False.

How to fix
----------
Convert the value where it is returned: `.tolist()` for arrays, `.item()` for single numbers, `.to_dict("records")` for
data frames.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`; Python documentation, `json`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Module
from checks.evidence import Evidence, Phase, Returned, Step
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Stage
from checks.runtime.calls import first_calls, module_of, returns_of, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.wording import one_line, titled

# How to write a value of a type in JSON; `{}` stands for the expression.
CONVERSIONS = {
    "ndarray": "{}.tolist()", "matrix": "{}.tolist()", "Tensor": "{}.tolist()", "Series": "{}.tolist()",
    "Index": "{}.tolist()", "DatetimeIndex": "{}.astype(str).tolist()", "EagerTensor": "{}.numpy().tolist()",
    "Categorical": "{}.tolist()", "ArrayImpl": "{}.tolist()",
    "DataFrame": '{}.to_dict("records")', "set": "sorted({})", "frozenset": "sorted({})", "bytes": "{}.decode()",
    "bytearray": "{}.decode()", "datetime": "{}.isoformat()", "date": "{}.isoformat()", "time": "{}.isoformat()",
    "Timestamp": "{}.isoformat()", "Timedelta": "{}.total_seconds()", "timedelta": "{}.total_seconds()",
    "Decimal": "float({})", "UUID": "str({})", "PosixPath": "str({})", "WindowsPath": "str({})", "Path": "str({})",
    "generator": "list({})", "map": "list({})", "filter": "list({})", "zip": "list({})", "range": "list({})",
    "dict_keys": "list({})", "dict_values": "list({})", "dict_items": "list({})", "deque": "list({})",
    "int8": "{}.item()", "int16": "{}.item()", "int32": "{}.item()", "int64": "{}.item()", "uint8": "{}.item()",
    "uint16": "{}.item()", "uint32": "{}.item()", "uint64": "{}.item()", "float16": "{}.item()", "float32": "{}.item()",
    "float64": "{}.item()", "bool_": "{}.item()", "bool": "bool({})", "str_": "str({})", "datetime64": "str({})",
}  # fmt: skip

# The packages whose types these are. A class of another module may bear such a name and have none of the methods.
_KNOWN = {
    "builtins", "numpy", "pandas", "torch", "tensorflow", "jax", "jaxlib", "datetime", "decimal", "uuid", "pathlib",
    "collections", "itertools", "_collections_abc",
}  # fmt: skip


@check("runtime.result-not-serialisable", needs=("probe",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def result_not_serialisable(evidence: Evidence) -> Iterator[Finding]:
    """Show the value's place in the result, and the return statement that sends it."""
    told: set[str] = set()
    if probe_of(evidence).is_batch:  # nothing is encoded there: see batch_result_refused
        return
    for step in first_calls(probe_of(evidence)):
        returned = step.returned
        if returned is None or returned.problem is None or returned.problem in told:
            continue
        told.add(returned.problem)
        yield _finding(step, returned, evidence)


def _finding(step: Step, returned: Returned, evidence: Evidence) -> Finding:
    kind = returned.problem_type or returned.type
    path = returned.problem_path or "result"
    inside = path != "result"
    returns = returns_of(evidence)
    found = module_of(evidence)
    quotes = tuple(found[1].quote(found[0].path, node) for node in returns[:3]) if found else ()
    where = path.replace("result", "", 1) if inside else ""
    if kind == "coroutine":
        title = "run() returns a coroutine, which nobody awaits"
    elif "(key" in path:
        title = f"the answer of run() has a key of type {kind}, and JSON keys are text"
    elif kind == "circular reference" or kind == "nested too deeply":
        title = f"the answer of run() holds itself at {one_line(where, 40) or 'its root'}"
    elif inside:
        title = f"the answer of run() holds a value of type {kind} at {one_line(where, 36)}"
    else:
        title = f"run() returns a value of type {kind}, which the server cannot send"
    return Finding(
        title=titled(title, 88),
        evidence=(
            *(quotes or run_quote(evidence)),
            Quote(source=f"probe: {place(step)}", text=f"{path} is of type {kind}; {one_line(returned.problem or '')}"),
        ),
        about=(*run_about(evidence), *(f"line:{node.lineno}" for node in returns), f"exception:{_raised(returned)}"),
        fixes=(_fix(kind if _is_known(returned) else "", kind, path, returns, evidence),),
    )


def _raised(returned: Returned) -> str:
    return (returned.problem or "").split(":", 1)[0].strip() or "TypeError"


def _is_known(returned: Returned) -> bool:
    """True when the type is the library's own, not one that bears its name."""
    module = returned.problem_module
    return module is None or module.split(".", 1)[0] in _KNOWN


def _fix(known: str, kind: str, path: str, returns: tuple[ast.Return, ...], evidence: Evidence) -> Fix:
    if kind == "coroutine":
        return Fix(title="make run() a plain function, or run the coroutine", commands=("asyncio.run(<coroutine>)",))
    if "(key" in path:
        return Fix(title="make the keys text", commands=("{str(key): value for key, value in result.items()}",))
    form = CONVERSIONS.get(known)
    if form is None:
        return Fix(title=f"return numbers, text, lists and dicts instead of {kind}")
    example = form.format("value")
    found = module_of(evidence)
    node = _expression(returns[0].value, path) if len(returns) == 1 else None
    edits: tuple[Edit, ...] = ()
    if found and node is not None:
        script, module = found
        edits = (module.replace(script.path, node, form.format(_source(module, node, bare="({})" in form))),)
    elif found and len(returns) == 1 and (values := _list_expression(returns[0].value, path)) is not None:
        script, module = found
        if isinstance(values, ast.ListComp):
            node, text = values.elt, form.format(_source(module, values.elt, bare="({})" in form))
        else:
            node, text = values, f"[{example} for value in {_source(module, values, bare=False)}]"
        edits = (module.replace(script.path, node, text),)
    return Fix(title=f"convert the value: {example}", safety=Safety.REVIEW, commands=(example,), edits=edits)


def _list_expression(node: ast.expr | None, path: str) -> ast.expr | None:
    """The expression that gives the list whose first value is the one at `path`."""
    if not path.endswith("[0]"):
        return None
    found = _expression(node, path.removesuffix("[0]"))
    return found if isinstance(found, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.ListComp)) else None


def _expression(node: ast.expr | None, path: str) -> ast.expr | None:
    """The expression of the return statement that gives the value at `path`, when it stands there literally."""
    rest = path.removeprefix("result")
    if node is None or not rest:
        return node
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and rest.startswith(f"[{key.value!r}]"):
                return _expression(value, f"result{rest.removeprefix(f'[{key.value!r}]')}")
    if isinstance(node, (ast.List, ast.Tuple)) and not any(isinstance(e, ast.Starred) for e in node.elts):
        for position, element in enumerate(node.elts):
            if rest.startswith(f"[{position}]"):
                return _expression(element, f"result{rest.removeprefix(f'[{position}]')}")
    return None


def _source(module: Module, node: ast.expr, *, bare: bool) -> str:
    """The text of an expression, in parentheses where a method call behind it would bind too tightly."""
    text = ast.get_source_segment(module.text, node) or ast.unparse(node)
    plain = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict))
    return text if plain or bare else f"({text})"


SCRIPT = "def init(): ...\n\ndef run(data):\n    result = model.predict(data)\n    return result\n"
NESTED = 'def init(): ...\n\ndef run(data):\n    return {"ids": [1], "score": best + 1}\n'

LISTED = 'def init(): ...\n\ndef run(data):\n    return {"days": [day + 1 for day in days]}\n'


def _returns(text: str, kind: str, path: str = "result", of: str | None = None, module: str | None = None) -> Evidence:
    problem = f"TypeError: Object of type {kind} is not JSON serializable"
    returned = Returned(type=of or kind, problem=problem, problem_path=path, problem_type=kind, problem_module=module)
    return seen(text, *started(passed(Phase.RUN, returned)))


CASES = (
    fires(
        _returns(SCRIPT, "ndarray"),
        saw="run() returns a value of type ndarray",
        line=5,
        fixed=SCRIPT.replace("return result", "return result.tolist()"),
        findings=1,
    ),
    fires(_returns(SCRIPT, "DataFrame"), fixed=SCRIPT.replace("return result", 'return result.to_dict("records")')),
    fires(_returns(SCRIPT, "set"), fixed=SCRIPT.replace("return result", "return sorted(result)")),
    fires(
        _returns(NESTED, "int64", "result['score']", "dict"),
        saw="holds a value of type int64 at ['score']",
        fixed=NESTED.replace("best + 1", "(best + 1).item()"),
    ),
    fires(_returns(SCRIPT, "float32", "result['scores'][0]", "dict"), fixed=SCRIPT, name="not where it is returned"),
    fires(_returns(SCRIPT, "Scorer"), saw="type Scorer", fixed=SCRIPT),
    fires(_returns(SCRIPT, "Tensor", module="torch"), fixed=SCRIPT.replace("return result", "return result.tolist()")),
    fires(_returns(SCRIPT, "Tensor", module="own_tensors"), fixed=SCRIPT, name="a class that bears a known name"),
    fires(
        _returns(SCRIPT, "date", "result[0]", "list", "datetime"),
        fixed=SCRIPT.replace("return result", "return [value.isoformat() for value in result]"),
        name="dates in a list",
    ),
    fires(
        _returns(LISTED, "date", "result['days'][0]", "dict", "datetime"),
        fixed=LISTED.replace("[day + 1 for", "[(day + 1).isoformat() for"),
        name="dates in a list that is made there",
    ),
    fires(_returns(SCRIPT, "tuple", "result (key (1, 2))", "dict"), saw="has a key of type tuple"),
    quiet(seen(SCRIPT, *started(answered("[1, 2]", "list")))),
    quiet(seen(SCRIPT, *started(answered("1.0", "float64"))), name="a float64 is a float"),
    quiet(seen(SCRIPT, *started(passed(Phase.RUN, Returned(type="AMLResponse", text="x", status=200))))),
    quiet(seen(SCRIPT, *started())),
)
