"""`doctor --version` against `python -c pass`."""

import sys
from pathlib import Path

from benchmarks.measure import Ratio, command, in_turn


def ratios() -> list[Ratio]:
    """How many bare interpreter starts the shortest command costs."""
    doctor = Path(sys.executable).with_name("doctor")
    ours, bare = in_turn(41, command(doctor, "--version"), command(sys.executable, "-c", "pass"))
    return [
        Ratio(
            what="doctor --version / python -c pass",
            measured=f"{ours / bare:.2f}x ({ours * 1e3:.0f} / {bare * 1e3:.0f} ms)",
            promised="< 2.5x",
            met=ours < 2.5 * bare,
        )
    ]
