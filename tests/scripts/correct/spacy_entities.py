import json
import os
from pathlib import Path

import spacy

nlp = None


def init():
    global nlp
    nlp = spacy.load(Path(os.environ["AZUREML_MODEL_DIR"], "ner"))


def run(data):
    documents = json.loads(data)["documents"]
    return [
        {"text": doc.text, "entities": [{"text": ent.text, "label": ent.label_} for ent in doc.ents]}
        for doc in nlp.pipe(documents)
    ]
