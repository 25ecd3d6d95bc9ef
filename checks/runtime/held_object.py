"""An object that the script holds is not as run() uses it.

What it finds
-------------
A key, an item or a value that is looked for in a global of the script, a table or loaded parameters, and that is not
there, or not of the kind that the line wants. The request body has no part in the object.

Why it breaks
-------------
What init(), or the top of the script, put into the global and what run() reads of it do not agree. The server answers
500 to each request that comes by the line; behind a managed endpoint the client sees 424.

How to fix
----------
Read what the object holds, or put into it what is read. Where the key is a value that clients send, answer for those
that the table does not know.

Learn more
----------
Python documentation, "Mapping Types".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Raised
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.at_fault import Fault, only_globals
from checks.runtime.failures import RAISED, Failure
from checks.runtime.globals_held import held, set_quotes
from checks.runtime.observed import at, failed, seen, started
from checks.runtime.payloads import key_of
from checks.runtime.reading import told_by
from checks.runtime.wording import one_line, titled


@check("runtime.held-object", needs=("probe",), stage=Stage.RUN, explains=RAISED)
def held_object(evidence: Evidence) -> Iterator[Finding]:
    """Name the global, where it is set and what it holds."""
    for failure in told_by("runtime.held-object", evidence):
        fault = only_globals(failure)
        if fault is None:
            continue
        name, key = fault.globals[0], key_of(failure)
        title, fix = _keyed(failure, fault, name, key) if key is not None else _other(failure, fault, name)
        yield failure.finding(
            titled(title, 88),
            saw=_saw(failure, name),
            about=(f"name:{name}", *((f"name:{key}",) if key else ())),
            fixes=(fix,),
            confidence=Confidence.CERTAIN if key is not None and held(failure, name) else None,
        )


def _keyed(failure: Failure, fault: Fault, name: str, key: str | None) -> tuple[str, Fix]:
    text, shown = one_line(fault.text, 40), one_line(str(key), 40)
    code = failure.own.code if failure.own else ""
    if re.search(rf"""['"]{re.escape(str(key))}['"]""", code):
        return f"`{text}` has no key `{shown}`", Fix(
            title=f"put `{shown}` into `{name}` where it is set, or read a key that it holds"
        )
    return f"`{text}` has no entry for `{shown}`", Fix(
        title=f"add `{shown}` to `{name}`, or answer for values that it does not know", commands=(f"{text}.get(...)",)
    )


def _other(failure: Failure, fault: Fault, name: str) -> tuple[str, Fix]:
    text = one_line(fault.text, 40)
    fix = Fix(title=f"compare what is put into `{name}` with what the line reads of it")
    if failure.kind == "IndexError":
        return f"`{text}` has fewer items than run() reads", fix
    return f"`{text}` does not hold what run() reads of it: {one_line(failure.message, 50)}", fix


def _saw(failure: Failure, name: str) -> tuple[Quote, ...]:
    """Where the global is set, and what the rehearsal saw in it."""
    quotes = list(set_quotes(failure, name))
    if said := held(failure, name):
        kind, _, inside = said.partition(": ")
        holds = f" that holds {inside}" if kind == "dict" and inside else f" of {inside}" if inside else ""
        quotes.append(Quote(source=f"probe: {failure.where}", text=f"`{name}` is a {kind}{holds}"))
    return tuple(quotes)


SCRIPT = """import json

TABLE = {"north": 1}
model = {}

def init():
    global model
    model = {"coef": 2}

def bias(table, add):
    return table["bias"] + add

def run(raw):
    data = json.loads(raw)
    add = TABLE[data["region"]]
    rows = [float(model["coef"])]
    return bias(model, add), bias(data, add), rows[0] + data["bias"]
"""


def _fails(type: str, text: str, *needles: str, detail: dict[str, str | int | None] | None = None) -> Evidence:
    frames = tuple(at(SCRIPT, one) for one in needles)
    step = failed(Phase.RUN, Raised(type=type, message=text, frames=frames, detail=detail or {}))
    return seen(SCRIPT, *started(step), body='{"region": "south"}')


CASES = (
    fires(
        _fails("KeyError", "'south'", "TABLE[data", detail={"global TABLE": "dict: north"}),
        saw="`TABLE` has no entry for `south`",
        line=15,
        findings=1,
    ),
    fires(
        _fails("KeyError", "'south'", "TABLE[data", detail={"global TABLE": "dict: north"}),
        saw="`TABLE` is a dict that holds north",
        name="what it holds",
    ),
    fires(
        _fails("ValueError", "could not convert string to float: 'x'", "float(model"),
        saw="`model['coef']` does not hold what run() reads of it",
    ),
    quiet(_fails("KeyError", "'region'", "TABLE[data"), name="the key is read of the body"),
    quiet(_fails("KeyError", "'bias'", "rows[0] + data"), name="the body lacks it"),
    quiet(seen(SCRIPT, *started())),
)
