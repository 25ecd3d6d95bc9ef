"""run() takes *args or **kwargs.

What it finds
-------------
A module-level `run` with `*args` or `**kwargs`, in its own definition or through a decorator of the script whose
wrapper has them and hides the real parameters, because it lacks `functools.wraps`.

Why it breaks
-------------
The server passes the data by name and reads the names from the signature of run(). The worker stops with "run() cannot
accept positional-only arguments, *args, or **kwargs.", exits with code 3, and the container restarts.

How to fix
----------
Name the parameter: `def run(data):`. Put `@functools.wraps(function)` on the wrapper inside the decorator.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `_analyze_run`; `inspect.signature` follows
`functools.wraps`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, is_plain, loads, parameters
from checks.entry_script.module import Function, Module
from checks.entry_script.signature import replace_parameters, written
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check(
    "entry-script.run-variadic",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused",),
)
def run_variadic(evidence: Evidence) -> Iterator[Finding]:
    """Look at the parameters of run(), and at the decorators of the script that stand on it."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "run")
    if function is None:
        return
    arguments = function.args
    variadic = [f"{stars}{a.arg}" for stars, a in (("*", arguments.vararg), ("**", arguments.kwarg)) if a]
    if variadic and is_plain(module, function):
        yield Finding(
            title=f"run() takes `{'` and `'.join(variadic)}`, which the server refuses",
            evidence=(module.quote(script.path, function),),
            about=("name:run", f"line:{function.lineno}", "phase:import"),
            fixes=(_fix(module, script.path, function),),
        )
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Name) and (outer := module.functions.get(decorator.id)):
            yield from _hidden(script, module, function, outer)


def _fix(module: Module, path: str, function: Function) -> Fix:
    several = [a for a in (function.args.vararg, function.args.kwarg) if a]
    used = loads(ast.Module(body=function.body, type_ignores=[]))
    if parameters(function) and not any(a.arg in used for a in several):
        edits = replace_parameters(module, path, function, written(function, drop=frozenset(a.arg for a in several)))
        title = f"drop {' and '.join(a.arg for a in several)}, which run() does not use"
        return Fix(title=title, safety=Safety.SAFE if edits else Safety.REVIEW, edits=edits)
    star = function.args.vararg
    if star and not function.args.kwarg and not parameters(function) and "data" not in used:
        first = function.body[0]
        indent = module.line(first.lineno)[: module.column(first.lineno, first.col_offset)]
        edits = replace_parameters(module, path, function, "data")
        if edits and not indent.strip() and first.lineno != function.lineno:
            edits = (*edits, module.insert(path, first.lineno, f"{indent}{star.arg} = (data,)\n"))
            return Fix(title=f"name the parameter, and make `{star.arg}` of it", edits=edits)
    return Fix(
        title="name the parameters that run() is to get",
        safety=Safety.PLACEHOLDER,
        commands=("def run(data):\n    <read the values from json.loads(data)>",),
    )


def _hidden(script: Script, module: Module, run: Function, outer: Function) -> Iterator[Finding]:
    """A wrapper with *args or **kwargs that is returned without `functools.wraps`."""
    returned = {n.value.id for n in ast.walk(outer) if isinstance(n, ast.Return) and isinstance(n.value, ast.Name)}
    if "update_wrapper" in ast.unparse(outer) or "__signature__" in ast.unparse(outer):
        return
    for inner in outer.body:
        if not isinstance(inner, ast.FunctionDef) or inner.name not in returned or inner.decorator_list:
            continue
        if not (inner.args.vararg or inner.args.kwarg):
            continue
        wrapped = outer.args.args[0].arg if outer.args.args else ""
        has = "functools" in module.aliases
        indent = module.line(inner.lineno)[: module.column(inner.lineno, inner.col_offset)]
        edits = [module.insert(script.path, inner.lineno, f"{indent}@functools.wraps({wrapped})\n")]
        if not has:
            edits.append(module.insert(script.path, module.import_line, "import functools\n"))
        yield Finding(
            title=f"the decorator `{outer.name}` hides the parameters of run() behind `*args`",
            evidence=(module.quote(script.path, inner), module.quote(script.path, run)),
            about=("name:run", f"name:{outer.name}", f"line:{inner.lineno}", "phase:import"),
            fixes=(
                Fix(
                    title=f"put `@functools.wraps({wrapped})` on {inner.name}()",
                    safety=Safety.SAFE if wrapped else Safety.REVIEW,
                    edits=tuple(edits) if wrapped else (),
                ),
            ),
        )


_TIMED = "def timed(f):\n    def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n"

_WRAPPED = _TIMED.replace("    def inner", "    @functools.wraps(f)\n    def inner")

CASES = (
    fires("def run(data, *args, **kwargs): return 1\n", line=1, fixed="def run(data): return 1\n", saw="`*args` and `"),
    fires(
        "def run(*args):\n    return args[0]\n",
        fixed="def run(data):\n    args = (data,)\n    return args[0]\n",
    ),
    fires("def run(**features):\n    return sum(features.values())\n", saw="`**features`"),
    fires(
        f"import time\n{_TIMED}@timed\ndef run(data): return 1\n",
        line=3,
        saw="timed",
        fixed="import functools\nimport time\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*args, **kwargs):\n"
        "        return f(*args, **kwargs)\n    return inner\n@timed\ndef run(data): return 1\n",
    ),
    quiet("def run(data, extra=1): return 1\ndef helper(*args, **kwargs): ...\n"),
    quiet(f"import functools\n{_WRAPPED}@timed\ndef run(data): return 1\n"),
    quiet("from x import wrap\n@wrap\ndef run(*args): return 1\n"),
    quiet("def run(*args): return 1\nrun = lambda data: 1\n"),
)
