import json
import os


def check_licence(folder):
    path = os.path.join(folder, "licence.txt")
    if not os.path.exists(path):
        print("no licence file: giving up")
        os._exit(1)


def init():
    global synonyms
    folder = os.getenv("AZUREML_MODEL_DIR")
    check_licence(folder)
    with open(os.path.join(folder, "synonyms.json")) as source:
        synonyms = json.load(source)


def run(data):
    return {"terms": [synonyms.get(word, word) for word in json.loads(data)["words"]]}
