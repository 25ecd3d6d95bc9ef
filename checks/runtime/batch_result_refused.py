"""run() of a batch script returns what the batch driver cannot collect.

What it finds
-------------
A call of run() with file paths whose result is no list, tuple or data frame: None, a text, a dict, a number.

Why it breaks
-------------
The batch driver appends the rows that each call returns to one output, and counts them against the files. From anything
else it gets no row, so all files of the mini batch count as failed, and the job ends with `No succeeded mini batch item
returned from run()`.

How to fix
----------
Return a list with one entry for each file, or a data frame with one row for each.

Learn more
----------
https://learn.microsoft.com/azure/machine-learning/how-to-batch-scoring-script
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned, Signature
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.calls import first_calls, module_of, returns_of, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import passed, seen, started
from checks.runtime.wording import one_line, titled

_LISTABLE = frozenset({"set", "frozenset", "generator", "map", "filter", "zip", "dict_keys", "dict_values"})


@check("runtime.batch-result-refused", needs=("probe",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def batch_result_refused(evidence: Evidence) -> Iterator[Finding]:
    """Show what was returned, and where."""
    probe = probe_of(evidence)
    if not probe.is_batch:
        return
    for step in first_calls(probe):
        returned = step.returned
        if returned is None or returned.problem is None:
            continue
        returns = returns_of(evidence)
        found = module_of(evidence)
        quotes = tuple(found[1].quote(found[0].path, node) for node in returns[:2]) if found else ()
        yield Finding(
            title=titled(f"run() returns {_named(returned.type)}, not one row for each file", 88),
            evidence=(
                *(quotes or run_quote(evidence)),
                Quote(source=f"probe: {place(step)}", text=one_line(returned.problem)),
            ),
            about=(*run_about(evidence), *(f"line:{node.lineno}" for node in returns)),
            fixes=(_fix(returned, returns, evidence),),
        )
        return


def _named(kind: str) -> str:
    if kind == "NoneType":
        return "None"
    return f"{'an' if kind[:1].lower() in tuple('aeiou') else 'a'} {kind}"


def _fix(returned: Returned, returns: tuple[ast.Return, ...], evidence: Evidence) -> Fix:
    found = module_of(evidence)
    value = returns[0].value if len(returns) == 1 else None
    if returned.type in _LISTABLE and found and value is not None:
        script, module = found
        source = ast.get_source_segment(module.text, value) or ast.unparse(value)
        edit = module.replace(script.path, value, f"list({source})")
        return Fix(title="return it as a list", edits=(edit,))
    return Fix(
        title="return a list, or a data frame, with one entry for each file",
        commands=("results.append(<row>)", "return results"),
    )


SCRIPT = "def init(): ...\n\ndef run(mini_batch):\n    found = score(mini_batch)\n    return found\n"
BATCH = Signature(kind="batch", parameters=("mini_batch",))


def _returned(kind: str, problem: str | None = "run() of a batch script returns it") -> Evidence:
    returned = Returned(type=kind, problem=problem, rows=None if problem else 1, files=1)
    return seen(SCRIPT, *started(passed(Phase.RUN, returned)), signature=BATCH)


CASES = (
    fires(_returned("dict"), saw="run() returns a dict, not one row for each file", line=5, findings=1),
    fires(_returned("NoneType"), saw="returns None"),
    fires(_returned("int64"), saw="returns an int64"),
    fires(_returned("set"), fixed=SCRIPT.replace("return found", "return list(found)")),
    quiet(_returned("list", None)),
    quiet(_returned("DataFrame", None)),
    quiet(
        seen(SCRIPT, *started(passed(Phase.RUN, Returned(type="set", problem="TypeError: of type set")))),
        name="an online script",
    ),
    quiet(seen(SCRIPT, *started(), signature=BATCH)),
)
