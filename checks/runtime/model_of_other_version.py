"""A loaded model lacks an attribute that the library expects of it.

What it finds
-------------
An `AttributeError` inside a library about one of its own objects that came out of a pickle.

Why it breaks
-------------
Unpickling restores the attributes that the writing version had and calls no constructor. The installed version expects
more, or others, and fails when the object is used: often in run(), long after a clean start.

How to fix
----------
Pin the library to the version that wrote the model, or train again with the installed one.

Learn more
----------
scikit-learn documentation, "Model persistence", on version changes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Installed, ModelFile, ModelFolder, Phase
from checks.finding import Finding, Quote, Stage
from checks.runtime.failures import RAISED, probe_of
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.packages import distributions_of, installed_version, pin
from checks.runtime.reading import told_by
from checks.runtime.versions import model_lacks
from checks.runtime.wording import one_line, titled


@check("runtime.model-of-other-version", needs=("probe",), stage=Stage.RUN, explains=(*RAISED, "runtime.warned"))
def model_of_other_version(evidence: Evidence) -> Iterator[Finding]:
    """Name the class, and both versions where they are known."""
    for failure in told_by("runtime.model-of-other-version", evidence):
        found = model_lacks(failure, evidence)
        if found is None:
            continue
        kind, attribute, package = found
        distribution = distributions_of(package, evidence)[0]
        here = installed_version(distribution, evidence)
        files = evidence.models.files if isinstance(evidence.models, ModelFolder) else ()
        wrote = next((f.versions[distribution] for f in files if distribution in f.versions), None)
        warning = next((text for text in probe_of(evidence).warnings if "unpickle estimator" in text), None)
        saw = [Quote(source="probe", text=one_line(warning, 240))] if warning else []
        saw += [Quote(source="probe", text=f"{distribution} {here} is installed")] if here else []
        yield failure.finding(
            titled(f"the model is of another version: its {kind} has no `{attribute}`", 88),
            saw=tuple(saw),
            about=(f"module:{package}", f"name:{attribute}", *(f"file:{f.path}" for f in files if f.versions)),
            fixes=(pin(distribution, wrote, "the version that wrote the model, or train again"),),
        )


SCRIPT = "def init(): ...\n\ndef run(data):\n    return model.predict(data)\n"
HERE = at(SCRIPT, "predict")
LACKS = raised_in(
    Phase.RUN,
    "AttributeError",
    "'DecisionTreeClassifier' object has no attribute 'monotonic_cst'",
    HERE,
    library("sklearn/tree/_classes.py"),
)
WARNING = (
    "InconsistentVersionWarning: Trying to unpickle estimator DecisionTreeClassifier from version 1.2.2 when using "
    "version 1.6.1. This might lead to breaking code or invalid results."
)
WARNED = (WARNING,)

CASES = (
    fires(
        seen(SCRIPT, *started(LACKS), warnings=WARNED, installed=Installed(distributions={"scikit-learn": "1.6.1"})),
        saw="its DecisionTreeClassifier has no `monotonic_cst`",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(LACKS),
            models=model_folder(ModelFile(path="m.pkl", size=9, classes=("sklearn.tree.DecisionTreeClassifier",))),
        )
    ),
    quiet(seen(SCRIPT, *started(LACKS)), name="nothing says that the object came from a pickle"),
    quiet(
        seen(
            SCRIPT,
            *started(raised_in(Phase.RUN, "AttributeError", "'Pipeline' object has no attribute 'predct'", HERE)),
            warnings=WARNED,
        ),
        name="a name misspelt in the script",
    ),
    quiet(seen(SCRIPT, *started(), warnings=WARNED), name="warned, and it works"),
)
