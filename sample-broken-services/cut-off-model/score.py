import json
import os
import pickle


def init():
    global vocabulary
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "vocabulary.pkl"), "rb") as source:
        vocabulary = pickle.load(source)


def run(data):
    words = json.loads(data)["text"].lower().split()
    return {"ids": [vocabulary.get(word, 0) for word in words]}
