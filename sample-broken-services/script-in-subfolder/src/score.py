import json


def init():
    global limits
    limits = {"low": 20, "high": 80}


def run(data):
    value = json.loads(data)["value"]
    return {"alarm": not limits["low"] <= value <= limits["high"]}
