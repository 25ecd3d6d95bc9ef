"""The server refuses the entry script after loading it.

What it finds
-------------
An import that went well and a script that the server does not accept: no init() or run(), parameters that it cannot
fill, both decorators.

Why it breaks
-------------
After the import the server looks up init() and run() and reads the parameters of run(). What does not meet its rules
ends the worker with exit code 3 before init() is called.

How to fix
----------
Define `init()` without parameters and `run(data)` with one, both at module level.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Step
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.calls import module_of, run_about, run_quote
from checks.runtime.failures import probe_of
from checks.runtime.observed import passed, raised_in, seen
from checks.runtime.wording import few_lines, titled


@check("runtime.contract-refused", needs=("probe",), stage=Stage.LOAD, confidence=Confidence.CERTAIN)
def contract_refused(evidence: Evidence) -> Iterator[Finding]:
    """Tell the server's words and what they ask for."""
    step = probe_of(evidence).step(Phase.IMPORT)
    if step is None or step.outcome != "rejected":
        return
    said = step.message or "no reason given"
    absent = re.search(r"does not have a (\w+)\(\) function", said)
    about = [f"name:{absent[1]}"] if absent else [tag for tag in run_about(evidence) if tag != "phase:run"]
    yield Finding(
        title=titled(f"the server refuses the script: {_short(said)}", 88),
        evidence=(
            *(() if absent else run_quote(evidence)),
            *_names(evidence),
            Quote(source="probe", text=few_lines(said)),
        ),
        about=("phase:import", *about),
        fixes=(_fix(said),),
    )


def _short(said: str) -> str:
    if absent := re.search(r"does not have a (\w+)\(\) function", said):
        return f"it has no {absent[1]}()"
    return said


def _names(evidence: Evidence) -> tuple[Quote, ...]:
    found = module_of(evidence)
    if found is None:
        return ()
    names = ", ".join(list(found[1].functions)[:8]) or "no function"
    return (Quote(source=found[0].path, text=f"module level defines {names}"),)


def _fix(said: str) -> Fix:
    if absent := re.search(r"does not have a (\w+)\(\) function", said):
        signature = "init()" if absent[1] == "init" else "run(data)"
        return Fix(
            title=f"define {signature} at module level",
            safety=Safety.PLACEHOLDER,
            commands=(f"def {signature}:\n    <what it does>",),
        )
    if "both @rawhttp and @input_schema" in said:
        return Fix(title="keep one of the two decorators")
    if "callable" in said:
        return Fix(title="define run as a function")
    return Fix(title="give run() one plain parameter for the body", commands=("def run(data):",))


def _refused(message: str, text: str = "def start(): ...\ndef run(*data): ...\n") -> Evidence:
    return seen(text, Step(phase=Phase.IMPORT, outcome="rejected", message=message))


CASES = (
    fires(
        _refused("User script at score.py does not have a init() function defined."),
        saw="the server refuses the script: it has no init()",
        findings=1,
    ),
    fires(_refused("run() cannot accept positional-only arguments, *args, or **kwargs."), line=2),
    fires(_refused("run() cannot be decorated with both @rawhttp and @input_schema")),
    fires(_refused("TypeError: 5 is not a callable object")),
    quiet(seen("def init(): ...\ndef run(data): ...\n", passed(Phase.IMPORT))),
    quiet(seen("import a\n", raised_in(Phase.IMPORT, "ImportError", "does not have a init() function defined."))),
    quiet(
        seen("def run(data): ...\n", Step(phase=Phase.RUN, outcome="rejected", status=400, message="no")),
        name="a request that is rejected",
    ),
)
