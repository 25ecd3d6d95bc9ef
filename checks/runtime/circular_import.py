"""Modules import each other in a circle.

What it finds
-------------
An exception about a `partially initialized module`.

Why it breaks
-------------
A module that imports another gets it half made when that one is still waiting for the first. Names that come later in
the file do not exist yet, so the import fails and the worker exits with code 3.

How to fix
----------
Move what both need into a third module, or import inside the function that needs it. When a library is part of the
circle, a file of your own bears its name: rename the file.

Learn more
----------
Python FAQ, "What are the best practices for using import in a module?".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Frame, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled

_IMPORTS = re.compile(r"\s*(?:from|import)\b")


@check("runtime.circular-import", needs=("probe",), stage=Stage.LOAD, explains=RAISED)
def circular_import(evidence: Evidence) -> Iterator[Finding]:
    """Name the module that was half made."""
    for failure in told_by("runtime.circular-import", evidence):
        said = re.search(r"partially initialized module '([\w.]+)'", failure.message)
        module = said.group(1) if said else ""
        what = f"`{module}` is used before it is made" if module else "a module is used before it is made"
        yield failure.finding(
            titled(f"{what}: imports go in a circle", 88),
            saw=_others(failure),
            about=(f"module:{module.split('.', 1)[0]}",) if module else (),
            fixes=(
                Fix(title="import inside the function that needs the module", safety=Safety.REVIEW),
                Fix(title="move what both modules need into a third one", safety=Safety.REVIEW),
            ),
        )


def _others(failure: Failure) -> tuple[Quote, ...]:
    """The other lines of the circle: imports of own files on the way, the one that closes it being told already."""
    quotes = (failure.quote(frame) for frame in reversed(failure.error.frames) if frame.own)
    return tuple(one for one in quotes if one not in failure.quotes and _IMPORTS.match(one.text))[:3]


SCRIPT = "import features\n\ndef init(): ...\ndef run(data): return features.make(data)\n"

HALF_MADE = "(most likely due to a circular import)"


def _fails(type: str, text: str, *frames: Frame, beside: tuple[str, ...] = ()) -> Evidence:
    return seen(SCRIPT, raised_in(Phase.IMPORT, type, text, *frames), beside=beside)


CASES = (
    fires(
        _fails(
            "ImportError",
            f"cannot import name 'scale' from partially initialized module 'features' {HALF_MADE} (/work/features.py)",
            at(SCRIPT, "import features"),
        ),
        saw="`features` is used before it is made",
        line=1,
        findings=1,
    ),
    fires(_fails("AttributeError", f"partially initialized module 'features' has no attribute 'make' {HALF_MADE}")),
    fires(
        _fails(
            "ImportError",
            f"cannot import name 'make' from partially initialized module 'features' {HALF_MADE}",
            at(SCRIPT, "import features"),
            Frame(path="features.py", line=1, function="<module>", code="from scaling import scale", own=True),
            Frame(path="scaling.py", line=2, function="<module>", code="from features import make", own=True),
        ),
        saw="from scaling import scale",
        name="both lines of the circle",
    ),
    quiet(
        _fails(
            "AttributeError",
            f"partially initialized module 'random' has no attribute 'choice' {HALF_MADE}",
            beside=("random.py",),
        ),
        name="a file of one's own that hides a module",
    ),
    quiet(_fails("ImportError", "cannot import name 'a' from 'b'")),
    quiet(seen(SCRIPT, *started())),
)
