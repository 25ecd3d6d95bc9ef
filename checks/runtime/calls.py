"""The calls of run() in a rehearsal, matched up by the request that was sent."""

import ast
from collections.abc import Iterator

from checks.entry_script.module import Module, parse
from checks.evidence import Evidence, Phase, Probe, Script, Step
from checks.finding import Quote
from checks.runtime.failures import script_of


def first_calls(probe: Probe) -> Iterator[Step]:
    """The first call of run() for each sample."""
    return (step for step in probe.steps if step.phase is Phase.RUN)


def again(probe: Probe, step: Step, phase: Phase) -> Step | None:
    """The later call with the same sample: repeated, or concurrent."""
    return next((s for s in probe.steps if s.phase is phase and s.sample == step.sample), None)


def calls_made(probe: Probe) -> int:
    """How often run() was called; a concurrent step is four calls."""
    made = {Phase.RUN: 1, Phase.REPEAT: 1, Phase.CONCURRENT: 4}
    return sum(made.get(step.phase, 0) for step in probe.steps if step.outcome != "skipped")


def module_of(evidence: Evidence) -> tuple[Script, Module] | None:
    """The entry script and its tree, when it was collected and parses."""
    script = script_of(evidence)
    module = parse(script.text) if script else None
    return (script, module) if script and module and module.tree else None


def run_quote(evidence: Evidence) -> tuple[Quote, ...]:
    """The line that defines run(), as evidence."""
    found = module_of(evidence)
    return (found[1].quote(found[0].path, found[1].run),) if found and found[1].run else ()


def run_about(evidence: Evidence) -> tuple[str, ...]:
    """Subjects of something that concerns run() as a whole: its name, its phase, and the line that defines it."""
    found = module_of(evidence)
    line = (f"line:{found[1].run.lineno}",) if found and found[1].run else ()
    return ("name:run", "phase:run", *line)


def returns_of(evidence: Evidence) -> tuple[ast.Return, ...]:
    """The return statements of run() itself that return something."""
    found = module_of(evidence)
    if found is None or found[1].run is None:
        return ()
    module, run = found[1], found[1].run
    return tuple(
        node
        for node in ast.walk(run)
        if isinstance(node, ast.Return) and node.value is not None and module.function_of(node) is run
    )
