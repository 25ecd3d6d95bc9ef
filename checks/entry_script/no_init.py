"""The entry script has no init().

What it finds
-------------
A script that the server can import, but in which no module-level name `init` is bound: nothing defines, assigns or
imports it.

Why it breaks
-------------
The server imports the script and looks up `init` on the module, also when there is nothing to load. It is absent, so
the worker stops with "does not have a init() function defined", exits with code 3, and the container restarts.

How to fix
----------
Define `def init():` at module level and load the model in it. It may be empty.

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
    "entry-script.no-init",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.contract-refused",),
)
def no_init(evidence: Evidence) -> Iterator[Finding]:
    """Look for any binding of `init` at module level."""
    script, module = entry_script(evidence)
    yield from lacking(script, module, "init")


CASES = (
    fires("def run(data): return 1\n", fixed="def init():\n    pass\n\n\ndef run(data): return 1\n"),
    fires("import x\nrun = x.run", fixed="import x\nrun = x.run\n\n\ndef init():\n    pass\n"),
    fires("def load_model():\n    return 1\ndef run(data): return 1\n", saw="def load_model()"),
    quiet("def init(): ...\ndef run(data): return data\n"),
    quiet("from scoring import init, run\n"),
    quiet("init = lambda: None\ndef run(data): return data\n"),
    quiet("def Init(): ...\ndef run(data): return data\n", name="misspelt, told by another check"),
    quiet("def setup():\n    global init\n    init = print\nsetup()\ndef run(data): return data\n"),
    quiet("class S:\n    def run(self, data): return 1\n", name="a class, told by another check"),
)
