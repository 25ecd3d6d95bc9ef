"""A name that should hold an object still holds None.

What it finds
-------------
An `AttributeError` or `TypeError` about `NoneType` where what the line uses is a global of the script, or is read of
one: called, iterated, unpacked, indexed, measured, computed with or entered as a context.

Why it breaks
-------------
The script sets the name to None at the top and means init() to fill it. init() did not: it assigned a local of the same
name, it returned before, it swallowed the exception of the load, or a thread fills the name later. The first use fails,
so every request answers 500.

How to fix
----------
Declare the name `global` in the function that loads it, and let the exception of a load that fails end init().

Learn more
----------
Python documentation, "The global statement".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Raised
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.globals_held import set_quotes
from checks.runtime.globals_unset import declares_global, loaded_as_local, set_in, swallowed, unset_name, unset_text
from checks.runtime.observed import at, failed, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, one_line, titled


@check("runtime.value-is-none", needs=("probe", "tree"), stage=Stage.RUN, explains=RAISED)
def value_is_none(evidence: Evidence) -> Iterator[Finding]:
    """Name what stayed None, and the assignment that did not reach it."""
    for failure in told_by("runtime.value-is-none", evidence):
        name, module = unset_name(failure), failure.module
        if name is None or module is None or failure.script is None:
            continue
        caught: tuple[Quote, ...] = ()
        here = failure.own is not None and failure.in_script(failure.own)
        text = unset_text(failure, name)
        local = loaded_as_local(module, name) if here and text == name else None
        function = module.function_of(local) if local else None
        if local is not None and function is not None:
            title = f"{function.name}() assigns a `{name}` of its own, and the global one stays None"
            fix = Fix(
                title=f"declare `global {name}` in {function.name}()",
                safety=Safety.REVIEW,
                commands=(f"global {name}",),
            )
        elif text != name:
            title = f"`{one_line(text, 40)}` is None when {failure.phase.value}() uses it"
            fix = Fix(title=f"set what `{one_line(text, 40)}` reads of `{name}`, or test for None before it is used")
        elif caught := swallowed(failure, name):
            title = f"`{name}` is None when {failure.phase.value}() uses it: what its load raised is swallowed"
            fix = Fix(title=f"let the exception pass that keeps `{name}` from being set", commands=("raise",))
        elif not here:
            title = f"`{name}` of {base_name(failure.own.path if failure.own else '')} is None when it is used"
            fix = Fix(title=f"set `{name}` from init(), before the first request")
        elif later := set_in(module, name):
            title = f"`{name}` is still None when {failure.phase.value}() uses it: {later}() sets it"
            fix = Fix(title=f"have init() wait until {later}() has set `{name}`")
        else:
            title = f"`{name}` is still None when {failure.phase.value}() uses it"
            reason = "on every way through" if declares_global(module, name) else "in"
            fix = Fix(title=f"assign `{name}` {reason} init(), as a global")
        yield failure.finding(
            titled(title, 88),
            saw=(module.quote(failure.script.path, local),)
            if local is not None
            else caught or set_quotes(failure, name),
            about=(f"name:{name}", *((f"line:{getattr(local, 'lineno', 1)}",) if local is not None else ())),
            fixes=(fix,),
        )


SCRIPT = "model = None\n\ndef init():\n    model = max\n\ndef run(data):\n    return model.predict(data['rows'])\n"
EARLY = "model = None\n\ndef init():\n    global model\n\ndef run(data):\n    return model.predict(data)\n"
ITERABLE = "'NoneType' object is not iterable"
ZIPPED = """import json
model = None

def init():
    global model
    try:
        model = json.load(open("model.json"))
    except Exception as error:
        print(error)

def run(raw):
    return list(zip(json.loads(raw), model))
"""
LATER = """import threading
model = None

def load():
    global model
    model = [1]

def init():
    threading.Thread(target=load).start()

def run(raw):
    for x in model:
        return model(len(raw))
"""
HELPER = """model = None

def score(rows, weights):
    return list(zip(rows, weights))

def init(): ...

def run(raw): return score([1], model)
"""
HELD = Raised(type="TypeError", message=ITERABLE, frames=(at(ZIPPED, "zip("),), detail={"global model": "list: 1"})
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
    fires(
        seen(ZIPPED, *started(raised_in(Phase.RUN, "TypeError", ITERABLE, at(ZIPPED, "zip(")))),
        saw="what its load raised is swallowed",
        line=12,
        name="swallowed by init()",
    ),
    fires(
        seen(LATER, *started(raised_in(Phase.RUN, "TypeError", ITERABLE, at(LATER, "for x in")))),
        saw="load() sets it",
        name="filled by a thread",
    ),
    fires(
        seen(
            LATER, *started(raised_in(Phase.RUN, "TypeError", "'NoneType' object is not callable", at(LATER, "len(")))
        ),
        findings=1,
        name="called",
    ),
    fires(
        seen(HELPER, *started(raised_in(Phase.RUN, "TypeError", ITERABLE, at(HELPER, "run"), at(HELPER, "zip")))),
        saw="`model` is still None",
        name="given to a function of the script",
    ),
    quiet(
        seen(ZIPPED, *started(failed(Phase.RUN, HELD)), body="null"),
        name="the rehearsal saw the global set: the body holds null",
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
