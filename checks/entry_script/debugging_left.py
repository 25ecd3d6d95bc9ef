"""A debugging aid was left in the script.

What it finds
-------------
`breakpoint()`, `pdb.set_trace()` and other debuggers, `input()`, `debugpy.wait_for_client()` and `plt.show()` in code
that runs at import, in init() or in run(). Behind a switch such as `if os.getenv("DEBUG")` they are told as
information.

Why it breaks
-------------
The container has no terminal. A debugger or `input()` meets the end of its input and raises (BdbQuit, EOFError), or
waits for a person until the timeout kills the worker; figures that are shown pile up in memory.

How to fix
----------
Remove the call.

Learn more
----------
Source: the Python documentation of `pdb` and `input`; matplotlib's user guide on backends.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls
from checks.entry_script.conditions import is_switched, removal
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.scopes import scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage

DEBUGGERS = frozenset(
    {
        "pdb.set_trace",
        "ipdb.set_trace",
        "pudb.set_trace",
        "breakpoint",
        "code.interact",
        "IPython.embed",
        "remote_pdb.set_trace",
    }
    | {"debugpy.wait_for_client", "debugpy.breakpoint", "ptvsd.wait_for_attach", "ptvsd.break_into_debugger"}
    | {"pydevd.settrace", "pydevd_pycharm.settrace", "IPython.start_ipython", "web_pdb.set_trace"}
)
FIGURES = frozenset({"matplotlib.pyplot.show", "cv2.imshow", "cv2.waitKey"})


@check(
    "entry-script.debugging-left",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.timeout", "runtime.exited", *RAISED, HIDDEN),
)
def debugging_left(evidence: Evidence) -> Iterator[Finding]:
    """Look up every call."""
    script, module = entry_script(evidence)
    for call, name in calls(module):
        asks = name == "input" and not any("input" in names for names in scopes(module).bound.values())
        if name not in DEBUGGERS and name not in FIGURES and not asks:
            continue
        phases = reach(module).phases(call)
        if not phases:
            continue
        severity = Severity.WARNING if name in FIGURES else None
        edits = removal(script.path, module, call) if not asks else ()
        yield Finding(
            title=f"{name}() waits for a person" if name not in FIGURES else f"{name}() wants a screen",
            severity=Severity.INFO if is_switched(module, call) else severity,
            confidence=Confidence.LIKELY if severity else Confidence.CERTAIN,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            explains=() if severity else debugging_left.explains,
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(
                Fix(
                    title="take the value from a parameter or an environment variable" if asks else "remove the call",
                    safety=Safety.SAFE if edits else Safety.REVIEW,
                    edits=edits,
                ),
            ),
        )


CASES = (
    fires(
        "import pdb\ndef run(data):\n    pdb.set_trace()\n    return data\n",
        line=3,
        fixed="import pdb\ndef run(data):\n    return data\n",
    ),
    fires(
        "def init():\n    breakpoint()\ndef run(data): return 1\n",
        fixed="def init():\n    pass\ndef run(data): return 1\n",
    ),
    fires("def init():\n    name = input('model? ')\ndef run(data): return 1\n", saw="input()"),
    fires(
        "import matplotlib.pyplot as plt\ndef run(data):\n    plt.plot(data); plt.show()\n    return 1\n", saw="screen"
    ),
    fires("def run(data):\n    return helper(data)\ndef helper(d):\n    import pdb; pdb.set_trace()\n    return d\n"),
    fires(
        "import os, debugpy\nif os.getenv('DEBUG'):\n    debugpy.wait_for_client()\ndef run(data): return 1\n",
        saw="waits",
        name="behind a switch: worth knowing",
    ),
    quiet("def run(data):\n    return data\nif __name__ == '__main__':\n    breakpoint()\n    input()\n"),
    quiet("def run(input):\n    return input(1)\n", name="a name of one's own"),
    quiet("def debug():\n    breakpoint()\ndef run(data): return data\n", name="never called"),
    quiet("import matplotlib.pyplot as plt\ndef run(data):\n    plt.savefig('x')\n    return 1\n"),
)
