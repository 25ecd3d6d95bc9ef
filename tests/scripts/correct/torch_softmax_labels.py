import io
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

LABELS = {0: "cat", 1: "dog"}


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, len(LABELS)))

    def forward(self, rows):
        return self.layers(rows)


def init():
    global net, device
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net = Net()
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.pt")
    with open(path, "rb") as stream:
        net.load_state_dict(torch.load(io.BytesIO(stream.read()), map_location=device, weights_only=True))
    net.to(device).eval()


@torch.inference_mode()
def scores_of(rows):
    return F.softmax(net(torch.tensor(rows, dtype=torch.float32, device=device)), dim=1)


def run(data):
    body = json.loads(data)
    scores = scores_of(body["rows"])
    best = scores.argmax(dim=1)
    return {
        "labels": [LABELS[int(i)] for i in best],
        "scores": [round(float(s), 4) for s in scores.max(dim=1).values],
        "all": scores.cpu().numpy().tolist() if body.get("all") else None,
    }
