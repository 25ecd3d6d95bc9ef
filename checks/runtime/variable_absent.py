"""An environment variable that the script needs is not set.

What it finds
-------------
A `KeyError` out of `os.environ[...]`, and a path, number or text made of the None that `os.getenv(...)` gave.

Why it breaks
-------------
A deployment has the variables that its definition sets, besides those of the platform. What a shell or a notebook had
set is not among them, so the lookup raises, or gives None, and the first use of it fails.

How to fix
----------
Set the variable in the deployment (`environment_variables`), and for the rehearsal; or give the lookup a default.

Learn more
----------
Product documentation, managed online deployment YAML schema, `environment_variables`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Asked, Evidence, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.variables import absent_variable
from checks.runtime.wording import titled


@check("runtime.variable-absent", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def variable_absent(evidence: Evidence) -> Iterator[Finding]:
    """Name the variable and the line that asks for it."""
    for failure in told_by("runtime.variable-absent", evidence):
        absent = absent_variable(failure, evidence)
        if absent is None:
            continue
        asked = (failure.quote(absent.at),) if absent.at and absent.at != failure.own else ()
        how = "raises when it is not set" if absent.strict else "gives None when it is not set"
        yield failure.finding(
            titled(f"the environment variable {absent.name} is not set", 88),
            saw=(*asked, Quote(source="probe", text=f"the script asked for {absent.name}; the lookup {how}")),
            about=(
                f"variable:{absent.name}",
                *((f"line:{absent.at.line}",) if absent.at and failure.in_script(absent.at) else ()),
            ),
            fixes=(
                Fix(
                    title=f"set {absent.name} to <value> in the deployment's environment_variables",
                    safety=Safety.PLACEHOLDER,
                    commands=("environment_variables:", f"  {absent.name}: <value>"),
                ),
                Fix(
                    title="if the deployment sets it, set it for the rehearsal too",
                    safety=Safety.PLACEHOLDER,
                    commands=(f"doctor check {evidence.target.name} --set {absent.name}=<value>",),
                ),
                Fix(title="give the lookup a default", commands=(f'os.environ.get("{absent.name}", <default>)',)),
            ),
        )


SCRIPT = """import os

def init():
    tenant = os.environ["TENANT"]

def run(data): return 1
"""
LATE = """import os

def init():
    root = os.getenv("DATA_ROOT")
    level = os.getenv("LEVEL")
    open(os.path.join(root, "a.json"))

def run(data): return 1
"""
NONE_PATH = "expected str, bytes or os.PathLike object, not NoneType"
OS = library("/usr/lib/python3.11/os.py", 680, "__getitem__", "raise KeyError(key) from None")


def _asked(text: str, name: str, *, strict: bool = False, set: bool = False) -> Asked:
    return Asked(name=name, set=set, phase=Phase.INIT, strict=strict, at=at(text, f'"{name}"'))


CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "KeyError", "'TENANT'", at(SCRIPT, "TENANT"), OS, key="TENANT"),
            asked=(_asked(SCRIPT, "TENANT", strict=True),),
        ),
        saw="the environment variable TENANT is not set",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            LATE,
            raised_in(Phase.INIT, "TypeError", NONE_PATH, at(LATE, "path.join")),
            asked=(_asked(LATE, "DATA_ROOT"), _asked(LATE, "LEVEL")),
        ),
        saw="DATA_ROOT is not set",
        line=6,
        name="None is met two lines later, and the path's own name decides which variable it was",
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "KeyError", "'AZUREML_MODEL_DIR'", at(SCRIPT, "TENANT"), OS),
            models=model_folder("a.pkl"),
        ),
        name="a model folder was given",
    ),
    quiet(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "KeyError", "'TENANT'", at(SCRIPT, "def run")))),
        name="a key of something else",
    ),
    quiet(
        seen(LATE, raised_in(Phase.INIT, "TypeError", NONE_PATH, at(LATE, "path.join"))),
        name="None from elsewhere",
    ),
    quiet(seen(LATE, *started(), asked=(_asked(LATE, "LEVEL"),)), name="absent and not missed"),
)
