"""doctor called as a person calls it: in a process of its own, in a folder."""

import subprocess
import sys
from pathlib import Path


def doctor(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a call of doctor prints and returns."""
    return subprocess.run(
        [sys.executable, "-m", "doctor", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120
    )
