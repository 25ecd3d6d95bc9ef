"""The server cannot call init() or run() the way they are written.

What it finds
-------------
A `TypeError` at the call itself (a missing or unexpected argument, an object that is not callable), and a decorator
that names a parameter which run() does not have.

Why it breaks
-------------
The server calls `init()` without arguments, and run() with the request body, or with one argument for each of its
parameters when it is decorated. A second required parameter of an undecorated run() gets nothing.

How to fix
----------
Give init() no required parameter and run() one; name decorated parameters alike in decorator and function.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `invoke_run`; inference-schema 1.8,
`schema_decorators.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.signature-mismatch", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def signature_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Say what the server passes, and what the function wants."""
    for failure in told_by("runtime.signature-mismatch", evidence):
        name = failure.phase.value
        arguments = re.findall(r"'(\w+)'", failure.message)
        named = re.search(r'param_name "([^"]+)" is not in the decorated function', failure.message)
        if named:
            title = f"the decorator names `{named[1]}`, and run() has no such parameter"
            arguments = [named[1]]
            fix = Fix(title=f"call the parameter of run() `{named[1]}`, or name its own in the decorator")
        elif "not callable" in failure.message:
            title = f"{name} is a value, not a function"
            arguments = []
            fix = Fix(title=f"define {name}() as a function")
        elif "unexpected keyword" in failure.message:
            title = f"run() does not take `{arguments[-1] if arguments else 'what it is given'}`"
            fix = Fix(title="give run() the parameters that its decorators name, and nothing between them")
        elif failure.phase is Phase.INIT:
            title = f"init() wants `{', '.join(arguments)}`, and the server passes nothing"
            fix = Fix(title="give the parameters of init() defaults, or remove them")
        else:
            title = f"run() wants `{', '.join(arguments)}` too, and the server passes the body alone"
            fix = Fix(title="give further parameters of run() defaults, or describe them with @input_schema")
        yield failure.finding(
            titled(title, 88),
            first=_defined(failure),
            about=(f"name:{name}", *(f"name:{argument}" for argument in arguments)),
            fixes=(fix,),
        )


def _defined(failure: Failure) -> tuple[Quote, ...]:
    function = failure.module.functions.get(failure.phase.value) if failure.module else None
    if function is None or failure.module is None or failure.script is None:
        return ()
    return (failure.module.quote(failure.script.path, function),)


SCRIPT = "def init(name):\n    ...\n\ndef run(data, extra):\n    return 1\n"
INIT = "init() missing 1 required positional argument: 'name'"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "TypeError", INIT)),
        saw="init() wants `name`, and the server passes nothing",
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(raised_in(Phase.RUN, "TypeError", "run() missing 1 required positional argument: 'extra'")),
        ),
        saw="run() wants `extra` too",
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(
                    Phase.RUN,
                    "Exception",
                    'Error, provided param_name "Inputs" is not in the decorated function.',
                    library("inference_schema/schema_decorators.py"),
                )
            ),
        ),
        saw="the decorator names `Inputs`",
    ),
    quiet(
        seen(
            SCRIPT,
            *started(
                raised_in(
                    Phase.RUN,
                    "TypeError",
                    "run() missing 1 required positional argument: 'extra'",
                    at(SCRIPT, "return 1"),
                )
            ),
        ),
        name="another run(), called by the script itself",
    ),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "TypeError", "unhashable type: 'list'")))),
    quiet(seen(SCRIPT, *started())),
)
