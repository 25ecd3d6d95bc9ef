import asyncio
import json
import os

import joblib


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))


async def score_one(row):
    await asyncio.sleep(0)
    return model.predict([row])[0].item()


async def score_all(rows):
    return await asyncio.gather(*(score_one(row) for row in rows))


def run(data):
    return asyncio.run(score_all(json.loads(data)["data"]))
