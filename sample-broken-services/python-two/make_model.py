"""Stores the words by which the intents are told apart."""

import pickle
import sys
from pathlib import Path

INTENTS = {"order": {"buy", "order", "want"}, "cancel": {"cancel", "stop", "refund"}}

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "intents.pkl").write_bytes(pickle.dumps(INTENTS, protocol=2))
