"""A module that the script imports does not parse.

What it finds
-------------
A `SyntaxError` raised by an import: in a module of one's own, or in an installed package that is written for a newer
Python.

Why it breaks
-------------
Python compiles a module when it is first imported. A line that it cannot parse ends the import, so the worker exits
with code 3 and the container restarts.

How to fix
----------
Correct the line; for a package, run a newer Python or pin the package to a version that supports this one.

Learn more
----------
`python -m py_compile <file>` shows the same error.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Frame, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, package_of, probe_of, same_file
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, one_line, titled


@check("runtime.syntax-refused", needs=("probe",), stage=Stage.LOAD, confidence=Confidence.CERTAIN, explains=RAISED)
def syntax_refused(evidence: Evidence) -> Iterator[Finding]:
    """Point at the line that does not parse, not at the import."""
    for failure in told_by("runtime.syntax-refused", evidence):
        detail = failure.error.detail
        path, line = str(detail.get("filename") or ""), detail.get("lineno")
        number = line if isinstance(line, int) else None
        package = package_of(Frame(path=path, line=number or 0, function=""))
        quote = Quote(source=path or "a module", line=number, text=str(detail.get("text") or "").strip() or "(no text)")
        if package:
            python = probe_of(evidence).python
            title = f"`{package}` is written for a newer Python than {python}"
            fix = Fix(
                title=f"pin `{package}` to <version>, one that supports Python {python}",
                safety=Safety.PLACEHOLDER,
                commands=(f"{package}<<version>",),
            )
        else:
            title = (
                f"{base_name(path) or 'a module'} does not parse: {one_line(str(detail.get('msg') or failure.message))}"
            )
            fix = Fix(title=f"correct line {number} of {base_name(path)}" if number else "correct the module")
            if "codec can't decode" in failure.message:
                fix = Fix(title=f"save {base_name(path) or 'the module'} as UTF-8")
        found = failure.finding(
            titled(title, 88),
            about=(
                *((f"file:{base_name(path)}",) if path else ()),
                *((f"module:{package}",) if package else ()),
                *((f"line:{number}",) if failure.script and same_file(path, failure.script.path) else ()),
            ),
            fixes=(fix,),
        )
        yield Finding(
            title=found.title,
            evidence=(quote, *found.evidence),
            about=found.about,
            fixes=found.fixes,
            stage=found.stage,
        )


SCRIPT = "import helpers\n\ndef init(): ...\ndef run(data): return helpers.clean(data)\n"


def _refuses(path: str) -> Evidence:
    return seen(
        SCRIPT,
        raised_in(
            Phase.IMPORT,
            "SyntaxError",
            f"invalid syntax ({base_name(path)}, line 7)",
            at(SCRIPT, "helpers"),
            filename=path,
            lineno=7,
            text="match kind:",
            msg="invalid syntax",
        ),
    )


CASES = (
    fires(_refuses("/work/helpers.py"), saw="helpers.py does not parse: invalid syntax", line=7, findings=1),
    fires(_refuses(library("rich/console.py").path), saw="`rich` is written for a newer Python than 3.11.7"),
    quiet(seen(SCRIPT, *started())),
    quiet(seen(SCRIPT, raised_in(Phase.IMPORT, "ImportError", "cannot import name 'a' from 'helpers'"))),
    quiet(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "invalid syntax"))),
        name="the words alone are no syntax error",
    ),
)
