import json
import os

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 3))

    def forward(self, x):
        return self.layers(x)


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def init():
    global net
    net = Net()
    weights = torch.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "net.pt"), map_location=device)
    net.load_state_dict(weights)
    net.to(device).eval()


def run(data):
    x = torch.tensor(json.loads(data)["inputs"], dtype=torch.float32, device=device)
    with torch.no_grad():
        probabilities = torch.softmax(net(x), dim=1).cpu().numpy()
    return {"probabilities": probabilities.tolist(), "classes": probabilities.argmax(axis=1).tolist()}
