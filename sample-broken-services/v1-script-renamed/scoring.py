import json


def init():
    global base
    base = 2.5


def run(data):
    return [base + 0.9 * distance for distance in json.loads(data)["distances"]]
