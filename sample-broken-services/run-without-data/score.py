import os

from flask import jsonify, request


def init():
    global words
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "words.txt")) as source:
        words = set(source.read().split())


def run():
    text = request.get_json()["text"]
    unknown = [word for word in text.split() if word.lower() not in words]
    return jsonify(unknown=unknown)
