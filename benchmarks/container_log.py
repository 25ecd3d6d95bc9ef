"""The whole log of a container on its way to the explorer, a million lines, beside `docker logs` that throws it away.

The lines hold words that secrets have beside them, as most logs do. `python -m benchmarks.container_log` prints the
figures alone.
"""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from benchmarks.containers import SERVICE, engine_answers, image_of
from benchmarks.measure import Ratio, in_turn, show
from doctor.logs.spool import Spooled
from doctor.logs.wholes import Whole

MILLION = 1_000_000
ROUNDS = 3
WRITES = f"""
for at in range({MILLION}):
    print(f"2026-11-20 18:17:07,123 I [70] azmlinfsrv - line {{at}}, token checked, weights loaded, all is well")
print("ModuleNotFoundError: No module named 'sklearn'")
"""


def ratios() -> list[Ratio]:
    """How long it takes, and how soon the first lines are there; none where no engine runs."""
    if not engine_answers():
        return []
    firsts: list[float] = []
    with _written() as name:
        spooled, plain = in_turn(ROUNDS, lambda: firsts.append(asyncio.run(_spooled(name))), lambda: _plain(name))
    first = sorted(firsts)[len(firsts) // 2]
    return [
        Ratio(
            what="a container's log of 1,000,001 lines / docker logs",
            measured=f"{spooled:.1f} / {plain:.1f} s = {spooled / plain:.1f}x",
            promised="< 3x",
            met=spooled < 3 * plain,
        ),
        Ratio("its first lines", f"{first * 1000:.0f} ms", "below 1 s", first < 1),
    ]


@contextmanager
def _written() -> Iterator[str]:
    """A container that wrote it all, and ended."""
    name = f"bench-log-{uuid4().hex[:8]}"
    made = ["docker", "run", "--name", name, "--entrypoint", "python", image_of(SERVICE), "-c", WRITES]
    try:
        subprocess.run(made, stdout=subprocess.DEVNULL, check=True)
        yield name
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True)


async def _spooled(name: str) -> float:
    """Seconds until the first lines are there. Returns once all are, and counted."""
    began = time.perf_counter()
    first = 0.0
    spooled = Spooled(Whole(kind="container", name=name))
    async for _ in spooled.news():
        while spooled.lines.index.count():
            pass
        first = first or time.perf_counter() - began
    assert spooled.lines.count == MILLION + 1
    return first


def _plain(name: str) -> None:
    subprocess.run(["docker", "logs", name], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    show(ratios())
