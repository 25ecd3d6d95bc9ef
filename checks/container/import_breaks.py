"""An import of the script fails inside, even alone.

What it finds
-------------
Top-level imports of the entry script, each tried in a process of its own inside, that raised or ended the process. A
module that is not there is no matter of this check.

Why it breaks
-------------
The package is installed and cannot be loaded: a shared library of the system is missing, it was built for another
processor or another version of numpy, or one of its own requirements is absent. A processor that lacks an instruction
ends the process without any traceback, so the log is empty and the worker is started again and again.

How to fix
----------
Install what the error names into the image; of a process ended by a signal, install a build for this processor.

Learn more
----------
Product documentation, "Troubleshoot online endpoints". Source: signal(7), SIGILL and SIGSEGV.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.imports_inside import lacks
from checks.container.places import container_of, places_of
from checks.container.scenes import APP, folder, frozen, seen, traceback
from checks.containers import ContainerState, Inside, TriedImport
from checks.dependencies.imports import imported_modules
from checks.dependencies.names import distributions_for
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.wording import one_line, titled

DIED = (
    "container.crashed",
    "container.restart-loop",
    "container.server-gone",
    "logs.killed-by-sigill",
    "logs.killed-by-sigsegv",
    "logs.killed-by-sigabrt",
    "logs.segmentation-fault",
    "logs.illegal-instruction",
    "runtime.crashed",
)
"""What an import that ends its process looks like from outside. It speaks of no line: nothing but this fits all."""

_SIGNAL = re.compile(r"\bSIG(?:ILL|SEGV|BUS|ABRT|FPE|KILL)\b|signal (?P<number>\d+)|exit(?:ed)? (?:code|status)")
_LIBRARY = re.compile(r"(?P<library>[\w.+-]+\.so(?:\.\d+)*): cannot open shared object file")


@check(
    "container.import-breaks",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised", "runtime.init-raised"),
)
def import_breaks(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each import that the service needs, unless its own traceback is known from elsewhere."""
    container, inside = container_of(evidence), places_of(evidence).inside
    found = {one.top: one for one in imported_modules(evidence)}
    for one in inside.imports:
        if one.error is None or lacks(one.error, one.module) or _is_told(evidence, one):
            continue
        at = found.get(one.module.split(".")[0])
        died = bool(_SIGNAL.search(one.error)) and ": " not in one.error
        how = f"ends the process ({one_line(one.error, 30)})" if died else f"fails: {one_line(one.error, 50)}"
        where = (Quote(source=_path(evidence), line=at.line, text=f"imports {at.module}"),) if at else ()
        yield Finding(
            title=titled(f"import {one.module} alone {how}", 88),
            evidence=(
                *where,
                Quote(source=f"import {one.module}", text=one_line(one.error, 240)),
                Quote(source="inside", text=_versions(inside, one)),
            ),
            severity=Severity.INFO if at and at.kind == "guarded" else None,
            about=(
                f"module:{one.module.split('.')[0]}",
                *((f"line:{at.line}",) if at else ()),
            )
            if not died
            else (),
            explains=DIED if died else (),
            fixes=(_fix(one, died=died),),
            confirm=f"docker exec {container.name} {inside.interpreter or 'python3'} -c 'import {one.module}'",
        )


def _path(evidence: Evidence) -> str:
    return evidence.script.path if isinstance(evidence.script, Script) else "entry script"


def _is_told(evidence: Evidence, one: TriedImport) -> bool:
    """True when the rehearsal or the log has this very error, with the line and the words of their own checks."""
    error = one_line(one.error or "", 400)
    return any(error and error == each.failure.headline for each in failed(evidence))


def _versions(inside: Inside, one: TriedImport) -> str:
    python = f"{inside.interpreter or 'python'} (Python {inside.python or 'of unknown version'})"
    return f"{one.module} {one.version} in {python}" if one.version else python


def _fix(one: TriedImport, *, died: bool) -> Fix:
    name = distributions_for(one.module)[0]
    if library := _LIBRARY.search(one.error or ""):
        return Fix(
            title=f"install <package>, the one of the system that has {library['library']}, when the image is built",
            safety=Safety.PLACEHOLDER,
            commands=("RUN apt-get update && apt-get install -y --no-install-recommends <package>",),
        )
    if died:
        return Fix(
            title=f"install a build of {name} for the processor that the engine has",
            commands=(
                f"RUN python -m pip install --force-reinstall {name}",
                "docker info --format '{{.Architecture}}'",
            ),
        )
    return Fix(
        title=f"install a version of {name} that fits to what is inside: {name}==<version>",
        safety=Safety.PLACEHOLDER,
        commands=(f"RUN python -m pip install {name}==<version>",),
    )


def _tried(error: str | None, module: str = "cv2") -> Inside:
    return frozen(folder(APP, "score.py"), imports=(TriedImport(module=module, seconds=0.2, error=error),))


GL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
CV2 = Script(path=f"{APP}/score.py", text="import json\nimport cv2\n\ndef init(): ...\ndef run(data): return 1\n")
CRASHED = ContainerState(status="exited", exit_code=132, signal="SIGILL")

CASES = (
    fires(
        seen(_tried("SIGILL"), script=CV2, state=CRASHED), saw="import cv2 alone ends the process", line=2, findings=1
    ),
    fires(seen(_tried(GL), script=CV2), saw="libGL.so.1", name="the server has not come so far"),
    fires(seen(_tried("ImportError: numpy.core.multiarray failed to import"), script=CV2), saw="numpy.core.multiarray"),
    quiet(seen(_tried(GL), traceback(GL, 2, "<module>"), script=CV2), name="the log tells it, with its own cure"),
    quiet(seen(_tried("ModuleNotFoundError: No module named 'cv2'"), script=CV2), name="not there: another check"),
    quiet(seen(_tried(None), script=CV2)),
)
