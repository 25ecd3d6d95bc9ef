import json
import os

import pandas as pd


def init():
    global history
    history = pd.read_csv(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "history.csv"))


def run(data):
    shop = json.loads(data)["shop"]
    sales = history.loc[history["shop"] == shop, "sales"]
    growth = sales.pct_change()
    return {"shop": shop, "growth": growth.tolist(), "mean": float(growth.mean())}
