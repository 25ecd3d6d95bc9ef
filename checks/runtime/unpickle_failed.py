"""The model file cannot be unpickled.

What it finds
-------------
An exception out of `pickle`, `joblib`, `dill` or `torch.load`, once the file was found: a pointer or a web page in the
place of the model, an empty or cut file, classes that are not where the pickle looks for them, and pickles of other
library versions.

Why it breaks
-------------
A pickle is a list of instructions that import classes by name and fill them. Where the bytes are not those that were
written, or the classes have moved, loading stops, so init() fails and the worker exits with code 3.

How to fix
----------
Depends on the file: fetch it again, ship the class as a module beside the script, or pin the versions that wrote it.

Learn more
----------
Python documentation, `pickle`, "What can be pickled and unpickled?"; scikit-learn documentation, "Model persistence".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, ModelFile, ModelFolder, Opened, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.packages import distributions_of, installed_version, pin
from checks.runtime.paths import model_file
from checks.runtime.reading import told_by
from checks.runtime.replaced_models import POINTER, Replacement, replacement_of, web_page
from checks.runtime.unpickling import main_attribute, moved_module
from checks.runtime.wording import base_name, bytes_of, one_line, titled


@dataclass(frozen=True)
class Story:
    """What a failed unpickling comes down to."""

    title: str
    why: str
    fix: Fix
    about: tuple[str, ...] = field(default=())
    confidence: Confidence = Confidence.LIKELY


@check("runtime.unpickle-failed", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def unpickle_failed(evidence: Evidence) -> Iterator[Finding]:
    """Tell what the file is, or what its classes miss."""
    for failure in told_by("runtime.unpickle-failed", evidence):
        file = model_file(failure, evidence)
        name = base_name(file.path) if file else "the model"
        story = _story(failure, file, name, evidence)
        yield failure.finding(
            titled(story.title, 88),
            why=story.why,
            saw=_saw(file, evidence),
            about=(*story.about, *((f"file:{name}", f"file:{file.path}") if file else ())),
            fixes=(story.fix,),
            confidence=story.confidence,
        )


def _story(failure: Failure, file: ModelFile | None, name: str, evidence: Evidence) -> Story:
    said = failure.message
    kind = file.format if file else ""
    if kind == "git-lfs pointer" or "invalid load key, 'v'" in said:
        return _replaced(name, POINTER)
    if file and (kind in ("json", "text") or (kind == "html" and file.note)) and (what := replacement_of(file)):
        return _replaced(name, what)
    if kind == "html" or "invalid load key, '<'" in said:
        return _replaced(name, web_page(name))
    if kind == "empty" or "Ran out of input" in said:
        what = Replacement(
            "is empty or cut off",
            "The unpickler met the end of the file before its first instruction was complete.",
            Fix(title=f"upload {name} again, and compare its size with the original"),
        )
        return _replaced(name, what)
    if kind == "truncated pickle" or "pickle data was truncated" in said or "unexpected end of data" in said:
        what = Replacement(
            "is cut off",
            "The unpickler met the end of the file in the middle of the data: an upload or download stopped halfway.",
            Fix(title=f"upload {name} again, and compare its hash with the original", commands=(f"sha256sum {name}",)),
        )
        return _replaced(name, what)
    if "persistent" in said or (kind == "torch" and failure.kind == "UnpicklingError"):
        return Story(
            title=f"{name} is a torch file, and was opened with pickle",
            why="torch.save writes a zip archive whose pickle refers to storages beside it; pickle alone cannot follow "
            "those references, so init() fails and the worker exits with code 3.",
            fix=Fix(title="load it with torch", commands=('torch.load(path, map_location="cpu")',)),
        )
    if protocol := re.search(r"unsupported pickle protocol:? (\d+)", said):
        return Story(
            title=f"{name} was written with pickle protocol {protocol[1]}, which this Python cannot read",
            why="A newer Python wrote the file in a newer format than the one that reads it knows, so init() fails and "
            "the worker exits with code 3.",
            fix=Fix(title="use the Python that wrote the file, or write it with protocol 4", commands=("protocol=4",)),
            confidence=Confidence.CERTAIN,
        )
    if missing := main_attribute(failure):
        return _class_elsewhere(name, *missing)
    if module := moved_module(failure):
        return _moved(name, module, evidence)
    if "incompatible dtype" in said or "node array from the pickle" in said:
        return _other_version(name, "sklearn", "the trees in it have other fields than this version reads", evidence)
    if failure.kind in ("ModuleNotFoundError", "ImportError"):
        return Story(
            title=f"{name} needs a module that is not there: {one_line(said, 60)}",
            why="The pickle imports the modules of its classes. One of them cannot be imported, so init() fails and "
            "the worker exits with code 3.",
            fix=Fix(title="list the package that the model was made with, in the same version"),
        )
    libraries = [p for p in failure.packages if p not in ("joblib", "dill", "cloudpickle", "torch")]
    if libraries:
        return _other_version(name, libraries[-1], "its own code stumbles over what was stored", evidence)
    return Story(
        title=f"{name} cannot be unpickled: {one_line(said, 60)}",
        why="The bytes are no pickle, or one that another library wrote: a file that joblib compressed, ONNX, HDF5 and "
        "JSON need their own loaders. init() fails and the worker exits with code 3.",
        fix=Fix(title="load the file with the library that wrote it, or write it anew"),
        confidence=Confidence.LIKELY,
    )


def _replaced(name: str, what: Replacement) -> Story:
    return Story(title=f"{name} {what.title}", why=what.why, fix=what.fix, confidence=Confidence.CERTAIN)


def _class_elsewhere(name: str, attribute: str, module: str) -> Story:
    where = "the script that trained the model" if module == "__main__" else f"`{module}`"
    return Story(
        title=f"{name} needs `{attribute}`, which it looks for in `{module}`",
        why=f"A pickle stores the place of a class, not its code. {attribute} was defined in {where}; in the server "
        f"that place is another program{'' if module == '__main__' else ' or version'}, which has no such name. init() "
        "fails and the worker exits with code 3.",
        fix=Fix(
            title=f"move {attribute} into <module>.py, import it there for training, train again, and ship the module",
            safety=Safety.PLACEHOLDER,
            commands=(f"from <module> import {attribute.split('.', 1)[0]}",),
        ),
        about=(f"name:{attribute}", f"module:{module.split('.', 1)[0]}"),
        confidence=Confidence.CERTAIN,
    )


def _moved(name: str, module: str, evidence: Evidence) -> Story:
    top = module.split(".", 1)[0]
    older, distribution = module.startswith("numpy._core"), distributions_of(top, evidence)[0]
    story = _other_version(name, top, f"it has no module `{module}`", evidence)
    return Story(
        title=f"{name} was written with {'a newer' if older else 'another'} {distribution}: no module `{module}`",
        why=story.why,
        fix=story.fix,
        about=(*story.about, f"module:{module}"),
        confidence=Confidence.CERTAIN,
    )


def _other_version(name: str, module: str, what: str, evidence: Evidence) -> Story:
    distribution = next(iter(distributions_of(module, evidence)))
    wrote = _wrote(distribution, evidence)
    here = installed_version(distribution, evidence)
    installed = f" {here}" if here else ""
    return Story(
        title=f"{name} was written by another version of {distribution} than{installed or ' the one installed'}",
        why=f"A pickle holds the insides of objects as the version that wrote it had them. {distribution}{installed} "
        f"reads them and fails: {what}. init() raises and the worker exits with code 3.",
        fix=pin(distribution, wrote, "the version that wrote the model, or train again"),
        about=(f"module:{module}",),
    )


def _wrote(distribution: str, evidence: Evidence) -> str | None:
    if not isinstance(evidence.models, ModelFolder):
        return None
    return next((f.versions[distribution] for f in evidence.models.files if distribution in f.versions), None)


def _saw(file: ModelFile | None, evidence: Evidence) -> tuple[Quote, ...]:
    if file is None:
        return ()
    versions = ", ".join(f"{n} {v}" for n, v in file.versions.items())
    here = [f"{n} {v}" for n in file.versions if (v := installed_version(n, evidence))]
    text = f"{bytes_of(file.size)}, {file.format}" + (f", written with {versions}" if versions else "")
    text += f"; installed: {', '.join(here)}" if here else ""
    return (Quote(source=file.path, text=text + (f" ({one_line(file.note)})" if file.note else "")),)


SCRIPT = """import os, pickle

def init():
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"), "rb") as source:
        model = pickle.load(source)

def run(data): return 1
"""
HERE = at(SCRIPT, "pickle.load(")
READ = (Opened(path="models/model.pkl", mode="read", place="model", phase=Phase.INIT, at=at(SCRIPT, "open(")),)


def _fails(type: str, text: str, *frames: str, file: ModelFile | None = None) -> Evidence:
    step = raised_in(Phase.INIT, type, text, HERE, *map(library, frames))
    return seen(SCRIPT, step, models=model_folder(file or "model.pkl", "README.md"), opened=READ)


CASES = (
    fires(
        _fails(
            "UnpicklingError",
            "invalid load key, 'v'.",
            file=ModelFile(path="model.pkl", size=133, format="git-lfs pointer"),
        ),
        saw="model.pkl is a git-lfs pointer, not the model",
        line=6,
        findings=1,
    ),
    fires(_fails("UnpicklingError", "invalid load key, '<'."), saw="is a web page"),
    fires(
        _fails(
            "UnpicklingError",
            "invalid load key, '{'.",
            file=ModelFile(path="model.pkl", size=84, format="json", note="an error answer of a storage service"),
        ),
        saw="model.pkl is JSON text, not the model",
    ),
    fires(_fails("EOFError", "Ran out of input"), saw="is empty or cut off"),
    fires(_fails("UnpicklingError", "pickle data was truncated"), saw="model.pkl is cut off"),
    fires(
        _fails("UnpicklingError", "A load persistent id instruction was encountered, but no persistent_load function"),
        saw="is a torch file",
    ),
    fires(_fails("ValueError", "unsupported pickle protocol: 5"), saw="pickle protocol 5"),
    fires(
        _fails("AttributeError", "Can't get attribute 'Scaler' on <module '__main__' (built-in)>"),
        saw="needs `Scaler`, which it looks for in `__main__`",
    ),
    fires(
        _fails("ModuleNotFoundError", "No module named 'sklearn.ensemble.forest'"),
        saw="no module `sklearn.ensemble.forest`",
    ),
    fires(_fails("ModuleNotFoundError", "No module named 'numpy._core'"), saw="written with a newer numpy"),
    fires(
        _fails(
            "ValueError",
            "node array from the pickle has an incompatible dtype:\n- expected: a\n- got: b",
            "sklearn/tree/_tree.py",
            file=ModelFile(path="model.pkl", size=900, format="joblib", versions={"scikit-learn": "1.0.2"}),
        ),
        saw="written with scikit-learn 1.0.2",
    ),
    quiet(_fails("FileNotFoundError", "[Errno 2] No such file or directory: 'model.pkl'"), name="not found at all"),
    quiet(
        seen(
            SCRIPT, raised_in(Phase.INIT, "TypeError", "expected str, bytes or os.PathLike object, not NoneType", HERE)
        ),
        name="the path is None",
    ),
    quiet(_fails("ModuleNotFoundError", "No module named 'xgboost'"), name="a package is missing"),
    quiet(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "bad row", at(SCRIPT, "def run")))),
        name="another line",
    ),
    quiet(seen(SCRIPT, *started(), opened=READ)),
)
