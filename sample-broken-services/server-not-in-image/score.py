import json


def init():
    global rate
    rate = 0.07


def run(data):
    return [round(amount * rate, 2) for amount in json.loads(data)["amounts"]]
