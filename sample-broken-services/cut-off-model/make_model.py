"""Stores a vocabulary, and cuts it off as an interrupted upload does."""

import pickle
import sys
from pathlib import Path

content = pickle.dumps({f"word{number}": number for number in range(2000)}, protocol=4)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "vocabulary.pkl").write_bytes(content[: len(content) // 2])
