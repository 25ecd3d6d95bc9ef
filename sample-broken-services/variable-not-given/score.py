import json
import os


def init():
    global threshold
    threshold = float(os.environ["ALERT_THRESHOLD"])


def run(data):
    return [value > threshold for value in json.loads(data)["values"]]
