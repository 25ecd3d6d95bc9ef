"""A file that the script reads is not there.

What it finds
-------------
A `FileNotFoundError`, or the same in a library's own words, for a file that is no model.

Why it breaks
-------------
Only the code folder and the model folder travel into the container, and the current folder there is neither of them
reliably. A path that held on one machine names nothing, so the call fails.

How to fix
----------
Put the file beside the script or into the model folder, and build its path from `__file__` or `AZUREML_MODEL_DIR`.

Learn more
----------
Product documentation, "Understand the scoring script".
"""

import difflib
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, SourceTree
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.paths import anchor_fix, missing_path
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, titled

BESIDE = "os.path.dirname(os.path.abspath(__file__))"


@check("runtime.file-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def file_missing(evidence: Evidence) -> Iterator[Finding]:
    """Hold the path against what lies beside the script."""
    for failure in told_by("runtime.file-missing", evidence):
        path = missing_path(failure)
        if not path:
            continue
        beside = _beside(path, evidence)
        saw = (Quote(source="code folder", text=f"{beside} is there"),) if beside else ()
        yield failure.finding(
            titled(f"{base_name(path)} is not there{f': {path}' if base_name(path) != path else ''}", 88),
            saw=saw,
            about=(f"file:{base_name(path)}", f"file:{path}"),
            fixes=(_fix(failure, path, beside),),
        )


def _beside(path: str, evidence: Evidence) -> str | None:
    """The file of the code folder that is meant: the same path, the same name, or one like it."""
    if not isinstance(evidence.source, SourceTree):
        return None
    clean, name = path.replace("\\", "/").removeprefix("./"), base_name(path)
    files = evidence.source.files
    same = [f for f in files if f == clean] or [f for f in files if base_name(f) == name]
    if not same and not path.endswith(".py"):
        close = difflib.get_close_matches(name, [base_name(f) for f in files], n=1, cutoff=0.8)
        same = [f for f in files if base_name(f) in close]
    return same[0] if same else None


def _fix(failure: Failure, path: str, beside: str | None) -> Fix:
    if beside is None:
        clean = path.replace("\\", "/").removeprefix("./")
        written = failure.own is not None and clean in failure.own.code.replace("\\", "/")
        relative = written and not re.match(r"/|~|[A-Za-z]:|\.\./", clean)
        kept = clean if relative else base_name(path)  # a relative path keeps its folders
        place = "beside the script" if kept == base_name(path) else "with the code"
        return Fix(
            title=f"ship {kept} {place}, and build its path from the script's own",
            commands=(f'os.path.join({BESIDE}, "{kept}")',),
        )
    title = f"build the path of {beside} from the script's own folder"
    return anchor_fix(failure, path, BESIDE, beside, title) or Fix(
        title=title, commands=(f'os.path.join({BESIDE}, "{beside}")',)
    )


SCRIPT = """def init():
    global labels
    with open("labels.txt") as source:
        labels = source.read().split()

def run(data): return labels
"""


def _lacks(path: str = "labels.txt", *beside: str) -> Evidence:
    message = f"[Errno 2] No such file or directory: '{path}'"
    step = raised_in(Phase.INIT, "FileNotFoundError", message, at(SCRIPT, "open("), filename=path)
    return seen(SCRIPT, step, beside=beside)


CASES = (
    fires(
        _lacks("labels.txt", "labels.txt"),
        saw="labels.txt is there",
        line=3,
        fixed="import os\n"
        + SCRIPT.replace('"labels.txt"', 'os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels.txt")'),
        findings=1,
    ),
    fires(_lacks("labels.txt", "label.txt"), saw="label.txt is there", name="a similar name"),
    fires(_lacks("/home/me/labels.txt"), saw="labels.txt is not there: /home/me/labels.txt"),
    fires(_lacks("data\\labels.txt", "data/labels.txt"), saw="data/labels.txt is there"),
    fires(
        _lacks("elsewhere/labels.txt"),
        saw="labels.txt is not there: elsewhere/labels.txt",
        name="a path that the line does not hold",
    ),
    quiet(_lacks("model.onnx"), name="a model"),
    quiet(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "FileNotFoundError",
                "[Errno 2] No such file or directory: 'ffmpeg'",
                at(SCRIPT, "open("),
                library("/usr/lib/python3.11/subprocess.py"),
                filename="ffmpeg",
            ),
        ),
        name="a program",
    ),
    quiet(seen(SCRIPT, *started(), models=model_folder())),
)
