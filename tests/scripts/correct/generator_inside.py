import json
from collections import defaultdict
from itertools import islice


def init():
    global counts
    counts = defaultdict(int)


def windows(values, size):
    for start in range(0, len(values), size):
        yield values[start : start + size]


def run(data):
    def smooth(values):
        for window in windows(values, 3):
            yield sum(window) / len(window)

    request = json.loads(data)
    counts["requests"] += 1
    return {"smoothed": list(islice(smooth(request["values"]), 100)), **counts}
