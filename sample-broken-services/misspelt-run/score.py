import json
import os


def init():
    global prices
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "prices.json")) as source:
        prices = json.load(source)


def rum(raw_data):
    basket = json.loads(raw_data)["basket"]
    total = sum(prices[item] * count for item, count in basket.items())
    return {"total": round(total, 2)}
