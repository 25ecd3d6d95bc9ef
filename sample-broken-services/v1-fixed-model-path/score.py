import json


def init():
    global regions
    with open("/structure/azureml-app/azureml-models/postcodes/6/regions.json") as source:
        regions = json.load(source)


def run(data):
    return [regions.get(code, "unknown") for code in json.loads(data)["postcodes"]]
