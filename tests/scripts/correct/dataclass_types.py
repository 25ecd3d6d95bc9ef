from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Optional

import joblib


@dataclass
class Settings:
    threshold: float = 0.5
    labels: list[str] = field(default_factory=lambda: ["no", "yes"])


@dataclass(frozen=True)
class Answer:
    label: str
    score: float


settings: Optional[Settings] = None
model: Any = None


def init() -> None:
    global model, settings
    settings = Settings(threshold=float(os.environ.get("THRESHOLD", "0.5")))
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))


def run(data: str) -> list[dict[str, Any]]:
    assert settings is not None
    scores = model.predict_proba(json.loads(data)["data"])[:, 1]
    answers = [Answer(settings.labels[int(s >= settings.threshold)], float(s)) for s in scores]
    return [asdict(a) for a in answers]
