import json
import os


def init():
    global texts
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "texts.json")) as source:
        texts = json.load(source)


def run(data):
    message = json.loads(data)
    match message:
        case {"kind": "greeting", "language": language}:
            return {"text": texts["greeting"].get(language, texts["greeting"]["en"])}
        case {"kind": "goodbye"}:
            return {"text": texts["goodbye"]}
        case _:
            return {"text": texts["fallback"]}
