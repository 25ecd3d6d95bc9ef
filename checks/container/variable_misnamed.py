"""A variable is set whose name is nearly the one that is asked for.

What it finds
-------------
Variables that the script, or the server, asks for and does not get, held against the names that the container sets: in
another case, with another separator, mistyped, with a word more, or in another order.

Why it breaks
-------------
Names of variables are exact, in case as well. A variable that nobody asks for is no error to anyone, so the value is
there and the service goes on without it: it raises KeyError, or takes a default.

How to fix
----------
Set the variable under the name that is asked for, and make the container anew.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/config.py`: the names of its variables, among them
`SEPERATE_HEALTH_ENDPOINT`, spelt so.
"""

import difflib
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.places import container_of, entry_of
from checks.container.remake import executed, made_by, with_variable
from checks.container.scenes import APP, ENVIRONMENT, folder, frozen, seen
from checks.container.wanted import ALWAYS, Wanted, names_in, wanted
from checks.containers import Container, Image
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import titled

SERVER = (
    "AML_APP_ROOT", "AZUREML_SOURCE_DIRECTORY", "AZUREML_ENTRY_SCRIPT", "AZUREML_MODEL_DIR", "SERVICE_NAME",
    "WORKSPACE_NAME", "SERVICE_PATH_PREFIX", "SERVICE_VERSION", "SCORING_TIMEOUT_MS", "AZUREML_LOG_LEVEL",
    "AML_APP_INSIGHTS_ENABLED", "AML_APP_INSIGHTS_KEY", "AML_APP_INSIGHTS_ENDPOINT", "AML_MODEL_DC_STORAGE_ENABLED",
    "AML_MDC_STORAGE_ENABLED", "APP_INSIGHTS_LOG_RESPONSE_ENABLED", "AML_CORS_ORIGINS", "AZUREML_DEBUG_PORT",
    "WORKER_COUNT", "WORKER_TIMEOUT", "WORKER_PRELOAD", "SERVER_PORT", "SEPERATE_HEALTH_ENDPOINT", "HEALTH_PORT",
    "SERVER_VERSION_LOG_RESPONSE_ENABLED", "AZUREML_CONFIG_FILE", "AML_FLASK_ONE_COMPATIBILITY",
    "AML_DBG_MODEL_INFO", "AML_DBG_RESOURCE_INFO", "AML_SERVER_ROOT", "AZUREML_CONDA_ENVIRONMENT_PATH",
    "AZUREML_INFERENCE_SERVER_HTTP_ENABLED", "AZUREML_EXTRA_PYTHON_LIB_PATH", "AZUREML_EXTRA_CONDA_YAML",
    "AZUREML_EXTRA_REQUIREMENTS_TXT",
)  # fmt: skip
"""Variables of the server and of the image's start script, inference server 0.4 to 1.5."""

_SAME = {"DIRECTORY": "DIR", "FOLDER": "DIR", "PATH": "DIR", "COUNTS": "COUNT", "WORKERS": "WORKER"}


@check(
    "container.variable-misnamed",
    needs=("container",),
    stage=Stage.INIT,
    explains=(
        "container.variable-not-set",
        "container.entry-script-not-set",
        "logs.env-variable-missing",
        "logs.env-variable-none",
        "logs.env-variable-named",
        "logs.model-dir-unset",
        "logs.model-dir-key",
        "logs.path-is-none",
        "logs.main-script-not-found",
        "runtime.variable-absent",
        "runtime.model-folder-not-given",
        "runtime.import-raised",
        "runtime.init-raised",
        "runtime.run-raised",
    ),
)
def variable_misnamed(evidence: Evidence) -> Iterator[Finding]:
    """First what the script misses, then what the server would look for."""
    container = container_of(evidence)
    told: set[str] = set()
    for one in wanted(evidence, container):
        near = nearly(one, container, evidence)
        if near is None or near in told or (one.failure is None and not container.tells_all_variables):
            continue
        told.add(near)
        yield _finding(container, one.name, near, "the script", one.quotes, one.about, failing=one.failure is not None)
    for name in SERVER if container.tells_all_variables else ():
        if name in container.environment:
            continue
        near = _of_server(name, container, evidence)
        if near is None or near in told:
            continue
        told.add(near)
        failing = name == "AZUREML_ENTRY_SCRIPT" and entry_of(container) is None
        yield _finding(container, name, near, "the server", (), (f"variable:{name}",), failing=failing)


def nearly(one: Wanted, container: Container, evidence: Evidence) -> str | None:
    """The set variable that may be meant; None where there is none, or where it is asked for by its own name."""
    asked = names_in(evidence)
    return next((name for name in _foreign(container, asked) if _alike(one.name, name)), None)


def _of_server(wanted_name: str, container: Container, evidence: Evidence) -> str | None:
    """A set variable that is a mistyped name of the server's own."""
    close = [name for name in _foreign(container, names_in(evidence)) if _mistyped(wanted_name, name)]
    return close[0] if close else None


def _foreign(container: Container, asked: frozenset[str]) -> Iterator[str]:
    """Names that the run command or the image sets, and that neither the script nor the server asks for."""
    known = {*SERVER, *ALWAYS, *asked}
    image = set(container.image.environment) if isinstance(container.image, Image) else set()
    names = sorted(container.environment, key=lambda name: (name in image, name))
    return (name for name in names if name not in known)


def _alike(asked: str, name: str) -> bool:
    """True for names that one may take for each other, whichever way."""
    if _mistyped(asked, name):
        return True
    left, right = _words(asked), _words(name)
    if sorted(left) == sorted(right):
        return True
    shorter, longer = sorted((left, right), key=len)
    return len(shorter) >= 2 and len(longer) - len(shorter) == 1 and set(shorter) < set(longer)


def _mistyped(asked: str, name: str) -> bool:
    """True for another case or separator, and for one or two wrong letters in a long name."""
    left, right = _plain(asked), _plain(name)
    if left == right:
        return True
    if min(len(left), len(right)) < 6 or re.sub(r"\D", "", left) != re.sub(r"\D", "", right):
        return False
    return difflib.SequenceMatcher(None, left, right).ratio() >= 0.9


def _plain(name: str) -> str:
    return "".join(_SAME.get(word, word) for word in re.split(r"[^A-Z0-9]+", name.upper()) if word)


def _words(name: str) -> list[str]:
    return [_SAME.get(word, word) for word in re.split(r"[^A-Z0-9]+", name.upper()) if word]


def _finding(
    container: Container,
    name: str,
    near: str,
    who: str,
    quotes: tuple[Quote, ...],
    about: tuple[str, ...],
    *,
    failing: bool,
) -> Finding:
    typo = _mistyped(name, near)
    return Finding(
        title=titled(f"{who} asks for {name}, and {near} is set", 88),
        evidence=(*quotes, Quote(source="container", text=f"sets {near}, and no {name}")),
        severity=None if failing else Severity.WARNING,
        confidence=Confidence.LIKELY if typo else Confidence.POSSIBLE,
        about=about,
        fixes=(
            Fix(
                title=f"{with_variable(container, name, '<value>')}, instead of {near}"
                if made_by(container) in {"deployment", "kubernetes"}
                else f"set {name} instead of {near}, and make the container anew",
                commands=(
                    f"docker run -e {name}=<value> ..." if container.is_pod else f'docker run -e {name}="${near}" ...',
                ),
            ),
        ),
        confirm=executed(container, f"printenv {name}"),
    )


def _log(name: str) -> str:
    return (
        f'Traceback (most recent call last):\n  File "{APP}/score.py", line 4, in init\n    x = os.environ["{name}"]\n'
        f"  File \"<frozen os>\", line 679, in __getitem__\nKeyError: '{name}'\n"
    )


CODE = frozen(folder(APP, "score.py"))
READS = Script(
    path=f"{APP}/score.py", text='import os\nURL = os.environ["STORE_URL"]\ndef init(): ...\ndef run(d): ...\n'
)

CASES = (
    fires(
        seen(CODE, _log("MODEL_NAME"), environment={**ENVIRONMENT, "MODELNAME": "a"}),
        saw="the script asks for MODEL_NAME, and MODELNAME is set",
        line=4,
        findings=1,
    ),
    fires(seen(CODE, _log("TENANT_ID"), environment={"AZURE_TENANT_ID": "a"}), saw="AZURE_TENANT_ID is set"),
    fires(seen(CODE, script=READS, environment={"store_url": "a"}), saw="store_url"),
    fires(seen(CODE, environment={"AZUREML_ENTRYSCRIPT": "score.py"}), saw="the server asks for AZUREML_ENTRY_SCRIPT"),
    fires(seen(CODE, environment={"SEPARATE_HEALTH_ENDPOINT": "true"}), saw="SEPERATE_HEALTH_ENDPOINT"),
    quiet(seen(CODE, _log("MODEL_NAME")), name="nothing like it is set"),
    quiet(seen(CODE, _log("KEY_1"), environment={"KEY_2": "a"}), name="a numbered sibling"),
    quiet(
        seen(CODE, _log("STORE_URI"), environment={"STORE_URL": "a"}, script=READS), name="asked for by its own name"
    ),
    quiet(
        seen(CODE, environment={**ENVIRONMENT, "PYTHON_VERSION": "3.11", "WORKER_COUNT": "2", "DEBIAN_FRONTEND": ""})
    ),
    quiet(seen(CODE, environment={**ENVIRONMENT, "AML_APP_INSIGHTS_ENDPOINT": "a", "HEALTH_PORT": "1"})),
)
