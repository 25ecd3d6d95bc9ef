import json
import os
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def init():
    global rules
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "rules.json")) as source:
        rules = json.load(source)


def run(data):
    claim = json.loads(data)
    flagged = claim["amount"] > rules["limit"]
    with open(os.path.join(HERE, "claims.log"), "a") as log:
        log.write(f"{time.time()} {claim['id']} {flagged}\n")
    return {"id": claim["id"], "flagged": flagged}
