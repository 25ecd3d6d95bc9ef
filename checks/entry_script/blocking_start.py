"""The start of the service never ends.

What it finds
-------------
A web server that the script starts itself (`app.run()`, `uvicorn.run()`, `serve_forever()`), an endless loop without
a way out, or a long sleep, called on the spot at import, in init() or in run().

Why it breaks
-------------
The inference server calls init() and waits for it to return before it answers the first request, health probes
included. It never returns, so the probes fail and the container is killed; a second server also fights for the port.

How to fix
----------
Remove the web server: the inference server is one. Move a loop that must go on into a daemon thread.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`.
"""

import ast
from collections.abc import Iterable, Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls, last
from checks.entry_script.conditions import removal
from checks.entry_script.module import Module
from checks.entry_script.reach import RUN, STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage

SERVERS = frozenset(
    {"uvicorn.run", "waitress.serve", "hypercorn.run", "aiohttp.web.run_app", "werkzeug.serving.run_simple"}
    | {"bottle.run", "streamlit.web.bootstrap.run", "signal.pause", "gevent.wait"}
)
APPLICATIONS = frozenset(
    {"flask.Flask", "dash.Dash", "sanic.Sanic", "quart.Quart", "bottle.Bottle", "tornado.web.Application"}
)
LONG = 300  # seconds of sleep that no probe waits for


@check(
    "entry-script.blocking-start",
    needs=("tree",),
    stage=Stage.INIT,
    explains=(
        "runtime.timeout",
        "runtime.slow-start",
        "container.init-hangs",
        "logs.init-never-returns",
        *RAISED,
        HIDDEN,
    ),
)
def blocking_start(evidence: Evidence) -> Iterator[Finding]:
    """Look at calls and loops on the way through import, init() and run()."""
    script, module = entry_script(evidence)
    for node, what in (*_servers(module), *_loops(module)):
        phases = reach(module).called_in(node)
        if phases == (RUN,) and not isinstance(node, ast.While):
            phases = ()
        if not phases:
            continue
        edits = removal(script.path, module, node)
        yield Finding(
            title=what,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [node]),
            about=(*about_lines(_lines(node)), *about_phases(phases)),
            fixes=(
                Fix(title="remove it", edits=edits)
                if edits
                else Fix(title="give the loop a way out, or move it into a daemon thread"),
            ),
        )


def _lines(node: ast.AST) -> Iterable[ast.AST]:
    return [node, *node.body] if isinstance(node, ast.While) else [node]


def _servers(module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    own = {
        t.id
        for assign in module.all(ast.Assign)
        if isinstance(assign.value, ast.Call) and module.called(assign.value) in APPLICATIONS
        for t in assign.targets
        if isinstance(t, ast.Name)
    }
    for call, name in calls(module):
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        is_app = last(name) == "run" and isinstance(receiver, ast.Name) and receiver.id in own
        if name in SERVERS or is_app or last(name) in {"serve_forever", "run_forever"}:
            yield call, f"{name.removeprefix('?.')}() never returns"
        elif name == "time.sleep":
            seconds = argument(call, 0, "secs")
            if isinstance(seconds, ast.Constant) and isinstance(seconds.value, (int, float)) and seconds.value >= LONG:
                yield call, f"the start sleeps for {seconds.value} seconds"


def _loops(module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for loop in module.all(ast.While):
        if isinstance(loop.test, ast.Constant) and loop.test.value and not _has_way_out(loop):
            yield loop, "an endless loop has no way out"


def _has_way_out(loop: ast.While) -> bool:
    pending: list[ast.AST] = list(loop.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Yield, ast.YieldFrom, ast.Await)):
            return True
        if isinstance(node, ast.Call) and "exit" in ast.unparse(node.func):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)
    return False


CASES = (
    fires(
        "from flask import Flask\napp = Flask('a')\ndef init():\n    load()\n    app.run()\ndef load(): ...\n"
        "def run(data): return 1\n",
        line=5,
        fixed="from flask import Flask\napp = Flask('a')\ndef init():\n    load()\ndef load(): ...\n"
        "def run(data): return 1\n",
    ),
    fires("import uvicorn\ndef init():\n    uvicorn.run('a:app')\ndef run(data): return 1\n", saw="uvicorn.run()"),
    fires(
        "import time\ndef init():\n    while True:\n        time.sleep(1)\ndef run(data): return 1\n",
        saw="endless loop",
    ),
    fires("def init():\n    wait()\ndef wait():\n    while 1:\n        pass\ndef run(data): return 1\n"),
    fires("import time\ntime.sleep(600)\ndef run(data): return 1\n", saw="600"),
    quiet(
        "import threading, time\ndef beat():\n    while True:\n        time.sleep(1)\n"
        "def init():\n    threading.Thread(target=beat, daemon=True).start()\ndef run(data): return 1\n",
        name="a thread",
    ),
    quiet("def run(data):\n    while True:\n        if data:\n            break\n    return 1\n"),
    quiet("def rows():\n    while True:\n        yield 1\ndef run(data):\n    return next(rows())\n"),
    quiet(
        "from flask import Flask\napp = Flask('a')\ndef run(data): return 1\nif __name__ == '__main__':\n"
        "    app.run()\n"
    ),
    quiet(
        "class Session:\n    def run(self, x): ...\ns = Session()\ndef init():\n    s.run(1)\ndef run(data): return 1\n"
    ),
    quiet("import time\ndef run(data):\n    time.sleep(0.1)\n    return 1\n"),
)
