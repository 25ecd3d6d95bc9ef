import base64
import io
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image
from tensorflow import keras

LABELS = ("cat", "dog")


def init():
    global model
    model = keras.models.load_model(Path(os.environ["AZUREML_MODEL_DIR"]) / "cats.keras")


def run(raw_data):
    payload = json.loads(raw_data)
    image = Image.open(io.BytesIO(base64.b64decode(payload["image"]))).convert("RGB").resize((224, 224))
    batch = np.expand_dims(np.asarray(image, dtype="float32") / 255.0, axis=0)
    scores = model.predict(batch, verbose=0)[0]
    best = int(scores.argmax())
    return {"label": LABELS[best], "score": float(scores[best])}
