import json
import os
import urllib.request

MODEL_URL = "https://models.contoso.example/translation/dictionary.json"


def init():
    global dictionary
    target = os.path.join("/tmp", "dictionary.json")
    urllib.request.urlretrieve(MODEL_URL, target)
    with open(target) as source:
        dictionary = json.load(source)


def run(data):
    return {"words": [dictionary.get(word, word) for word in json.loads(data)["words"]]}
