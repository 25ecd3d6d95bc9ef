"""init() requires an argument.

What it finds
-------------
A module-level `init` with a parameter that has no default.

Why it breaks
-------------
The server calls `init()` without arguments. Python raises "TypeError: init() missing 1 required positional argument",
the log says "User's init function failed", the worker exits with code 3, and the container restarts.

How to fix
----------
Drop the parameter, or give it a default. What it was meant to pass on comes from the environment: `AZUREML_MODEL_DIR`,
and the variables of the deployment.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `invoke_init`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import found_by_server, is_plain, loads, required
from checks.entry_script.module import Function, Module, is_main_guard
from checks.entry_script.signature import replace_parameters, written
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.text import listed


@check(
    "entry-script.init-parameters",
    needs=("tree",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=("runtime.init-raised",),
)
def init_parameters(evidence: Evidence) -> Iterator[Finding]:
    """Look at the parameters of init()."""
    script, module = entry_script(evidence)
    function = found_by_server(module, "init")
    if function is None or not is_plain(module, function) or not (needed := required(function)):
        return
    names = [argument.arg for argument in needed]
    yield Finding(
        title=f"init() requires {listed([f'`{name}`' for name in names])}, the server calls it without arguments"[:90],
        evidence=(module.quote(script.path, function),),
        about=("name:init", "phase:init", "exception:TypeError", f"line:{function.lineno}"),
        fixes=(_fix(module, script.path, function, names),),
    )


def _fix(module: Module, path: str, function: Function, names: list[str]) -> Fix:
    used = [name for name in names if name in loads(ast.Module(body=function.body, type_ignores=[]))]
    if not used:
        edits = replace_parameters(module, path, function, written(function, drop=frozenset(names)))
        return Fix(title=f"drop {listed(names)}, which init() does not use", edits=edits)
    values = _as_called(module, names)
    if values:
        new = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        rest = written(function, drop=frozenset(names))
        edits = replace_parameters(module, path, function, f"{new}, {rest}" if rest else new)
        return Fix(title="give it the default that the script's own call passes", edits=edits)
    return Fix(title=f"give {listed(used)} a default, or read the value from the environment inside init()")


def _as_called(module: Module, names: list[str]) -> list[str]:
    """The constants that the main guard passes, one for each required parameter."""
    for call in module.all(ast.Call):
        guarded = any(is_main_guard(above) for above in module.parents(call))
        if guarded and isinstance(call.func, ast.Name) and call.func.id == "init":
            given = dict(zip(names, call.args, strict=False))
            given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            if all(isinstance(given.get(name), ast.Constant) for name in names):
                return [ast.unparse(given[name]) for name in names]
    return []


CASES = (
    fires("def init(self):\n    global m\n    m = 1\ndef run(data): return m\n", line=1, saw="`self`"),
    fires("def init(x, y=2): ...\ndef run(data): return 1\n", fixed="def init(y=2): ...\ndef run(data): return 1\n"),
    fires(
        "def init(a, b):\n    print(a, b)\ndef run(data): return 1\nif __name__ == '__main__':\n    init(1, b='x')\n",
        fixed="def init(a=1, b='x'):\n    print(a, b)\ndef run(data): return 1\n"
        "if __name__ == '__main__':\n    init(1, b='x')\n",
    ),
    fires("def init(*, path):\n    print(path)\ndef run(data): return 1\n", saw="`path`"),
    quiet("def init(path=None, *args, **more): ...\ndef run(data): return 1\n"),
    quiet("import hydra\n@hydra.main()\ndef init(config): ...\ndef run(data): return 1\n", name="a decorator fills it"),
    quiet("import functools\ndef init(a): ...\ninit = functools.partial(init, 1)\ndef run(data): return 1\n"),
)
