import json


def init():
    global sizes
    sizes = {"s": 36, "m": 38, "l": 40}


def run(data):
    return sizes[json.loads(data)["size"]]


if __name__ == "__main__":
    init()
    print(run('{"size": "m"}'))
