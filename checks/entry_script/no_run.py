"""The entry script has no run().

What it finds
-------------
A script that the server can import, but in which no module-level name `run` is bound: nothing defines, assigns or
imports it.

Why it breaks
-------------
The server imports the script and looks up `run` on the module. It is absent, so the worker stops with "does not have a
run() function defined", exits with code 3, and the container restarts.

How to fix
----------
Define `def run(data):` at module level, outside classes and `if __name__ == "__main__":`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.lacking import lacking
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage


@check(
    "entry-script.no-run",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused",),
)
def no_run(evidence: Evidence) -> Iterator[Finding]:
    """Look for any binding of `run` at module level."""
    script, module = entry_script(evidence)
    yield from lacking(script, module, "run")


CASES = (
    fires("def init(): ...\n", saw="defines init"),
    fires("def init(): ...\ndef predict(x): return x\n", saw="def predict(x)"),
    quiet("def init(): ...\ndef run(data): return data\n"),
    quiet("from scoring import init, run\n"),
    quiet("from scoring import *\n"),
    quiet("import scoring\nrun = scoring.run\ndef init(): ...\n"),
    quiet("import inner as driver_module\ndef init(): driver_module.init()\n", name="a generated wrapper"),
    quiet("def init(): ...\ndef rum(data): return data\n", name="misspelt, told by another check"),
    quiet("def init(): ...\ntry:\n    from a import run\nexcept ImportError:\n    from b import run\n"),
    quiet("", name="empty, told by another check"),
)
