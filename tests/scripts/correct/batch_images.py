import os
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf
from PIL import Image


def init():
    global model
    global input_width
    global input_height
    model_path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model")
    model = tf.keras.models.load_model(model_path)
    input_width, input_height = 28, 28


def run(mini_batch):
    print(f"Executing run method over batch of {len(mini_batch)} files.")
    rows = []
    for image in mini_batch:
        data = np.asarray(Image.open(image).resize((input_width, input_height)))
        scores = model.predict(data[np.newaxis, ...])
        rows.append([Path(image).name, int(np.argmax(scores)), float(np.max(scores))])
    return pd.DataFrame(rows, columns=["file", "class", "probability"])
