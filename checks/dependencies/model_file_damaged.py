"""A file of the model folder is not the model.

What it finds
-------------
A git-lfs pointer, a saved web page, an empty or a cut file under a model's name, when the script was not run. A run
tells more exactly what became of it.

Why it breaks
-------------
The loader reads other bytes than were written ("invalid load key, 'v'", "Ran out of input", "pickle data was
truncated"), so init() raises and the worker exits with code 3.

How to fix
----------
Fetch the file again (`git lfs pull` for a pointer), compare its size and hash with the original, and register it anew.

Learn more
----------
Source: the Git LFS specification, "The Pointer"; Python documentation, `pickle`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.evidence import Evidence, ModelFile, ModelFolder, Probe, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

_WHAT = {
    "git-lfs pointer": "is a git-lfs pointer",
    "html": "is a web page",
    "empty": "is empty",
    "truncated pickle": "is cut off",
}
_MODEL = re.compile(
    r"\.(?:pkl|pickle|joblib|sav|model|pt|pth|bin|h5|keras|onnx|bst|ubj|cbm|safetensors|npy|npz)(?:\.gz)?\Z"
)


@check("dependencies.model-file-damaged", needs=("models",), stage=Stage.INIT)
def model_file_damaged(evidence: Evidence) -> Iterator[Finding]:
    """Look at the formats that the collector told, unless the script was run."""
    assert isinstance(evidence.models, ModelFolder)
    if isinstance(evidence.probe, Probe):
        return
    text = evidence.script.text if isinstance(evidence.script, Script) else ""
    for file in evidence.models.files:
        name = file.path.rsplit("/", 1)[-1]
        if file.format not in _WHAT or not _MODEL.search(name.lower()):
            continue
        loaded = name in text
        yield Finding(
            title=f"{name[:50]} {_WHAT[file.format]}, not the model",
            severity=Severity.ERROR if loaded else Severity.WARNING,
            confidence=Confidence.LIKELY if loaded else Confidence.POSSIBLE,
            evidence=(Quote(source=file.path, text=f"{file.size} bytes, {file.format}"),),
            about=(f"file:{name}", f"file:{file.path}"),
            fixes=(_fix(file, name),),
        )


def _fix(file: ModelFile, name: str) -> Fix:
    if file.format == "git-lfs pointer":
        return Fix(title="pull the file and register the model again", commands=("git lfs pull",))
    return Fix(title=f"fetch {name} again, and compare its size and hash with the original")


LOADS = "import joblib\n\ndef init():\n    joblib.load('model.pkl')\ndef run(data): return data\n"


def _folder(format: str, path: str = "model.pkl") -> ModelFolder:
    return ModelFolder(path="model", files=(ModelFile(path=path, size=133, format=format),))


CASES = (
    fires(script(LOADS).replace(models=_folder("git-lfs pointer")), saw="model.pkl is a git-lfs pointer"),
    fires(script(LOADS).replace(models=_folder("truncated pickle")), saw="is cut off"),
    fires(script(LOADS).replace(models=_folder("empty", "other.onnx")), saw="other.onnx is empty"),
    quiet(script(LOADS).replace(models=_folder("pickle"))),
    quiet(script(LOADS).replace(models=_folder("empty", "__init__.py")), name="an empty file that is no model"),
    quiet(
        script(LOADS).replace(models=_folder("empty"), probe=Probe(interpreter="python", python="3.11.7", steps=())),
        name="the run tells more",
    ),
)
