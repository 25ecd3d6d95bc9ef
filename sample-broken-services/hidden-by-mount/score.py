import csv
import json


def init():
    global prices
    with open("/var/azureml-app/prices.csv") as source:
        prices = {row["item"]: float(row["price"]) for row in csv.DictReader(source)}


def run(data):
    return {"price": prices[json.loads(data)["item"]]}
