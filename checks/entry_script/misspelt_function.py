"""init() or run() is misspelt.

What it finds
-------------
A script without `init` or `run` that defines a function of nearly that name: `Init`, `run_`, `__init__`, `intit`,
`rum`.

Why it breaks
-------------
The server looks for exactly `init` and `run` on the module. It finds no such name, so the worker stops with "does not
have a run() function defined", exits with code 3, and the container restarts.

How to fix
----------
Rename the function.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import how_near, name_edit, stand_ins
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check(
    "entry-script.misspelt-function",
    needs=("tree",),
    stage=Stage.LOAD,
    explains=("entry-script.no-init", "entry-script.no-run", "runtime.contract-refused"),
)
def misspelt_function(evidence: Evidence) -> Iterator[Finding]:
    """Compare the names of functions with the one that is missing."""
    script, module = entry_script(evidence)
    for stand_in in stand_ins(module):
        if stand_in.where != "misspelt":
            continue
        function, wanted = stand_in.function, stand_in.wanted
        uses = [n for n in module.all(ast.Name) if n.id == function.name]
        yield Finding(
            title=f"{function.name}() is defined, the server looks for {wanted}()",
            evidence=(module.quote(script.path, function),),
            confidence=Confidence.CERTAIN if how_near(function.name, wanted) == "form" else Confidence.LIKELY,
            about=(f"name:{wanted}", f"name:{function.name}", f"line:{function.lineno}", "phase:import"),
            fixes=(
                Fix(
                    title=f"rename {function.name}() to {wanted}()",
                    edits=(
                        name_edit(module, script.path, function, wanted),
                        *(module.replace(script.path, use, wanted) for use in uses),
                    ),
                ),
            ),
        )


CASES = (
    fires(
        "def init(): ...\ndef rum(data): return data\nif __name__ == '__main__':\n    init(); rum(1)\n",
        line=2,
        fixed="def init(): ...\ndef run(data): return data\nif __name__ == '__main__':\n    init(); run(1)\n",
    ),
    fires("def Init(): ...\ndef run(data): return data\n", fixed="def init(): ...\ndef run(data): return data\n"),
    fires("def intit(): ...\ndef run_(data): return data\n", findings=2),
    fires("def __init__(): ...\ndef RUN(data): return data\n", findings=2),
    fires("@staticmethod\ndef inti(): ...\ndef run(data): return data\n", line=2),
    quiet("def init(): ...\ndef run(data): return data\ndef Run(): ...\n"),
    quiet("def init(): ...\ndef fun(x): return x\ndef predict(data): return fun(data)\n", name="a helper in use"),
    quiet("from scoring import run\ndef init(): ...\ndef rum(data): return data\n"),
    quiet("def init(): ...\ndef runner(data, a, b): return data\n"),
)
