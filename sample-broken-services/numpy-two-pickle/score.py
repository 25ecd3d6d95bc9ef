import json
import os
import pickle

import numpy as np


def init():
    global embeddings
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "embeddings.pkl"), "rb") as source:
        embeddings = pickle.load(source)


def run(data):
    first, second = (embeddings[word] for word in json.loads(data)["pair"])
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    return {"similarity": round(float(cosine), 3)}
