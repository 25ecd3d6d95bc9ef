import argparse
import os

import mlflow


def init():
    global model
    global threshold
    parser = argparse.ArgumentParser()
    parser.add_argument("--threshold", type=float, default=0.5)
    args, _ = parser.parse_known_args()
    threshold = args.threshold
    model = mlflow.pyfunc.load_model(os.environ["AZUREML_MODEL_DIR"])


def run(mini_batch):
    results = []
    for file_path in mini_batch:
        with open(file_path, encoding="utf-8") as handle:
            for line in handle:
                score = model.predict([line.rstrip()])[0]
                results.append(f"{os.path.basename(file_path)},{score >= threshold}")
    return results
