"""The library cannot read the model file's format.

What it finds
-------------
The messages of onnxruntime, Keras, xgboost, lightgbm, safetensors and HDF5 about files that they open and cannot read.

Why it breaks
-------------
The file is there, but it is damaged, of another kind, or of a format version that the installed library does not know.
init() fails and the worker exits with code 3.

How to fix
----------
Compare the file's hash with the original; then use the library version that wrote it, or a newer one. Custom Keras
layers must be passed as `custom_objects`.

Learn more
----------
Release notes of the library that wrote the file.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.packages import distributions_of, installed_version
from checks.runtime.paths import model_file
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, bytes_of, titled


@check("runtime.model-format-refused", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def model_format_refused(evidence: Evidence) -> Iterator[Finding]:
    """Name the file, what it is, and the library that refuses it."""
    for failure in told_by("runtime.model-format-refused", evidence):
        file = model_file(failure, evidence)
        package = failure.packages[-1] if failure.packages else None
        distribution = distributions_of(package, evidence)[0] if package else "the library"
        version = installed_version(distribution, evidence)
        custom = "Unknown layer" in failure.message or "Could not locate class" in failure.message
        saw = [Quote(source=file.path, text=f"{bytes_of(file.size)}, {file.format}")] if file else []
        saw += [Quote(source="probe", text=f"{distribution} {version} is installed")] if version else []
        name = base_name(file.path) if file else "the model file"
        if custom:
            title = f"{name} has a layer that is not known where it is loaded"
            fix = Fix(title="pass the layer's class as custom_objects", commands=("custom_objects={...}",))
        else:
            title = f"{distribution} cannot read {name}"
            fix = Fix(title=f"pin {distribution} to the version that wrote {name}, or export the model again")
        yield failure.finding(
            titled(title, 88),
            saw=tuple(saw),
            about=(*((f"module:{package}",) if package else ()), *((f"file:{name}",) if file else ())),
            fixes=(fix,),
        )


SCRIPT = "import onnxruntime\n\ndef init():\n    s = onnxruntime.InferenceSession('a')\n\ndef run(data): return 1\n"
HERE = at(SCRIPT, "InferenceSession")


def _fails(type: str, text: str, package: str = "onnxruntime/capi/a.py") -> Evidence:
    step = raised_in(Phase.INIT, type, text, HERE, library(package))
    return seen(SCRIPT, step, models=model_folder("net.onnx"))


CASES = (
    fires(
        _fails("Fail", "[ONNXRuntimeError] : 1 : FAIL : Unsupported model IR version: 10, max supported IR version: 9"),
        saw="onnxruntime cannot read net.onnx",
        line=4,
        findings=1,
    ),
    fires(_fails("ValueError", "Unknown layer: Attention. Please ensure", "keras/saving/a.py"), saw="has a layer that"),
    quiet(_fails("InvalidArgument", "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Invalid feed input name:x")),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "FileNotFoundError", "[Errno 2] No such file or directory: 'net.onnx'"))),
    quiet(seen(SCRIPT, *started())),
)
