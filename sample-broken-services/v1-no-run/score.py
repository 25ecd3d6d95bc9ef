import json


def init():
    global factor
    factor = 1.19


def predict(data):
    return [round(factor * price, 2) for price in json.loads(data)["prices"]]
