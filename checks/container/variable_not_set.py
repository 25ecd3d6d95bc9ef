"""A variable that the script needs is set neither by the image nor by the run command.

What it finds
-------------
Variables that a failure, or an `os.environ[...]` of the script, asks for, held against those of the container. A set
variable with nearly the same name is told by container.variable-misnamed.

Why it breaks
-------------
A container has the variables of its image and those given with `-e` or `--env-file`; nothing of the shell that started
it. `os.environ[...]` raises KeyError for any other, and `os.getenv(...)` gives None, which the next call refuses.

How to fix
----------
Give the variable with `-e`, in the compose file or in `--env-file`, and make the container anew: its variables cannot
be changed later.

Learn more
----------
Docker documentation, `docker run --env` and `--env-file`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.places import MODEL_DIR, container_of, served
from checks.container.remake import DEPLOYMENT, executed, made_by, with_variable
from checks.container.scenes import APP, ENVIRONMENT, folder, frozen, seen
from checks.container.variable_misnamed import nearly
from checks.container.wanted import wanted
from checks.evidence import Asked, Evidence, Phase, Probe, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.observed import at, library, raised_in
from checks.runtime.wording import titled
from checks.text import listed

EXPLAINS = (
    "logs.env-variable-missing",
    "logs.env-variable-none",
    "logs.env-variable-named",
    "logs.model-dir-unset",
    "logs.model-dir-key",
    "logs.path-is-none",
    "runtime.variable-absent",
    "runtime.model-folder-not-given",
    "runtime.import-raised",
    "runtime.init-raised",
    "runtime.run-raised",
)


@check(
    "container.variable-not-set",
    needs=("container",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def variable_not_set(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each variable; what is only foreseen when nothing has run the line yet."""
    container = container_of(evidence)
    tried = isinstance(evidence.probe, Probe) or served(evidence)
    for one in wanted(evidence, container):
        if one.name == MODEL_DIR and made_by(container) == "deployment":
            continue  # doctor was given no model: runtime.model-folder-not-given
        if nearly(one, container, evidence) or (one.failure is None and (tried or not one.strict)):
            continue
        if one.failure is None and not container.tells_all_variables:
            continue
        value = "<folder of the model inside>" if one.name == MODEL_DIR else "<value>"
        commands = (f"docker run -e {one.name}={value} ...",)
        if one.name == MODEL_DIR:
            commands = (f"docker run -v <folder of the model>:/model:ro -e {MODEL_DIR}=/model ...",)
        yield Finding(
            title=titled(f"the variable {one.name} is not set in the container", 88),
            evidence=(
                *one.quotes,
                Quote(source="container", text=f"sets {listed(sorted(container.environment), 10)}"),
            ),
            severity=None if one.failure else Severity.WARNING,
            stage=one.failure.failure.stage if one.failure else None,
            about=one.about,
            fixes=(
                Fix(
                    title=with_variable(container, one.name, value),
                    safety=Safety.PLACEHOLDER,
                    commands=commands,
                ),
            ),
            confirm=executed(container, f"printenv {one.name}"),
        )


TENANT = 'import os\n\ndef init():\n    tenant = os.environ["TENANT"]\n\ndef run(data): return 1\n'
READS = Script(path=f"{APP}/score.py", text=TENANT)
CODE = frozen(folder(APP, "score.py"))
LOG = (
    f'Traceback (most recent call last):\n  File "{APP}/score.py", line 4, in init\n    tenant = os.environ["TENANT"]\n'
    "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'TENANT'\n"
)
NONE = (
    f'Traceback (most recent call last):\n  File "{APP}/score.py", line 4, in init\n    x = float(os.getenv("LEVEL"))\n'
)
OS = library("/usr/lib/python3.11/os.py", 680, "__getitem__")


def _probe(name: str, *, fails: bool = True) -> Probe:
    frame = at(TENANT, "TENANT", path=f"{APP}/score.py")
    steps = (raised_in(Phase.INIT, "KeyError", f"'{name}'", frame, OS),) if fails else ()
    asked = (Asked(name=name, set=False, phase=Phase.INIT, strict=True, at=frame),)
    return Probe(interpreter="python3", python="3.11.2", steps=steps, asked=asked)


CASES = (
    fires(seen(CODE, LOG), saw="the variable TENANT is not set in the container", line=4, findings=1),
    fires(seen(CODE, probe=_probe("TENANT"), script=READS), saw="TENANT", line=4, findings=1),
    fires(
        seen(CODE, NONE + "TypeError: float() argument must be a string or a real number, not 'NoneType'\n"),
        saw="the variable LEVEL is not set",
    ),
    fires(seen(CODE, script=READS), saw="TENANT", name="foreseen: nothing has run"),
    quiet(seen(CODE, LOG, environment={**ENVIRONMENT, "TENANT": "***"}), name="it is set by now"),
    fires(seen(CODE, LOG, labels=DEPLOYMENT), saw="TENANT", name="a deployment to be"),
    quiet(seen(CODE, LOG.replace("TENANT", MODEL_DIR), labels=DEPLOYMENT), name="a deployment without a model"),
    quiet(seen(CODE, "KeyError: 'TENANT'\n"), name="a key of something else"),
    quiet(seen(CODE, probe=_probe("TENANT", fails=False), script=READS), name="the rehearsal could do without"),
    quiet(seen(CODE, LOG, environment={**ENVIRONMENT, "TENNANT": "a"}), name="nearly set: another check"),
    quiet(
        seen(CODE, script=Script(path="score.py", text=TENANT.replace('["TENANT"]', '.get("TENANT", "a")'))),
        name="with a default",
    ),
    quiet(
        seen(
            CODE,
            script=Script(
                path="score.py", text=TENANT.replace("    tenant", '    os.environ["TENANT"] = "a"\n    tenant')
            ),
        ),
        name="the script sets it",
    ),
)
