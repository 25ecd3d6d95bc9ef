import argparse
import json
import os

parser = argparse.ArgumentParser(description="score patients")
parser.add_argument("--model-file", default="limits.json")
parser.add_argument("--factor", type=float, default=1.0)
args = parser.parse_args()


def init():
    global limits
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], args.model_file)) as source:
        limits = json.load(source)


def run(data):
    values = json.loads(data)
    return [name for name, value in values.items() if value > args.factor * limits[name]]
