"""Another file stands in the place of the model.

What it finds
-------------
An exception of any loader over a file of the model folder whose first bytes are no model's: a web page, a Git LFS
pointer, an error answer of a storage service, text where the format is binary, or nothing.

Why it breaks
-------------
The bytes are not those that were written when the model was trained. No version of the library can read them, so
init() fails and the worker exits with code 3.

How to fix
----------
Fetch the file itself (`git lfs pull` for a pointer, a signed-in download for a page), compare its size and hash with
the original, and register it again.

Learn more
----------
Source: the Git LFS specification, "The Pointer".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, ModelFile, Opened, Phase
from checks.finding import Confidence, Finding, Quote, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.replaced_models import replaced
from checks.runtime.wording import base_name, bytes_of, titled


@check("runtime.model-file-replaced", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def model_file_replaced(evidence: Evidence) -> Iterator[Finding]:
    """Name the file, and what it is."""
    for failure in told_by("runtime.model-file-replaced", evidence):
        found = replaced(failure, evidence)
        if found is None:
            continue
        file, what = found
        name = base_name(file.path)
        note = f" ({file.note})" if file.note else ""
        yield failure.finding(
            titled(f"{name} {what.title}", 88),
            why=what.why,
            saw=(Quote(source=file.path, text=f"{bytes_of(file.size)}, {file.format}{note}"),),
            about=(f"file:{name}", f"file:{file.path}", *(f"module:{package}" for package in failure.packages)),
            fixes=(what.fix,),
            confidence=Confidence.CERTAIN,
        )


SCRIPT = """import os
import onnxruntime

def init():
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "net.onnx")
    session = onnxruntime.InferenceSession(path)
    session.labels["a"]

def run(data): return 1
"""
PROTOBUF = "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Load model from models/net.onnx failed:Protobuf parsing failed."


def _fails(
    type: str, text: str, format: str, name: str = "net.onnx", needle: str = "InferenceSession", opened: bool = False
) -> Evidence:
    script = SCRIPT.replace("net.onnx", name)
    step = raised_in(Phase.INIT, type, text, at(script, needle), library("onnxruntime/capi/session.py"))
    read = (Opened(path=f"models/{name}", mode="read", place="model", phase=Phase.INIT, at=at(script, "path =")),)
    file = ModelFile(path=name, size=64, format=format)
    return seen(script, step, models=model_folder(file), opened=read if opened else ())


CASES = (
    fires(_fails("InvalidProtobuf", PROTOBUF, "html"), saw="net.onnx is a web page", line=6, findings=1),
    fires(_fails("InvalidProtobuf", PROTOBUF, "git-lfs pointer"), saw="net.onnx is a git-lfs pointer"),
    fires(_fails("InvalidProtobuf", PROTOBUF, "empty"), saw="net.onnx is empty"),
    fires(_fails("InvalidProtobuf", PROTOBUF, "json"), saw="net.onnx is JSON text"),
    fires(_fails("OSError", "Unable to open file (file signature not found)", "html", "net.h5"), saw="net.h5 is a web"),
    fires(_fails("XGBoostError", "Check failed: header", "html", "net.ubj"), saw="net.ubj is a web page"),
    fires(_fails("error", "unpack requires a buffer of 16 bytes", "empty", "net.bin", opened=True), saw="is empty"),
    fires(_fails("ValueError", "Cannot load file containing pickled data", "text", "net.npy", opened=True), saw="text"),
    quiet(_fails("InvalidProtobuf", PROTOBUF, "onnx"), name="a model that cannot be read"),
    quiet(_fails("KeyError", "'a'", "html", needle="labels"), name="another subject"),
    quiet(_fails("ModuleNotFoundError", "No module named 'onnxruntime'", "html"), name="the library is not there"),
    quiet(_fails("KeyError", "'net'", "json", "net.json", opened=True), name="JSON where JSON belongs"),
    quiet(_fails("ValueError", "could not convert", "text", "net.txt", opened=True), name="text where text belongs"),
    quiet(seen(SCRIPT, *started(), models=model_folder(ModelFile(path="net.onnx", size=64, format="html")))),
)
