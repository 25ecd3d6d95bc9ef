"""The script uses a name that the installed version of a library does not have.

What it finds
-------------
An `AttributeError` about a library's module (`numpy.float`) or about a class that only one library has
(`DataFrame.append`).

Why it breaks
-------------
Libraries remove names between versions. The script was written for a version that had this one; the one installed has
not, so the line raises when it is reached.

How to fix
----------
Use what took the name's place, or pin the library to a version that has it.

Learn more
----------
The library's own release notes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.removals import names, removed
from checks.evidence import Evidence, Installed, Phase
from checks.finding import Finding, Fix, Quote, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.packages import distributions_of, installed_version, pin
from checks.runtime.reading import told_by
from checks.runtime.versions import attribute_gone as gone
from checks.runtime.wording import titled


@check("runtime.attribute-gone", needs=("probe",), stage=Stage.RUN, explains=RAISED)
def attribute_gone(evidence: Evidence) -> Iterator[Finding]:
    """Name what is gone, the version that runs, and what to use instead."""
    for failure in told_by("runtime.attribute-gone", evidence):
        found = gone(failure, evidence)
        if found is None:
            continue
        owner, attribute, package = found
        distribution = distributions_of(package, evidence)[0]
        version = installed_version(distribution, evidence)
        instead = _instead(owner, attribute, distribution)
        use = (Fix(title=f"use {instead} instead of `{owner}.{attribute}`"),) if instead else ()
        yield failure.finding(
            titled(f"{distribution}{f' {version}' if version else ''} has no `{owner}.{attribute}`", 88),
            saw=(Quote(source="probe", text=f"{distribution} {version} is installed"),) if version else (),
            about=(f"module:{package}", f"name:{attribute}", f"name:{owner}.{attribute}"),
            fixes=(*use, pin(distribution, None, f"one that has `{attribute}`")),
        )


def _instead(owner: str, attribute: str, distribution: str) -> str | None:
    """What took the name's place, as the table of removals says."""
    if row := names().get(f"{owner}.{attribute}"):
        return row.use
    return next((m.use for m in removed().methods if m.name == attribute and m.package == distribution), None)


SCRIPT = "import numpy as np\n\ndef init(): ...\n\ndef run(data):\n    return rows.append(np.float(data))\n"
NUMPY = Installed(distributions={"numpy": "2.1.0"})


def _fails(text: str, beside: tuple[str, ...] = ()) -> Evidence:
    step = raised_in(Phase.RUN, "AttributeError", text, at(SCRIPT, "append"))
    return seen(SCRIPT, *started(step), installed=NUMPY, beside=beside)


CASES = (
    fires(
        _fails("module 'numpy' has no attribute 'float'.\n`np.float` was a deprecated alias for the builtin `float`."),
        saw="numpy 2.1.0 has no `numpy.float`",
        line=6,
        findings=1,
    ),
    fires(_fails("'DataFrame' object has no attribute 'append'"), saw="has no `DataFrame.append`"),
    fires(_fails("module 'torch' has no attribute 'nothing'"), name="no replacement known"),
    quiet(_fails("module 'helpers' has no attribute 'scale'", ("helpers.py",)), name="a module of one's own"),
    quiet(_fails("'Scorer' object has no attribute 'append'"), name="a class of one's own"),
    quiet(_fails("'list' object has no attribute 'shape'"), name="a plain list"),
    quiet(seen(SCRIPT, *started())),
)
