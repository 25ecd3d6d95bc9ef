import json
import os
import sqlite3


def init():
    global stations
    base = sqlite3.connect(os.path.join(os.environ["AZUREML_MODEL_DIR"], "stations.db"))
    stations = dict(base.execute("select name, height from stations"))


def run(data):
    return {"height": stations[json.loads(data)["station"]]}
