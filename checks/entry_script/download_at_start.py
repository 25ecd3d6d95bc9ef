"""The start of the service downloads something.

What it finds
-------------
Downloads at import and in init(): `requests.get`, `urlretrieve`, `nltk.download`, `snapshot_download`,
`torch.hub.load` and the like. A model that is loaded by the name it has on a model hub is told as information, and so
is a download that only runs when a file is missing.

Why it breaks
-------------
Every worker downloads again at each start and restart. A deployment whose outbound traffic is closed, a host that is
down or slow, or a rate limit then stops the service from starting.

How to fix
----------
Download once, register the files as part of the model, and load them from AZUREML_MODEL_DIR.

Learn more
----------
Source: product documentation on network isolation of online endpoints.
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import FETCHERS, argument, calls, keyword, last, text_of
from checks.entry_script.conditions import asks_for_file, is_switched
from checks.entry_script.module import Module
from checks.entry_script.paths import Base, written
from checks.entry_script.reach import IMPORT, INIT, STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?")
FILE_ENDINGS = (".pkl", ".pt", ".pth", ".bin", ".h5", ".onnx", ".joblib", ".json")
FROM_HUB = frozenset({"transformers.pipeline", "sentence_transformers.SentenceTransformer"})


@check(
    "entry-script.download-at-start",
    needs=("tree",),
    stage=Stage.INIT,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.network-at-start", "runtime.host-unreachable", "runtime.slow-start", "runtime.timeout", *RAISED),
)
def download_at_start(evidence: Evidence) -> Iterator[Finding]:
    """Look for calls that fetch, on the way to the first request."""
    script, module = entry_script(evidence)
    for call, name in calls(module):
        from_hub = _is_hub(module, call, name)
        if name not in FETCHERS and not from_hub:
            continue
        phases = [phase for phase in reach(module).phases(call) if phase in (IMPORT, INIT)]
        if not phases:
            continue
        mild = from_hub or _is_request(call, name) or asks_for_file(module, call) or is_switched(module, call)
        yield Finding(
            title=f"{name.removeprefix('?.')}() fetches a model from a hub at every start"
            if from_hub
            else f"{name}() fetches something at every start",
            severity=Severity.INFO if mild else None,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(Fix(title="register the files with the model, and load them from AZUREML_MODEL_DIR"),),
        )


def _is_request(call: ast.Call, name: str) -> bool:
    """A request to an address that only the run knows: a service that the script works with, perhaps."""
    if not name.startswith(("requests.", "httpx.", "urllib.request.urlopen")):
        return False
    return text_of(argument(call, 0, "url", "method")) is None


def _is_hub(module: Module, call: ast.Call, name: str) -> bool:
    """The call names a model by its name on a hub, and not by a path."""
    if last(name) == "from_pretrained":
        given = argument(call, 0, "pretrained_model_name_or_path")
    elif name in FROM_HUB:
        given = argument(call, 1 if name.endswith("pipeline") else 0, "model", "model_name_or_path")
    else:
        return False
    offline = keyword(call, "local_files_only")
    if given is None or (isinstance(offline, ast.Constant) and offline.value is True):
        return False
    path = written(module, given)
    text = text_of(given) or (path.text if path.base is Base.TEXT and path.complete and not path.fallback else "")
    return bool(HUB_NAME.fullmatch(text)) and not text.endswith(FILE_ENDINGS)


_RUN = "def run(data): return 1\n"
CASES = (
    fires("import nltk\ndef init():\n    nltk.download('stopwords')\n" + _RUN, line=3, saw="nltk.download()"),
    fires("from urllib.request import urlretrieve\nurlretrieve('https://a/b', '/tmp/b')\n" + _RUN),
    fires(
        "from transformers import AutoModel\ndef init():\n    global m\n"
        "    m = AutoModel.from_pretrained('bert-base-uncased')\n" + _RUN,
        saw="hub",
        name="worth knowing",
    ),
    fires(
        "import os, requests\ndef init():\n    if not os.path.exists('/tmp/m'):\n"
        "        requests.get('https://a')\n" + _RUN,
        saw="requests.get()",
        name="only when a file is missing: worth knowing",
    ),
    fires(
        "import os, requests\ndef init():\n    requests.get(os.environ['MSI_ENDPOINT'])\n" + _RUN,
        name="a service: worth knowing",
    ),
    quiet("import requests\ndef run(data):\n    return requests.get('https://a').json()\n"),
    quiet("import nltk\n" + _RUN + "if __name__ == '__main__':\n    nltk.download('x')\n"),
    quiet(
        "import os\nfrom transformers import AutoModel\ndef init():\n    global m\n"
        "    m = AutoModel.from_pretrained(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'bert'))\n" + _RUN
    ),
    quiet("from transformers import AutoModel\ndef init():\n    AutoModel.from_pretrained('./bert')\n" + _RUN),
    quiet("from transformers import AutoModel as A\nM = A.from_pretrained('a/b', local_files_only=True)\n" + _RUN),
)
