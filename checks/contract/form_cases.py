"""Evidence for the cases of checks that read request bodies by their form."""

from checks.contract.scenes import declared, interface, sample, sample_of, undecorated
from checks.evidence import Evidence, Phase, Sample

READS_DATA = """import json


def init(): ...


def run(raw):
    rows = json.loads(raw)["data"]
    return [sum(row) for row in rows]
"""
READS_TEXT = "def init(): ...\n\n\ndef run(text):\n    return len(text)\n"
READS_LIST = """import json


def init(): ...


def run(raw):
    return [sum(row) for row in json.loads(raw)]
"""
READS_CSV = """import io

import pandas as pd


def init(): ...


def run(raw):
    return pd.read_csv(io.StringIO(raw)).sum().tolist()
"""
OPENS_IMAGE = """import io

from azureml.contrib.services.aml_request import rawhttp
from PIL import Image


def init(): ...


@rawhttp
def run(request):
    return Image.open(io.BytesIO(request.get_data())).size
"""
DECODES = """import base64
import io
import json

from PIL import Image


def init(): ...


def run(raw):
    return Image.open(io.BytesIO(base64.b64decode(json.loads(raw)["image"]))).size
"""
MINI_BATCH = "def init(): ...\n\n\ndef run(mini_batch):\n    return [len(open(file).read()) for file in mini_batch]\n"


def sent(text: str, script: str = READS_DATA, source: str = "sample.json") -> Evidence:
    """An undecorated script that reads `data`, and a body."""
    return undecorated(script, sample(text, source))


def to_schema(text: str) -> Evidence:
    """A decorated script that takes `data`, rows of two numbers, and a body."""
    return declared(sample(text), interface=interface())


def accepted(text: str, script: str = READS_DATA) -> Evidence:
    """A body that run() took and answered."""
    from checks.evidence import Probe, Returned, Step

    done = Step(phase=Phase.RUN, outcome="passed", sample="sample.json", returned=Returned(type="list", text="[3]"))
    return sent(text, script).replace(probe=Probe(interpreter="python", python="3.11.9", steps=(done,)))


def bytes_sent(body: bytes, script: str = READS_DATA, encoding: str | None = None) -> Evidence:
    """The same with bytes that are no UTF-8."""
    return undecorated(script, sample_of(body, "sample.bin", encoding))


def marked(text: str, source: str = "sample.json") -> Sample:
    """A body with a byte-order mark."""
    return sample("\ufeff" + text, source)
