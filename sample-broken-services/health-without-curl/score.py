import json


def init():
    global minutes
    minutes = {"bus": 4, "tram": 7}


def run(data):
    return {"wait": minutes[json.loads(data)["line"]]}
