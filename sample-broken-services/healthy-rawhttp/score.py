import io
import json
import os
import wave

import numpy as np
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    global thresholds
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "thresholds.json")) as source:
        thresholds = json.load(source)


@rawhttp
def run(request: AMLRequest):
    if request.method == "GET":
        return AMLResponse("POST a WAV file", 200)
    if request.method != "POST":
        return AMLResponse("bad request", 405)
    try:
        with wave.open(io.BytesIO(request.get_data()), "rb") as clip:
            samples = np.frombuffer(clip.readframes(clip.getnframes()), dtype=np.int16)
    except (wave.Error, EOFError) as error:
        return AMLResponse({"error": f"no WAV file: {error}"}, 400, json_str=True)
    loudness = float(np.sqrt(np.mean((samples / 32768.0) ** 2)))
    label = "alarm" if loudness > thresholds["alarm"] else "quiet"
    return AMLResponse({"label": label, "loudness": round(loudness, 4)}, 200, json_str=True)
