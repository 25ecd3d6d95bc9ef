"""The script connects to the workspace.

What it finds
-------------
`Workspace.from_config()`, `Workspace.get(...)` without credentials, `MLClient.from_config(...)` and
`Run.get_context().experiment` in code of an online service.

Why it breaks
-------------
The container has no config.json and nobody who could sign in: the SDK raises, or waits for a browser login until the
start times out. Outside of a job there is no run either.

How to fix
----------
Take what is needed from AZUREML_MODEL_DIR and from environment variables. Where the workspace really is needed, name it
explicitly and sign in with the endpoint's managed identity.

Learn more
----------
Source: azureml-core 1.61, `azureml/core/workspace.py`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.calls import calls, keyword, last
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, SourceTree
from checks.finding import Finding, Fix, Severity, Stage


@check(
    "entry-script.workspace-in-script",
    needs=("tree",),
    stage=Stage.INIT,
    explains=(
        *("runtime.workspace-config-missing", "runtime.credential-missing", "runtime.network-at-start"),
        *("runtime.host-unreachable", "runtime.timeout", "runtime.slow-start", *RAISED, HIDDEN),
    ),
)
def workspace_in_script(evidence: Evidence) -> Iterator[Finding]:
    """Look for the calls that need a workspace, a person or a run."""
    script, module = entry_script(evidence)
    if "azure" not in module.text:
        return
    has_config = isinstance(evidence.source, SourceTree) and any(
        f.endswith("config.json") for f in evidence.source.files
    )
    for call, name in calls(module):
        what = _what(module, call, name, has_config)
        phases = reach(module).phases(call)
        if what is None or not phases or (module.is_batch and "config" not in what):
            continue
        soft = module.is_batch or "run" in what
        yield Finding(
            title=what,
            severity=Severity.WARNING if soft else None,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(
                Fix(title="take the model from AZUREML_MODEL_DIR, and settings from environment variables"),
                Fix(title="name the workspace explicitly, and sign in with the endpoint's managed identity"),
            ),
        )


def _what(module: Module, call: ast.Call, name: str, has_config: bool) -> str | None:
    if not name.startswith(("azureml.", "azure.")):
        return None
    signs_in = keyword(call, "auth") is not None or keyword(call, "_auth") is not None
    if name.endswith("Workspace.from_config"):
        if not has_config:
            return "Workspace.from_config() finds no config.json in the container"
        return None if signs_in else "Workspace.from_config() asks a person to sign in"
    if name.endswith("MLClient.from_config"):
        return None if has_config else "MLClient.from_config() finds no config.json in the container"
    if name.endswith("Workspace.get") or last(name) == "Workspace":
        return None if signs_in or not (call.args or call.keywords) else "the workspace asks a person to sign in"
    if name.endswith("Run.get_context"):
        above = module.parent(call)
        return (
            "there is no run in a deployed service"
            if isinstance(above, ast.Attribute) and above.attr == "experiment"
            else None
        )
    return None


_RUN = "def run(data): return 1\n"
_CORE = "from azureml.core import Workspace\n"
CASES = (
    fires(_CORE + "def init():\n    ws = Workspace.from_config()\n" + _RUN, line=3, saw="config.json"),
    fires(_CORE + "ws = Workspace.get('a', subscription_id='b')\n" + _RUN, saw="sign in"),
    fires(
        "from azureml.core.run import Run\ndef init():\n    ws = Run.get_context().experiment.workspace\n" + _RUN,
        saw="no run",
    ),
    fires("from azure.ai.ml import MLClient\nclient = MLClient.from_config(None)\n" + _RUN),
    quiet(
        _CORE + "from azureml.core.authentication import MsiAuthentication as M\ndef init():\n"
        "    Workspace.get('a', auth=M())\n" + _RUN
    ),
    quiet(script(_CORE + "def init():\n    Workspace.from_config(auth=1)\n" + _RUN, beside=("config.json",))),
    quiet(
        "from azureml.core import Run\ndef init():\n    Run.get_context().experiment.workspace\n"
        "def run(mini_batch): return mini_batch\n"
    ),
    quiet(_CORE + _RUN + "if __name__ == '__main__':\n    Workspace.from_config()\n"),
    quiet("class Workspace:\n    def get(self): ...\nWorkspace().get()\n" + _RUN),
)
