import json
import os
import threading

import faiss
import numpy as np

lock = threading.Lock()
index = None
texts = []


def _folder() -> str:
    root = os.environ["AZUREML_MODEL_DIR"]
    inner = os.path.join(root, "index")
    return inner if os.path.isdir(inner) else root


def init():
    global index
    index = faiss.read_index(os.path.join(_folder(), "vectors.faiss"))
    with open(os.path.join(_folder(), "texts.json"), encoding="utf8") as handle:
        texts[:] = json.load(handle)


def run(data):
    query = np.asarray(json.loads(data)["vector"], dtype="float32").reshape(1, -1)
    with lock:
        distances, found = index.search(query, 5)
    return [{"text": texts[i], "distance": float(d)} for i, d in zip(found[0], distances[0]) if i >= 0]
