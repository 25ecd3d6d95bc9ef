import json

import numpy as np


def init():
    global weights
    weights = np.linspace(1.0, 0.1, 64)


def run(data):
    track = np.array(json.loads(data)["track"])
    points = np.repeat(track, 400, axis=0)
    # the distance of each point from each other
    distances = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    return {"length": float(distances.max())}
