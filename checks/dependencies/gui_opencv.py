"""OpenCV is asked for with its windows.

What it finds
-------------
`opencv-python` or `opencv-contrib-python` in the list for pip.

Why it breaks
-------------
That build draws windows and needs the system's libGL. Slim images do not have it, so `import cv2` raises
"ImportError: libGL.so.1: cannot open shared object file" and the worker exits with code 3. A service shows no windows.

How to fix
----------
Use the headless build, which reads and changes images in the same way.

Learn more
----------
Source: opencv-python's own documentation, "Installation and Usage", point 4.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import SERVE, beside, conda, requirements
from checks.dependencies.subject import environment_of, has_own_dockerfile, quote, rewrite
from checks.evidence import Evidence, Script
from checks.finding import Finding, Fix, Safety, Severity, Stage

_GUI = frozenset({"opencv-python", "opencv-contrib-python"})


@check(
    "dependencies.gui-opencv",
    needs=("environment",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    explains=("runtime.shared-library-missing",),
)
def gui_opencv(evidence: Evidence) -> Iterator[Finding]:
    """Look for OpenCV builds with windows in the list for pip."""
    environment = environment_of(evidence)
    listed = {r.name for r in environment.requirements}
    shows = isinstance(evidence.script, Script) and any(
        w in evidence.script.text for w in ("cv2.imshow", "cv2.waitKey")
    )
    for requirement in environment.requirements:
        if requirement.channel != "pip" or requirement.name not in _GUI or f"{requirement.name}-headless" in listed:
            continue
        right = requirement.text.replace("python", "python-headless", 1)
        edits = rewrite(environment, requirement, right) if right.startswith("opencv") and not shows else ()
        yield Finding(
            title=f"{requirement.name} needs libGL, which slim images lack",
            severity=Severity.INFO if has_own_dockerfile(evidence.source) else Severity.WARNING,
            evidence=(quote(environment, requirement),),
            about=("module:cv2",),
            fixes=(
                Fix(
                    title=f"use {requirement.name}-headless",
                    safety=Safety.REVIEW,
                    edits=edits,
                    commands=() if edits else (right,),
                ),
            ),
        )


CASES = (
    fires(beside(requirements("numpy", "opencv-python==4.9.0.80")), fixed="numpy\nopencv-python-headless==4.9.0.80\n"),
    fires(beside(conda("python=3.11", "pip", pip=("opencv-contrib-python",)), f"import cv2\n{SERVE}")),
    quiet(beside(requirements("opencv-python-headless"))),
    quiet(beside(conda("opencv"), f"import cv2\n{SERVE}"), name="conda's build brings its libraries"),
)
