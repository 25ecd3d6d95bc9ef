import json


def init():
    global table
    size = 6000
    # one row for each pair of cities
    table = [[abs(row - column) / size for column in range(size)] for row in range(size)]


def run(data):
    body = json.loads(data)
    return table[body["from"]][body["to"]]
