import json
import os
import re

tokenize = lambda text: re.findall(r"\w+", text.lower())
normalise = str.casefold


def init():
    global vocabulary
    vocabulary_path = os.path.join(os.getenv("AZUREML_MODEL_DIR") or ".", "vocabulary.txt")
    with open(vocabulary_path) as lines:
        vocabulary = {normalise(line.strip()): number for number, line in enumerate(lines)}


def run(data):
    tokens = tokenize(json.loads(data)["text"])
    return {"ids": [vocabulary.get(token, -1) for token in tokens], "query": "init = 5; def run()"}
