"""Stores the vibration that each machine may show."""

import pickle
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "thresholds.pkl").write_bytes(pickle.dumps({"M1": 0.35, "M2": 0.6}, protocol=2))
