import json
from pathlib import Path


class Forecaster:
    def __init__(self, level):
        self.level = level

    @classmethod
    def load(cls, folder):
        return cls(json.loads(Path(folder, "level.json").read_text())["level"])

    def forecast(self, horizon):
        return [self.level] * horizon
