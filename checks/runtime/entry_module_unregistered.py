"""Something looks the entry script up among the loaded modules, and does not find it.

What it finds
-------------
A dataclass with `from __future__ import annotations`, typing's `get_type_hints`, or a pickle of a class of the entry
script, failing because `entry_module` is not in `sys.modules`.

Why it breaks
-------------
The server loads the script under the name `entry_module` and does not enter it in `sys.modules`. Whatever resolves
names by looking the module up there gets None: dataclasses do for annotations that are text, pickle does for classes.
The same script imports cleanly everywhere else.

How to fix
----------
Move the classes into a module beside the script and import them, or leave `from __future__ import annotations` out.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `module_from_spec` without `sys.modules`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by


@check(
    "runtime.entry-module-unregistered",
    needs=("probe",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=RAISED,
)
def entry_module_unregistered(evidence: Evidence) -> Iterator[Finding]:
    """Tell a class with annotations from one that is pickled."""
    for failure in told_by("runtime.entry-module-unregistered", evidence):
        edits = _edits(failure)
        by_hand = Fix(title="move the classes into a module beside the script, and import them from there")
        future = Fix(
            title="leave out `from __future__ import annotations`",
            safety=Safety.REVIEW,
            edits=edits,
        )
        yield failure.finding(
            "a class of the entry script looks for its module, which the server does not register",
            about=("module:entry_module",),
            fixes=(future, by_hand) if edits else (by_hand,),
        )


def _edits(failure: Failure) -> tuple[Edit, ...]:
    """Remove the line that turns annotations into text, when it stands alone and its absence costs nothing."""
    if failure.module is None or failure.script is None:
        return ()
    for node in failure.module.all(ast.ImportFrom):
        if node.module == "__future__" and [a.name for a in node.names] == ["annotations"]:
            line = node.lineno
            edit = failure.module.insert(failure.script.path, line, "")
            return (
                Edit(
                    path=edit.path,
                    start_line=line,
                    start_column=0,
                    end_line=line + 1,
                    end_column=0,
                    replacement="",
                ),
            )
    return ()


SCRIPT = """from __future__ import annotations
from dataclasses import dataclass

@dataclass
class Row:
    size: int

def init(): ...
def run(data): return 1
"""
NONE = "'NoneType' object has no attribute '__dict__'"
PICKLE = "Can't pickle <class 'entry_module.Row'>: import of module 'entry_module' failed"

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.IMPORT,
                "AttributeError",
                NONE,
                at(SCRIPT, "@dataclass"),
                library("/usr/lib/python3.11/dataclasses.py", 712, "_is_type"),
            ),
        ),
        saw="looks for its module",
        line=4,
        fixed=SCRIPT.removeprefix("from __future__ import annotations\n"),
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "PicklingError", PICKLE, at(SCRIPT, "def run"))))),
    quiet(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "AttributeError", NONE, at(SCRIPT, "def run")))),
        name="None of one's own",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", "No module named 'entry'"))),
    quiet(seen(SCRIPT, *started())),
)
