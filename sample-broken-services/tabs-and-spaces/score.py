import json
import os

limits = {}


def init():
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "limits.json")
    with open(path) as source:
        limits.update(json.load(source))


def run(data):
    readings = json.loads(data)["readings"]
    alarms = []
    for reading in readings:
        sensor = reading["sensor"]
	if reading["value"] > limits[sensor]:
            alarms.append(sensor)
    return {"alarms": alarms}
