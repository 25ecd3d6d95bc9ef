import json


def init():
    global months
    months = ["January", "February", "March"]


def run(data):
    return months[json.loads(data)["month"] - 1]
