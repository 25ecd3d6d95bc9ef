import json


def init():
    global colours
    colours = {"red": "#ff0000", "green": "#00ff00"}


def run(data):
    return colours[json.loads(data)["name"]]
