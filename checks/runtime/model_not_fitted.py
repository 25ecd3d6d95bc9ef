"""The saved model was never fitted.

What it finds
-------------
`NotFittedError`, and the like of xgboost and lightgbm.

Why it breaks
-------------
The file holds an estimator that was saved before `fit`, or another object than the one that was fitted: a pipeline
whose scaler was fitted apart. It loads cleanly and refuses every prediction, so every request gets 500.

How to fix
----------
Save the fitted object, and load that file.

Learn more
----------
scikit-learn documentation, `sklearn.exceptions.NotFittedError`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.model-not-fitted", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def model_not_fitted(evidence: Evidence) -> Iterator[Finding]:
    """Name the class, as the message does."""
    for failure in told_by("runtime.model-not-fitted", evidence):
        said = re.search(r"[Tt]his (\w+) instance", failure.message)
        what = f"the saved {said.group(1)}" if said else "the saved model"
        yield failure.finding(
            titled(f"{what} was never fitted", 88),
            fixes=(Fix(title="save the object after fit(), with all its parts, and register that file"),),
        )


SCRIPT = "def init(): ...\n\ndef run(data):\n    return model.predict(data)\n"
HERE = at(SCRIPT, "predict")
SAYS = (
    "This StandardScaler instance is not fitted yet. Call 'fit' with appropriate arguments before using this estimator."
)

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "NotFittedError", SAYS, HERE))),
        saw="the saved StandardScaler was never fitted",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "NotFittedError", "need to call fit or load_model beforehand")))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "X has 3 features, but SVC is expecting 4", HERE)))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "AttributeError", "'SVC' object has no attribute 'fit_'", HERE)))),
    quiet(seen(SCRIPT, *started())),
)
