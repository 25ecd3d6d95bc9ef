import json


def init():
    global factors
    factors = {"km": 1.0, "mi": 1.609344, "nm": 1.852}


def run(data):
    distance = json.loads(data)
    return {"km": round(distance["value"] * factors[distance["unit"]], 3)}
