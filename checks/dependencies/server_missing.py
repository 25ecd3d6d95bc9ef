"""The environment file brings no inference server.

What it finds
-------------
A conda or requirements file with neither `azureml-inference-server-http` nor `azureml-defaults`, which brings it.

Why it breaks
-------------
The platform starts the container with the server of the environment that the file describes. When it is not installed
there, the start script ends with exit code 96, or with 127 and "exec: gunicorn: not found", before the entry script is
read. A requirements file alone may be installed on top of a curated image that has the server.

How to fix
----------
Add `azureml-inference-server-http` to the pip list.

Learn more
----------
Source: the product's page "Azure Machine Learning inference HTTP server"; the SDK's warning "azureml-defaults not
detected in provided environment pip dependencies".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.names import EVERYTHING, brought_by
from checks.dependencies.pip_list_misplaced import misplaced
from checks.dependencies.subject import (
    SERVER,
    add_to_pip,
    environment_of,
    file_name,
    has_own_dockerfile,
    is_batch,
    names_of,
    python_of,
)
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.text import listed


@check(
    "dependencies.server-missing",
    needs=("environment",),
    stage=Stage.BUILD,
    explains=("dependencies.schema-missing",),
)
def server_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look for the server among what the file installs."""
    environment = environment_of(evidence)
    brought = brought_by(environment, evidence.installed)
    if {SERVER, EVERYTHING} & brought.keys() or is_batch(evidence):
        return
    if (environment.problems and not environment.requirements) or misplaced(environment):
        return
    severity, confidence = Severity.ERROR, Confidence.LIKELY
    if environment.kind == "requirements" or "inference" in (environment.image or ""):
        severity, confidence = Severity.WARNING, Confidence.POSSIBLE
        if has_own_dockerfile(evidence.source):
            severity = Severity.INFO
    python = python_of(environment)
    item = SERVER if python and python < (3, 9) else f"{SERVER}~=1.4"
    edits = add_to_pip(environment, item)
    yield Finding(
        title=f"{file_name(environment)} brings no inference server",
        severity=severity,
        confidence=confidence,
        evidence=(
            Quote(source=environment.path, text=f"lists {listed(names_of(environment.requirements), 8)}"),
            Quote(source="expected", text=f"{SERVER}, or azureml-defaults, which requires it"),
        ),
        about=(f"file:{file_name(environment)}",),
        fixes=(
            Fix(
                title=f"add `{item}` to the pip list",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else (f"- {item}",),
            ),
        ),
    )


BATCH = "def init(): ...\ndef run(mini_batch):\n    return [len(path) for path in mini_batch]\n"

CASES = (
    fires(
        beside(conda("python=3.11", "pip", pip=("scikit-learn==1.5.2",))),
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
        "      - scikit-learn==1.5.2\n      - azureml-inference-server-http~=1.4\n",
    ),
    fires(
        beside(conda("python=3.11", "scikit-learn")),
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - scikit-learn\n  - pip\n"
        "  - pip:\n      - azureml-inference-server-http~=1.4\n",
    ),
    fires(beside(requirements("numpy")), fixed="numpy\nazureml-inference-server-http~=1.4\n"),
    quiet(beside(conda("python=3.11", "pip", pip=("azureml-defaults",)))),
    quiet(beside(conda("python=3.11", "pip", pip=("azureml-inference-server-http~=1.4",)))),
    quiet(beside(conda("python=3.11", "pip", pip=("azureml-sdk", "azureml-defaults==1.47")))),
    quiet(beside(conda("python=3.11", "pip", pip=("azureml-core", "pandas")), BATCH), name="a batch script"),
)
