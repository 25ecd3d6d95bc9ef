import json
import os


def init():
    global cache
    cache = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seen.json")
    with open(cache, "w") as target:
        json.dump([], target)


def run(data):
    name = json.loads(data)["name"]
    with open(cache) as source:
        seen = json.load(source)
    with open(cache, "w") as target:
        json.dump([*seen, name], target)
    return {"known": name in seen}
