"""A name is used that nothing defines.

What it finds
-------------
A name that code of the service reads and that no assignment, import, parameter or builtin provides: a forgotten import
(`np` where only `import numpy` stands), a misspelling, a name that only code under `if __name__ == "__main__":` binds.

Why it breaks
-------------
Python looks the name up at the moment the line runs, finds that it is not defined, and raises NameError. In run() that
is a 500 for every request that reaches the line, even where a broad `except` turns it into an answer; at import or in
init() the service never starts.

How to fix
----------
Import the module, or write the name as it is bound elsewhere.

Learn more
----------
Source: pyflakes finds the names, with Python's own scoping rules.
"""

import ast
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.guards import is_survived
from checks.entry_script.imports import add_import
from checks.entry_script.module import Module
from checks.entry_script.names import Undefined, undefined
from checks.entry_script.reach import STAGES, about_phases, is_straight, reach
from checks.entry_script.scopes import owner, scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage

DATETIME_CLASS = frozenset(
    {"now", "utcnow", "today", "strptime", "fromisoformat", "fromtimestamp", "utcfromtimestamp", "combine"}
)
MANY = 500  # names in sight beyond which a comparison with each would take too long
NEEDS_TORCH = {
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "transforms": "from torchvision import transforms",
}


@check(
    "entry-script.undefined-name",
    needs=("tree",),
    stage=Stage.RUN,
    explains=("runtime.import-raised", "runtime.init-raised", "runtime.run-raised", "runtime.error-as-answer"),
    helpers=True,
)
def undefined_name(evidence: Evidence) -> Iterator[Finding]:
    """One finding a name, with every line that reads it."""
    script, module = entry_script(evidence)
    for missing in undefined(module):
        phases = [phase for phase in STAGES if any(phase in reach(module).phases(read) for read in missing.reads)]
        dead = not phases
        if dead and all(owner(module, read) is None for read in missing.reads):
            continue  # under the main guard
        live = [read for read in missing.reads if reach(module).phases(read)] or list(missing.reads)
        fixes, near = _fixes(script, module, missing)
        seen = quotes(script, module, live)
        if missing.only_in_guard:
            bound = scopes(module).bound[None][missing.name][:1]
            seen += tuple(quotes(script, module, bound))
        if near:
            seen += (Quote(source=script.path, text=f"a similar name exists: {near}"),)
        yield Finding(
            title=f"`{missing.name}` is bound only under the main guard"
            if missing.only_in_guard
            else f"`{missing.name}` is used but never defined",
            severity=Severity.INFO
            if dead
            else Severity.WARNING
            if all(is_survived(module, read) for read in live)
            else None,
            confidence=Confidence.CERTAIN if any(is_straight(module, read) for read in live) else Confidence.LIKELY,
            stage=STAGES[phases[0]] if phases else Stage.OPERATE,
            evidence=seen,
            about=(f"name:{missing.name}", *about_lines(live), *about_phases(phases)),
            fixes=fixes,
        )


def _fixes(script: Script, module: Module, missing: Undefined) -> tuple[tuple[Fix, ...], str | None]:
    name = missing.name
    statement = _import_for(module, missing)
    if statement is not None:
        edits = add_import(module, script.path, statement, name)
        if edits:
            return (Fix(title=f"add `{statement}`", safety=Safety.SAFE, edits=edits),), None
    if missing.only_in_guard:
        return (Fix(title=f"bind `{name}` at module level or in init()"),), None
    near = _near(module, missing)
    if near:
        edits = tuple(module.replace(script.path, read, near) for read in missing.reads)
        return (Fix(title=f"write `{near}` for `{name}`", safety=Safety.REVIEW, edits=edits),), near
    return (Fix(title=f"define or import `{name}` before it is used"),), None


def _import_for(module: Module, missing: Undefined) -> str | None:
    name = missing.name
    used = {above.attr for read in missing.reads if isinstance(above := module.parent(read), ast.Attribute)}
    if name in NEEDS_TORCH:
        return NEEDS_TORCH[name] if "torch" in {m.split(".")[0] for m in module.imported_modules} else None
    if name == "datetime" and used & DATETIME_CLASS:
        return "from datetime import datetime"
    statement = _well_known().get(name)
    if statement is None and used and name in sys.stdlib_module_names and not name.startswith("_") and len(name) > 4:
        return f"import {name}" if len(used) == len([r for r in missing.reads if module.parent(r)]) else None
    is_module = statement is not None and statement.startswith("import ")
    return None if is_module and not used else statement


def _near(module: Module, missing: Undefined) -> str | None:
    """The name in sight that is written almost the same."""
    known = scopes(module)
    in_sight = {n for n in known.bound[None] if n != "*"}
    for read in missing.reads:
        function = owner(module, read)
        if function is not None:
            in_sight |= set(known.bound[function])
    in_sight.discard(missing.name)
    if len(in_sight) > MANY:
        return None
    same = [n for n in in_sight if n.lower() == missing.name.lower()]
    near = same or get_close_matches(missing.name, sorted(in_sight), n=1, cutoff=0.8)
    return near[0] if near else None


@cache
def _well_known() -> dict[str, str]:
    return msgspec.json.decode(files("checks").joinpath("data/well_known_names.json").read_bytes(), type=dict[str, str])


_RUN = "def run(data):\n"
CASES = (
    fires(
        "import numpy\n\ndef init(): ...\n" + _RUN + "    return np.array(data).tolist()\n",
        saw="`np`",
        line=5,
        fixed="import numpy as np\nimport numpy\n\ndef init(): ...\n" + _RUN + "    return np.array(data).tolist()\n",
    ),
    fires(
        '"""Doc."""\ndef init(): ...\n' + _RUN + "    try:\n        rows = json.loads(data)\n        return rows\n"
        "    except Exception as error:\n        return str(error)\n",
        saw="json",
        fixed='"""Doc."""\nimport json\ndef init(): ...\n'
        + _RUN
        + "    try:\n        rows = json.loads(data)\n        return rows\n"
        "    except Exception as error:\n        return str(error)\n",
        name="hidden by a broad except",
    ),
    fires(
        "def init():\n    global model\n    model = 1\n" + _RUN + "    return modle\n",
        saw="`modle`",
        fixed="def init():\n    global model\n    model = 1\n" + _RUN + "    return model\n",
    ),
    fires(
        "def init(): ...\n" + _RUN + "    global model\n    return model(data)\n", name="declared global, never bound"
    ),
    fires(
        "def init(): ...\n" + _RUN + "    return model\nif __name__ == '__main__':\n    model = 1\n    run('')\n",
        saw="main guard",
    ),
    fires("rows = load()\ndef load(): ...\n", saw="`load`", name="module level uses a later name"),
    fires("def init(): ...\n" + _RUN + "    return datetime.now().isoformat()\n", saw="datetime"),
    quiet("from numpy import *\ndef init(): ...\n" + _RUN + "    return array(data).tolist()\n", name="star import"),
    quiet("def init():\n    global model\n    model = 1\n" + _RUN + "    return model\n"),
    quiet("model: object\ndef init():\n    global model\n    model = 1\n" + _RUN + "    return model\n"),
    quiet(
        "try:\n    import ujson as json\nexcept ImportError:\n    import json\n"
        + _RUN
        + "    return json.loads(data)\n"
    ),
    quiet(_RUN + "    return [x for x in data], {k: v for k, v in data}, (lambda y: y)(1), __file__, __name__\n"),
    quiet(_RUN + "    try:\n        return cache\n    except NameError:\n        return 0\n"),
    quiet(
        "import sys\nif sys.version_info < (3,):\n    text = unicode\n" + _RUN + "    return 1\n",
        name="of another Python, under its version",
    ),
    quiet(
        _RUN + "    rows: 'np.ndarray' = data\n    other: Frame = rows\n    return other\n",
        name="annotations of locals",
    ),
    quiet("from __future__ import annotations\ndef run(data: Frame) -> Answer:\n    return data\n"),
    quiet(_RUN + "    globals()['x'] = 1\n    return x\n"),
    quiet("import os\nif os.name == 'posix':\n    def load(): ...\n" + _RUN + "    return load()\n"),
    quiet("if __name__ == '__main__':\n    print(undefined_here)\n" + _RUN + "    return data\n"),
    quiet("def init():\n    model = 1\n" + _RUN + "    return model\n", name="another check tells this"),
    quiet(
        "@input_schema('data', T(sample))\n" + _RUN + "    return data\nfrom x import T, input_schema\nsample = [1]\n"
    ),
    quiet(_RUN + "    match data:\n        case {'a': found, **rest}:\n            return found, rest\n"),
    quiet("class A:\n    limit = 3\n    sizes = [limit]\n" + _RUN + "    return __builtins__\n"),
)
