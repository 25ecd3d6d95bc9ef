import json
import os


def init():
    global features, tenant
    tenant = os.environ["FEATURE_STORE_TENANT"]
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "features.json")) as source:
        features = json.load(source)


def run(data):
    customer = json.loads(data)["customer"]
    return {"tenant": tenant, "features": features.get(customer, [])}
