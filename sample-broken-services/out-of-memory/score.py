import json
import os

import numpy as np


def init():
    global words, similarity
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "words.json")) as source:
        words = json.load(source)
    vectors = np.random.default_rng(0).normal(size=(len(words), 64))
    # every pair of words, as float64
    similarity = np.ones((len(words), len(words))) @ np.ones((len(words), len(words)))
    similarity[:] = vectors @ vectors.T


def run(data):
    word = json.loads(data)["word"]
    best = similarity[words.index(word)].argsort()[::-1][1:4]
    return {"similar": [words[i] for i in best]}
