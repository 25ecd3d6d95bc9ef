import json


def make_scorer(weights):
    def run(row):
        return sum(w * x for w, x in zip(weights, row))

    def init():
        return weights

    return init, run


def init():
    global score_row
    _, score_row = make_scorer([0.1, 0.2, 0.7])


def run(data):
    return [score_row(row) for row in json.loads(data)["data"]]
