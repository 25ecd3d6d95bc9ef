"""Two equal requests get different answers.

What it finds
-------------
A second call of run() with the same payload whose answer differs from the first, beyond rounding and apart from times
and identities of requests. An answer that changes its form (a list that grows) shows state that leaks: an error.

Why it breaks
-------------
The worker lives on between requests, so what run() keeps at module level, a list that is appended to, a default
argument, a column added to a shared frame, is part of the next answer. Customers then see each other's rows. Where
only values differ, randomness that nobody seeded does the same to tests and comparisons.

How to fix
----------
Make in run() what belongs to a request; use random generators with a fixed seed, and the model's inference mode
(`model.eval()`, dropout off).

Learn more
----------
Source: azureml-inference-server-http 1.5.1: init() runs once in a worker, run() for each request in the same module.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Probe, Returned, Signature
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import again, first_calls, module_of, run_about, run_quote
from checks.runtime.comparing import differences, grows
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import answered, passed, seen, started
from checks.runtime.wording import one_line

BATCH = (
    "A worker calls run() for one mini batch after the other, so what run() keeps at module level is part of the next "
    "result: rows come twice, or under the wrong file. Where only values differ, something random has no seed."
)
MUTATORS = {"append", "extend", "insert", "update", "add", "setdefault", "pop", "remove", "clear"}


@check("runtime.answers-differ", needs=("probe",), stage=Stage.ANSWER)
def answers_differ(evidence: Evidence) -> Iterator[Finding]:
    """Compare the first and the second answer to each sample."""
    probe = probe_of(evidence)
    for step in first_calls(probe):
        second = again(probe, step, Phase.REPEAT)
        if second is None or step.returned is None or second.returned is None:
            continue
        places = differences(step.returned, second.returned)
        more = step.returned.rows != second.returned.rows
        if not places and not more:
            continue
        leaks = more or grows(places or [])
        answer = "result for the same files" if probe.is_batch else "answer to the same request"
        suspects = _kept(evidence) if leaks else ()
        yield Finding(
            title=f"the second {answer} differs: run() keeps something from the first"
            if leaks
            else f"the second {answer} has other values",
            why=BATCH if probe.is_batch else "",
            severity=Severity.ERROR if leaks else Severity.WARNING,
            evidence=(
                *(suspects or run_quote(evidence)),
                Quote(source=f"probe: {place(step)}", text=one_line(step.returned.text or "", 160)),
                Quote(source=f"probe: {place(second)}", text=one_line(second.returned.text or "", 160)),
            ),
            about=(*run_about(evidence), *(f"line:{quote.line}" for quote in suspects)),
            fixes=(
                Fix(title=f"make in run() what belongs to one {_unit(probe)}, instead of at module level")
                if leaks
                else Fix(title="seed what is random, and switch the model to inference"),
            ),
        )
        return


def _unit(probe: Probe) -> str:
    return "mini batch" if probe.is_batch else "request"


def _kept(evidence: Evidence) -> tuple[Quote, ...]:
    """Lines within reach of run() that change a module-level list, dict or set."""
    found = module_of(evidence)
    if found is None:
        return ()
    script, module = found
    lines = []
    for call in module.all(ast.Call):
        function = module.function_of(call)
        target = call.func
        if (
            function is not None
            and function.name in module.reachable["run"]
            and isinstance(target, ast.Attribute)
            and target.attr in MUTATORS
            and isinstance(target.value, ast.Name)
            and target.value.id in module.top_names
        ):
            lines.append(call.lineno)
    return tuple(module.quote(script.path, line) for line in sorted(set(lines))[:2])


SCRIPT = "rows = []\n\ndef init(): ...\n\ndef run(data):\n    rows.append(data)\n    return rows\n"


def _answers(first: str, second: str) -> Evidence:
    return seen(SCRIPT, *started(answered(first), answered(second, phase=Phase.REPEAT)))


def _rows(first: int, second: int) -> Evidence:
    calls = ((Phase.RUN, first), (Phase.REPEAT, second))
    steps = [passed(phase, Returned(type="list", rows=rows, files=3)) for phase, rows in calls]
    return seen(SCRIPT, *started(*steps), signature=Signature(kind="batch"))


CASES = (
    fires(
        _answers('{"cost": [3.3]}', '{"cost": [3.3, 3.3]}'),
        saw="run() keeps something from the first",
        line=6,
        findings=1,
    ),
    fires(_answers('{"score": 0.25}', '{"score": 0.75}'), saw="has other values", line=5),
    fires(_answers('"[1]"', '"[1, 1]"'), saw="keeps something"),
    fires(_rows(3, 6), saw="the second result for the same files differs", line=6),
    quiet(_rows(3, 3)),
    quiet(_answers('{"score": 0.25}', '{"score": 0.25}')),
    quiet(_answers('{"score": 0.250000001}', '{"score": 0.25}'), name="rounding"),
    quiet(_answers('{"score": 1, "time": 1.5}', '{"score": 1, "time": 1.7}'), name="a time"),
    quiet(_answers('{"score": 1, "requestId": "a"}', '{"score": 1, "requestId": "b"}'), name="an identity"),
    quiet(seen(SCRIPT, *started(answered("[1]"))), name="called once"),
)
