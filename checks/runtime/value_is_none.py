"""A name that should hold an object still holds None.

What it finds
-------------
An `AttributeError` or `TypeError` about `NoneType`, where the name in the line is a module-level one that begins as
None.

Why it breaks
-------------
The script sets the name to None at the top and means init() to fill it. init() did not: it assigned a local of the same
name, or it returned before. The first use fails, so every request answers 500.

How to fix
----------
Declare the name `global` in the function that loads it.

Learn more
----------
Python documentation, "The global statement".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.globals_unset import declares_global, loaded_as_local, unset_name
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.value-is-none", needs=("probe", "tree"), stage=Stage.RUN, explains=RAISED)
def value_is_none(evidence: Evidence) -> Iterator[Finding]:
    """Name what stayed None, and the assignment that did not reach it."""
    for failure in told_by("runtime.value-is-none", evidence):
        name, module = unset_name(failure), failure.module
        if name is None or module is None or failure.script is None:
            continue
        local = loaded_as_local(module, name)
        function = module.function_of(local) if local else None
        if local is not None and function is not None:
            title = f"{function.name}() assigns a `{name}` of its own, and the global one stays None"
            fix = Fix(
                title=f"declare `global {name}` in {function.name}()",
                safety=Safety.REVIEW,
                commands=(f"global {name}",),
            )
        else:
            title = f"`{name}` is still None when {failure.phase.value}() uses it"
            reason = "on every way through" if declares_global(module, name) else "in"
            fix = Fix(title=f"assign `{name}` {reason} init(), as a global")
        yield failure.finding(
            titled(title, 88),
            saw=(module.quote(failure.script.path, local),) if local is not None else (),
            about=(f"name:{name}", *((f"line:{getattr(local, 'lineno', 1)}",) if local is not None else ())),
            fixes=(fix,),
        )


SCRIPT = "model = None\n\ndef init():\n    model = max\n\ndef run(data):\n    return model.predict(data['rows'])\n"
EARLY = "model = None\n\ndef init():\n    global model\n\ndef run(data):\n    return model.predict(data)\n"
NONE = "'NoneType' object has no attribute 'predict'"

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "AttributeError", NONE, at(SCRIPT, "predict")))),
        saw="init() assigns a `model` of its own, and the global one stays None",
        line=7,
        findings=1,
    ),
    fires(
        seen(EARLY, *started(raised_in(Phase.RUN, "AttributeError", NONE, at(EARLY, "predict")))),
        saw="`model` is still None when run() uses it",
    ),
    quiet(
        seen(
            SCRIPT,
            *started(
                raised_in(Phase.RUN, "TypeError", "'NoneType' object is not subscriptable", at(SCRIPT, "predict"))
            ),
            body='{"rows": null}',
        ),
        name="None in the payload",
    ),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "AttributeError", "'list' object has no attribute 'predict'")))),
    quiet(seen(EARLY, *started())),
)
