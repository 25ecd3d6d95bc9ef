"""The model is pickled in a protocol that the environment's Python cannot read.

What it finds
-------------
A pickle of protocol 5 in the model folder, and a Python older than 3.8 in the environment file.

Why it breaks
-------------
Protocol 5 came with Python 3.8. An older one stops at the first byte with "ValueError: unsupported pickle protocol: 5",
so init() raises and the worker exits with code 3.

How to fix
----------
Use Python 3.8 or newer in the image, or write the model with `protocol=4`.

Learn more
----------
Source: Python documentation, `pickle`, "Data stream format".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda
from checks.dependencies.subject import environment_of, python_of, quote
from checks.evidence import Evidence, ModelFile, ModelFolder
from checks.finding import Confidence, Finding, Fix, Quote, Stage

_FIRST = {4: (3, 4), 5: (3, 8)}


@check(
    "dependencies.pickle-protocol-too-new",
    needs=("environment", "models"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=("runtime.unpickle-failed", "runtime.init-raised"),
)
def pickle_protocol_too_new(evidence: Evidence) -> Iterator[Finding]:
    """Compare protocols with the pinned Python."""
    environment, models = environment_of(evidence), evidence.models
    assert isinstance(models, ModelFolder)
    python = python_of(environment)
    pin = next((r for r in environment.requirements if r.name == "python"), None)
    for file in models.files:
        first = _FIRST.get(file.protocol or 0)
        if python is None or pin is None or first is None or python >= first:
            continue
        base = file.path.rsplit("/", 1)[-1]
        yield Finding(
            title=f"Python {environment.python} cannot read {base}: pickle protocol {file.protocol}",
            evidence=(Quote(source=file.path, text=f"pickle protocol {file.protocol}"), quote(environment, pin)),
            about=(f"file:{base}", f"file:{file.path}"),
            fixes=(
                Fix(
                    title=f"write the model with protocol 4, or use Python {first[0]}.{first[1]} or newer",
                    commands=('pickle.dump(model, open("<file>", "wb"), protocol=4)'.replace("<file>", base),),
                ),
            ),
        )


def _models(protocol: int) -> ModelFolder:
    return ModelFolder(path="model", files=(ModelFile(path="m.pkl", size=9, format="pickle", protocol=protocol),))


CASES = (
    fires(beside(conda("python=3.7"), models=_models(5)), saw="protocol 5"),
    fires(beside(conda("python=3.6.9", "numpy"), models=_models(5))),
    quiet(beside(conda("python=3.8"), models=_models(5))),
    quiet(beside(conda("python=3.7"), models=_models(4))),
    quiet(beside(conda("numpy"), models=_models(5)), name="Python is left open"),
)
