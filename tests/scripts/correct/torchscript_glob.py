import glob
import json
import os
import time

import torch


def init():
    global model
    root = os.environ["AZUREML_MODEL_DIR"]
    found = sorted(glob.glob(os.path.join(root, "**", "*.pt"), recursive=True))
    if not found:
        raise FileNotFoundError(f"no .pt file under {root}: {os.listdir(root)}")
    model = torch.jit.load(found[0], map_location="cpu")
    model.eval()


@torch.inference_mode()
def predict(rows):
    return model(torch.as_tensor(rows, dtype=torch.float32))


def run(body):
    start = time.perf_counter()
    answer = predict(json.loads(body))
    return {"answer": answer.tolist(), "seconds": time.perf_counter() - start}
