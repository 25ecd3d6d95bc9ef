"""A relative import in a file that belongs to no package.

What it finds
-------------
`attempted relative import with no known parent package`, or beyond the top-level package.

Why it breaks
-------------
The server loads the entry script as a single file, which is part of no package, so the dot in `from .x import y` stands
for nothing. The worker exits with code 3 and the container restarts.

How to fix
----------
Import the module by its plain name.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `spec_from_file_location("entry_module", path)`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Frame, Phase
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.relative-import", needs=("probe",), stage=Stage.LOAD, confidence=Confidence.CERTAIN, explains=RAISED)
def relative_import(evidence: Evidence) -> Iterator[Finding]:
    """Show the import with its dots."""
    for failure in told_by("runtime.relative-import", evidence):
        node, own = failure.statement, failure.own
        plain = isinstance(node, ast.ImportFrom) and node.module and f"from {node.module} import …"
        name = own.path.rsplit("/", 1)[-1] if own else "the script"
        yield failure.finding(
            f"{name} imports relatively, and belongs to no package",
            fixes=(Fix(title=f"import by plain name: {plain or 'leave the dots out'}", safety=Safety.REVIEW),),
        )


SCRIPT = "from .helpers import clean\n\ndef init(): ...\ndef run(data): return clean(data)\n"


def _fails(type: str, text: str, *frames: Frame) -> Evidence:
    return seen(SCRIPT, raised_in(Phase.IMPORT, type, text, *frames))


CASES = (
    fires(
        _fails("ImportError", "attempted relative import with no known parent package", at(SCRIPT, "helpers")),
        saw="score.py imports relatively",
        line=1,
        findings=1,
    ),
    fires(_fails("ImportError", "attempted relative import beyond top-level package"), saw="beyond top-level package"),
    quiet(_fails("ImportError", "cannot import name 'clean' from 'helpers'")),
    quiet(_fails("ModuleNotFoundError", "No module named 'helpers'")),
    quiet(seen(SCRIPT, *started())),
)
