"""Stores the vocabulary: 8000 words."""

import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "words.json").write_text(json.dumps([f"word{number}" for number in range(8000)]), encoding="utf-8")
