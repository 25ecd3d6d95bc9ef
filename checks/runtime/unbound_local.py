"""A function reads a name before it assigns it.

What it finds
-------------
An `UnboundLocalError`.

Why it breaks
-------------
A name that a function assigns anywhere is local to the whole function. Reading it before, a global of the same name
notwithstanding, raises: in run() on every request.

How to fix
----------
Declare the name `global` in the function, or give the local another name.

Learn more
----------
Python FAQ, "Why am I getting an UnboundLocalError when the variable has a value?".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED, name_in
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.unbound-local", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def unbound_local(evidence: Evidence) -> Iterator[Finding]:
    """Name the variable."""
    for failure in told_by("runtime.unbound-local", evidence):
        name = name_in(failure.error)
        function = failure.own.function if failure.own else failure.phase.value
        is_global = name is not None and failure.module is not None and name in failure.module.top_names
        fix = (
            Fix(title=f"declare it at the start of {function}()", commands=(f"global {name}",))
            if is_global
            else Fix(title=f"assign `{name}` on every way through {function}() before it is read")
        )
        yield failure.finding(titled(f"{function}() reads `{name}` before it assigns it", 88), fixes=(fix,))


SCRIPT = "model = None\n\ndef init(): ...\n\ndef run(data):\n    out = model(data)\n    model = None\n    return out\n"
HERE = at(SCRIPT, "out = ")
NEW = "cannot access local variable 'model' where it is not associated with a value"

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "UnboundLocalError", NEW, HERE, name="model"))),
        saw="run() reads `model` before it assigns it",
        line=6,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(raised_in(Phase.RUN, "UnboundLocalError", "local variable 'model' referenced before assignment")),
        ),
        saw="`model`",
    ),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "NameError", "name 'model' is not defined", HERE)))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "TypeError", "'NoneType' object is not callable", HERE)))),
    quiet(seen(SCRIPT, *started())),
)
