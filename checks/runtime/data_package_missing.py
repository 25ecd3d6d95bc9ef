"""Data that a language package downloads apart is not there.

What it finds
-------------
The messages of NLTK about resources, and of spaCy about models.

Why it breaks
-------------
`pip install nltk` and `pip install spacy` bring code; corpora and language models are fetched by a second command,
which an environment file does not run. The lookup fails, in init() or on the first request.

How to fix
----------
For spaCy, list the model's wheel among the pip packages; for NLTK, ship the resource in the model folder and append
that folder to `nltk.data.path`.

Learn more
----------
spaCy documentation, "Installing models"; NLTK documentation, "Installing NLTK data".
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


@check(
    "runtime.data-package-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED
)
def data_package_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the resource, and how it travels."""
    for failure in told_by("runtime.data-package-missing", evidence):
        model = re.search(r"Can't find model '([\w-]+)'", failure.message)
        resource = re.search(r"Resource (?:\x1b\[93m)?([\w-]+)", failure.message)
        name = model.group(1) if model else resource.group(1) if resource else "a resource"
        fix = (
            Fix(
                title=f"list the wheel of {name} in the environment file, in the version that spaCy needs",
                commands=(f"{name.replace('_', '-')} @ <URL of the wheel>",),
            )
            if model
            else Fix(
                title=f"ship {name} with the model, and tell NLTK where",
                commands=('nltk.data.path.append(os.path.join(os.environ["AZUREML_MODEL_DIR"], "nltk_data"))',),
            )
        )
        yield failure.finding(
            titled(f"the {'language model' if model else 'NLTK resource'} {name} is not installed", 88), fixes=(fix,)
        )


SCRIPT = "import spacy\n\ndef init():\n    spacy.load('en_core_web_sm')\n\ndef run(data): return 1\n"
SPACY = "[E050] Can't find model 'en_core_web_sm'. It doesn't seem to be a Python package or a valid path."
NLTK = "Resource punkt not found.\n  Please use the NLTK Downloader to obtain the resource:\n  >>> import nltk"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "OSError", SPACY, at(SCRIPT, "spacy.load"))),
        saw="the language model en_core_web_sm is not installed",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "LookupError", NLTK))), saw="the NLTK resource punkt"),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "LookupError", "unknown encoding: utf-9"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "OSError", "[E053] Could not read config file from model/config.cfg"))),
    quiet(seen(SCRIPT, *started())),
)
