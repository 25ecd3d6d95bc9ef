import json
import os

import pandas as pd


def init():
    global prices
    prices = pd.read_csv(os.path.join(os.environ["AZUREML_MODEL_DIR"], "prices.csv"), index_col="article")


def run(data):
    order = pd.DataFrame(json.loads(data)["order"]).set_index("article")
    return {"total": round(float((order["pieces"] * prices["price"]).sum()), 2)}
