"""The command starts another Python than the one that the packages were installed for.

What it finds
-------------
A Python of the system in the command by its full path, an environment that `PATH` names before it, and a module that is
missing.

Why it breaks
-------------
Each Python has packages of its own. An image of Azure ML, a conda image or one with a virtual environment installs them
into that environment and puts it first on `PATH`; a full path goes around it. The module is there, and not for this
interpreter.

How to fix
----------
Start `python` without a folder, or the interpreter of the environment.

Learn more
----------
Python documentation, `venv`, "How venvs work": packages belong to the interpreter of their environment.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.commands import is_python
from checks.container.failed_calls import log_lines
from checks.container.places import container_of
from checks.container.remake import executed
from checks.container.scenes import frozen, seen
from checks.container.seen import command_quote, inspected, name_of_image
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import titled

_SYSTEM = re.compile(r"^/(?:usr/(?:local/)?)?s?bin$|^/opt/(?:mini)?conda\d?/(?:cond)?bin$")
_MISSED = re.compile(r"No module named '?(?P<module>[\w.]+)'?")


@check(
    "container.other-interpreter",
    needs=("container",),
    stage=Stage.LOAD,
    explains=(
        "container.package-not-inside",
        "container.server-not-installed",
        "container.import-breaks",
        "logs.module-not-found",
        "logs.own-module-not-found",
        "logs.server-command-missing",
        "logs.inference-server-missing",
        "runtime.module-missing",
        "runtime.import-raised",
    ),
)
def other_interpreter(evidence: Evidence) -> Iterator[Finding]:
    """A full path that goes around the first environment of PATH; whether that one has the module is not seen."""
    container = container_of(evidence)
    program = next((word for word in container.words if is_python(word)), "")
    folders = [part.rstrip("/") for part in container.environment.get("PATH", "").split(":") if part.startswith("/")]
    first = folders[0] if folders else ""
    if not program.startswith("/") or not _SYSTEM.search(posixpath.dirname(program)):
        return
    if not first or _SYSTEM.search(first) or first == posixpath.dirname(program):
        return
    said = next(log_lines(evidence, _MISSED), None)
    if said is None:
        return
    module = said[1]["module"].split(".")[0]
    changed = ", ".join(f'"{f"{first}/python" if word == program else word}"' for word in container.command)
    yield Finding(
        title=titled(f"the command starts {program}, not the Python of {posixpath.dirname(first)}", 88),
        evidence=(said[0], command_quote(container), inspected(container, f"PATH begins with {first}")),
        about=(f"module:{module}",),
        fixes=(Fix(title="start the interpreter that has the packages", commands=(f"CMD [{changed}]",)),),
        confirm=executed(container, f"{first}/python -c 'import {module}'")
        if container.is_pod
        else f"docker run --rm --entrypoint {first}/python {name_of_image(container)} -c 'import {module}'",
    )


PATH = "/azureml-envs/inference/bin:/usr/local/bin:/usr/bin:/bin"
LOST = "ModuleNotFoundError: No module named 'flask'\n"
AROUND = ("/usr/bin/python3", "app.py")
CASES = (
    fires(
        seen(frozen(), LOST, command=AROUND, environment={"PATH": PATH}),
        saw="not the Python of /azureml-envs/inference",
        findings=1,
    ),
    quiet(seen(frozen(), LOST, command=("python3", "app.py"), environment={"PATH": PATH}), name="found by PATH"),
    quiet(seen(frozen(), LOST, command=AROUND, environment={"PATH": "/usr/local/bin:/usr/bin"}), name="the only one"),
    quiet(seen(frozen(), command=AROUND, environment={"PATH": PATH}), name="nothing is missing"),
)
