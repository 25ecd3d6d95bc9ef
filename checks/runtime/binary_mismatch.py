"""A compiled package was built for another version of what it is used with.

What it finds
-------------
The complaints of compiled packages about NumPy's binary interface, and of generated code about protobuf.

Why it breaks
-------------
Compiled code fits the library versions it was built for. Another one was installed beside it, by a later pip install
or a loose pin, and the import is refused: the worker exits with code 3.

How to fix
----------
Pin the pair to versions that fit each other; for NumPy, a NumPy below 2 or a newer build of the package.

Learn more
----------
NumPy documentation, "NumPy 2.0 migration guide"; protobuf documentation, "Cross-version runtime guarantee".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Installed, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.packages import installed_version
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.binary-mismatch", needs=("probe",), stage=Stage.LOAD, explains=RAISED)
def binary_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Name both sides, as far as the traceback shows them."""
    for failure in told_by("runtime.binary-mismatch", evidence):
        said = failure.message.lower()
        base = "protobuf" if "descriptor" in said or "protobuf" in said else "numpy"
        others = [p for p in failure.packages if p not in (base, "google")]
        version = installed_version(base, evidence)
        saw = (Quote(source="probe", text=f"{base} {version} is installed"),) if version else ()
        if base == "protobuf":
            fix = Fix(title="pin protobuf below 4", commands=("protobuf<=3.20.3",))
        elif version is None or version.startswith(("2", "3")):
            fix = Fix(title="pin numpy below 2", commands=("numpy<2",))
        else:
            fix = Fix(
                title="pin numpy to <version>, the one the package was built with",
                safety=Safety.PLACEHOLDER,
                commands=("numpy==<version>",),
            )
        yield failure.finding(
            titled(f"`{others[-1] if others else 'a package'}` was built for another version of {base}", 88),
            saw=saw,
            about=(f"module:{base}",),
            fixes=(fix,),
        )


SCRIPT = "import pandas as pd\n\ndef init(): ...\ndef run(data): return 1\n"


def _fails(type: str, text: str, package: str = "pandas/_libs/__init__.py", **more: Installed) -> Evidence:
    step = raised_in(Phase.IMPORT, type, text, at(SCRIPT, "pandas"), library(package))
    return seen(SCRIPT, step, installed=more.get("installed"))


CASES = (
    fires(
        _fails(
            "ValueError",
            "numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from "
            "PyObject",
            installed=Installed(distributions={"numpy": "1.26.4"}),
        ),
        saw="`pandas` was built for another version of numpy",
        line=1,
        findings=1,
    ),
    fires(_fails("AttributeError", "_ARRAY_API not found")),
    fires(_fails("TypeError", "Descriptors cannot be created directly.", "onnx/onnx_pb2.py"), saw="of protobuf"),
    quiet(_fails("ValueError", "could not convert string to float: 'a'")),
    quiet(_fails("ModuleNotFoundError", "No module named 'numpy'")),
    quiet(seen(SCRIPT, *started())),
)
