"""What is said when neither init() nor run(), nor anything meant for it, is there."""

import ast
from collections.abc import Iterator

from checks.entry_script.contract import append, binds, first_line, required, stand_ins
from checks.entry_script.empty_file import is_empty
from checks.entry_script.module import Function, Module
from checks.entry_script.not_python import is_json
from checks.evidence import Script
from checks.finding import Finding, Fix, Quote, Safety
from checks.text import listed

# What other frameworks call the two functions.
ELSEWHERE = {
    "init": ("load_model", "model_fn", "setup", "set_up", "initialize", "initialise", "load", "start", "startup"),
    "run": (
        "predict",
        "score",
        "scoring",
        "inference",
        "infer",
        "handler",
        "handle",
        "predict_fn",
        "transform_fn",
        "invoke",
        "make_prediction",
        "run_inference",
        "do_inference",
    ),
}


def lacking(script: Script, module: Module, wanted: str) -> Iterator[Finding]:
    """The finding for a name that nothing binds, unless another check explains it better."""
    better = any(stand_in.wanted == wanted for stand_in in stand_ins(module))
    driven = wanted == "run" and "driver_module" in module.top_names
    assert module.tree is not None
    if better or driven or binds(module, wanted) or is_empty(module) or is_json(module.tree):
        return
    other = _other(module, wanted)
    seen = [Quote(source=script.path, text=f"module level defines {listed(list(module.functions))}")]
    if other:
        seen.append(module.quote(script.path, other))
    yield Finding(
        title=f"the entry script defines no {wanted}()",
        evidence=tuple(seen),
        about=(f"name:{wanted}", "phase:import"),
        fixes=tuple(_fixes(script, module, wanted, other)),
    )


def _other(module: Module, wanted: str) -> Function | None:
    """A function that another framework would look for; it is a hint, no more."""
    return next((f for name in ELSEWHERE[wanted] if (f := module.functions.get(name))), None)


def _fixes(script: Script, module: Module, wanted: str, other: Function | None) -> Iterator[Fix]:
    if other and len(required(other)) <= 1:
        yield Fix(title=f"call {other.name}() from a {wanted}() at module level", commands=(_calling(wanted, other),))
    elif wanted == "init":
        run = module.run
        edit = module.insert(script.path, first_line(run), "def init():\n    pass\n\n\n") if run else None
        if run is None or not isinstance(module.parent(run), ast.Module):
            edit = append(module, script.path, "def init():\n    pass")
        assert edit is not None
        yield Fix(title="add an init() at module level; it may be empty when nothing is to be loaded", edits=(edit,))
    else:
        yield Fix(
            title="add run() at module level",
            safety=Safety.PLACEHOLDER,
            commands=("def run(data):\n    return <answer>",),
        )


def _calling(wanted: str, other: Function) -> str:
    given = "json.loads(data)" if required(other) else ""
    if wanted == "run":
        return f"def run(data):\n    return {other.name}({given})"
    returns = any(isinstance(node, ast.Return) and node.value for node in ast.walk(other))
    if returns:
        return f"def init():\n    global model\n    model = {other.name}()"
    return f"def init():\n    {other.name}()"
