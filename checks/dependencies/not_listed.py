"""A package is imported that the environment file neither lists nor brings along.

What it finds
-------------
Imports of the entry script that run when the service starts or answers, and packages that the rehearsal saw the code
folder's other modules or a pickle import, held against the environment file and what its packages require.

Why it breaks
-------------
The image holds what the environment file asks for, and what that requires. The import works where the package happens
to be installed; in the container it raises ModuleNotFoundError, and the worker exits with code 3 again and again.

How to fix
----------
List the package that provides the import, with the version that was used.

Learn more
----------
Source: the product's page "Troubleshoot online endpoints", section "A package that was imported but isn't in the
environment".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import SERVE, beside, conda, requirements
from checks.dependencies.imports import Imported, imported_modules, is_own
from checks.dependencies.module_name_not_distribution import wrong_names
from checks.dependencies.names import (
    EVERYTHING,
    brought_by,
    distributions_for,
    imports_of,
    is_standard,
    on_index,
    pip_name,
    row_of,
)
from checks.dependencies.subject import (
    SERVER,
    add_to_pip,
    environment_of,
    file_name,
    has_own_dockerfile,
    names_of,
    pinned,
    python_of,
)
from checks.entry_script.module import parse
from checks.entry_script.removals import module_row
from checks.evidence import EnvironmentFile, Evidence, Installed, Missing, ModelFolder, Probe, Script, SourceTree
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.text import listed

ALWAYS = ("pip", "setuptools", "wheel", SERVER, "azureml-contrib-services")
"""What every image has, or what another check speaks of when it is missing."""


@dataclass(frozen=True)
class Needed:
    """One import that somebody needs: `import_` of the script, or the proof that another module imports it."""

    module: str
    proof: Quote
    severity: Severity
    line: int | None = None


@check(
    "dependencies.not-listed",
    needs=("environment", "tree"),
    stage=Stage.LOAD,
    explains=("runtime.module-missing", "runtime.module-not-installed-here", "runtime.import-raised"),
)
def not_listed(evidence: Evidence) -> Iterator[Finding]:
    """Hold imports against the environment file, one finding for each distribution that is not there."""
    environment = environment_of(evidence)
    if environment.problems and not environment.requirements:
        return
    brought = brought_by(environment, evidence.installed, ALWAYS)
    if EVERYTHING in brought:
        return
    told: set[str] = set()
    for needed in _needed(evidence):
        finding = _judge(evidence, environment, brought, needed)
        if finding is None or finding.title in told:
            continue
        told.add(finding.title)
        yield finding


def _needed(evidence: Evidence) -> Iterator[Needed]:
    """Imports of the script; then those that only the rehearsal, or without it a model file, tells of."""
    script = evidence.script
    assert isinstance(script, Script)
    seen: set[str] = set()
    for found in imported_modules(evidence):
        seen.add(found.top)
        yield Needed(found.module, _quote(script, found), _severity(found), found.line)
    skipped = {name.split(".")[0] for name in parse(script.text).imported_modules}  # in code that does not run
    probe, models = evidence.probe, evidence.models
    if isinstance(probe, Probe):
        for name in sorted(set(probe.imported) - seen - skipped):
            text = f"the rehearsal imported `{name}` for another module of the code folder, or for a pickle"
            yield Needed(name, Quote(source="rehearsal", text=text), Severity.ERROR)
    elif isinstance(models, ModelFolder):
        for file in models.files:
            for name in file.modules:
                if name not in seen and name not in {"__main__", "__builtin__", "copy_reg"}:
                    seen.add(name)
                    text = f"the pickle refers to `{next((c for c in file.classes if c.startswith(name)), name)}`"
                    yield Needed(name, Quote(source=file.path, text=text), Severity.WARNING)


def _quote(script: Script, found: Imported) -> Quote:
    return parse(script.text).quote(script.path, found.line)


def _severity(found: Imported) -> Severity:
    return Severity.ERROR if found.kind == "needed" else Severity.INFO


def _judge(
    evidence: Evidence, environment: EnvironmentFile, brought: Mapping[str, str], needed: Needed
) -> Finding | None:
    module, top = needed.module, needed.module.split(".")[0]
    if is_standard(top, python_of(environment)) or is_standard(top) or top == "entry_module":
        return None
    if isinstance(evidence.source, SourceTree) and is_own(evidence.source, top):
        return None
    gone = module_row(module)
    if gone is not None and not gone.removed_in and not gone.note:
        return None  # a package that was withdrawn: listing it would not help
    if "." not in module and top in {"azure", "google", "azureml", "ruamel", "backports", "opentelemetry"}:
        return None  # the name of a namespace tells no package
    if _is_misnamed(environment, top):
        return None
    own = distributions_for(module)
    here = _providers(evidence.installed, module, top)
    if any(canonicalize_name(name) in brought for name in (*own, *here)):
        return None
    known = row_of(module) is not None or bool(here)
    if not known and not _is_complete(evidence.source):
        return None
    doubtful = not known and _unknown(environment)
    right = own[0] if row_of(module) is not None or not here else here[0]
    severity = Severity.INFO if doubtful else needed.severity
    doubted = bool(doubtful) or _is_partial(evidence, environment)
    if doubted and severity is Severity.ERROR:
        severity = Severity.WARNING
    return Finding(
        title=f"{file_name(environment)} lists no package that provides `{row_of(module) or top}`"[:90],
        severity=severity,
        confidence=Confidence.POSSIBLE if doubted else Confidence.LIKELY,
        evidence=(
            needed.proof,
            Quote(
                source=environment.path,
                text=f"lists {listed(names_of(environment.requirements), 8)}; none of them requires {right}",
            ),
            *(
                (Quote(source="packages not known to doctor", text=f"{listed(doubtful)} may provide it"),)
                if doubtful
                else ()
            ),
        ),
        about=(f"module:{top}", f"module:{module}", *((f"line:{needed.line}",) if needed.line else ())),
        fixes=(_fix(evidence, environment, module, right, known=known),),
    )


def _fix(evidence: Evidence, environment: EnvironmentFile, module: str, right: str, *, known: bool) -> Fix:
    if not known:
        top = module.split(".")[0]
        return Fix(
            title=f"list the package that provides `{top}`, or put {top}.py into the code folder if it is your own",
            safety=Safety.PLACEHOLDER,
            commands=("- <package>==<version>",),
        )
    if not on_index(module):
        return Fix(
            title=f"list {right} by the URL of its wheel",
            safety=Safety.PLACEHOLDER,
            commands=(f"- {right} @ <URL of the wheel>",),
        )
    item = pinned(evidence, right)
    where = "the pip list of " if environment.kind == "conda" else ""
    here = isinstance(evidence.installed, Missing) or canonicalize_name(right) in evidence.installed.distributions
    edits = add_to_pip(environment, item) if here else ()  # an edit that no rehearsal here could prove is only told
    return Fix(
        title=f"add `{item}` to {where}{file_name(environment)}",
        safety=Safety.REVIEW,
        edits=edits,
        commands=() if edits else (f"- {item}" if environment.kind == "conda" else item,),
    )


def _providers(installed: Installed | Missing, module: str, top: str) -> tuple[str, ...]:
    """Distributions here that install the import; a namespace is shared by many, so it tells nothing."""
    if not isinstance(installed, Installed) or (row_of(module) is not None and "." in str(row_of(module))):
        return ()
    return installed.providers.get(top, ())


def _is_partial(evidence: Evidence, environment: EnvironmentFile) -> bool:
    """True for a requirements file that is only a part of the image: one without the server, or with a Dockerfile."""
    own = brought_by(environment, evidence.installed)
    return environment.kind == "requirements" and (SERVER not in own or has_own_dockerfile(evidence.source))


def _is_misnamed(environment: EnvironmentFile, top: str) -> bool:
    """True when the file lists the import's own name, which another check speaks of."""
    name = canonicalize_name(top)
    return name in wrong_names() and any(r.name == name for r in environment.requirements)


def _is_complete(source: SourceTree | Missing) -> bool:
    return isinstance(source, SourceTree) and not source.truncated


def _unknown(environment: EnvironmentFile) -> list[str]:
    """Listed packages whose imports doctor does not know: one of them may be meant."""
    return [
        r.name
        for r in environment.requirements
        if (name := pip_name(r))
        and name not in {"python", "pip", "azureml-defaults", "azureml-sdk"}
        and not imports_of(name)
    ]


PANDAS = "import pandas as pd\n\ndef init(): ...\ndef run(data): return pd.DataFrame(data).sum().tolist()\n"

CASES = (
    fires(
        beside(conda("python=3.11", "numpy", "pip", pip=("azureml-inference-server-http",)), PANDAS),
        saw="`pandas`",
        line=1,
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - numpy\n  - pip\n"
        "  - pip:\n      - azureml-inference-server-http\n      - pandas\n",
    ),
    fires(
        beside(
            requirements("azureml-inference-server-http", "numpy"),
            "def init():\n    global model\n    import joblib\n    model = joblib.load('m')\ndef run(data): return 1\n",
            installed=Installed(distributions={"joblib": "1.4.2"}, providers={"joblib": ("joblib",)}),
        ),
        line=3,
        fixed="azureml-inference-server-http\nnumpy\njoblib==1.4.2\n",
    ),
    fires(
        beside(requirements("azure-core"), f"from azure.storage.blob import BlobClient\n{SERVE}"),
        saw="azure-storage-blob",
    ),
    fires(
        beside(requirements("numpy"), f"from PIL import Image\n{SERVE}"),
        saw="Pillow",
    ),
    quiet(beside(conda("python=3.11", "scikit-learn"), f"import numpy, scipy.sparse, joblib\n{SERVE}")),
    quiet(beside(conda("pytorch", "opencv"), f"import torch, cv2\n{SERVE}"), name="conda's own names"),
    quiet(beside(requirements("azureml-defaults"), f"from azureml.core.model import Model\n{SERVE}")),
    quiet(
        beside(requirements("numpy"), f"import helpers\n{SERVE}", files=("helpers.py",)), name="a module of one's own"
    ),
    quiet(beside(requirements("numpy"), f"import json, os, zoneinfo, distutils\n{SERVE}"), name="the standard library"),
    quiet(
        beside(requirements("numpy"), "def init(): ...\ndef run(d): return d\ndef unused():\n    import torch\n"),
        name="in a function that nothing calls",
    ),
    quiet(
        beside(requirements("numpy"), f"if __name__ == '__main__':\n    import requests\n{SERVE}"),
        name="only when started by hand",
    ),
    quiet(
        beside(requirements("scikit-learn"), f"from azureml.contrib.services.aml_request import rawhttp\n{SERVE}"),
        name="what the server itself provides",
    ),
    quiet(beside(requirements("sklearn"), f"from sklearn.svm import SVC\n{SERVE}"), name="listed by its import name"),
)
