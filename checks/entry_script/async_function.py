"""init() or run() is a coroutine.

What it finds
-------------
`async def init` or `async def run` at module level, without a decorator that might turn it into a plain function.

Why it breaks
-------------
The server calls both functions without awaiting them. Of `async def run` it gets a coroutine object, which no JSON
encoder takes: every request is answered 500 "An unexpected internal error occurred". The body of `async def init` never
runs, so the model is missing when the first request comes.

How to fix
----------
Write `def`. Where the body awaits something, let a plain function call it with `asyncio.run(...)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: sync workers, `invoke_init` and `invoke_run` call
plainly.
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import append, found_by_server, is_plain, name_edit, parameters
from checks.entry_script.module import SCOPES, Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage


@check(
    "entry-script.async-function",
    needs=("tree",),
    stage=Stage.RUN,
    confidence=Confidence.CERTAIN,
    explains=(
        "runtime.result-not-serialisable",
        "runtime.run-raised",
        "runtime.name-undefined",
        "runtime.init-raised",
        "runtime.contract-refused",
    ),
)
def async_function(evidence: Evidence) -> Iterator[Finding]:
    """Look at how the two functions are defined."""
    script, module = entry_script(evidence)
    for name in ("init", "run"):
        function = found_by_server(module, name)
        if not isinstance(function, ast.AsyncFunctionDef) or not is_plain(module, function):
            continue
        effect = "its body never runs" if name == "init" else "the server cannot send its result"
        yield Finding(
            title=f"`async def {name}` is a coroutine: {effect}",
            evidence=(module.quote(script.path, function),),
            stage=Stage.INIT if name == "init" else Stage.RUN,
            about=(f"name:{name}", f"line:{function.lineno}", *_concerned(function)),
            fixes=(_fix(module, script.path, function),),
        )


def _concerned(function: ast.AsyncFunctionDef) -> tuple[str, ...]:
    """For init(), the names that it leaves unbound, which run() misses; for run(), its phase."""
    if function.name == "run":
        return ("phase:run",)
    return tuple(f"name:{name}" for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names)


def _fix(module: Module, path: str, function: ast.AsyncFunctionDef) -> Fix:
    awaited = any(
        isinstance(above, ast.Await) and isinstance(above.value, ast.Call)
        for name in module.all(ast.Name)
        if name.id == function.name
        for above in list(module.parents(name))[:2]
    )
    if not awaits(function):
        line = module.line(function.lineno)
        place = re.search(r"async[ \t]+(?=def\b)", line)
        if place and not awaited:
            edit = Edit(
                path=path,
                start_line=function.lineno,
                start_column=place.start(),
                end_line=function.lineno,
                end_column=place.end(),
                replacement="",
            )
            return Fix(title=f"write `def {function.name}`: nothing in it awaits", safety=Safety.SAFE, edits=(edit,))
        return Fix(title=f"write `def {function.name}`, and call it without `await`")
    title = f"call it with asyncio.run() from a plain {function.name}()"
    if awaited or function.decorator_list or function.args.vararg or function.args.kwarg:
        return Fix(title=title)
    inner = f"{function.name}_async"
    given = ", ".join(argument.arg for argument in parameters(function))
    text = f"def {function.name}({ast.unparse(function.args)}):\n    return asyncio.run({inner}({given}))"
    edits = [name_edit(module, path, function, inner), append(module, path, text)]
    if "asyncio" not in module.top_names:
        edits.append(module.insert(path, module.import_line, "import asyncio\n"))
    return Fix(title=title, edits=tuple(edits))


def awaits(function: ast.AsyncFunctionDef) -> bool:
    """True when the function itself, not one inside it, uses what only a coroutine may."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            return True
        if isinstance(node, ast.comprehension) and node.is_async:
            return True
        if not isinstance(node, SCOPES):
            pending += ast.iter_child_nodes(node)
    return False


CASES = (
    fires(
        "def init(): ...\nasync def run(data):\n    return data\n",
        line=2,
        fixed="def init(): ...\ndef run(data):\n    return data\n",
    ),
    fires("async def init():\n    global m\n    m = 1\ndef run(data): return m\n", saw="never runs", line=1),
    fires(
        "import a\nasync def run(data: str):\n    return await a.f(data)\ndef init(): ...\n",
        line=2,
        fixed="import asyncio\nimport a\nasync def run_async(data: str):\n    return await a.f(data)\ndef init(): ...\n"
        "\n\ndef run(data: str):\n    return asyncio.run(run_async(data))\n",
    ),
    quiet("async def helper(data): return 1\ndef run(data): return 1\ndef init(): ...\n"),
    quiet("from x import sync\n@sync\nasync def run(data): return 1\ndef init(): ...\n", name="made plain"),
    quiet("import x\nasync def run(data): return 1\nrun = x.sync(run)\ndef init(): ...\n", name="made plain later"),
)
