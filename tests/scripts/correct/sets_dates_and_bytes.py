import base64
import json
import os
import uuid
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import Decimal

import numpy as np


class Answer(dict):
    """A dict with a name: JSON knows it."""


def init():
    global stop_words, weights, started
    started = datetime.now(timezone.utc)
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "stop.txt"), encoding="utf-8") as lines:
        stop_words = {line.strip() for line in lines}
    weights = defaultdict(float)
    weights.update({"good": 1.5, "bad": -1.5})


def run(data):
    words = [w for w in json.loads(data)["text"].lower().split() if w not in stop_words]
    counts = Counter(words)
    score = sum(weights[w] * n for w, n in counts.items())
    picture = np.zeros((2, 2), dtype=np.uint8)
    seen = set(words)
    return Answer(
        id=str(uuid.uuid4()),
        at=datetime.now(timezone.utc).isoformat(),
        uptime=(datetime.now(timezone.utc) - started).total_seconds(),
        score=float(Decimal(str(score)).quantize(Decimal("0.01"))),
        counts=dict(counts.most_common(3)),
        words=sorted(seen),
        known="good" in seen,
        mean=np.mean([len(w) for w in words]) if words else None,
        picture=base64.b64encode(picture.tobytes()).decode("ascii"),
    )
