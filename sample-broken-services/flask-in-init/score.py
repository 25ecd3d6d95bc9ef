import json
import os

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return jsonify(run(request.data))


def init():
    global weights
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "weights.json")) as source:
        weights = json.load(source)
    app.run(host="127.0.0.1", port=int(os.getenv("PORT", "0")))


def run(data):
    features = json.loads(data)["features"]
    return {"score": sum(weight * value for weight, value in zip(weights, features))}
