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
from checks.container.remake import executed
from checks.container.scenes import APP, folder, frozen, seen, traceback
from checks.containers import ContainerState, Inside, TriedImport
from checks.dependencies.imports import imported_modules
from checks.dependencies.names import distributions_for, is_standard
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

_ENDED = re.compile(r"ended the process (?:by (?:signal )?(?P<signal>\w+)|with exit code (?P<code>\d+))")
_SLOW = re.compile(r"not done after \d+ seconds")
_ABSENT = re.compile(r"ModuleNotFoundError: No module named '(?P<module>[\w.]+)'")
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
        where = (Quote(source=_path(evidence), line=at.line, text=f"imports {at.module}"),) if at else ()
        ended, slow = _ENDED.match(one.error), _SLOW.match(one.error)
        guarded = at is not None and at.kind == "guarded"
        yield Finding(
            title=titled(f"import {one.module} alone {_how(one.error)}", 88),
            evidence=(
                *where,
                Quote(source=f"import {one.module}", text=one_line(one.error, 240)),
                Quote(source="inside", text=_versions(inside, one)),
            ),
            severity=Severity.INFO if slow or (guarded and not ended) else None,
            confidence=Confidence.POSSIBLE if slow else None,
            about=() if ended else (f"module:{one.module.split('.')[0]}", *((f"line:{at.line}",) if at else ())),
            explains=DIED if ended else (),
            fixes=(_fix(one, own=_is_own(evidence, one.module)),),
            confirm=executed(container, f"{inside.interpreter or 'python3'} -c 'import {one.module}'"),
        )


def _how(error: str) -> str:
    if ended := _ENDED.match(error):
        return f"ends the process: {ended['signal'] or 'exit code ' + ended['code']}"
    return f"was {error}" if _SLOW.match(error) else f"fails: {one_line(error, 50)}"


def _is_own(evidence: Evidence, module: str) -> bool:
    """True for a module of the person's own code."""
    path = module.replace(".", "/")
    return any(
        file.endswith((f"/{path}.py", f"/{path}/__init__.py")) and "-packages/" not in file
        for file in places_of(evidence).files
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


def _fix(one: TriedImport, *, own: bool) -> Fix:
    error = one.error or ""
    name = distributions_for(one.module)[0]
    if library := _LIBRARY.search(error):
        return Fix(
            title=f"install <package>, the one of the system that has {library['library']}, when the image is built",
            safety=Safety.PLACEHOLDER,
            commands=("RUN apt-get update && apt-get install -y --no-install-recommends <package>",),
        )
    if is_standard(one.module):
        return Fix(
            title=f"use a Python that was built with {one.module}: that of the distribution, or an official image"
        )
    if own:
        return Fix(title=f"correct what {one.module} does when it is imported")
    if absent := _ABSENT.match(error):
        needed = distributions_for(absent["module"])[0]
        return Fix(title=f"install {needed} as well", commands=(f"RUN python -m pip install {needed}",))
    if _SLOW.match(error):
        return Fix(title="import it once when the image is built, and look at what takes so long",
                   commands=(f"python -X importtime -c 'import {one.module}'",))  # fmt: skip
    ended = _ENDED.match(error)
    if ended and ended["signal"] == "SIGKILL":
        return Fix(title="give the container more memory", commands=("--memory 2g",))
    if ended:
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
        seen(_tried("ended the process by SIGILL: Illegal instruction"), script=CV2, state=CRASHED),
        saw="import cv2 alone ends the process: SIGILL",
        line=2,
        findings=1,
    ),
    fires(seen(_tried(GL), script=CV2), saw="libGL.so.1", name="the server has not come so far"),
    fires(seen(_tried("ImportError: numpy.core.multiarray failed to import"), script=CV2), saw="numpy.core.multiarray"),
    quiet(seen(_tried(GL), traceback(GL, 2, "<module>"), script=CV2), name="the log tells it, with its own cure"),
    quiet(seen(_tried("ModuleNotFoundError: No module named 'cv2'"), script=CV2), name="not there: another check"),
    fires(seen(_tried("not done after 15 seconds"), script=CV2), saw="import cv2 alone was not done after 15 seconds"),
    fires(
        seen(_tried("ModuleNotFoundError: No module named '_sqlite3'", "sqlite3")), saw="sqlite3", name="Python's own"
    ),
    quiet(seen(_tried(None), script=CV2)),
)
